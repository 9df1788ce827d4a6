package mutation_test

import (
	"slices"
	"testing"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

const noItem = "00000000000000000000000000000000"

// generalRefusal is a refusal that does not say what is wrong.
func generalRefusal(status int) sandbox.Fault {
	fault := graphtest.Failing(status)
	fault.Count = 1
	return fault
}

// If the upstream does not say which of the ids it refuses, reading shows which do not exist: the error
// names these, and the others are not applied.
func TestWhatIsRefusedIsLookedFor(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 3)
	ids := []string{items[0], noItem, items[1], "absent"}
	rest := []any{items[0], items[1]}
	missing := func(list, id string, at ...string) []graphtest.Object {
		return []graphtest.Object{
			{"code": "NOT_FOUND", "field": []any{list, at[0], id}, "ids": []any{noItem}},
			{"code": "NOT_FOUND", "field": []any{list, at[1], id}, "ids": []any{"absent"}},
			{"code": "NOT_APPLIED", "field": nil, "ids": rest},
		}
	}
	for name, each := range map[string]struct {
		status                       int
		operation, mutation, payload string
		variables                    graphtest.Object
		want                         []graphtest.Object
	}{
		"decisions, 400": {400, "makeIdentityDecision", graphtest.DecideMutation, "decideReviewItems", decisions(ids, nil), missing("decisions", "itemId", "1", "3")},
		"decisions, 404": {404, "makeIdentityDecision", graphtest.DecideMutation, "decideReviewItems", decisions(ids, nil), missing("decisions", "itemId", "1", "3")},
		"decisions that all exist": {
			400, "makeIdentityDecision", graphtest.DecideMutation, "decideReviewItems", decisions(items, nil),
			[]graphtest.Object{{"code": "REFUSED", "field": nil, "ids": anys(items)}},
		},
		"references, 404": {
			404, "reassignIdentityCertifications", graphtest.ReassignMutation, "reassignReviewItems",
			graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(ids)...), missing("references", "id", "1", "3"),
		},
		"a person": {
			404, "reassignIdentityCertifications", graphtest.ReassignMutation, "reassignReviewItems",
			graphtest.References("nobody", "On leave", graphtest.ItemReferences(items)...),
			[]graphtest.Object{{"code": "NOT_FOUND", "field": []any{"reassignTo"}, "ids": []any{"nobody"}}},
		},
		"a person, by a task": {
			404, "submitReassignCertsAsync", graphtest.ReassignAsyncMutation, "reassignReviewItemsAsync",
			graphtest.References("nobody", "On leave", graphtest.ItemReferences(items)...),
			[]graphtest.Object{{"code": "NOT_FOUND", "field": []any{"reassignTo"}, "ids": []any{"nobody"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.Sandbox.Reset()
			w.Spoil(t, each.operation, generalRefusal(each.status))
			payload := graphtest.At(w.Ask(t, graphtest.Admin, each.mutation, each.variables).OK(t), each.payload)
			wantRefusals(t, payload, each.want...)
			w.WantWritten(t, nil)
		})
	}
}

// Without a precheck, the refusal of the write itself shows that there is no certification.
func TestUnknownCertificationsAreNamedWithoutAPrecheck(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Precheck = false }})
	item := w.UndecidedItem(t)
	for payload, each := range map[string]struct {
		mutation  string
		variables graphtest.Object
	}{
		"decideReviewItems":    {graphtest.DecideMutation, decidingOn("none", graphtest.Object{"itemId": item, "decision": "APPROVE"})},
		"signOffCertification": {graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": "none"}}},
		"reassignReviewItems": {graphtest.ReassignMutation, graphtest.Object{"input": graphtest.Object{
			"certificationId": "none", "reassignTo": graphtest.Reviewer2, "reason": "On leave", "references": graphtest.ItemReferences([]string{item}),
		}}},
	} {
		got := graphtest.At(w.Ask(t, graphtest.Admin, each.mutation, each.variables).OK(t), payload)
		wantRefusals(t, got, graphtest.Object{"code": "NOT_FOUND", "field": []any{"certificationId"}, "ids": []any{"none"}})
	}
}

// One wrong reference among those of the second task is named by its place in the caller's list, also
// if a task has other neighbours than the list.
func TestOneWrongReferenceOfManyIsNamed(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 5)
	ids := slices.Concat(items[:2], []string{noItem}, items[2:])
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.ReassignMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(ids)...)).OK(t), "reassignReviewItems")
	wantRefusals(
		t, payload,
		graphtest.Object{"code": "NOT_FOUND", "field": []any{"references", "2"}, "ids": []any{noItem}},
		graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items)},
	)
	if message := graphtest.At(payload, "errors", 0, "message"); message != `The certification has no item "`+noItem+`".` {
		t.Errorf("the message is %q", message)
	}
	w.WantWritten(t, nil)
}

// A comment that the upstream alone knows to be required is asked for as if the gateway had known.
func TestCommentsThatTheUpstreamRequiresAreAskedFor(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Precheck = false }})
	rows := w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "ACTIVE"`))
	for _, row := range rows {
		if graphtest.At(row, "campaign", "mandatoryCommentRequirement") != "ALL_DECISIONS" {
			continue
		}
		certification := row["id"].(string)
		items := w.List(t, graphtest.Admin, "/certifications/"+certification+"/access-review-items", graphtest.Filters("completed eq false"))
		if len(items) < 2 {
			continue
		}
		first, second := items[0]["id"].(string), items[1]["id"].(string)
		payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(
			certification,
			graphtest.Object{"itemId": first, "decision": "APPROVE", "comment": "fine"},
			graphtest.Object{"itemId": second, "decision": "APPROVE"},
		)).OK(t), "decideReviewItems")
		if got := graphtest.At(payload, "errors", 0); graphtest.At(got, "code") != "COMMENT_REQUIRED" || graphtest.At(got, "ids", 0) != second ||
			graphtest.PathText(graphtest.At(got, "field").([]any)) != "decisions.1.comment" ||
			graphtest.At(got, "message") != "The campaign requires a comment for this decision." {
			t.Errorf("got %v", got)
		}
		return
	}
	t.Fatal("no campaign of the seed requires comments")
}
