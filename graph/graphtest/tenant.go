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

// common is the tenant of all tests that only read: seeding one takes longer than reading it.
var common struct {
	once   sync.Once
	tenant *Tenant
	err    error
}

// SharedTenant answers a tenant of ordinary size that no test may change.
func SharedTenant(t testing.TB) *Tenant {
	t.Helper()
	common.once.Do(func() { common.tenant, common.err = Start(Setup{}) })
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.tenant
}

// NewTenant answers a tenant for one test, which is small unless the setup says otherwise.
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

// A Setup says how a tenant differs from one without a rate limit under /v3.
type Setup struct {
	Sandbox sandbox.Config
	// Front stands before the sandbox, for answers that it would not give.
	Front func(http.Handler) http.Handler
	// Current makes the gateway use the paths of the current version.
	Current bool
	// Limits are those of the gateway.
	Limits document.Limits
	// ToUpstream and toGateway change further settings of the gateway's two sides.
	ToUpstream func(*upstream.Config)
	ToGateway  func(*graph.Config)
}

// plenty is a budget of requests that no test uses up.
const plenty = 1 << 20

// A Tenant is a sandbox with a gateway in front of it, both over HTTP.
type Tenant struct {
	Sandbox *sandbox.Sandbox
	Clock   *clock
	Client  *upstream.Client
	Rest    *httptest.Server
	Handler *graph.Handler
	Gateway *httptest.Server
	tokens  sync.Map // access tokens by OAuth client id
}

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
	// What the upstream refuses is refused here before anybody has waited for it to pass.
	calls := upstream.Config{BaseURL: base, Now: w.Clock.Now, RateLimit: plenty, QueueWait: time.Second}
	if s.ToUpstream != nil {
		s.ToUpstream(&calls)
	}
	if w.Client, err = upstream.New(calls); err != nil {
		w.Rest.Close()
		return nil, err
	}
	answers := graph.Config{Client: w.Client, Limits: s.Limits, Now: w.Clock.Now, Caller: asBearerOf, Precheck: true}
	answers.MaxEstimatedCalls, answers.MaxUpstreamCalls = 1_000_000, 1_000_000 // tests walk everything
	if s.ToGateway != nil {
		s.ToGateway(&answers)
	}
	w.Handler = graph.NewHandler(answers)
	w.Gateway = httptest.NewServer(AsBearer(w.Handler))
	return w, nil
}

func (w *Tenant) Close() {
	w.Gateway.Close()
	w.Client.CloseIdleConnections()
	w.Rest.Close()
}

// A clock stands still until a test moves it.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time { return time.Unix(0, c.at.Load()).UTC() }

func (c *clock) Advance(d time.Duration) { c.at.Add(int64(d)) }

// AwaitNoSocket waits until the gateway has noticed that all connections have ended.
func (w *Tenant) AwaitNoSocket(t *testing.T) {
	t.Helper()
	if err := w.Handler.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}
