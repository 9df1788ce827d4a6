// Package sandbox simulates the Certifications API of SailPoint Identity Security Cloud over seeded data in memory:
// its eleven operations and the seven beside them, on summaries, campaigns and people, under every version's paths, its
// filters, sorters, limits, user levels and errors, its state and how that changes, its OAuth authorisation server and its
// request budget. A Sandbox is an http.Handler, for tests of
// any client of that API and for trying one out.
//
// Beside the API's own paths, those under /sandbox/ inject faults, count requests and start over.
//
// If the vendor does not say how the service behaves, the package makes one choice, and a comment there says so. The
// package uses no code of any client: a client and a sandbox that share a mistake about the API would agree. It starts no
// goroutines: what changes with time changes when it is looked at.
//
// Below it are filter (the vendor's language of filters and sorters), oauth (the authorisation server) and response (how
// the service words its responses).
package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync/atomic"
	"time"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// A Sandbox is one simulated tenant. Use New to make one. It is safe for concurrent use.
type Sandbox struct {
	config      Config
	clients     []oauth.Client
	oauth       *oauth.Server
	limiter     *limiter
	instruments *instruments
	tracking    *idSource
	mux         *http.ServeMux
	state       atomic.Pointer[state]
}

// New returns a tenant with freshly seeded data, or an error that names every wrong setting.
func New(config Config) (*Sandbox, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	clients := seededClients()
	authorisation, err := oauth.New(config.oauth(clients))
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &Sandbox{
		config:   config,
		clients:  clients,
		oauth:    authorisation,
		limiter:  config.limiter(),
		tracking: newIDSource(config.Seed, trackingStream),
	}
	s.instruments = newInstruments(config, s.oauth.Verify, s.limiter, s.seed)
	s.seed()
	s.mux = s.routes()
	return s, nil
}

// limiter returns the request budgets that the configuration asks for.
func (c Config) limiter() *limiter {
	kind := fixedWindows
	if c.SlidingWindow {
		kind = slidingWindows
	}
	return newLimiter(max(c.RateLimit, 0), c.RateWindow, kind, c.Penalties, c.Clock)
}

// oauth returns what the authorisation server has to know, of the tenant that the configuration asks for.
func (c Config) oauth(clients []oauth.Client) oauth.Config {
	return oauth.Config{
		Clients:           append(applications(), clients...),
		Users:             seededUsers(),
		RedirectURIs:      c.RedirectURIs,
		TokenLifetime:     cmp.Or(c.TokenLifetime, DefaultTokenLifetime),
		UserTokenLifetime: cmp.Or(c.TokenLifetime, DefaultUserTokenLifetime),
		RefreshLifetime:   c.RefreshLifetime,
		RefreshRevokes:    c.RefreshRevokes,
		Clock:             c.Clock,
	}
}

// seed replaces all data by that of the start.
func (s *Sandbox) seed() { s.state.Store(seedState(s.config)) }

// A Client is an OAuth client of the simulated tenant that gets tokens by its credentials.
type Client struct {
	// ID and Secret are its credentials for the client-credentials grant.
	ID, Secret string
	// IdentityID and UserName are the user that it acts for; both are empty for an API key.
	IdentityID, UserName string
	// Authorities are the user levels, such as ORG_ADMIN, and Scopes what its tokens may be used for.
	Authorities, Scopes []string
}

// Clients returns the OAuth clients that get tokens by their credentials, in a fixed order. PortalClient and
// PublicPortalClient, to which the users of these clients sign in, are not among them.
func (s *Sandbox) Clients() []Client {
	clients := make([]Client, len(s.clients))
	for i, each := range s.clients {
		clients[i] = Client{each.ID, each.Secret, each.IdentityID, each.UserName, each.Authorities, each.Scopes}
	}
	return clients
}

// Now returns the time by the tenant's clock.
func (s *Sandbox) Now() time.Time { return s.config.Clock() }

// SetFaults replaces the faults in force, as PUT /sandbox/faults does; without any, none is in force. If one is wrong, it
// changes nothing and returns an error that says which.
func (s *Sandbox) SetFaults(faults ...Fault) error { return s.instruments.setFaults(faults) }

// Requests returns what arrived since the start or the last reset, as GET /sandbox/requests?detail=true does.
func (s *Sandbox) Requests() Requests { return s.instruments.requests() }

// Reset starts over, as POST /sandbox/reset does: the data of the start (by the clock's current day), no faults, full
// request budgets, and empty journals of requests and writes. Tokens stay valid, and users stay signed in.
func (s *Sandbox) Reset() { s.instruments.reset() }

// Writes returns every change since the start or the last reset, oldest first.
func (s *Sandbox) Writes() []Write {
	state := s.state.Load()
	var writes []Write
	state.read(func(time.Time) { writes = slices.Clone(state.writes) })
	return writes
}

// ServeHTTP responds to one request, as the service does also for paths that it does not have.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(response.TrackingHeader, s.tracking.next())
	w.Header().Set(response.LocaleHeader, response.Locale(r.Header.Get("Accept-Language")))
	// ServeMux would redirect these, and so hide a client that builds paths from ids it did not escape.
	if escaped := r.URL.EscapedPath(); path.Clean(escaped) != escaped && escaped != "/" {
		response.Error(w, response.ErrNotFound)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// legacyVersions have their number before the name of the service; the current version has it after the name.
var legacyVersions = [...]string{"v3", "v2024", "v2025", "v2026"}

const currentVersion = "v1"

// routes mounts every operation under the paths of every version.
func (s *Sandbox) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		response.Error(w, response.ErrNotFound)
	})
	for _, version := range legacyVersions {
		s.mountOperations(mux, version, func(service string) string { return "/" + version + "/" + service })
	}
	s.mountOperations(mux, currentVersion, func(service string) string { return "/" + service + "/" + currentVersion })
	s.oauth.Mount(mux, s.instruments.wrap)
	s.instruments.mount(mux)
	return mux
}

// mountOperations mounts the operations under the paths of one version, and the refusal of every other method.
func (s *Sandbox) mountOperations(mux *http.ServeMux, version string, base func(service string) string) {
	for _, each := range operations() {
		path := base(each.service) + each.path
		mux.Handle(each.method+" "+path, s.instruments.wrap(each.name, s.serve(each, version)))
		mux.HandleFunc(path, response.OtherMethods(each.method))
	}
}
