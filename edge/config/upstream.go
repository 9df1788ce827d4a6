package config

import "time"

// The bounds of --upstream-page-size.
const (
	leastPageSize   = 50
	largestPageSize = 250
)

// Upstream has the settings of where the upstream is, and how it is spoken to.
type Upstream struct {
	UpstreamURL      string        `name:"upstream-url" placeholder:"URL" help:"Base URL of the upstream API, such as https://TENANT.api.identitynow.com/v3. By default the gateway runs on an embedded sandbox."`
	UpstreamLayout   string        `default:"auto" enum:"auto,versioned,current" help:"Where the upstream's paths contain the version: versioned (first, in the base URL: /v3/certifications/…), current (after the service: /certifications/v1/…), or auto (versioned if the base URL ends in a version)."`
	UpstreamHTTP2    bool          `name:"upstream-http2" help:"Use only HTTP/2 for upstream calls, even without TLS. Otherwise, HTTP/2 is used if TLS negotiates it."`
	UpstreamPageSize int           `name:"upstream-page-size" default:"250" help:"Maximum number of rows that the upstream returns at once. If it returns fewer, rows between its pages are lost; the log says so."`
	UpstreamTimeout  time.Duration `default:"30s" help:"Longest time that one upstream call may take."`
}

// Embedded reports whether the program runs on the embedded sandbox.
func (u Upstream) Embedded() bool { return u.UpstreamURL == "" }

func (u Upstream) validate(report report) {
	if !u.Embedded() {
		if err := validateURL(u.UpstreamURL); err != nil {
			report("--upstream-url: %w", err)
		}
	}
	if u.UpstreamTimeout <= 0 {
		report("--upstream-timeout: must be longer than 0, such as 30s, not %s", u.UpstreamTimeout)
	}
	if u.UpstreamPageSize < leastPageSize || u.UpstreamPageSize > largestPageSize {
		report("--upstream-page-size: must be from %d, which are read by their ids at once, to %d, not %d", leastPageSize, largestPageSize, u.UpstreamPageSize)
	}
}

// Calls has the settings of how many calls the upstream gets.
type Calls struct {
	MaxInFlight             int    `default:"256" help:"Maximum number of upstream calls under way at once; others wait, and operations take turns."`
	MaxInFlightPerOperation int    `default:"64" help:"Maximum number of upstream calls under way at once for one GraphQL operation."`
	Budget                  Budget `embed:""`
}

func (c Calls) validate(report report) {
	atLeastOne("max-in-flight", c.MaxInFlight, report)
	atLeastOne("max-in-flight-per-operation", c.MaxInFlightPerOperation, report)
	c.Budget.validate(report)
}
