package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A traced call is one of the list in extensions.upstream.trace.
type traced struct {
	Method, Template, Path string
	URL                    string
	Status                 int
	StartMS, WaitedMS, MS  float64
	Cached, Coalesced      bool
}

// traceOf returns the list of calls in an answer, without their times and without the upstream's address; nil where
// there is none.
func traceOf(t *testing.T, a graphtest.Reported) []traced {
	t.Helper()
	var body struct {
		Extensions struct{ Upstream struct{ Trace []traced } }
	}
	if err := json.Unmarshal([]byte(a.Text), &body); err != nil {
		t.Fatal(err)
	}
	for i := range body.Extensions.Upstream.Trace {
		call := &body.Extensions.Upstream.Trace[i]
		if call.StartMS < 0 || call.WaitedMS < 0 || call.MS < 0 || call.StartMS+call.MS > 60_000 {
			t.Errorf("%s %s set out after %v ms, had waited %v ms and took %v ms", call.Method, call.Path, call.StartMS, call.WaitedMS, call.MS)
		}
		call.StartMS, call.WaitedMS, call.MS = 0, 0, 0
		_, call.URL, _ = strings.Cut(call.URL, "/v3")
	}
	return body.Extensions.Upstream.Trace
}

func TestTheTraceListsTheCallsOfWhoAsksForThem(t *testing.T) {
	t.Parallel()
	const query = `{ certification(id: "` + sandbox.LargeCertification + `") { name } certificationTask(id: "unknown") { status } }`
	ask := graphtest.Object{"query": query, "extensions": graphtest.Object{"trace": true}}
	certification := traced{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/" + sandbox.LargeCertification, URL: "/certifications/" + sandbox.LargeCertification, Status: http.StatusOK}
	task := traced{Method: "GET", Template: "/certification-tasks/{id}", Path: "/certification-tasks/unknown", URL: "/certification-tasks/unknown", Status: http.StatusNotFound}
	tests := map[string]struct {
		allowed bool
		request graphtest.Object
		want    []traced
	}{
		"asked for and allowed": {true, ask, []traced{task, certification}},
		"not allowed":           {false, ask, nil},
		"not asked for":         {true, graphtest.Object{"query": query}, nil},
		"declined":              {true, graphtest.Object{"query": query, "extensions": graphtest.Object{"trace": false}}, nil},
		"nothing to list":       {true, graphtest.Object{"query": `{ __typename }`, "extensions": graphtest.Object{"trace": true}}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Trace = test.allowed }})
			answer := w.Extended(t, nil, test.request)
			got := traceOf(t, answer)
			if len(got) == 2 && got[0] == certification { // they go out at once
				got[0], got[1] = got[1], got[0]
			}
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
			if strings.Contains(answer.Text, w.Token(t, graphtest.Admin)) {
				t.Error("the answer holds the token")
			}
		})
	}
}

func TestTheTraceIsTrueOrFalse(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	got := w.Extended(t, nil, graphtest.Object{"query": `{ __typename }`, "extensions": graphtest.Object{"trace": "yes"}})
	if !strings.Contains(got.Text, "extensions.trace must be true or false.") || !strings.Contains(got.Text, "BAD_USER_INPUT") {
		t.Errorf("the answer is %s", got.Text)
	}
}
