package mutation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A write takes exactly the calls of its row in the table, and one more for the precheck.
func TestWritesTakeExactlyTheirCalls(t *testing.T) {
	t.Parallel()
	const decideAlone = `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { certification { id } errors { code } } }`
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("precheck=%v", !off), func(t *testing.T) {
			t.Parallel()
			precheck := 1
			if off {
				precheck = 0
			}
			w := graphtest.NewTenant(t, graphtest.Setup{
				Sandbox:   sandbox.Config{Certifications: 40, Items: 3 * 1_150},
				ToGateway: func(c *graph.Config) { c.Precheck = !off },
			})
			items := w.UndecidedItems(t, 1_100)
			signing := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
			summaries := map[any]bool{}
			var wholes []any
			for _, row := range w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false")) {
				if id := graphtest.At(row, "identitySummary", "id"); !summaries[id] {
					summaries[id] = true
					wholes = append(wholes, graphtest.Object{"id": id, "type": "IDENTITY_SUMMARY"})
				}
			}
			several := graphtest.ItemReferences(items[:501])
			grouping := 5 // pages of all that is undecided
			if off {
				grouping = 11 // lists of 50 ids
			}
			for _, each := range []struct {
				name, mutation string
				input          graphtest.Object
				calls          int
			}{
				{"one decision", decideAlone, decisions(items[:1], nil), precheck + 1},
				{"250 decisions, which fill one call", decideAlone, decisions(items[:250], nil), precheck + 1},
				{"600 decisions", decideAlone, decisions(items[:600], nil), precheck + 3},
				{"600 decisions, read again by whole pages", graphtest.DecideMutation, decisions(items[:600], nil), precheck + 3 + 5},
				{"100 decisions, read again by ids", graphtest.DecideMutation, decisions(items[:100], nil), precheck + 1 + 2},
				{"50 references", graphtest.ReassignMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items[:50])...), precheck + 1},
				{"sign-off", graphtest.SignOffMutation, signing, precheck + 1},
				{"500 references in the background", graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items[:500])...), precheck + 1},
				{"501 references in the background", graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", several...), precheck + grouping + 2},
				{"summaries in the background", graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", wholes...), precheck + (len(wholes)+499)/500},
				{"nothing to decide", decideAlone, decisions(nil, nil), 0},
				{
					"two mutations of one certification", `mutation ($input: DecideReviewItemsInput!) {
						a: decideReviewItems(input: $input) { certification { id decisionsMade } errors { code } }
						b: decideReviewItems(input: $input) { certification { id decisionsMade } errors { code } } }`,
					decisions(items[:2], nil), precheck + 2,
				},
			} {
				t.Run(each.name, func(t *testing.T) {
					w.Sandbox.Reset()
					w.Ask(t, graphtest.Admin, each.mutation, each.input).OK(t)
					requests := w.Sandbox.Requests()
					if got := requests.Total - requests.Count("oauthToken"); got != each.calls {
						t.Errorf("%d calls, want %d: %v", got, each.calls, requests.Counts)
					}
				})
			}
		})
	}
}

// The items of one identity stay in one task, and none is lost.
func TestTasksKeepIdentitiesTogether(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("precheck=%v", !off), func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{
				Sandbox:   sandbox.Config{Certifications: 40, Items: 3 * 1_150, SplitSummaries: true},
				ToGateway: func(c *graph.Config) { c.Precheck = !off },
			})
			identityOf := map[string]any{}
			var items []string
			for _, row := range w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false")) {
				id := row["id"].(string)
				identityOf[id], items = graphtest.At(row, "identitySummary", "id"), append(items, id)
			}
			// An identity's items are far apart, and some have an identity of their own.
			slices.SortFunc(items, func(a, b string) int { return strings.Compare(a[8:], b[8:]) })
			refs := graphtest.ItemReferences(items[:1_001])
			payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", refs...)).OK(t), "reassignReviewItemsAsync")
			wantRefusals(t, payload)
			if tasks := graphtest.At(payload, "tasks").([]any); len(tasks) != 3 {
				t.Errorf("%d tasks", len(tasks))
			}
			w.Clock.Advance(2 * sandbox.DefaultTaskPace)
			w.WantWritten(t, items[:1_001])
			movedTo := map[any]string{} // by identity
			for _, write := range w.Sandbox.Writes() {
				identity := identityOf[write.Item]
				if earlier, ok := movedTo[identity]; ok && earlier != write.MovedTo {
					t.Fatalf("the items of %v are in two tasks", identity)
				}
				movedTo[identity] = write.MovedTo
			}
			if len(movedTo) < 10 {
				t.Errorf("only %d identities", len(movedTo))
			}
		})
	}
}

// The most references that one mutation takes are moved with the calls that one operation may make by
// default, however large the certification is.
func TestTheLargestReassignmentTakesNoMoreCallsThanAnOperationHas(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		name  string
		items int // undecided
		off   bool
		reads int
	}{
		{"by whole pages", 10_000, false, 1 + 40},
		{"by whole pages, without a precheck", 10_000, true, 1 + 40},
		{"by ids, as far as it goes", 25_500, false, 1 + 100},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{
				Sandbox: sandbox.Config{Certifications: 1, Items: each.items}, // all in one
				Limits:  document.Limits{Body: 1 << 20},
				ToGateway: func(c *graph.Config) {
					c.Precheck, c.MaxUpstreamCalls, c.MaxEstimatedCalls = !each.off, graph.DefaultMaxUpstreamCalls, graph.DefaultMaxEstimatedCalls
				},
			})
			items := w.UndecidedItems(t, graph.DefaultMaxWriteBatch)
			w.Sandbox.Reset()
			a := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items)...))
			payload := graphtest.At(a.OK(t), "reassignReviewItemsAsync")
			wantRefusals(t, payload)
			requests, tasks := w.Sandbox.Requests(), len(graphtest.At(payload, "tasks").([]any))
			if got := requests.Total - requests.Count("oauthToken"); got != each.reads+tasks || got > graph.DefaultMaxUpstreamCalls {
				t.Errorf("%d calls, want %d and %d tasks: %v", got, each.reads, tasks, requests.Counts)
			}
			if tasks < 20 || tasks > 24 {
				t.Errorf("%d tasks", tasks)
			}
			for range tasks { // which run one after another
				w.Clock.Advance(2 * sandbox.DefaultTaskPace)
			}
			w.WantWritten(t, items)
		})
	}
}

// If the identities of the items cannot be read, no task is queued.
func TestNothingIsQueuedIfIdentitiesCannotBeRead(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 600)
	items := w.UndecidedItems(t, 501)
	for status, want := range map[int]string{http.StatusInternalServerError: "UPSTREAM_UNAVAILABLE", http.StatusForbidden: ""} {
		w.Fault(t, sandbox.Fault{Operation: "listIdentityAccessReviewItems", Kind: sandbox.FaultStatus, Status: status})
		a := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items)...))
		if want != "" {
			a.WantProblems(t, want+" at reassignReviewItemsAsync")
		} else {
			wantRefusals(t, graphtest.At(a.OK(t), "reassignReviewItemsAsync"), graphtest.Object{"code": "FORBIDDEN", "field": nil, "ids": anys(items)})
		}
		if n := w.Writes(); n != 0 {
			t.Errorf("%d tasks", n)
		}
	}
}
