package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/upstream/sandbox"
)

// A traced call is one of the list in extensions.upstream.trace.
type traced struct {
	Method, Template, Path string
	Status                 int
	MS                     float64
	Cached, Coalesced      bool
}

// traceOf answers the list of calls in an answer, without their times; nil where there is none.
func traceOf(t *testing.T, a reported) []traced {
	t.Helper()
	var body struct {
		Extensions struct{ Upstream struct{ Trace []traced } }
	}
	if err := json.Unmarshal([]byte(a.text), &body); err != nil {
		t.Fatal(err)
	}
	for i := range body.Extensions.Upstream.Trace {
		body.Extensions.Upstream.Trace[i].MS = 0
	}
	return body.Extensions.Upstream.Trace
}

func TestTheTraceListsTheCallsOfWhoAsksForThem(t *testing.T) {
	t.Parallel()
	const query = `{ certification(id: "` + sandbox.LargeCertification + `") { name } certificationTask(id: "unknown") { status } }`
	ask := object{"query": query, "extensions": object{"trace": true}}
	certification := traced{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/" + sandbox.LargeCertification, Status: http.StatusOK}
	task := traced{Method: "GET", Template: "/certification-tasks/{id}", Path: "/certification-tasks/unknown", Status: http.StatusNotFound}
	tests := map[string]struct {
		allowed bool
		request object
		want    []traced
	}{
		"asked for and allowed": {true, ask, []traced{task, certification}},
		"not allowed":           {false, ask, nil},
		"not asked for":         {true, object{"query": query}, nil},
		"declined":              {true, object{"query": query, "extensions": object{"trace": false}}, nil},
		"nothing to list":       {true, object{"query": `{ __typename }`, "extensions": object{"trace": true}}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t, setup{toGateway: func(c *graph.Config) { c.Trace = test.allowed }})
			answer := w.extended(t, nil, test.request)
			got := traceOf(t, answer)
			if len(got) == 2 && got[0] == certification { // they go out at once
				got[0], got[1] = got[1], got[0]
			}
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
			if strings.Contains(answer.text, w.token(t, admin)) {
				t.Error("the answer holds the token")
			}
		})
	}
}

func TestTheTraceIsTrueOrFalse(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	got := w.extended(t, nil, object{"query": `{ __typename }`, "extensions": object{"trace": "yes"}})
	if !strings.Contains(got.text, "extensions.trace must be true or false.") || !strings.Contains(got.text, "BAD_USER_INPUT") {
		t.Errorf("the answer is %s", got.text)
	}
}
