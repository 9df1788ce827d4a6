package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/graph/outgoing"
	"certql/upstream"
	"certql/upstream/sandbox"
)

const (
	smallResponse = 10_000
	// manyRows has more bytes than that, and fewRows less.
	manyRows = `{ certifications(first: 40) { nodes { id name phase created due signed hasErrors errorMessage campaign { id name description } reviewer { name email } } } }`
	fewRows  = `{ certifications(first: 5) { nodes { id name } } }`
)

// bounded returns a tenant whose gateway allows small responses, and other settings.
func bounded(t *testing.T, change func(*graph.Config)) *graphtest.Tenant {
	t.Helper()
	return graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 10}, ToGateway: func(c *graph.Config) {
		c.MaxResponse = smallResponse
		if change != nil {
			change(c)
		}
	}})
}

// isTooLarge reports whether an answer is only that it would be too large.
func isTooLarge(a graphtest.Answer) bool {
	return len(a.Errors) == 1 && len(a.Data) == 0 && a.Errors[0].Extensions["code"] == "OPERATION_TOO_LARGE" &&
		a.Errors[0].Extensions["limit"] == "response" && a.Errors[0].Extensions["allowed"] == float64(smallResponse) &&
		strings.Contains(a.Errors[0].Message, "--max-response")
}

// A response has so many bytes and no more, whatever it comes over and whoever writes it. Nothing of it is
// held afterwards.
func TestAResponseOfTooManyBytesIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*graph.Config){
		"projected": nil, "executed by gqlgen": func(c *graph.Config) { *c = c.Unprojected() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bounded(t, change)
			if a := w.Ask(t, graphtest.Admin, fewRows, nil); len(a.Errors) > 0 {
				t.Errorf("a small one: %s", a.Text)
			}
			if a := w.Ask(t, graphtest.Admin, manyRows, nil); !isTooLarge(a) || a.Status != http.StatusOK {
				t.Errorf("as JSON: %d %.300s", a.Status, a.Text)
			}
			p := w.Connect(t, graphtest.Admin)
			if a := p.Ask(t, manyRows, nil); !isTooLarge(a) {
				t.Errorf("over WebSocket: %.300s", a.Text)
			}
			if a := p.Ask(t, fewRows, nil); len(a.Errors) > 0 {
				t.Errorf("a small one after it: %s", a.Text)
			}
			for _, accept := range []string{"text/event-stream", "multipart/mixed"} {
				payloads := w.Payloads(t, accept, manyRows)
				if text := graphtest.Literal(payloads); len(payloads) != 1 || !strings.Contains(text, "OPERATION_TOO_LARGE") || len(text) > 1000 {
					t.Errorf("as %s: %.300s", accept, text)
				}
			}
			settled(t, w)
		})
	}
}

// settled waits until nothing is under way, and fails if that holds room.
func settled(t *testing.T, w *graphtest.Tenant) {
	t.Helper()
	for w.Handler.Unsent() != 0 {
		select {
		case <-t.Context().Done():
			t.Fatalf("%d bytes are held", w.Handler.Unsent())
		case <-time.After(time.Millisecond):
		}
	}
}

// The parts of a response that @defer puts off count together: once they are too much, those that have not
// been written say why they do not come.
func TestDeferredPartsCountTogether(t *testing.T) {
	t.Parallel()
	w := bounded(t, nil)
	var query strings.Builder
	query.WriteString("{ __typename")
	for i := range 8 {
		fmt.Fprintf(&query, " ... @defer(label: \"p%d\") { a%d: certifications(first: 20) { nodes { id name created campaign { id name } reviewer { name } } } }", i, i)
	}
	query.WriteString(" }")
	for _, accept := range []string{"text/event-stream", "multipart/mixed"} {
		whole, refused, size := 0, 0, 0
		for _, payload := range w.Payloads(t, accept, query.String()) {
			text := graphtest.Literal(payload)
			size += len(text)
			switch {
			case strings.Contains(text, "OPERATION_TOO_LARGE"):
				refused++
			case strings.Contains(text, `"nodes"`):
				whole++
			}
		}
		if refused == 0 || whole+refused != 8 || size > smallResponse+8*1000 {
			t.Errorf("as %s: %d parts come, %d are refused, %d bytes", accept, whole, refused, size)
		}
	}
	settled(t, w)
}

