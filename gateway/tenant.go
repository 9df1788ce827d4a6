package gateway

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"certql/edge/config"
	"certql/edge/telemetry"
	"certql/playground"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// The credentials by which the gateway calls the embedded sandbox, unless the settings have others.
const (
	sandboxAdmin  = "org-admin"
	sandboxSecret = "sandbox"
)

// A tenant is the upstream that the gateway calls, and the gateway's own credentials there.
type tenant struct {
	baseURL   string
	simulator *sandbox.Sandbox // which plays the tenant; nil for a real one
	now       func() time.Time // the tenant's clock
	modes     config.Modes
	clients   []config.Client // of the gateway itself
	tokenURL  string
	signIn    upstream.AuthorizationCodeConfig // how people sign in to it
}

// tenantOf returns the tenant that the settings name.
func tenantOf(settings config.Serve) tenant {
	return tenant{
		baseURL:  settings.UpstreamURL,
		now:      time.Now,
		modes:    settings.Modes(),
		clients:  settings.Clients.All(),
		tokenURL: settings.EffectiveTokenURL(),
		signIn: upstream.AuthorizationCodeConfig{
			InfoURL:      settings.EffectiveInfoURL(),
			AuthorizeURL: settings.Session.AuthorizeURL,
			TokenURL:     settings.Session.TokenURL,
			RevokeURL:    settings.Session.RevokeURL,
			Issuer:       settings.Session.Issuer,
			ClientID:     settings.Session.ClientID,
			ClientSecret: settings.Session.ClientSecret,
			Scopes:       settings.Session.Scopes,
			UserAgent:    userAgent(),
		},
	}
}

// simulatedBy returns the tenant as an embedded sandbox plays it.
func (t tenant) simulatedBy(embedded *embeddedSandbox) tenant {
	url := embedded.url
	t.simulator, t.now = embedded.simulator, embedded.simulator.Now
	t.baseURL, t.tokenURL = url+"/v3", url+"/oauth/token"
	for i, client := range t.clients {
		t.clients[i] = config.Client{ID: cmp.Or(client.ID, sandboxAdmin), Secret: cmp.Or(client.Secret, sandboxSecret)}
	}
	t.signIn.InfoURL, t.signIn.RevokeURL = url+"/oauth/info", url+"/oauth/revoke"
	if t.signIn.ClientID == "" {
		t.signIn.ClientID, t.signIn.ClientSecret = sandbox.PortalClient, sandboxSecret
	}
	return t
}

// connect returns the client of the tenant, which has so many connections to it and shares with other replicas
// what there is to share, and the gateway's own credential; nil if no caller may use it.
func (t tenant) connect(settings config.Serve, connections int, replicas *replicas, log *slog.Logger, tracer trace.Tracer) (*upstream.Client, upstream.Credential, error) {
	layout, err := upstream.ParseLayout(settings.UpstreamLayout, t.baseURL)
	if err != nil {
		return nil, nil, err
	}
	transport := upstream.NewTransport(upstream.TransportConfig{HTTP2Only: settings.UpstreamHTTP2, MaxConnections: connections})
	cfg := upstream.Config{
		BaseURL:     t.baseURL,
		Layout:      layout,
		Transport:   transport,
		UserAgent:   userAgent(),
		CallTimeout: settings.UpstreamTimeout,
		PageSize:    settings.UpstreamPageSize,
		Logger:      log,
		Tracer:      tracer,

		RateLimit:        settings.Budget.RateLimit,
		RateLimitMargin:  settings.Budget.RateLimitMargin,
		UnprovenLimit:    unprovenLimit(settings.Budget.UnprovenLimit),
		RateLimitKey:     upstream.RateLimitKey(settings.Budget.RateLimitKey),
		QueueLength:      settings.Budget.QueueLength,
		QueueWait:        settings.Budget.QueueWait,
		MaxPause:         settings.Budget.MaxPause,
		CacheTTL:         settings.Budget.CacheTTL,
		CacheBytes:       settings.Budget.CacheBytes,
		StaleIfThrottled: settings.Budget.StaleIfThrottled,

		MaxInFlight:             settings.MaxInFlight,
		MaxInFlightPerOperation: settings.MaxInFlightPerOperation,
	}
	replicas.upstream(&cfg)
	client, err := upstream.New(cfg)
	if err != nil || !t.modes.Service {
		return client, nil, err
	}
	own, err := t.own(transport, log)
	return client, own, err
}

