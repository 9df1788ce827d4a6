package config

import (
	"os"

	"certql/edge/pages"
)

// The bounds of --upstream-page-size.
const (
	leastPageSize   = 50
	largestPageSize = 250
)

// validate reports what is wrong with the settings of the gateway.
func (c Serve) validate(report report) {
	if !c.Embedded() {
		if err := validateURL(c.UpstreamURL); err != nil {
			report("--upstream-url: %w", err)
		}
	}
	if err := validateAddr(c.Addr); err != nil {
		report("--addr: %w", err)
	}
	c.validateAuth(report)
	c.Clients.validate(c.Embedded(), c.Budget.RateLimitKey, report)
	c.Access.validate(c.Modes().Service, c.Embedded(), report)
	c.TenantKeys.validate(c.Modes().Bearer, report)
	c.TLS.validate(report)
	if len(c.Access.ClientCertNames) > 0 && c.TLS.ClientCAFile == "" {
		report("--client-cert-name: needs --tls-client-ca-file, so that clients are asked for a certificate")
	}
	c.Session.validate(report)
	c.validatePublicURL(report)
	c.validateSignIn(report)
	if c.TokenURL != "" {
		if err := validateURL(c.TokenURL); err != nil {
			report("--token-url: %w", err)
		}
	}
	c.validateOperations(report)
	c.Budget.validate(report)
	c.Redis.validate(c.Modes().Session, c.Session.Key != "", c.Budget.QueueWait, report)
	c.validateCORS(report)
	if info, err := os.Stat(c.Pages); c.Pages != "" && (err != nil || !info.IsDir()) {
		report("--pages: must be a directory, not %q", c.Pages)
	}
	if _, err := pages.ParsePolicy(c.PagesCSP); err != nil {
		report("--pages-csp: %w", err)
	}
	if c.PagesCSP != "" && c.Pages == "" {
		report("--pages-csp: needs --pages, since it is for what is served there")
	}
	c.Data.validate("sandbox-", report)
}

// validateOperations reports what is wrong with how operations are served and executed.
func (c Serve) validateOperations(report report) {
	atLeastOne := func(option string, value int) {
		if value < 1 {
			report("--%s: must be 1 or more, not %d", option, value)
		}
	}
	if c.UpstreamTimeout <= 0 {
		report("--upstream-timeout: must be longer than 0, such as 30s, not %s", c.UpstreamTimeout)
	}
	if c.UpstreamPageSize < leastPageSize || c.UpstreamPageSize > largestPageSize {
		report("--upstream-page-size: must be from %d, which are read by their ids at once, to %d, not %d", leastPageSize, largestPageSize, c.UpstreamPageSize)
	}
	if c.OperationTimeout <= 0 {
		report("--operation-timeout: must be longer than 0, such as 60s, not %s", c.OperationTimeout)
	}
	if c.TaskPollMin <= 0 {
		report("--task-poll-min: must be longer than 0, such as 1s, not %s", c.TaskPollMin)
	}
	if c.TaskPollMax < c.TaskPollMin {
		report("--task-poll-max: must be --task-poll-min or longer, not %s", c.TaskPollMax)
	}
	c.Documents.validate(report)
	atLeastOne("max-websockets", c.MaxWebSockets)
	atLeastOne("max-websockets-per-sender", c.MaxWebSocketsPerSender)
	atLeastOne("max-websocket-operations", c.MaxWebSocketOperations)
	c.Serving.validate(report)
	c.FrontDoor.validate(report)
	c.Limits.validate(report)
	atLeastOne("max-response", c.MaxResponse)
	if c.MaxUnsent < c.MaxResponse {
		report("--max-unsent: must be --max-response or more, not %d", c.MaxUnsent)
	}
	if c.Documents.Only && c.Introspection == "on" {
		report("--introspection: cannot be on with --documents-only, which hides the schema")
	}
	atLeastOne("max-estimated-calls", c.MaxEstimatedCalls)
	atLeastOne("max-upstream-calls", c.MaxUpstreamCalls)
	atLeastOne("max-write-batch", c.MaxWriteBatch)
	atLeastOne("max-in-flight", c.MaxInFlight)
	atLeastOne("max-in-flight-per-operation", c.MaxInFlightPerOperation)
}
