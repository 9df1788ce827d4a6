package config

import "time"

// Serving has the settings of how the gateway serves, and of how it ends.
type Serving struct {
	AdminAddr      string        `default:"localhost:8081" help:"Host and port for operators: /metrics, /livez, /readyz and /version. Callers should not reach it. Empty for none."`
	MaxConnections int           `default:"10000" help:"Most connections of callers that may be open. If there are more, those that wait for a request are closed, the longest waiting first; if there are none of these, further connections wait to be accepted. Fewer may be open if the system limits the descriptors or the memory of the process."`
	ReadTimeout    time.Duration `default:"10s" help:"Longest time that the header of a request, and then its body, may take to arrive."`
	IdleTimeout    time.Duration `default:"2m" help:"Longest time that an idle connection is kept open."`
	DrainDelay     time.Duration `default:"0s" help:"How long the gateway goes on taking requests after it was told to end and reports that it is not ready, so that load balancers can notice."`
	DrainTimeout   time.Duration `default:"30s" help:"Longest time that requests under way may then take to finish."`
}

func (s Serving) validate(report report) {
	if err := validateAddr(s.AdminAddr); err != nil && s.AdminAddr != "" {
		report("--admin-addr: %w", err)
	}
	if s.MaxConnections < 1 {
		report("--max-connections: must be 1 or more, not %d", s.MaxConnections)
	}
	for _, limit := range []struct {
		option string
		value  time.Duration
	}{{"--read-timeout", s.ReadTimeout}, {"--idle-timeout", s.IdleTimeout}, {"--drain-timeout", s.DrainTimeout}} {
		if limit.value <= 0 {
			report("%s: must be longer than 0, such as 30s, not %s", limit.option, limit.value)
		}
	}
	if s.DrainDelay < 0 {
		report("--drain-delay: must be 0 or longer, such as 5s, not %s", s.DrainDelay)
	}
}
