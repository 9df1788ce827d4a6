package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// withoutID returns the faults that take the identifiers of two rows away, in every way.
func withoutID() map[string]sandbox.Fault {
	faults := map[string]sandbox.Fault{
		"absent":     {Kind: sandbox.FaultAbsent, Fields: []string{".id"}},
		"null row":   {Kind: sandbox.FaultValues, Fields: []string{"."}, Value: []byte("null")},
		"row absent": {Kind: sandbox.FaultValues, Fields: []string{"."}, Value: []byte(`{}`)},
	}
	for _, value := range []string{"null", `""`, "7", "0", "false", `{"id":"x"}`, `["x"]`, `"a\nb"`, `"` + strings.Repeat("x", 257) + `"`} {
		faults["id "+value[:min(len(value), 12)]] = sandbox.Fault{Kind: sandbox.FaultValues, Fields: []string{".id"}, Value: []byte(value)}
	}
	for name, fault := range faults {
		fault.Rows = []int{0, 3}
		faults[name] = fault
	}
	return faults
}

// A row without an identifier is left out of its list with an error that says where it was. All other
// rows are there, and the cursors of the page go on from them.
func TestRowsWithoutAnIdentifier(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for _, place := range []struct{ operation, open, field, end, key string }{
		{"listIdentityCertifications", "{", "certifications", "}", "rawId"},
		{"listIdentityAccessReviewItems", `{ certification(id: "` + sandbox.LargeCertification + `") {`, "reviewItems", "} }", "rawId"},
		{"getPendingCertificationTasks", "{", "pendingCertificationTasks", "}", "rawId"},
		{"getIdentitySummaries", `{ certification(id: "` + sandbox.LargeCertification + `") {`, "identitySummaries", "} }", "rawId"},
		{"getActiveCampaigns", "{", "campaigns", "}", "rawId"},
		{"getPublicIdentities", "{", "identities", "}", "rawId"},
	} {
		path := []any{place.field}
		if strings.Contains(place.open, "certification(") {
			path = []any{"certification", place.field}
		}
		ask := func(t *testing.T, arguments string) graphtest.Answer {
			t.Helper()
			return w.Ask(t, graphtest.Admin, place.open+place.field+"("+arguments+") { totalCount nodes { "+place.key+" } edges { cursor node { "+place.key+
				" } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"+place.end, nil)
		}
		w.Sandbox.Reset()
		whole := ask(t, "first: 6")
		whole.OK(t)
		for name, fault := range withoutID() {
			t.Run(place.operation+" "+name, func(t *testing.T) {
				w.Spoil(t, place.operation, fault)
				a := ask(t, "first: 6")
				problem := "UPSTREAM_INVALID at " + graphtest.PathText(path)
				a.WantProblems(t, problem, problem)
				for i, offset := range []int{0, 3} {
					if i < len(a.Errors) && !slices.ContainsFunc(a.Errors, func(e graphtest.AnswerError) bool {
						return strings.Contains(e.Message, fmt.Sprintf("offset %d ", offset))
					}) {
						t.Errorf("no error names row %d: %s", offset, a.Text)
					}
				}
				want := textsOf(whole.At(append(path, "nodes")...), place.key)
				want = append(slices.Clone(want[1:3]), want[4:]...)
				if got := textsOf(a.At(append(path, "nodes")...), place.key); !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
				if info := a.At(append(path, "pageInfo")...); fmt.Sprint(info) != fmt.Sprint(whole.At(append(path, "pageInfo")...)) {
					t.Errorf("pageInfo is %v", info)
				}
				w.Sandbox.Reset()
				after := ask(t, "first: 2, after: "+graphtest.Literal(a.At(append(path, "edges", 2, "cursor")...)))
				if got := textsOf(after.At(append(path, "nodes")...), place.key)[0]; got != want[3] {
					t.Errorf("the row after %q is %q, want %q", want[2], got, want[3])
				}
			})
		}
	}
}

