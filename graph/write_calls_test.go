package graph_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/document"
	"certql/upstream/sandbox"
)

// The rows of the table of upstream calls that write, exactly, and one more for the precheck.
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
			w := newTenant(t, setup{
				sandbox:   sandbox.Config{Certifications: 40, Items: 3 * 1_150},
				toGateway: func(c *graph.Config) { c.NoPrecheck = off },
			})
			items := w.undecidedItems(t, 1_100)
			signing := object{"input": object{"certificationId": sandbox.DecidedCertification}}
			summaries := map[any]bool{}
			var wholes []any
			for _, row := range w.list(t, admin, itemsPlace.rest, filters("completed eq false")) {
				if id := at(row, "identitySummary", "id"); !summaries[id] {
					summaries[id] = true
					wholes = append(wholes, object{"id": id, "type": "IDENTITY_SUMMARY"})
				}
			}
			several := itemReferences(items[:501])
			grouping := 5 // pages of all that is undecided
			if off {
				grouping = 11 // lists of 50 ids
			}
			for _, each := range []struct {
				name, mutation string
				input          object
				calls          int
			}{
				{"one decision", decideAlone, decisions(items[:1], nil), precheck + 1},
				{"600 decisions", decideAlone, decisions(items[:600], nil), precheck + 3},
				{"600 decisions, read again", decideMutation, decisions(items[:600], nil), precheck + 3 + 12},
				{"50 references", reassignMutation, references(reviewer2, "On leave", itemReferences(items[:50])...), precheck + 1},
				{"sign-off", signOffMutation, signing, precheck + 1},
				{"500 references in the background", reassignAsyncMutation, references(reviewer2, "On leave", itemReferences(items[:500])...), precheck + 1},
				{"501 references in the background", reassignAsyncMutation, references(reviewer2, "On leave", several...), precheck + grouping + 2},
				{"summaries in the background", reassignAsyncMutation, references(reviewer2, "On leave", wholes...), precheck + (len(wholes)+499)/500},
				{"nothing to decide", decideAlone, decisions(nil, nil), 0},
				{
					"two mutations of one certification", `mutation ($input: DecideReviewItemsInput!) {
						a: decideReviewItems(input: $input) { certification { id decisionsMade } errors { code } }
						b: decideReviewItems(input: $input) { certification { id decisionsMade } errors { code } } }`,
					decisions(items[:2], nil), precheck + 2,
				},
			} {
				t.Run(each.name, func(t *testing.T) {
					w.sandbox.Reset()
					w.ask(t, admin, each.mutation, each.input).data(t)
					requests := w.sandbox.Requests()
					if got := requests.Total - requests.Count("oauthToken"); got != each.calls {
						t.Errorf("%d calls, want %d: %v", got, each.calls, requests.Counts)
					}
				})
			}
		})
	}
}

// Tasks keep the items of one identity together, and lose none.
func TestTasksKeepIdentitiesTogether(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("precheck=%v", !off), func(t *testing.T) {
			t.Parallel()
			w := newTenant(t, setup{
				sandbox:   sandbox.Config{Certifications: 40, Items: 3 * 1_150, SplitSummaries: true},
				toGateway: func(c *graph.Config) { c.NoPrecheck = off },
			})
			identityOf := map[string]any{}
			var items []string
			for _, row := range w.list(t, admin, itemsPlace.rest, filters("completed eq false")) {
				id := row["id"].(string)
				identityOf[id], items = at(row, "identitySummary", "id"), append(items, id)
			}
			// An identity's items are far apart, and some stand by themselves.
			slices.SortFunc(items, func(a, b string) int { return strings.Compare(a[8:], b[8:]) })
			refs := itemReferences(items[:1_001])
			payload := at(w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "On leave", refs...)).data(t), "reassignReviewItemsAsync")
			wantRefusals(t, payload)
			if tasks := at(payload, "tasks").([]any); len(tasks) != 3 {
				t.Errorf("%d tasks", len(tasks))
			}
			w.clock.advance(2 * sandbox.DefaultTaskPace)
			w.wantWritten(t, items[:1_001])
			movedTo := map[any]string{} // by identity
			for _, write := range w.sandbox.Writes() {
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

// The most references that one mutation takes are moved with the calls that one operation makes
// by default, however large the certification is.
func TestTheLargestReassignmentTakesNoMoreCallsThanThereAre(t *testing.T) {
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
			w := newTenant(t, setup{
				sandbox: sandbox.Config{Certifications: 1, Items: each.items}, // all in one
				limits:  document.Limits{Body: 1 << 20},
				toGateway: func(c *graph.Config) {
					c.NoPrecheck, c.MaxUpstreamCalls, c.MaxEstimatedCalls = each.off, graph.DefaultMaxUpstreamCalls, graph.DefaultMaxEstimatedCalls
				},
			})
			items := w.undecidedItems(t, graph.DefaultMaxWriteBatch)
			w.sandbox.Reset()
			a := w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "On leave", itemReferences(items)...))
			payload := at(a.data(t), "reassignReviewItemsAsync")
			wantRefusals(t, payload)
			requests, tasks := w.sandbox.Requests(), len(at(payload, "tasks").([]any))
			if got := requests.Total - requests.Count("oauthToken"); got != each.reads+tasks || got > graph.DefaultMaxUpstreamCalls {
				t.Errorf("%d calls, want %d and %d tasks: %v", got, each.reads, tasks, requests.Counts)
			}
			if tasks < 20 || tasks > 24 {
				t.Errorf("%d tasks", tasks)
			}
			for range tasks { // which run one after another
				w.clock.advance(2 * sandbox.DefaultTaskPace)
			}
			w.wantWritten(t, items)
		})
	}
}

// A task whose identities cannot be read is not queued, and nothing of the others either.
func TestNothingIsQueuedWhereIdentitiesCannotBeRead(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 600)
	items := w.undecidedItems(t, 501)
	for status, want := range map[int]string{http.StatusInternalServerError: "UPSTREAM_UNAVAILABLE", http.StatusForbidden: ""} {
		w.fault(t, sandbox.Fault{Operation: "listIdentityAccessReviewItems", Kind: sandbox.FaultStatus, Status: status})
		a := w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "On leave", itemReferences(items)...))
		if want != "" {
			a.wantProblems(t, want+" at reassignReviewItemsAsync")
		} else {
			wantRefusals(t, at(a.data(t), "reassignReviewItemsAsync"), object{"code": "FORBIDDEN", "field": nil, "ids": anys(items)})
		}
		if n := w.writes(); n != 0 {
			t.Errorf("%d tasks", n)
		}
	}
}
