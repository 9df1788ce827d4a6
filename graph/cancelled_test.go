package graph_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A caller who leaves, or no longer wants an operation, has nothing to do with a failure of the gateway or
// of the upstream: whatever the operation was waiting for, it ends as CANCELLED, and no upstream call that
// is given up counts as failed.
func TestWhoLeavesIsNeitherInternalNorUpstream(t *testing.T) {
	t.Parallel()
	const (
		read      = `{ certifications(first: 1) { nodes { reviewers { totalCount } } } }`
		readTwice = `{ certifications(first: 2) { nodes { reviewers { totalCount } } } }`
		deferred  = `{ certifications(first: 1) { nodes { name ... @defer { reviewers { totalCount } } } } }`
	)
	overHTTP := func(accept, query string) func(*testing.T, *graphtest.Tenant, graphtest.Stalled) {
		return func(t *testing.T, w *graphtest.Tenant, service graphtest.Stalled) {
			t.Helper()
			ctx, leave := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Gateway.URL, strings.NewReader(graphtest.Literal(graphtest.Object{"query": query})))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {accept}, "Authorization": {"Bearer " + w.Token(t, graphtest.Admin)}}
			left := make(chan struct{})
			go func() {
				defer close(left)
				if response, err := w.Gateway.Client().Do(r); err == nil {
					<-ctx.Done()
					response.Body.Close()
				}
			}()
			<-service.Waiting
			leave()
			<-left
		}
	}
	for name, each := range map[string]struct {
		leave      func(*testing.T, *graphtest.Tenant, graphtest.Stalled)
		toUpstream func(*upstream.Config)
	}{
		"during a read":          {leave: overHTTP("application/json", read)},
		"waiting for a place":    {leave: overHTTP("application/json", readTwice), toUpstream: func(c *upstream.Config) { c.MaxInFlight = 1 }},
		"waiting for the budget": {leave: overHTTP("application/json", readTwice), toUpstream: func(c *upstream.Config) { c.RateLimit, c.QueueWait = 3, time.Minute }},
		"deferred, in events":    {leave: overHTTP("text/event-stream", deferred)},
		"deferred, in parts":     {leave: overHTTP("multipart/mixed", deferred)},
		"completed over WebSocket": {leave: func(t *testing.T, w *graphtest.Tenant, service graphtest.Stalled) {
			t.Helper()
			p := w.Connect(t, graphtest.Admin)
			p.Subscribe(t, "1", read, nil)
			<-service.Waiting
			p.Send(t, "complete", "1", nil)
		}},
		"WebSocket closed": {leave: func(t *testing.T, w *graphtest.Tenant, service graphtest.Stalled) {
			t.Helper()
			p := w.Connect(t, graphtest.Admin)
			p.Subscribe(t, "1", deferred, nil)
			<-service.Waiting
			_ = p.Conn.CloseNow()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := graphtest.NewStalled()
			w, told := observed(t, graphtest.Setup{Front: service.Before, ToUpstream: each.toUpstream})
			w.Token(t, graphtest.Admin)
			each.leave(t, w, service)
			<-service.Abandoned
			got := awaitEnd(t, told, 1)
			if diff := gocmp.Diff([]string{"CANCELLED"}, got[0].Codes); diff != "" || got[0].Ended != 1 {
				t.Errorf("%+v: the codes (-want +got):\n%s", got[0], diff)
			}
			for call, n := range w.Client.Stats().Calls {
				if call.Status != upstream.StatusSuccess && call.Status != upstream.StatusCanceled {
					t.Errorf("%d calls of %s end as %s", n, call.Operation, call.Status)
				}
			}
		})
	}
}

// awaitEnd waits until the nth operation has ended, and returns all that were observed.
func awaitEnd(t *testing.T, told func() []seen, n int) []seen {
	t.Helper()
	for {
		if got := told(); len(got) >= n && got[n-1].Ended > 0 {
			return got
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the operation does not end")
		case <-time.After(time.Millisecond):
		}
	}
}

// A subscription that its caller leaves is CANCELLED as well, and one that the gateway breaks off because
// it stops is INTERRUPTED.
func TestWhoLeavesASubscriptionIsObserved(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		leave func(*testing.T, *graphtest.Tenant, *graphtest.Peer, chan struct{})
		want  string
	}{
		"completed": {func(t *testing.T, _ *graphtest.Tenant, p *graphtest.Peer, _ chan struct{}) {
			t.Helper()
			p.Send(t, "complete", "1", nil)
		}, "CANCELLED"},
		"WebSocket closed": {func(_ *testing.T, _ *graphtest.Tenant, p *graphtest.Peer, _ chan struct{}) { _ = p.Conn.CloseNow() }, "CANCELLED"},
		"interrupted":      {func(_ *testing.T, _ *graphtest.Tenant, _ *graphtest.Peer, stopping chan struct{}) { close(stopping) }, "INTERRUPTED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopping := make(chan struct{})
			w, told := observed(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Stopping = stopping }})
			task := w.QueueTask(t)
			before := len(told())
			p := w.Connect(t, graphtest.Admin)
			p.Subscribe(t, "1", graphtest.Watch, graphtest.Object{"id": task})
			p.Read(t)
			each.leave(t, w, p, stopping)
			if got := awaitEnd(t, told, before+1)[before]; len(got.Codes) != 1 || got.Codes[0] != each.want {
				t.Errorf("it ends as %v, want %s", got.Codes, each.want)
			}
		})
	}
}

// Who leaves an event stream is CANCELLED.
func TestWhoLeavesAStreamIsObserved(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"text/event-stream", "multipart/mixed;subscriptionSpec=1.0"} {
		w, told := observed(t, graphtest.Setup{})
		query := `subscription { certificationTask(id: "` + w.QueueTask(t) + `") { status } }`
		before := len(told())
		response := w.Open(t, accept, query)
		buffer := make([]byte, 1)
		if _, err := response.Body.Read(buffer); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := awaitEnd(t, told, before+1)[before]; len(got.Codes) != 1 || got.Codes[0] != "CANCELLED" {
			t.Errorf("%s: it ends as %v", accept, got.Codes)
		}
	}
}

// A write that was sent is finished, and its outcome known, even if nobody waits for it.
func TestWhoLeavesDuringAWriteIsObserved(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	w, told := observed(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/decide") {
				close(arrived)
				<-release
			}
			next.ServeHTTP(rw, r)
		})
	}})
	items := w.UndecidedItems(t, 1)
	before := len(told())
	p := w.Connect(t, graphtest.Admin)
	p.Subscribe(t, "1", graphtest.DecideMutation, graphtest.Object{"input": graphtest.Object{
		"certificationId": sandbox.LargeCertification, "decisions": []any{graphtest.Object{"itemId": items[0], "decision": "APPROVE"}},
	}})
	<-arrived
	p.Send(t, "complete", "1", nil)
	p.Send(t, "ping", "", nil)
	if got := p.Read(t); got.Type != "pong" {
		t.Fatalf("%+v", got)
	}
	close(release)
	if got := awaitEnd(t, told, before+1)[before]; len(got.Codes) != 1 || got.Codes[0] != "CANCELLED" {
		t.Errorf("it ends as %v", got.Codes)
	}
	w.WantWritten(t, items)
}
