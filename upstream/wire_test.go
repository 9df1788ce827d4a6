package upstream_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A wire leads to a simulated tenant by the bubble's clock, without a network. Callers of one
// client id each have a token of their own, which the tenant would not know: on the wire all of
// them become one that it does.
type wire struct {
	tenant  *sandbox.Sandbox
	token   string
	latency func() time.Duration

	mu       sync.Mutex
	statuses map[int]int
	longest  time.Duration // Retry-After
	overrun  []time.Time   // the windows in which the tenant refused a request
}

// newWire makes a tenant, and a wire that takes 20 to 80 ms there and back.
func newWire(t *testing.T, config sandbox.Config) *wire {
	t.Helper()
	config.Certifications, config.Items = 20, 100
	tenant, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{tenant: tenant, statuses: map[int]int{}, latency: spread(20*time.Millisecond, 80*time.Millisecond)}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"org-admin"}, "client_secret": {"sandbox"}}
	answer := httptest.NewRecorder()
	tenant.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth/token?"+form.Encode(), nil))
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token: %s", answer.Body)
	}
	w.token = granted.AccessToken
	return w
}

// spread answers latencies that are random, but the same in each run.
func spread(from, to time.Duration) func() time.Duration {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return from + time.Duration(random.Int64N(int64(to-from)))
	}
}

// RoundTrip takes a request to the tenant.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	latency := w.latency()
	if err := pass(r.Context(), latency/2); err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	window := time.Now().Truncate(upstream.RateWindow)
	answer := w.ask(r).Result()
	w.mu.Lock()
	w.statuses[answer.StatusCode]++
	if answer.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		w.longest = max(w.longest, time.Duration(seconds)*time.Second)
		if len(w.overrun) == 0 || !w.overrun[len(w.overrun)-1].Equal(window) {
			w.overrun = append(w.overrun, window)
		}
	}
	w.mu.Unlock()
	return answer, pass(r.Context(), latency-latency/2)
}

func (w *wire) ask(r *http.Request) *httptest.ResponseRecorder {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer := httptest.NewRecorder()
	w.tenant.ServeHTTP(answer, r)
	return answer
}

// answered answers how often the tenant answered the gateway with a status.
func (w *wire) answered(status int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.statuses[status]
}

func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// client answers a client at the gateway's end of the wire.
func (w *wire) client(t *testing.T, config upstream.Config) *upstream.Client {
	t.Helper()
	config.BaseURL, config.Transport = "http://tenant/v3", w
	if config.RateLimit == 0 {
		config.RateLimit, config.RateLimitMargin = 100, 5
	}
	return newClient(t, config)
}

// as answers a context for calls of somebody with a token of the client id org-admin.
func as(ctx context.Context, t *testing.T, subject string) context.Context {
	t.Helper()
	credential, err := upstream.Bearer(unsignedToken("org-admin", subject))
	if err != nil {
		t.Fatal(err)
	}
	return upstream.WithCredential(ctx, credential)
}

func unsignedToken(client, subject string) string {
	payload := fmt.Sprintf(`{"client_id":%q,"identity_id":%q}`, client, subject)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(payload)) + "." + encode([]byte("unsigned"))
}

// A stranger is other software of the same client id, which asks for n things in each window at
// random moments.
type stranger struct {
	n    int
	even bool // n in each window, and not only on average
}

// haunt asks until ctx ends, and answers how often the stranger was served.
func (s stranger) haunt(ctx context.Context, w *wire) (served int) {
	random := rand.New(rand.NewPCG(3, 0))
	if s.n == 0 {
		return 0
	}
	for {
		waits := make([]time.Duration, 0, s.n)
		if s.even {
			moments := make([]time.Duration, s.n)
			for i := range moments {
				moments[i] = time.Duration(random.Int64N(int64(upstream.RateWindow)))
			}
			slices.Sort(moments)
			last := time.Duration(0)
			for _, moment := range moments {
				waits = append(waits, moment-last)
				last = moment
			}
			waits = append(waits, upstream.RateWindow-last)
		} else {
			for range s.n {
				waits = append(waits, time.Duration(random.ExpFloat64()*float64(upstream.RateWindow)/float64(s.n)))
			}
		}
		for i, wait := range waits {
			if pass(ctx, wait) != nil {
				return served
			}
			if i == s.n {
				break
			}
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v3/certification-tasks?limit=1", nil)
			if w.ask(request).Code == http.StatusOK {
				served++
			}
		}
	}
}

// grab asks for n things at once at the beginning of each window until ctx ends.
func (w *wire) grab(ctx context.Context, n int) {
	for {
		for range n {
			w.ask(httptest.NewRequestWithContext(ctx, http.MethodGet, "/v3/certification-tasks?limit=1", nil))
		}
		next := time.Now().Truncate(upstream.RateWindow).Add(upstream.RateWindow)
		if pass(ctx, time.Until(next)) != nil {
			return
		}
	}
}

// longestWait answers the longest time that the tenant asked the gateway to wait.
func (w *wire) longestWait() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.longest
}

// mostOverrun answers in how many windows within two minutes the gateway overran the budget.
func (w *wire) mostOverrun() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	most := 0
	for i, first := range w.overrun {
		n := 1
		for _, later := range w.overrun[i+1:] {
			if later.Sub(first) <= 2*time.Minute {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
