package config

import (
	"net"
	"net/url"

	"certql/edge"
)

// FrontDoor has the settings of which requests are let in, before anything is known of who sends them.
type FrontDoor struct {
	AllowedHosts         []string `name:"allowed-hosts" sep:"," placeholder:"NAME" help:"Host names, without port, by which callers and operators may reach the gateway, separated by commas. The host of --public-url, those of the addresses to listen on, localhost and IP addresses are always allowed. Requests for other names are refused, because any web page could point its own name at the gateway."`
	TrustedProxies       []string `name:"trusted-proxies" sep:"," placeholder:"NETWORK" help:"Addresses and networks (such as 10.0.0.0/8) of the proxies in front of the gateway, separated by commas. The sender of a request is then the last address in X-Forwarded-For that is not one of these, and its scheme is that in X-Forwarded-Proto. By default both headers are ignored."`
	MaxRequests          int      `default:"2000" help:"Maximum number of requests under way; further ones get status 503. A response that goes on, such as the events of a subscription, counts until it ends; WebSocket connections are counted separately."`
	MaxRequestsPerSender int      `default:"1000" help:"Maximum number of requests under way from one address (for IPv6, from one /64 network); further ones get status 429. Behind a proxy, all callers share one address unless --trusted-proxies names the proxy."`
	MaxBodies            int      `default:"16777216" help:"Maximum size, in bytes, of the bodies of all requests under way, not counting the first 8 KiB of each; one address may use half of it. Beyond that, requests with a body of more than 8 KiB get status 503 or 429."`
}

// Proxies returns the proxies whose word counts.
func (f FrontDoor) Proxies() (edge.Proxies, error) { return edge.NewProxies(f.TrustedProxies...) }

// Hosts returns the names by which the gateway may be reached: those of the settings, and those that
// follow from where it is reached and listens.
func (c Serve) Hosts() (*edge.Hosts, error) {
	names := append([]string(nil), c.FrontDoor.AllowedHosts...)
	if public, err := url.Parse(c.PublicURL); err == nil && public.Hostname() != "" {
		names = append(names, public.Hostname())
	}
	for _, addr := range []string{c.Addr, c.Serving.AdminAddr} {
		if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
			names = append(names, host)
		}
	}
	return edge.NewHosts(names...)
}

func (f FrontDoor) validate(report report) {
	for _, name := range f.AllowedHosts {
		if _, err := edge.NewHosts(name); err != nil {
			report("--allowed-hosts: %w", err)
		}
	}
	for _, network := range f.TrustedProxies {
		if _, err := edge.NewProxies(network); err != nil {
			report("--trusted-proxies: %w", err)
		}
	}
	for _, limit := range []struct {
		option string
		value  int
	}{{"--max-requests", f.MaxRequests}, {"--max-requests-per-sender", f.MaxRequestsPerSender}, {"--max-bodies", f.MaxBodies}} {
		if limit.value < 1 {
			report("%s: must be 1 or more, not %d", limit.option, limit.value)
		}
	}
}
