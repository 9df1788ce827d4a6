package config

import (
	"fmt"
	"time"
)

// The largest sandbox that may be asked for.
const (
	maxSandboxCertifications = 1_000_000
	maxSandboxItems          = 20_000_000
)

// Sandbox has the settings of the sandbox as a server of its own.
type Sandbox struct {
	Addr string      `default:"localhost:9090" env:"CERTQL_SANDBOX_ADDR" help:"Host and port to listen on."`
	Data SandboxData `embed:""`
}

// SandboxData has the settings of the sandbox, embedded or not.
type SandboxData struct {
	Seed            uint64        `default:"1" env:"CERTQL_SANDBOX_SEED" help:"Seed of the sandbox's data: the same seed makes the same data."`
	Certifications  int           `default:"0" env:"CERTQL_SANDBOX_CERTIFICATIONS" help:"Number of certifications in the sandbox; 0 for the standard data."`
	Items           int           `default:"0" env:"CERTQL_SANDBOX_ITEMS" help:"Number of review items in the sandbox; 0 for the standard data."`
	OddIDs          bool          `name:"odd-ids" env:"CERTQL_SANDBOX_ODD_IDS" help:"Give the sandbox's data identifiers with characters such as / % # and ?, which have a meaning in URLs and filters."`
	RateLimit       int           `default:"100" env:"CERTQL_SANDBOX_RATE_LIMIT" help:"Number of requests that the sandbox allows each client id in a window; 0 for any number."`
	RateWindow      time.Duration `default:"10s" env:"CERTQL_SANDBOX_RATE_WINDOW" help:"Length of the window of the sandbox's rate limit."`
	SlidingWindow   bool          `env:"CERTQL_SANDBOX_SLIDING_WINDOW" help:"Count the sandbox's rate limit over a sliding window instead of fixed ones."`
	Penalties       bool          `env:"CERTQL_SANDBOX_PENALTIES" help:"Make a client that exceeds the sandbox's rate limit in three windows within two minutes wait for minutes."`
	TaskPace        time.Duration `default:"3s" env:"CERTQL_SANDBOX_TASK_PACE" help:"How long a task of the sandbox stays queued, and then in progress."`
	TokenLifetime   time.Duration `default:"0s" env:"CERTQL_SANDBOX_TOKEN_LIFETIME" help:"How long an access token of the sandbox is valid; 0 for the usual: 12h for a client's credentials, 750s for a user who signed in."`
	RefreshLifetime time.Duration `default:"24h" env:"CERTQL_SANDBOX_REFRESH_LIFETIME" help:"How long a refresh token of the sandbox is valid."`
	RefreshRevokes  bool          `env:"CERTQL_SANDBOX_REFRESH_REVOKES" help:"Revoke the access tokens of a user when the sandbox issues the next one. Otherwise they stay valid until they expire."`
	RedirectURIs    []string      `name:"redirect-uri" sep:"," placeholder:"URL" env:"CERTQL_SANDBOX_REDIRECT_URI" help:"URLs to which the sandbox may send users back after they sign in or out, separated by commas. URLs of the local machine are always allowed."`
	Clock           string        `placeholder:"TIME" env:"CERTQL_SANDBOX_CLOCK" help:"Date and time (RFC 3339) at which the sandbox's clock starts. By default, the clock shows the real time."`
}

// Start returns when the sandbox's clock starts; the zero time if it shows the real time.
func (d SandboxData) Start() (time.Time, error) {
	if d.Clock == "" {
		return time.Time{}, nil
	}
	start, err := time.Parse(time.RFC3339, d.Clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("must be a date and time such as 2026-11-23T09:30:00Z, not %q", d.Clock)
	}
	if start.Year() < 1970 || start.Year() > 2199 {
		return time.Time{}, fmt.Errorf("must be in a year from 1970 to 2199, not %q", d.Clock)
	}
	return start, nil
}

// validate reports what is wrong with the settings of the sandbox.
func (s Sandbox) validate(report report) {
	if err := validateAddr(s.Addr); err != nil {
		report("--addr: %w", err)
	}
	s.Data.validate("", report)
}

// validate reports what is wrong with the data. Prefix is what the names of the options begin with.
func (d SandboxData) validate(prefix string, report report) {
	problem := func(option, format string, args ...any) { report("--"+prefix+option+": "+format, args...) }
	if d.Seed < 1 {
		problem("seed", "must be 1 or more, not %d", d.Seed)
	}
	if d.Certifications < 0 || d.Certifications > maxSandboxCertifications {
		problem("certifications", "must be from 0 to %d, not %d", maxSandboxCertifications, d.Certifications)
	}
	if d.Items < 0 || d.Items > maxSandboxItems {
		problem("items", "must be from 0 to %d, not %d", maxSandboxItems, d.Items)
	}
	if d.RateLimit < 0 {
		problem("rate-limit", "must be 0 or more, not %d", d.RateLimit)
	}
	if d.RateWindow <= 0 {
		problem("rate-window", "must be longer than 0, such as 10s, not %s", d.RateWindow)
	}
	if d.TaskPace <= 0 {
		problem("task-pace", "must be longer than 0, such as 3s, not %s", d.TaskPace)
	}
	if d.TokenLifetime != 0 && d.TokenLifetime < time.Second {
		problem("token-lifetime", "must be 1s or longer, or 0, not %s", d.TokenLifetime)
	}
	if d.RefreshLifetime < time.Second {
		problem("refresh-lifetime", "must be 1s or longer, not %s", d.RefreshLifetime)
	}
	for _, uri := range d.RedirectURIs {
		if err := validateRedirectURI(uri); err != nil {
			problem("redirect-uri", "%w", err)
		}
	}
	if _, err := d.Start(); err != nil {
		problem("clock", "%w", err)
	}
}
