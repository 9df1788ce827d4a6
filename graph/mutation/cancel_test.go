package mutation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A turnstile stands in front of the sandbox and holds up the write with the given number.
type turnstile struct {
	holds    int32
	writes   atomic.Int32
	arrived  chan struct{} // closed when the write is there
	release  chan struct{} // closed to let it go on
	canceled atomic.Bool   // its request was cancelled meanwhile
}

func newTurnstile(holds int32) *turnstile {
	return &turnstile{holds: holds, arrived: make(chan struct{}), release: make(chan struct{})}
}

func (s *turnstile) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decide") && s.writes.Add(1) == s.holds {
			var body bytes.Buffer // only once it is read does the server notice that the caller goes away
			_, _ = body.ReadFrom(r.Body)
			close(s.arrived)
			<-s.release
			s.canceled.Store(r.Context().Err() != nil)
			r = r.Clone(r.Context())
			r.Body = readCloser{&body}
		}
		next.ServeHTTP(w, r)
	})
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// The caller leaves during the second of three calls: that call is finished, the one after it is not
// sent, and nothing is read any more.
func TestTheCallUnderWayOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	held := newTurnstile(2)
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 40, Items: 3 * 600}, Front: held.front})
	items := w.UndecidedItems(t, 550)
	gateway := watchGateway(t, w, graph.Config{Precheck: true})
	leave(t, w, gateway, graphtest.DecideMutation, decisions(items, nil), held.arrived)
	<-gateway.gone
	select {
	case <-gateway.ended:
		t.Error("the operation has ended before its call")
	case <-time.After(50 * time.Millisecond):
	}
	reads := w.Sandbox.Requests().Count("listIdentityAccessReviewItems")
	close(held.release)
	<-gateway.ended
	if held.canceled.Load() {
		t.Error("the call under way was cancelled")
	}
	w.WantWritten(t, items[:500])
	if n := w.Sandbox.Requests().Count("listIdentityAccessReviewItems"); n != reads || held.writes.Load() != 2 {
		t.Errorf("%d writes and %d reads after the caller had gone", held.writes.Load(), n-reads)
	}
}

// A write that waits for its turn is not sent once its caller has left.
func TestAWaitingWriteLeavesWithItsCaller(t *testing.T) {
	t.Parallel()
	held := newTurnstile(1)
	w := graphtest.NewTenant(t, graphtest.Setup{Front: held.front, ToUpstream: func(c *upstream.Config) { c.MaxInFlight = 1 }})
	items := w.UndecidedItems(t, 2)
	first := make(chan graphtest.Answer)
	token := w.Token(t, graphtest.Admin)
	go func() {
		first <- w.AskWith(t, token, decideOnly, decisions(items[:1], nil))
	}()
	<-held.arrived // and has the only place
	gateway := watchGateway(t, w, graph.Config{})
	waiting := make(chan struct{})
	go func() { <-gateway.came; time.Sleep(50 * time.Millisecond); close(waiting) }()
	leave(t, w, gateway, decideOnly, decisions(items[1:], nil), waiting)
	<-gateway.gone
	<-gateway.ended // while the first still has its place
	close(held.release)
	a := <-first
	a.OK(t)
	w.WantWritten(t, items[:1])
}

const decideOnly = `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { decidedItemIds errors { code message field ids trackingId } } }`

// slow delays every decision, so that a deadline is near.
func slow(delay time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decide") {
				time.Sleep(delay)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// A call that cannot finish before the operation's deadline, going by those before it, is not sent, and
// its ids are reported as not applied.
func TestACallThatCannotFinishIsNotStarted(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{
		Sandbox: sandbox.Config{Certifications: 40, Items: 3 * 600}, Front: slow(300 * time.Millisecond),
		ToGateway: func(c *graph.Config) { c.OperationTimeout, c.Precheck = 750*time.Millisecond, false },
	})
	items := w.UndecidedItems(t, 550)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, decisions(items, nil)).OK(t), "decideReviewItems")
	decided := len(graphtest.At(payload, "decidedItemIds").([]any))
	if decided != 250 && decided != 500 {
		t.Fatalf("%d are decided: %v", decided, payload)
	}
	w.WantWritten(t, items[:decided])
	var left []any
	for i := range graphtest.At(payload, "errors").([]any) {
		left = append(left, graphtest.At(payload, "errors", i, "ids").([]any)...)
		if code := graphtest.At(payload, "errors", i, "code"); code != "NOT_APPLIED" {
			t.Errorf("the code is %v", code)
		}
	}
	if len(left)+decided != len(items) {
		t.Errorf("%d are decided and %d not applied, of %d", decided, len(left), len(items))
	}
}

// A call that was sent in time is waited for beyond the operation's deadline: otherwise its outcome
// would be unknown to no purpose.
func TestACallUnderWayOutlivesTheDeadline(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{
		Front:     slow(800 * time.Millisecond),
		ToGateway: func(c *graph.Config) { c.OperationTimeout, c.Precheck = 400*time.Millisecond, false },
	})
	items := w.UndecidedItems(t, 1)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, decisions(items, nil)).OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	w.WantWritten(t, items)
}

// A watchedGateway closes a channel each when its one operation comes, when the caller has gone and when
// the operation has ended.
type watchedGateway struct {
	*httptest.Server
	came, gone, ended chan struct{}
}

// watchGateway starts a watched gateway of a tenant.
func watchGateway(t *testing.T, w *graphtest.Tenant, cfg graph.Config) watchedGateway {
	t.Helper()
	cfg.Client, cfg.Now = w.Client, w.Clock.Now
	handler := graphtest.AsBearer(graph.NewHandler(cfg))
	g := watchedGateway{came: make(chan struct{}), gone: make(chan struct{}), ended: make(chan struct{})}
	g.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(g.came)
		stop := context.AfterFunc(r.Context(), func() { close(g.gone) })
		handler.ServeHTTP(rw, r)
		stop()
		close(g.ended)
	}))
	t.Cleanup(g.Close)
	return g
}

// leave sends a mutation as the administrator, and cancels the request when the channel is closed.
func leave(t *testing.T, w *graphtest.Tenant, gateway watchedGateway, mutation string, input graphtest.Object, when <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body, err := json.Marshal(graphtest.Object{"query": mutation, "variables": input})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, graphtest.Admin))
	go func() { <-when; cancel() }()
	if resp, err := gateway.Client().Do(req); err == nil {
		resp.Body.Close()
		t.Fatalf("there was a response of status %d", resp.StatusCode)
	}
}
