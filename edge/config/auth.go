package config

import (
	"errors"
	"slices"
)

// The values of --auth.
const (
	authAuto    = "auto"
	authBearer  = "bearer"
	authService = "service"
	authSession = "session"
)

// Modes are the kinds of callers that are let in. A request says by what it brings which of them it
// is; see Callers.
type Modes struct {
	// Bearer is who brings an access token of the tenant.
	Bearer bool
	// Service is who calls by the gateway's own credentials.
	Service bool
	// Session is a browser in which somebody has signed in at the gateway.
	Session bool
}

// Modes answers which callers are let in.
func (c Serve) Modes() Modes {
	has := func(mode string) bool { return slices.Contains(c.Auth, mode) }
	return Modes{
		Bearer:  has(authBearer) || has(authAuto),
		Service: has(authService) || has(authAuto) && c.Embedded(),
		Session: has(authSession),
	}
}

// validateAuth reports what is wrong with who is let in to problem.
func (c Serve) validateAuth(problem func(format string, args ...any)) {
	modes := c.Modes()
	if modes == (Modes{}) {
		problem("--auth: must be auto, bearer, service or session, several with commas between: with none, nobody is let in")
	}
	if modes.Service && !c.Embedded() && (c.ClientID == "" || c.ClientSecret == "") {
		problem("--auth=service: needs --client-id and --client-secret ($CERTQL_CLIENT_ID and $CERTQL_CLIENT_SECRET, or $CERTQL_CLIENT_SECRET_FILE)")
	}
	for _, err := range []error{
		c.Access.validate(modes.Service, c.Embedded()),
		c.TLS.validate(),
		c.validateClientCertificates(),
		c.Session.validate(),
		c.validatePublicURL(),
	} {
		if err != nil {
			problem("%w", err)
		}
	}
	if modes.Session && !c.Embedded() && c.Session.ClientID == "" {
		problem("--auth=session: needs --session-client-id ($CERTQL_SESSION_CLIENT_ID) and, unless the client has none, --session-client-secret")
	}
}

// validateClientCertificates checks that names of certificates are looked for only where clients
// are asked for one.
func (c Serve) validateClientCertificates() error {
	if len(c.Access.ClientCertNames) > 0 && c.TLS.ClientCAFile == "" {
		return errors.New("--client-cert-name: needs --tls-client-ca-file, so that clients are asked for a certificate")
	}
	return nil
}
