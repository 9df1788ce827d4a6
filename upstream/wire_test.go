package upstream_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A wire leads to a simulated tenant by the bubble's clock, without a network. The callers of a
// client id each have a token of their own, which the tenant does not know: the wire replaces each
// of them with one that it knows.
type wire struct {
	tenant  *sandbox.Sandbox
	token   string
	latency func(*http.Request) time.Duration

	mu       sync.Mutex
	statuses map[int]int
	longest  time.Duration // Retry-After
	overrun  []time.Time   // the windows in which the tenant refused a request
	refusals []refusal     // in the order in which they came back
}

// A refusal is a request that the tenant refused since its budget was used up.
type refusal struct{ sent, back time.Time }

// newWire makes a tenant, and a wire that takes 20 to 80 ms there and back.
func newWire(t *testing.T, config sandbox.Config) *wire {
	t.Helper()
	config.Certifications, config.Items = 20, 100
	tenant, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{tenant: tenant, statuses: map[int]int{}, latency: spread(1, 20*time.Millisecond, 80*time.Millisecond)}
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

// spread returns random latencies that are the same for a request in each run, in whatever order the
// requests of one moment are sent.
func spread(seed uint64, from, to time.Duration) func(*http.Request) time.Duration {
	return func(r *http.Request) time.Duration {
		hash := fnv.New64a()
		io.WriteString(hash, r.URL.RequestURI())
		return from + time.Duration(rand.New(rand.NewPCG(seed, hash.Sum64())).Int64N(int64(to-from)))
	}
}

func always(latency time.Duration) func(*http.Request) time.Duration {
	return func(*http.Request) time.Duration { return latency }
}

// RoundTrip takes a request to the tenant.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	latency, sent := w.latency(r), time.Now()
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
	if err := pass(r.Context(), latency-latency/2); err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusTooManyRequests {
		w.mu.Lock()
		w.refusals = append(w.refusals, refusal{sent, time.Now()})
		w.mu.Unlock()
	}
	return answer, nil
}

func (w *wire) ask(r *http.Request) *httptest.ResponseRecorder {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer := httptest.NewRecorder()
	w.tenant.ServeHTTP(answer, r)
	return answer
}

// answered returns how many of the gateway's requests the tenant answered with a status.
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

// client returns a client at the gateway's end of the wire.
func (w *wire) client(t *testing.T, config upstream.Config) *upstream.Client {
	t.Helper()
	config.BaseURL, config.Transport = "http://tenant/v3", w
	if config.RateLimit == 0 {
		config.RateLimit, config.RateLimitMargin = 100, 5
	}
	return newClient(t, config)
}

// as returns a context for the calls of a person, whose token is of the client id org-admin.
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

// pauses returns how many pauses the tenant's refusals belong to. Each pause begins with a refusal, and
// its only other refusals are of calls that were under way at that moment.
func (w *wire) pauses() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, began := 0, time.Time{}
	for _, r := range w.refusals {
		if !r.sent.Before(began) {
			n++
			began = r.back
		}
	}
	return n
}

// longestWait returns the longest time that the tenant asked the gateway to wait.
func (w *wire) longestWait() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.longest
}

// mostOverrun returns the largest number of windows within two minutes that the gateway overran.
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
