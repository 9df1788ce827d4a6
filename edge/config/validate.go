package config

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The largest sandbox that may be asked for.
const (
	maxSandboxCertifications = 1_000_000
	maxSandboxItems          = 20_000_000
)

// validate answers every problem at once, each with its option and what is allowed.
func (c Serve) validate() error {
	var problems []error
	problem := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !c.Embedded() {
		if err := validateURL(c.UpstreamURL); err != nil {
			problem("--upstream-url: %w", err)
		}
	}
	if err := validateAddr(c.Addr); err != nil {
		problem("--addr: %w", err)
	}
	c.validateAuth(problem)
	if c.TokenURL != "" {
		if err := validateURL(c.TokenURL); err != nil {
			problem("--token-url: %w", err)
		}
	}
	if c.UpstreamTimeout <= 0 {
		problem("--upstream-timeout: must be longer than 0, such as 30s, not %s", c.UpstreamTimeout)
	}
	if c.OperationTimeout <= 0 {
		problem("--operation-timeout: must be longer than 0, such as 60s, not %s", c.OperationTimeout)
	}
	if c.TaskPollMin <= 0 {
		problem("--task-poll-min: must be longer than 0, such as 1s, not %s", c.TaskPollMin)
	}
	if c.TaskPollMax < c.TaskPollMin {
		problem("--task-poll-max: must be --task-poll-min or longer, not %s", c.TaskPollMax)
	}
	c.Documents.validate(problem)
	if c.MaxWebSockets < 1 {
		problem("--max-websockets: must be 1 or more, not %d", c.MaxWebSockets)
	}
	if c.MaxWebSocketOperations < 1 {
		problem("--max-websocket-operations: must be 1 or more, not %d", c.MaxWebSocketOperations)
	}
	c.Serving.validate(problem)
	c.Limits.validate(problem)
	if c.MaxEstimatedCalls < 1 {
		problem("--max-estimated-calls: must be 1 or more, not %d", c.MaxEstimatedCalls)
	}
	if c.MaxUpstreamCalls < 1 {
		problem("--max-upstream-calls: must be 1 or more, not %d", c.MaxUpstreamCalls)
	}
	if c.MaxWriteBatch < 1 {
		problem("--max-write-batch: must be 1 or more, not %d", c.MaxWriteBatch)
	}
	if c.MaxInFlight < 1 {
		problem("--max-in-flight: must be 1 or more, not %d", c.MaxInFlight)
	}
	if c.MaxInFlightPerOperation < 1 {
		problem("--max-in-flight-per-operation: must be 1 or more, not %d", c.MaxInFlightPerOperation)
	}
	if err := c.Budget.validate(); err != nil {
		problem("%w", err)
	}
	for _, origin := range c.CORSOrigins {
		if err := validateOrigin(origin); err != nil {
			problem("--cors-origin: %w", err)
		}
	}
	if info, err := os.Stat(c.Pages); c.Pages != "" && (err != nil || !info.IsDir()) {
		problem("--pages: must be a directory, not %q", c.Pages)
	}
	return errors.Join(append(problems, c.Data.validate("sandbox-"))...)
}

// validate answers every problem at once.
func (c Sandbox) validate() error {
	var problem error
	if err := validateAddr(c.Addr); err != nil {
		problem = fmt.Errorf("--addr: %w", err)
	}
	return errors.Join(problem, c.Data.validate(""))
}

// validate answers every problem at once. The prefix is that of the options' names.
func (d SandboxData) validate(prefix string) error {
	var problems []error
	problem := func(option, format string, args ...any) {
		problems = append(problems, fmt.Errorf("--"+prefix+option+": "+format, args...))
	}
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
	return errors.Join(problems...)
}

// validateAddr checks what can be listened on.
func validateAddr(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		// A number or the name of a service. Nobody is asked, so there is nothing to cancel.
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("must be a host and a port from 0 to 65535, such as localhost:8080 or :8080, not %q", text)
	}
	return nil
}

// validateURL checks the base URL of a service.
func validateURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err == nil && (u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != ""):
		return errors.New("must be a URL without user, query and fragment") // not repeated: it may hold a password
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must be a URL such as https://TENANT.api.identitynow.com/v3")
	case slices.ContainsFunc(strings.Split(u.Path, "/"), func(s string) bool { return s == "." || s == ".." }):
		return errors.New("must be a URL without . and .. in its path")
	default:
		return nil
	}
}

// validateRedirectURI checks where browsers may be sent.
func validateRedirectURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Contains(text, "#") {
		return errors.New("must be a URL such as https://portal.example.com/auth/callback, without user and fragment")
	}
	return nil
}

// validateOrigin checks an origin. It has to be as browsers write it, since it is compared with what they
// send, character by character.
func validateOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || text != u.Scheme+"://"+u.Host || strings.Contains(text, "*") {
		return fmt.Errorf("must be an origin such as https://portal.example.com, not %q", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return fmt.Errorf("must be an origin in ASCII, such as https://xn--bcher-kva.example for https://bücher.example, not %q", text)
	}
	if written := u.Scheme + "://" + hostOf(u.Scheme, strings.ToLower(u.Hostname()), u.Port()); text != written {
		return fmt.Errorf("must be an origin as browsers write it, %s, not %q", written, text)
	}
	return nil
}
