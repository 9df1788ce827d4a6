package config

// MCP has the settings of the command that offers tools over standard input and output.
type MCP struct {
	MCPTools   `embed:""`
	Token      string  `secret:"" placeholder:"TOKEN" help:"Access token of the tenant, which all calls carry. Other users of the machine can see flags, so use the variable or a file instead."`
	TokenFile  string  `name:"token-file" placeholder:"PATH" help:"File that contains the access token."`
	Clients    Clients `embed:""`
	Upstream   `embed:""`
	TokenURL   string `placeholder:"URL" help:"Where the client's credentials are exchanged for a token. By default /oauth/token on the upstream's host."`
	Operations `embed:""`
	Calls      `embed:""`
	Log        Log         `embed:"" prefix:"log-"`
	Data       SandboxData `embed:"" prefix:"sandbox-"`
}

// Gateway returns the settings of the gateway that executes what the tools ask for. It listens nowhere, and
// all its callers are the one of this process.
func (m MCP) Gateway() Serve {
	auth := authService
	if m.Token != "" {
		auth = authBearer
	}
	return Serve{
		Upstream:   m.Upstream,
		Operations: m.Operations,
		Documents:  Documents{Only: true},
		MCP:        MCPEndpoint{On: true, MCPTools: m.MCPTools},
		Calls:      m.Calls,
		Auth:       []string{auth},
		Access:     Access{ServiceAccess: serviceAny},
		Clients:    m.Clients,
		TokenURL:   m.TokenURL,
		Log:        m.Log,
		Data:       m.Data,
	}
}

// validate reports what is wrong with the settings of the command.
func (m MCP) validate(report report) {
	m.Upstream.validate(report)
	client := m.Clients.All()[0]
	switch {
	case m.Token != "" && m.Embedded():
		report("--token: is for a tenant: it needs --upstream-url ($CERTQL_UPSTREAM_URL)")
	case m.Token != "" && (client.ID != "" || m.Clients.Secret != ""):
		report("--token: is one credential, and --client-id with --client-secret another: leave out one or the other")
	case m.Token == "" && !m.Embedded() && (client.ID == "" || m.Clients.Secret == ""):
		report("--client-id: is needed with --client-secret before a tenant, as a personal access token has them, or --token instead of both ($CERTQL_CLIENT_ID and $CERTQL_CLIENT_SECRET, or $CERTQL_TOKEN)")
	}
	m.Clients.validate(m.Embedded(), m.Budget.RateLimitKey, report)
	validateTokenURL(m.TokenURL, report)
	m.Operations.validate(report)
	m.Calls.validate(report)
	m.Data.validate("sandbox-", report)
}
