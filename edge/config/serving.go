package config

import "time"

// Serving are the settings of how the gateway serves, and of how it ends.
type Serving struct {
	AdminAddr      string        `default:"localhost:8081" help:"Host and port for operators, of which callers should know nothing: /metrics, /livez, /readyz and /version. Empty for none."`
	MaxConnections int           `default:"10000" help:"Connections of callers that may be open; more wait to be accepted."`
	ReadTimeout    time.Duration `default:"10s" help:"Longest time that the header of a request, and then its body, may take to arrive."`
	IdleTimeout    time.Duration `default:"2m" help:"Longest time that a connection is kept on which nothing is asked."`
	DrainDelay     time.Duration `default:"0s" help:"How long the gateway still takes requests after it was told to end and says that it is not ready, so that whoever sends them can notice."`
	DrainTimeout   time.Duration `default:"30s" help:"Longest time that what is under way then may take to be finished."`
}

// validate answers every problem to problem, as option, format and values.
func (c Serving) validate(problem func(format string, args ...any)) {
	if err := validateAddr(c.AdminAddr); err != nil && c.AdminAddr != "" {
		problem("--admin-addr: %w", err)
	}
	if c.MaxConnections < 1 {
		problem("--max-connections: must be 1 or more, not %d", c.MaxConnections)
	}
	for _, limit := range []struct {
		option string
		value  time.Duration
	}{{"--read-timeout", c.ReadTimeout}, {"--idle-timeout", c.IdleTimeout}, {"--drain-timeout", c.DrainTimeout}} {
		if limit.value <= 0 {
			problem("%s: must be longer than 0, such as 30s, not %s", limit.option, limit.value)
		}
	}
	if c.DrainDelay < 0 {
		problem("--drain-delay: must be 0 or longer, such as 5s, not %s", c.DrainDelay)
	}
}