// A reviewer without an identifier is no reviewer either, since nothing can be reassigned to them.
func TestReviewersWithoutAnIdentifier(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Spoil(t, "listCertificationReviewers", sandbox.Fault{Kind: sandbox.FaultAbsent, Fields: []string{".id"}})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { rawId reviewers { totalCount nodes { name } } } }`, certificationVariables)
	a.WantProblems(t, "UPSTREAM_INVALID at certification.reviewers")
	if len(a.At("certification", "reviewers", "nodes").([]any)) != 0 || a.At("certification", "rawId") == nil {
		t.Errorf("got %s", a.Text)
	}
}

// Rows that only count are no error, and each field that shows a page reports its own.
func TestUnreadableRowsAreReportedWhereRowsAreShown(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Spoil(t, "listIdentityCertifications", sandbox.Fault{Kind: sandbox.FaultAbsent, Fields: []string{".id"}, Rows: []int{1}})
	a := w.Ask(t, graphtest.Admin, `{
		counted: certifications(first: 5) { totalCount pageInfo { hasNextPage } }
		nodes: certifications(first: 5) { nodes { name } }
		edges: certifications(first: 5) { edges { cursor } }
	}`, nil)
	a.WantProblems(t, "UPSTREAM_INVALID at nodes", "UPSTREAM_INVALID at edges")
	if len(a.At("edges", "edges").([]any)) != 4 || len(a.At("nodes", "nodes").([]any)) != 4 {
		t.Errorf("got %s", a.Text)
	}
}

// What is read by an id has that id, though the upstream does not show it, and so have its children.
func TestWhatIsReadByAnIDHasIt(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)
	want := graphtest.Object{
		"certification":     graphtest.Object{"id": graphtest.CertificationID(sandbox.LargeCertification), "rawId": sandbox.LargeCertification, "reviewers": graphtest.Object{"totalCount": 1.0}},
		"node":              graphtest.Object{"rawId": sandbox.LargePermissionsItem, "id": item, "permissions": graphtest.Object{"totalCount": 300.0}},
		"certificationTask": graphtest.Object{"id": graphtest.TaskID(sandbox.FailedTask), "rawId": sandbox.FailedTask},
	}
	for name, fault := range withoutID() {
		if len(fault.Fields[0]) == 1 {
			continue // not a row at all
		}
		t.Run(name, func(t *testing.T) {
			fault.Rows, fault.Operation = nil, "*"
			w.Fault(t, fault)
			a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $item: ID!, $task: ID!) {
				certification(id: $id) { id rawId reviewers(first: 0) { totalCount } }
				node(id: $item) { ... on AccessReviewItem { id rawId permissions(first: 1) { totalCount } } }
				certificationTask(id: $task) { id rawId }
			}`, graphtest.Object{"id": sandbox.LargeCertification, "item": item, "task": sandbox.FailedTask})
			a.OK(t)
			graphtest.Same(t, name, any(want), any(a.Data))
			certification := graphtest.CertificationID(sandbox.LargeCertification)
			other := graphtest.CertificationID(sandbox.DecidedCertification)
			a = w.Ask(t, graphtest.Admin, `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": []any{certification, other}})
			if got := textsOf(a.At("nodes"), "id"); !slices.Equal(got, []string{certification, other}) {
				t.Errorf("nodes: %s", a.Text)
			}
		})
	}
}

// Of several items that are read together, one whose row has no identifier is not said to be missing.
func TestAnItemThatMayBeThereIsNotMissing(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 3)
	w.Spoil(t, "listIdentityAccessReviewItems", sandbox.Fault{Kind: sandbox.FaultAbsent, Fields: []string{".id"}, Rows: []int{1}})
	var ids []any
	for _, item := range items {
		ids = append(ids, graphtest.ItemID(sandbox.LargeCertification, item))
	}
	a := w.Ask(t, graphtest.Admin, `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": ids})
	if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UPSTREAM_INVALID" || a.Errors[0].Path[0] != "nodes" || a.At("nodes", a.Errors[0].Path[1]) != nil {
		t.Errorf("got %s", a.Text)
	}
}

// A reference without an identifier is null with an error if the identifier is selected, never an
// object with an empty one; its other fields can be read without it.
func TestReferencesWithoutAnIdentifier(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for _, value := range []string{`""`, "null", "7", "[]"} {
		w.Fault(t, sandbox.Fault{Operation: "*", Kind: sandbox.FaultValues, Fields: []string{"campaign.id", "reviewer.id"}, Value: []byte(value)})
		a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) {
			rawId campaign { id name } reviewer { rawId } named: campaign { name }
		} }`, graphtest.Object{"id": sandbox.LargeCertification})
		a.WantProblems(t, "UPSTREAM_INVALID at certification.campaign.id", "UPSTREAM_INVALID at certification.reviewer.rawId")
		if a.At("certification", "campaign") != nil || a.At("certification", "reviewer") != nil || a.At("certification", "named", "name") == nil || a.At("certification", "rawId") == nil {
			t.Errorf("%s: %s", value, a.Text)
		}
	}
	w.Fault(t, sandbox.Fault{Operation: "*", Kind: sandbox.FaultValues, Fields: []string{"reassignment"}, Value: []byte(`{"from":{"name":"Another"}}`)})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { reassignment { from { name certification { rawId } } } } }`, certificationVariables)
	a.WantProblems(t, "UPSTREAM_INVALID at certification.reassignment.from.certification")
	if a.At("certification", "reassignment", "from", "name") != "Another" {
		t.Errorf("got %s", a.Text)
	}
}

// A task that does not show its certification is not lost among those of several.
func TestTasksWhoseTargetIsNotShown(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	target := w.List(t, graphtest.Admin, "/certification-tasks", graphtest.Filters(`type eq "ADMIN_REASSIGN"`))[0]["targetId"].(string)
	w.Spoil(t, "getPendingCertificationTasks", sandbox.Fault{Kind: sandbox.FaultValues, Fields: []string{"targetId"}, Value: []byte("7")})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { pendingTasks { nodes { id targetId certification { rawId } } } } }`, graphtest.Object{"id": target})
	a.WantProblems(t, "UPSTREAM_INVALID at certification.pendingTasks.nodes.0.certification")
	if nodes := a.At("certification", "pendingTasks", "nodes").([]any); len(nodes) != 1 || graphtest.At(nodes[0], "targetId") != nil {
		t.Errorf("got %s", a.Text)
	}
	a = w.Ask(t, graphtest.Admin, `query ($id: ID!, $other: ID!) {
		one: certification(id: $id) { pendingTasks { nodes { id } } } other: certification(id: $other) { pendingTasks { nodes { id } } }
	}`, graphtest.Object{"id": target, "other": sandbox.DecidedCertification})
	a.WantProblems(t, "UPSTREAM_INVALID at one.pendingTasks", "UPSTREAM_INVALID at other.pendingTasks")
}
