package graphtest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"certql/graph"
	"certql/graph/document"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// common is the tenant of all tests that only read, since seeding one takes longer than reading it.
var common struct {
	once   sync.Once
	tenant *Tenant
	err    error
}

// SharedTenant returns a tenant of ordinary size that no test may change.
func SharedTenant(t testing.TB) *Tenant {
	t.Helper()
	common.once.Do(func() { common.tenant, common.err = Start(Setup{}) })
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.tenant
}

// NewTenant returns a tenant for one test, which is small unless the setup says otherwise. It is closed
// when the test ends.
func NewTenant(t testing.TB, s Setup) *Tenant {
	t.Helper()
	if s.Sandbox.Certifications == 0 {
		s.Sandbox.Certifications, s.Sandbox.Items = 40, 2_000
	}
	tenant, err := Start(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tenant.Close)
	return tenant
}

// A Setup says how a tenant differs from the usual one, which has the paths of /v3 and no rate limit.
type Setup struct {
	// Sandbox is the configuration of the sandbox. The clock is the tenant's in any case.
	Sandbox sandbox.Config
	// Front returns a handler in front of the sandbox, for responses that the sandbox would not give.
	Front func(http.Handler) http.Handler
	// Current makes the gateway use the paths of the current version.
	Current bool
	// Limits are those of the gateway.
	Limits document.Limits
	// ToUpstream and ToGateway change further settings of the gateway's two sides.
	ToUpstream func(*upstream.Config)
	ToGateway  func(*graph.Config)
}

// A Tenant is a sandbox with a gateway in front of it, both over HTTP.
type Tenant struct {
	Sandbox *sandbox.Sandbox
	Clock   *Clock           // of the sandbox and of the gateway
	Client  *upstream.Client // of the gateway
	Rest    *httptest.Server // serves the sandbox
	Handler *graph.Handler
	Gateway *httptest.Server // serves the handler, to bearers of tokens
	tokens  sync.Map         // access tokens by OAuth client id
}

// plenty is a budget of requests that no test uses up.
const plenty = 1 << 20

// Start starts a tenant, which the caller has to close.
func Start(s Setup) (*Tenant, error) {
	w := &Tenant{Clock: newClock()}
	s.Sandbox.Clock = w.Clock.Now
	if s.Sandbox.RateLimit == 0 {
		s.Sandbox.RateLimit = sandbox.NoRateLimit
	}
	var err error
	if w.Sandbox, err = sandbox.New(s.Sandbox); err != nil {
		return nil, err
	}
	service := http.Handler(w.Sandbox)
	if s.Front != nil {
		service = s.Front(service)
	}
	w.Rest = httptest.NewServer(service)
	base := w.Rest.URL + "/v3"
	if s.Current {
		base = w.Rest.URL
	}
	// A call that the budget has no room for fails after a second.
	calls := upstream.Config{BaseURL: base, Now: w.Clock.Now, RateLimit: plenty, UnprovenLimit: upstream.NoRateLimit, QueueWait: time.Second}
	if s.ToUpstream != nil {
		s.ToUpstream(&calls)
	}
	if w.Client, err = upstream.New(calls); err != nil {
		w.Rest.Close()
		return nil, err
	}
	gateway := graph.Config{Client: w.Client, Limits: s.Limits, Now: w.Clock.Now, Caller: asBearerOf, Precheck: true}
	gateway.MaxEstimatedCalls, gateway.MaxUpstreamCalls = 1_000_000, 1_000_000 // tests walk everything
	if s.ToGateway != nil {
		s.ToGateway(&gateway)
	}
	w.Handler = graph.NewHandler(gateway)
	w.Gateway = httptest.NewServer(AsBearer(w.Handler))
	return w, nil
}

// Close stops the gateway and the sandbox.
func (w *Tenant) Close() {
	w.Gateway.Close()
	w.Client.CloseIdleConnections()
	w.Rest.Close()
}

// A Clock stands still until a test advances it.
type Clock struct{ at atomic.Int64 }

func newClock() *Clock {
	c := &Clock{}
	c.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time { return time.Unix(0, c.at.Load()).UTC() }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.at.Add(int64(d)) }

// AwaitNoSocket waits until the gateway has noticed that all WebSocket connections have ended.
func (w *Tenant) AwaitNoSocket(t *testing.T) {
	t.Helper()
	if err := w.Handler.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}
