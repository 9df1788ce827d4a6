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
	"certql/edge/session"
	"certql/edge/tenantkeys"
	"certql/upstream"
)

// discoverTimeout is how long the start waits for the tenant to say where people sign in. Later sign-ins
// ask again.
const discoverTimeout = 5 * time.Second

// An access is who is let in to the gateway, and by which paths.
type access struct {
	authenticator edge.Authenticator
	cors          func(http.Handler) http.Handler // lets the pages of listed origins in
	origins       *edge.Origins
	sessions      *session.Sessions // nil if nobody can sign in
	pages         *edge.Pages       // nil if there are none
	close         []func()
}

// newAccess returns who is let in by the settings. Origin is the one at which browsers reach the gateway,
// and service the gateway's own credential; nil if no caller may use it.
func newAccess(ctx context.Context, settings config.Serve, t tenant, origin *url.URL, service upstream.Credential, log *slog.Logger) (*access, error) {
	a := &access{authenticator: edge.Authenticator{Bearer: t.modes.Bearer, Service: service}}
	a.cors = func(next http.Handler) http.Handler {
		return edge.CORS(settings.CORSOrigins, settings.CORSHeaders, t.modes.Session, next)
	}
	var err error
	if service != nil {
		if a.authenticator.Gate, err = edge.NewServiceGate(settings.Gate()); err != nil {
			return nil, err
		}
	}
	if a.origins, err = edge.NewOrigins(append([]string{origin.String()}, settings.CORSOrigins...)...); err != nil {
		return nil, err
	}
	if settings.Pages != "" {
		if a.pages, err = edge.NewPages(settings.Pages); err != nil {
			return nil, fmt.Errorf("--pages: %w", err)
		}
		a.close = append(a.close, func() { _ = a.pages.Close() })
	}
	if settings.TenantKeys.Enabled() {
		if err := a.verifyTokens(ctx, settings.TenantKeys, log); err != nil {
			return nil, err
		}
	}
	if t.modes.Session {
		if err := a.signIn(ctx, settings.Session, t, origin, log); err != nil {
			return nil, err
		}
	}
	return a, nil
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

// signIn lets people sign in at the tenant.
func (a *access) signIn(ctx context.Context, settings config.Session, t tenant, origin *url.URL, log *slog.Logger) error {
	keys, err := settings.Keys()
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
		ReturnPaths: settings.ReturnPaths,
		IdleTimeout: settings.IdleTimeout,
		Lifetime:    settings.Lifetime,
		MaxSessions: settings.Max,
		Keys:        keys,
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
func (a *access) mount(mux *http.ServeMux, graphql http.Handler) {
	mux.Handle("/graphql", a.cors(edge.Languages(a.authenticator.Handler(graphql))))
	if a.sessions != nil {
		mux.Handle(session.Path, a.cors(a.sessions.Handler()))
	}
	if a.pages != nil {
		mux.Handle("GET "+edge.PagesPath, a.pages)
	}
}

// Close closes what was opened for it.
func (a *access) Close() {
	for _, end := range a.close {
		end()
	}
}
