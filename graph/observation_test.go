package graph_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A seen operation is one that the handler has told of.
type seen struct {
	graph.Operation
	graph.Outcome
	Ended int
}

// observed returns a tenant of which the function tells each operation that its handler has seen.
func observed(t *testing.T, s graphtest.Setup) (*graphtest.Tenant, func() []seen) {
	t.Helper()
	var mu sync.Mutex
	var all []*seen
	configure := s.ToGateway
	s.ToGateway = func(cfg *graph.Config) {
		if configure != nil {
			configure(cfg)
		}
		cfg.Observe = func(_ context.Context, operation graph.Operation) func(graph.Outcome) {
			mu.Lock()
			defer mu.Unlock()
			one := &seen{Operation: operation}
			all = append(all, one)
			return func(outcome graph.Outcome) {
				mu.Lock()
				defer mu.Unlock()
				one.Outcome = outcome
				one.Ended++
			}
		}
	}
	return graphtest.NewTenant(t, s), func() []seen {
		mu.Lock()
		defer mu.Unlock()
		told := make([]seen, len(all))
		for i := range all {
			told[i] = *all[i]
		}
		return told
	}
}

func TestEachOperationIsObservedOnce(t *testing.T) {
	w, told := observed(t, graphtest.Setup{
		Limits:     document.Limits{Batch: 5, Body: 2000},
		ToUpstream: func(cfg *upstream.Config) { cfg.CacheTTL = time.Hour },
	})
	query := func(text string) graphtest.Object { return graphtest.Object{"query": text} }
	done := func(name, kind string, outcome graph.Outcome) seen {
		return seen{graph.Operation{Name: name, Type: kind}, outcome, 1}
	}
	codes := func(codes ...string) graph.Outcome { return graph.Outcome{Codes: codes} }
	tests := []struct {
		name   string
		accept string
		body   any
		want   []seen
	}{
		{"query", graphtest.AsJSON, query(`query Q { certifications(first: 2) { totalCount } }`), []seen{done("Q", "query", graph.Outcome{EstimatedCalls: 1, Calls: 1})}},
		{"the same again", graphtest.AsJSON, query(`query Q { certifications(first: 2) { totalCount } }`), []seen{done("Q", "query", graph.Outcome{EstimatedCalls: 1, Cached: 1})}},
		{
			"what fails", graphtest.AsJSON, query(`{ a: certifications(first: 2, after: "x") { totalCount } b: certifications(first: 1, after: "y") { totalCount } }`),
			[]seen{done("", "query", codes("BAD_USER_INPUT"))},
		},
		{"deferred", "multipart/mixed", query(graphtest.Deferring["twice"]), []seen{done("", "query", graph.Outcome{EstimatedCalls: 3, Calls: 3})}},
		{
			"dry run", graphtest.AsJSON,
			graphtest.Object{"query": `mutation D { signOffCertification(input: {certificationId: "x"}) { errors { code } } }`, "extensions": graphtest.Object{"dryRun": true}},
			[]seen{done("D", "mutation", graph.Outcome{EstimatedCalls: 3})},
		},
		{"subscription", "text/event-stream", query(`subscription S { certificationTask(id: "none") { id } }`), []seen{done("S", "subscription", graph.Outcome{EstimatedCalls: 1})}},
		{"parse failure", graphtest.AsJSON, graphtest.Object{"query": `query`, "operationName": "Named"}, []seen{done("Named", "", codes("GRAPHQL_PARSE_FAILED"))}},
		{"refused variables", graphtest.AsJSON, graphtest.Object{"query": `query V($a: Int!) { certifications(first: $a) { totalCount } }`}, []seen{done("V", "query", codes("GRAPHQL_VALIDATION_FAILED"))}},
		{"no query", graphtest.AsJSON, graphtest.Object{}, []seen{done("", "", codes("BAD_USER_INPUT"))}},
		{"too large", graphtest.AsJSON, query(strings.Repeat(" ", 3000)), []seen{done("", "", codes("OPERATION_TOO_LARGE"))}},
		{"stream that nobody reads", graphtest.AsJSON, query(`subscription S { certificationTask(id: "none") { id } }`), []seen{done("", "", codes("BAD_USER_INPUT"))}},
		{
			"batch", graphtest.AsJSON,
			[]any{query(`query A { __typename }`), query(`{`), query(`subscription S { certificationTask(id: "none") { id } }`)},
			[]seen{done("A", "query", graph.Outcome{}), done("", "", codes("GRAPHQL_PARSE_FAILED")), done("S", "subscription", codes("BAD_USER_INPUT"))},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := len(told())
			w.Post(t, test.accept, test.body)
			got := told()[before:]
			if diff := gocmp.Diff(test.want, got, cmpopts.IgnoreFields(graph.Operation{}, "Hash")); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
			for _, one := range got {
				withText := one.Codes == nil || strings.HasPrefix(one.Codes[0], "GRAPHQL_")
				if withText && len(one.Hash) != 64 {
					t.Errorf("the hash of %+v is %q", one.Operation, one.Hash)
				}
			}
		})
	}
}

func TestWhatRunsOutOfTimeIsObservedAsThat(t *testing.T) {
	release := make(chan struct{})
	w, told := observed(t, graphtest.Setup{
		Front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "certifications") {
					select {
					case <-release:
					case <-r.Context().Done():
					}
				}
				next.ServeHTTP(rw, r)
			})
		},
		ToGateway: func(cfg *graph.Config) { cfg.OperationTimeout = 50 * time.Millisecond },
	})
	defer close(release)
	w.Post(t, graphtest.AsJSON, graphtest.Object{"query": `query Late { certification(id: "` + sandbox.LargeCertification + `") { name } }`})
	got := told()
	if len(got) != 1 || got[0].Name != "Late" || got[0].Ended != 1 || got[0].Calls != 1 || len(got[0].Codes) != 1 || got[0].Codes[0] != "UPSTREAM_TIMEOUT" {
		t.Errorf("what was observed is %+v", got)
	}
}

func TestASubscriptionIsObservedToItsEnd(t *testing.T) {
	w, told := observed(t, graphtest.Setup{ToGateway: func(cfg *graph.Config) { cfg.TaskPollMin = time.Millisecond }})
	id := w.QueueTask(t)
	before := len(told())
	body, _ := w.Subscribe(t, graphtest.Admin, "text/event-stream", graphtest.Watch, graphtest.Object{"id": id})
	stream := bufio.NewReader(body)
	if e, err := graphtest.ReadEvent(stream); err != nil || e.Name != "next" {
		t.Fatalf("the first event is %+v, %v", e, err)
	}
	if got := told()[before:]; len(got) != 1 || got[0].Type != "subscription" || got[0].Ended != 0 {
		t.Errorf("while it is open, what was observed is %+v", got)
	}
	w.Clock.Advance(4 * sandbox.DefaultTaskPace)
	for {
		if e, err := graphtest.ReadEvent(stream); err != nil {
			t.Fatal(err)
		} else if e.Name == "complete" {
			break
		}
	}
	if got := told()[before:]; len(got) != 1 || got[0].Ended != 1 || got[0].Codes != nil {
		t.Errorf("after its end, what was observed is %+v", got)
	}
}