// The operations of a batch have one response, and what does not fit in it is not executed.
func TestTheOperationsOfABatchCountTogether(t *testing.T) {
	t.Parallel()
	w := bounded(t, nil)
	ask := func(queries ...string) (answers []graphtest.Answer, size int) {
		list := make([]graphtest.Object, len(queries))
		for i, query := range queries {
			list[i] = graphtest.Object{"query": query}
		}
		got := w.Post(t, graphtest.AsJSON, list)
		if err := json.Unmarshal([]byte(got.Text), &answers); err != nil {
			t.Fatal(err)
		}
		return answers, len(got.Text)
	}
	half := `{ certifications(first: 15) { nodes { id name phase created due signed campaign { id name description } reviewer { name email } } } }`
	answers, size := ask(half, half, half, half, fewRows, `{ rateLimit { limit } }`)
	if size > smallResponse+6*700 || len(answers) != 6 || len(answers[0].Errors) > 0 || !isTooLarge(answers[3]) {
		t.Errorf("%d bytes: %+v", size, answers)
	}
	w = graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 10}})
	answers, size = ask(graphtest.Introspection, graphtest.Introspection, graphtest.Introspection)
	if size > outgoing.Own+3*700 || len(answers) != 3 || len(answers[0].Errors) > 0 || len(answers[1].Errors) != 1 || answers[1].Errors[0].Extensions["limit"] != "response" {
		t.Errorf("of the gateway's own, %d bytes", size)
	}
}

// What a mutation has done it has done, though its answer be too large to tell it: nobody may take it for
// undone.
func TestAMutationWhoseAnswerIsTooLargeIsNotUndone(t *testing.T) {
	t.Parallel()
	w := bounded(t, func(c *graph.Config) { c.MaxResponse = 300 })
	items := w.UndecidedItems(t, 2)
	decide := func(alias, item string) string {
		return fmt.Sprintf(` %s: decideReviewItems(input: {certificationId: %q, decisions: [{itemId: %q, decision: APPROVE}]}) { decidedItems { id rawId decision identity { id name } access { rawId name description } } errors { __typename } }`, alias, sandbox.LargeCertification, item)
	}
	a := w.Ask(t, graphtest.Admin, "mutation {"+decide("a", items[0])+decide("b", items[1])+" }", nil)
	if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "OPERATION_TOO_LARGE" || !strings.Contains(a.Errors[0].Message, "executed all the same") || strings.Contains(a.Text, "Nothing was changed") {
		t.Errorf("it is told: %s", a.Text)
	}
	w.WantWritten(t, items)
}

// A client that waits for as long as it is told must not execute a mutation twice.
func TestAMutationWhoseAnswerHasNoRoomIsNotSentAgain(t *testing.T) {
	t.Parallel()
	noRoom := &outgoing.NoRoomError{Allowed: 1000}
	for kind, want := range map[ast.Operation]any{ast.Query: 1, ast.Mutation: nil} {
		err := graph.BoundError(kind, noRoom)
		if err.Extensions["code"] != "RATE_LIMITED" || err.Extensions["limit"] != "unsent" || err.Extensions["retryAfter"] != want {
			t.Errorf("of a %s: %v, want retryAfter %v", kind, err.Extensions, want)
		}
	}
}

// Whoever reads nothing over a WebSocket has few answers made, however much is asked for: what waits holds no
// more than its connection may, and the largest answer.
func TestWhatIsNotReadIsNotMade(t *testing.T) {
	t.Parallel()
	const operations = 60
	var ended atomic.Int64
	w := graphtest.NewTenant(t, graphtest.Setup{
		ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Hour },
		ToGateway: func(c *graph.Config) {
			c.MaxResponse = 100_000
			c.Observe = func(context.Context, graph.Operation) func(graph.Outcome) {
				return func(graph.Outcome) { ended.Add(1) }
			}
		},
	})
	const query = `{ certification(id: "` + sandbox.LargeCertification + `") { reviewItems(first: 100) { nodes { id rawId decision completed access { rawId name description } identity { id name } } } } }`
	size := len(w.Ask(t, graphtest.Admin, query, nil).Text)
	if size < 20_000 || size > 100_000 {
		t.Fatalf("an answer has %d bytes", size)
	}
	p := w.Connect(t, graphtest.Admin)
	for i := range operations {
		p.Subscribe(t, fmt.Sprint(i), query, nil)
	}
	for steady, last := 0, int64(-1); steady < 50; steady++ { // what can be made is made
		time.Sleep(2 * time.Millisecond)
		if now := ended.Load(); now != last {
			steady, last = 0, now
		}
		if held := w.Handler.Unsent(); held > 100_000+100_000 {
			t.Fatalf("%d bytes are held", held)
		}
	}
	_ = p.Conn.CloseNow()
	settled(t, w)
}
