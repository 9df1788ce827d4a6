package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"certql/edge"
	"certql/edge/config"
	"certql/edge/pages"
	"certql/edge/session"
	"certql/edge/tenantkeys"
	"certql/upstream"
)

// discoverTimeout is how long the start waits for the tenant to say where people sign in. Later sign-ins
// ask again.
const discoverTimeout = 5 * time.Second

// An access is who is let in to the gateway, and by which paths.
type access struct {
	hosts         *edge.Hosts
	door          *edge.Door
	authenticator edge.Authenticator
	refused       func(reason string)             // is called for each request that is not admitted
	strict        func(http.Handler) http.Handler // has browsers use HTTPS alone, if that is offered
	cors          func(http.Handler) http.Handler // lets the pages of listed origins in
	origins       *edge.Origins
	sessions      *session.Sessions // nil if nobody can sign in
	pages         *pages.Pages      // nil if there are none
	close         []func()
}

// The paths at which operations are executed.
const (
	graphqlPath = "/graphql"
	toolsPath   = "/mcp"
)

// refusedHost is why a request is refused that is for a host which is not allowed.
const refusedHost = "host"

// refusals returns all reasons for which a request is not admitted.
func refusals() []string {
	return []string{refusedHost, edge.LimitRequests, edge.LimitRequestsPerSender, edge.LimitWebSockets, edge.LimitWebSocketsPerSender, edge.LimitBodies, edge.LimitBodiesPerSender}
}