// own returns the gateway's own credential, which is a pool if it has several clients.
func (t tenant) own(transport http.RoundTripper, log *slog.Logger) (upstream.Credential, error) {
	clients := make([]*upstream.ClientCredentials, len(t.clients))
	for i, client := range t.clients {
		var err error
		if clients[i], err = upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
			TokenURL:     t.tokenURL,
			ClientID:     client.ID,
			ClientSecret: client.Secret,
			Transport:    transport,
			UserAgent:    userAgent(),
		}); err != nil {
			return nil, err
		}
	}
	if len(clients) == 1 {
		return clients[0], nil
	}
	return upstream.NewPool(log, clients...)
}

// unprovenLimit returns the client's setting for the gateway's, in which 0 turns it off.
func unprovenLimit(requests int) int {
	if requests == 0 {
		return upstream.NoRateLimit
	}
	return requests
}

// userAgent returns how the gateway names itself upstream.
func userAgent() string { return "certql/" + strings.TrimPrefix(telemetry.ThisBuild().Version, "v") }

// reachedWithin is how long a response of the upstream proves that it can be reached.
const reachedWithin = 10 * time.Second

// checks returns the checks of whether the upstream responds and, if the gateway needs a token of its own,
// whether it has one.
func checks(client *upstream.Client, service upstream.Credential) []telemetry.Check {
	all := []telemetry.Check{{Name: "reach", Run: func(ctx context.Context) error { return client.Reach(ctx, reachedWithin) }}}
	if service != nil {
		all = append(all, telemetry.Check{Name: "token", Run: func(ctx context.Context) error {
			_, err := service.Token(ctx)
			return err
		}})
	}
	return all
}

// tokens returns how the playground gets a token of any client of an embedded sandbox; nil if the tenant
// is real, or callers may not bring tokens.
func (t tenant) tokens() *playground.SignIn {
	if t.simulator == nil || !t.modes.Bearer {
		return nil
	}
	signIn := &playground.SignIn{Token: func(ctx context.Context, id string) (string, error) {
		transport := upstream.NewTransport(upstream.TransportConfig{})
		defer transport.CloseIdleConnections()
		client, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
			TokenURL:     t.tokenURL,
			ClientID:     id,
			ClientSecret: sandboxSecret,
			Transport:    transport,
		})
		if err != nil {
			return "", err
		}
		return client.Token(ctx)
	}}
	for _, client := range t.simulator.Clients() {
		signIn.Identities = append(signIn.Identities, playground.Identity{ID: client.ID, Name: client.UserName})
	}
	return signIn
}

// String names the upstream.
func (t tenant) String() string {
	if t.simulator != nil {
		return "embedded sandbox at " + t.baseURL
	}
	return t.baseURL
}

// host returns the host of the upstream; empty for an embedded sandbox.
func (t tenant) host() string {
	at, err := url.Parse(t.baseURL)
	if err != nil || t.simulator != nil {
		return "" // the client would not have been made of a URL that is none
	}
	return at.Host
}

// clientIDs names the clients of the gateway itself.
func (t tenant) clientIDs() string {
	ids := make([]string, len(t.clients))
	for i, client := range t.clients {
		ids[i] = client.ID
	}
	return strings.Join(ids, " or ")
}

// callsAs returns as whom the upstream is called: by the first of these that a request brings.
func (t tenant) callsAs() string {
	var callers []string
	if t.modes.Bearer {
		callers = append(callers, "the bearer of the request's token")
	}
	if t.modes.Session {
		callers = append(callers, "who has signed in")
	}
	if t.modes.Service {
		callers = append(callers, t.clientIDs())
	}
	return strings.Join(callers, ", else ")
}
