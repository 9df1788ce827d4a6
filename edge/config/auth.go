package config

import "slices"

// The values of --auth.
const (
	authAuto    = "auto"
	authBearer  = "bearer"
	authService = "service"
	authSession = "session"
)

// Modes are the kinds of callers that are let in. What a request brings says which of them it is of;
// see edge.Authenticator.
type Modes struct {
	// Bearer lets in callers who bring an access token of the tenant.
	Bearer bool
	// Service lets in callers who may use the gateway's own credentials.
	Service bool
	// Session lets in browsers in which a person has signed in at the gateway.
	Session bool
}

// Modes returns which callers are let in.
func (c Serve) Modes() Modes {
	has := func(mode string) bool { return slices.Contains(c.Auth, mode) }
	return Modes{
		Bearer:  has(authBearer) || has(authAuto),
		Service: has(authService) || has(authAuto) && c.Embedded(),
		Session: has(authSession),
	}
}

// validateAuth reports whether no caller is let in, and whether the gateway lacks credentials of its
// own for those who may use them.
func (c Serve) validateAuth(report report) {
	modes := c.Modes()
	if modes == (Modes{}) {
		report("--auth: must be auto, bearer, service or session, several separated by commas: without any, nobody is let in")
	}
	if modes.Service && !c.Embedded() && (c.Clients.All()[0].ID == "" || c.Clients.Secret == "") {
		report("--auth=service: needs --client-id and --client-secret ($CERTQL_CLIENT_ID and $CERTQL_CLIENT_SECRET, or $CERTQL_CLIENT_SECRET_FILE)")
	}
}

// validateSignIn reports whether people may sign in, but there is no client for it.
func (c Serve) validateSignIn(report report) {
	if c.Modes().Session && !c.Embedded() && c.Session.ClientID == "" {
		report("--auth=session: needs --session-client-id ($CERTQL_SESSION_CLIENT_ID) and, unless the client has none, --session-client-secret")
	}
}