// newAccess returns who is let in by the settings. Origin is the one at which browsers reach the gateway,
// and service the gateway's own credential; nil if no caller may use it. Refused is called for each request
// that is not admitted, with one of the refusals. Store keeps the sessions, or this
// process if it is nil; they take at most sessionBytes of its memory, and 0 stands for any amount.
func newAccess(ctx context.Context, settings config.Serve, t tenant, origin *url.URL, service upstream.Credential, refused func(string), log *slog.Logger, store session.Store, sessionBytes int64) (*access, error) {
	a := &access{authenticator: edge.Authenticator{Bearer: t.modes.Bearer, Service: service}, refused: refused}
	a.cors = func(next http.Handler) http.Handler {
		return edge.CORS(settings.CORSOrigins, settings.CORSHeaders, t.modes.Session, next)
	}
	var err error
	if service != nil {
		if a.authenticator.Gate, err = edge.NewServiceGate(settings.Gate()); err != nil {
			return nil, err
		}
	}
	if err := a.frontDoor(settings, origin); err != nil {
		return nil, err
	}
	if settings.Pages != "" {
		if err := a.openPages(settings); err != nil {
			return nil, err
		}
	}
	if settings.TenantKeys.Enabled() {
		if err := a.verifyTokens(ctx, settings.TenantKeys, log); err != nil {
			return nil, err
		}
	}
	if t.modes.Session {
		if err := a.signIn(ctx, settings, t, origin, log, store, sessionBytes); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// openPages makes what serves the pages of a portal.
func (a *access) openPages(settings config.Serve) error {
	policy, err := pages.ParsePolicy(settings.PagesCSP)
	if err != nil {
		return fmt.Errorf("--pages-csp: %w", err)
	}
	if a.pages, err = pages.New(pages.Config{Dir: settings.Pages, Policy: policy}); err != nil {
		return fmt.Errorf("--pages: %w", err)
	}
	a.close = append(a.close, func() { _ = a.pages.Close() })
	return nil
}

// verifyTokens has the tokens of callers verified by the tenant's keys.
func (a *access) verifyTokens(ctx context.Context, settings config.TenantKeys, log *slog.Logger) error {
	transport := upstream.NewTransport(upstream.TransportConfig{})
	a.close = append(a.close, transport.CloseIdleConnections)
	keys, err := tenantkeys.New(tenantkeys.Config{File: settings.JWKSFile, URL: settings.JWKSURL, Transport: transport, Logger: log})
	if err != nil {
		return fmt.Errorf("--tenant-jwks-file: %w", err)
	}
	bounded, cancel := context.WithTimeout(ctx, discoverTimeout)
	defer cancel()
	if err := keys.Fetch(bounded); err != nil {
		log.WarnContext(ctx, "the tenant's keys are not known yet, and no token is taken without them", "error", err)
	}
	a.authenticator.Tokens = keys
	return nil
}

// frontDoor makes what decides on requests before anything is known of who sends them. Origin is the one at
// which browsers reach the gateway.
func (a *access) frontDoor(settings config.Serve, origin *url.URL) error {
	proxies, err := settings.FrontDoor.Proxies()
	if err != nil {
		return fmt.Errorf("--trusted-proxies: %w", err)
	}
	if a.hosts, err = settings.Hosts(); err != nil {
		return fmt.Errorf("--allowed-hosts: %w", err)
	}
	own := "" // any by which it is reached
	if settings.PublicURL != "" {
		own = origin.String()
	}
	if a.origins, err = edge.NewOrigins(proxies, own, settings.CORSOrigins...); err != nil {
		return err
	}
	a.door = edge.NewDoor(edge.DoorConfig{
		Proxies:                proxies,
		MaxRequests:            settings.FrontDoor.MaxRequests,
		MaxRequestsPerSender:   settings.FrontDoor.MaxRequestsPerSender,
		MaxWebSockets:          settings.MaxWebSockets,
		MaxWebSocketsPerSender: settings.MaxWebSocketsPerSender,
		MaxBody:                settings.Limits.Body,
		MaxBodies:              settings.FrontDoor.MaxBodies,
		Refused:                a.refused,
	})
	a.strict = func(next http.Handler) http.Handler { return edge.StrictTransport(origin, proxies, next) }
	return nil
}

// signIn lets people sign in at the tenant.
func (a *access) signIn(ctx context.Context, settings config.Serve, t tenant, origin *url.URL, log *slog.Logger, store session.Store, sessionBytes int64) error {
	keys, err := settings.Session.Keys()
	if err != nil {
		return err
	}
	transport := upstream.NewTransport(upstream.TransportConfig{})
	a.close = append(a.close, transport.CloseIdleConnections)
	t.signIn.Transport, t.signIn.RedirectURL = transport, callbackURL(origin)
	client, err := upstream.NewAuthorizationCode(t.signIn)
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, discoverTimeout)
	defer cancel()
	if _, err := client.Discover(bounded); err != nil {
		log.WarnContext(ctx, "the tenant does not say where people sign in", "error", err)
	}
	a.sessions, err = session.New(session.Config{
		Tenant:      client,
		Origin:      origin,
		Origins:     a.origins,
		ReturnPaths: settings.ReturnPaths(),
		IdleTimeout: settings.Session.IdleTimeout,
		Lifetime:    settings.Session.Lifetime,
		MaxSessions: settings.Session.Max,
		MaxBytes:    sessionBytes,
		Keys:        keys,
		Store:       store,
		Logger:      log,
	})
	if err != nil {
		return err
	}
	a.authenticator.Sessions = a.sessions
	return nil
}

// callbackURL returns where the tenant sends browsers back to.
func callbackURL(origin *url.URL) string { return origin.String() + session.CallbackPath }

// returnURLs returns where the tenant may send browsers back to: the callback of a sign-in, and where a
// sign-out leads. Of a path that stands for all below it, that is the path itself.
func returnURLs(origin *url.URL, paths []string) []string {
	urls := []string{callbackURL(origin)}
	for _, path := range paths {
		urls = append(urls, origin.String()+strings.TrimSuffix(path, "*"))
	}
	return urls
}

// mount adds the paths of GraphQL, of the sign-in and of the portal's pages.
//
// A request passes what refuses it at the least cost first: its host, how many are under way, and only then
// who sends it, for which keys are compared and sessions opened. CORS comes before all of them, so that a
// page of a listed origin can read why it is refused, and when to try again; a preflight ends there, which
// takes no time and no room.
func (a *access) mount(mux *http.ServeMux, graphql http.Handler) {
	mux.Handle(graphqlPath, a.cors(a.admit(edge.Languages(a.authenticator.Handler(graphql)))))
	if a.sessions != nil {
		mux.Handle(session.Path, a.cors(a.admit(a.sessions.Handler())))
	}
	if a.pages != nil {
		mux.Handle("GET "+pages.Path, a.admit(a.pages))
	}
}

// mountTools adds the path of the tools for assistants, for the same callers as GraphQL. Whom nothing is known
// of is refused at once, since assistants ask their users to sign in by that, and the page of another origin
// too, as the protocol wants it.
func (a *access) mountTools(mux *http.ServeMux, tools http.Handler) {
	mux.Handle(toolsPath, a.cors(a.admit(a.origins.Handler(edge.Languages(a.authenticator.Handler(a.authenticator.Known(tools)))))))
}

// admit passes on to next the requests for the gateway's own hosts, as long as there is room for them.
func (a *access) admit(next http.Handler) http.Handler { return a.forAllowedHost(a.door.Handler(next)) }

// forAllowedHost passes on to next the requests for the gateway's own hosts.
func (a *access) forAllowedHost(next http.Handler) http.Handler {
	return a.hosts.Handler(func() { a.refused(refusedHost) }, next)
}

// Close closes what was opened for it.
func (a *access) Close() {
	for _, end := range a.close {
		end()
	}
}
