package config

import "time"

// Serving has the settings of how the gateway serves, and of how it ends.
type Serving struct {
	AdminAddr      string        `default:"localhost:8081" help:"Host and port for operators: /metrics, /livez, /readyz and /version. Callers should not reach it. Empty for none."`
	MaxConnections int           `default:"10000" help:"Maximum number of open connections from callers. When it is reached, idle connections are closed, those idle for longest first; if there are none, new connections wait to be accepted. The number may be smaller if the system limits the file descriptors or the memory of the process."`
	ReadTimeout    time.Duration `default:"10s" help:"Longest time that the header of a request, and then its body, may take to arrive."`
	IdleTimeout    time.Duration `default:"2m" help:"Longest time for which an idle connection is kept open."`
	DrainDelay     time.Duration `default:"0s" help:"How long the gateway, once it has been told to stop, still accepts requests while it reports that it is not ready, so that load balancers can notice."`
	DrainTimeout   time.Duration `default:"30s" help:"Longest time that requests under way may take to finish after that."`
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
