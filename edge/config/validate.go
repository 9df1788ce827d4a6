package config

import (
	"os"

	"certql/edge/pages"
)

// validate reports what is wrong with the settings of the gateway.
func (c Serve) validate(report report) {
	c.Upstream.validate(report)
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
	validateTokenURL(c.TokenURL, report)
	c.Operations.validate(report)
	c.validateServing(report)
	c.Calls.validate(report)
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

// validateServing reports what is wrong with how operations come in.
func (c Serve) validateServing(report report) {
	if c.TaskPollMin <= 0 {
		report("--task-poll-min: must be longer than 0, such as 1s, not %s", c.TaskPollMin)
	}
	if c.TaskPollMax < c.TaskPollMin {
		report("--task-poll-max: must be --task-poll-min or longer, not %s", c.TaskPollMax)
	}
	c.Documents.validate(report)
	c.MCP.validate(report)
	atLeastOne("max-websockets", c.MaxWebSockets, report)
	atLeastOne("max-websockets-per-sender", c.MaxWebSocketsPerSender, report)
	atLeastOne("max-websocket-operations", c.MaxWebSocketOperations, report)
	c.Serving.validate(report)
	c.FrontDoor.validate(report)
	if c.Documents.Only && c.Introspection == "on" {
		report("--introspection: cannot be on with --documents-only, which hides the schema")
	}
}
