package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// refusedArgument checks that a field is null because of one argument, which the message
// names, and that nothing was asked of the upstream for it.
func refusedArgument(t *testing.T, a answer, argument string, path ...any) {
	t.Helper()
	a.wantProblems(t, "BAD_USER_INPUT at "+pathText(path))
	if len(a.Errors) == 1 && !strings.HasPrefix(a.Errors[0].Message, argument+" ") {
		t.Errorf("the message does not name %s: %q", argument, a.Errors[0].Message)
	}
	if a.at(path...) != nil {
		t.Errorf("there is data: %s", a.text)
	}
}

func TestPagingArgumentsThatDoNotFitAreNamed(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	const own = "first: 1"
	cursor := literal(certificationsPlace.page(t, w, walk{}, own).cursors[0])
	foreign := map[string]string{
		"another order":  literal(certificationsPlace.page(t, w, walk{arguments: "orderBy: {field: NAME}"}, own).cursors[0]),
		"another filter": literal(certificationsPlace.page(t, w, walk{arguments: "filter: {phase: ACTIVE}"}, own).cursors[0]),
		"other reviewer": literal(certificationsPlace.page(t, w, walk{arguments: "reviewer: " + literal(reviewer1)}, own).cursors[0]),
		"another parent": literal(itemsPlace.page(t, w, walk{}, own).cursors[0]),
		"tasks":          literal(tasksPlace.page(t, w, walk{}, own).cursors[0]),
	}
	type refused struct{ paging, argument string }
	cases := []refused{
		{"first: 1, last: 1", "last"},
		{"offset: 1, after: " + cursor, "offset"},
		{"offset: 1, before: " + cursor, "offset"},
		{"offset: 1, last: 1", "offset"},
		{"after: " + cursor + ", last: 1", "after"},
		{"after: " + cursor + ", before: " + cursor, "after"},
		{"before: " + cursor + ", first: 1", "before"},
		{"first: -1", "first"},
		{"first: 1001", "first"},
		{"last: -1", "last"},
		{"last: 1001", "last"},
		{"offset: -1", "offset"},
		{"offset: 2147483647", "offset"},
		{`after: ""`, "after"},
		{`after: "forged"`, "after"},
		{`before: "forged", last: 1`, "before"},
		{"after: " + cursor[:len(cursor)-2] + `"`, "after"},
		{"after: " + literal(relay.EncodeCursor(0, relay.NewScope())), "after"},
	}
	for name, other := range foreign {
		cases = append(cases, refused{"after: " + other + " # of " + name, "after"}, refused{"last: 1, before: " + other + " # of " + name, "before"})
	}
	for _, each := range cases {
		a := w.ask(t, admin, "{ certifications("+each.paging+"\n) { nodes { rawId } } }", nil)
		t.Run(each.paging, func(t *testing.T) { refusedArgument(t, a, each.argument, "certifications") })
	}
	// The other connections refuse alike, each at its place.
	for _, p := range []place{itemsPlace, reviewersPlace, permissionsPlace, tasksPlace} {
		a := w.ask(t, admin, p.open+p.field+"(first: 1001) { totalCount }"+p.close, nil)
		refusedArgument(t, a, "first", p.path...)
		a = w.ask(t, admin, p.open+p.field+"(after: "+cursor+") { totalCount }"+p.close, nil)
		refusedArgument(t, a, "after", p.path...)
	}
	// A list under another parent is another list.
	items := itemsPlace
	items.open = strings.Replace(items.open, sandbox.LargeCertification, sandbox.DecidedCertification, 1)
	a := w.ask(t, admin, items.open+"reviewItems(after: "+foreign["another parent"]+") { totalCount }"+items.close, nil)
	refusedArgument(t, a, "after", items.path...)
}

func TestPagesAtTheEdges(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, p := range []place{certificationsPlace, itemsPlace, reviewersPlace, permissionsPlace, tasksPlace} {
		all := p.keys(t, w, walk{})
		n := len(all)
		for _, each := range []struct {
			paging   string
			from, to int
		}{
			{"first: 0", 0, 0},
			{"first: 50", 0, min(50, n)}, // what the default is
			{"first: 0, offset: 3", 3, 3},
			{fmt.Sprintf("first: 5, offset: %d", n-1), n - 1, n},
			{fmt.Sprintf("first: 5, offset: %d", n), n, n},
			{fmt.Sprintf("first: 5, offset: %d", n+1000), n, n},
			{"first: 5, offset: 2147483645", n, n},
			{"last: 0", n, n},
			{"last: 3", n - 3, n},
		} {
			p.page(t, w, walk{}, each.paging).check(t, p.field+" "+each.paging, all, each.from, each.to)
		}
		first := p.page(t, w, walk{}, "first: 3").cursors
		p.page(t, w, walk{}, "before: "+literal(first[0])).check(t, "before the first", all, 0, 0)
		p.page(t, w, walk{}, "last: 1000, before: "+literal(first[2])).check(t, "more than there are before", all, 0, 2)
		last := p.page(t, w, walk{}, "last: 3").cursors
		p.page(t, w, walk{}, "after: "+literal(last[2])).check(t, "after the last", all, n, n)

		bare := w.ask(t, admin, p.open+p.field+" { __typename edges { cursor } }"+p.close, nil)
		bare.data(t)
		if rows := at(bare.Data, append(slices.Clone(p.path), "edges")...).([]any); len(rows) != min(50, n) {
			t.Errorf("%s without arguments answers %d rows", p.field, len(rows))
		}
	}
}

// A cursor stays good when the rows behind it are gone.
func TestCursorsOutliveTheirRows(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	open := walk{arguments: "filter: {completed: false}", rest: filters("completed eq false")}
	all := itemsPlace.keys(t, w, open)
	last := itemsPlace.page(t, w, open, "last: 1")
	decisions := make([]any, 200)
	for i := range decisions {
		decisions[i] = object{"itemId": all[i], "decision": "APPROVE", "comments": "Still needed"}
	}
	a := w.ask(t, admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { message } } }`,
		object{"input": object{"certificationId": sandbox.LargeCertification, "decisions": decisions}})
	if errors := at(a.data(t), "decideReviewItems", "errors").([]any); len(errors) > 0 {
		t.Fatal(errors...)
	}
	left := itemsPlace.keys(t, w, open)
	if len(left) != len(all)-len(decisions) {
		t.Fatalf("%d of %d rows are left", len(left), len(all))
	}
	got := itemsPlace.page(t, w, open, "first: 5, after: "+literal(last.cursors[0]))
	if len(got.keys) != 0 || got.info["hasNextPage"] != false || got.total != float64(len(left)) {
		t.Errorf("after a row that is gone: %+v", got)
	}
	got = itemsPlace.page(t, w, open, "last: 5, before: "+literal(last.cursors[0]))
	if got.info["hasPreviousPage"] != true || got.total != float64(len(left)) {
		t.Errorf("before a row that is gone: %+v", got)
	}
}

func TestFiltersThatMakeNoSenseAreNamed(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("%032x", i)
	}
	task, item := taskID(sandbox.FailedTask), itemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)
	certification, otherItem := certificationID(sandbox.LargeCertification), itemID(sandbox.DecidedCertification, "x")
	damaged := certification[:len(certification)-3]
	for _, each := range []struct {
		place     place
		arguments string
		argument  string
	}{
		{certificationsPlace, "filter: {ids: " + literal(many) + "}", "filter.ids"},
		{certificationsPlace, "filter: {campaignIds: " + literal(many) + "}", "filter.campaignIds"},
		{certificationsPlace, "filter: {ids: " + literal([]string{certification, task}) + "}", "filter.ids[1]"},
		{certificationsPlace, "filter: {ids: " + literal(item) + "}", "filter.ids[0]"},
		{certificationsPlace, "filter: {ids: " + literal(damaged) + "}", "filter.ids[0]"},
		{certificationsPlace, `filter: {ids: ""}`, "filter.ids[0]"},
		{certificationsPlace, "filter: {campaignIds: " + literal(certification) + "}", "filter.campaignIds[0]"},
		{certificationsPlace, "reviewer: " + literal(certification), "reviewer"},
		{certificationsPlace, `reviewer: ""`, "reviewer"},
		{certificationsPlace, "orderBy: [{field: NAME}, {field: DUE}, {field: NAME, direction: DESC}]", "orderBy[2].field"},
		{itemsPlace, "filter: {ids: " + literal(many) + "}", "filter.ids"},
		{itemsPlace, "filter: {ids: " + literal(certification) + "}", "filter.ids[0]"},
		{itemsPlace, "filter: {ids: " + literal(otherItem) + "}", "filter.ids[0]"},
		{itemsPlace, "filter: {identitySummaryIds: " + literal(item) + "}", "filter.identitySummaryIds[0]"},
		{itemsPlace, "filter: {accessIds: " + literal(many) + "}", "filter.accessIds"},
		{itemsPlace, "filter: {pertainingTo: {roles: " + literal(many) + "}}", "filter.pertainingTo.roles"},
		{itemsPlace, "filter: {pertainingTo: {entitlements: " + literal([]string{"x", item}) + "}}", "filter.pertainingTo.entitlements[1]"},
		{itemsPlace, "orderBy: [{field: ACCESS_NAME}, {field: ACCESS_NAME}]", "orderBy[1].field"},
		{reviewersPlace, "filter: {ids: " + literal(many) + "}", "filter.ids"},
		{reviewersPlace, "filter: {ids: " + literal(certification) + "}", "filter.ids[0]"},
		{reviewersPlace, "orderBy: [{field: EMAIL}, {field: EMAIL}]", "orderBy[1].field"},
		{permissionsPlace, "filter: {rights: " + literal(many) + "}", "filter.rights"},
		{tasksPlace, "filter: {ids: " + literal(certification) + "}", "filter.ids[0]"},
		{tasksPlace, "filter: {targetIds: " + literal(task) + "}", "filter.targetIds[0]"},
		{tasksPlace, "filter: {targetIds: " + literal(many) + "}", "filter.targetIds"},
		{tasksPlace, "reviewer: " + literal(task), "reviewer"},
	} {
		t.Run(each.place.field+" "+each.argument, func(t *testing.T) {
			t.Parallel()
			a := w.ask(t, admin, each.place.open+each.place.field+"("+each.arguments+") { totalCount nodes { __typename } }"+each.place.close, nil)
			refusedArgument(t, a, each.argument, each.place.path...)
		})
	}
}

// A list of a hundred is not too long, and what cannot be written in a filter is refused
// before it is sent.
func TestFiltersAtTheEdges(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	ids := certificationsPlace.keys(t, w, walk{})[:100]
	a := w.ask(t, admin, "query ($ids: [ID!]) { certifications(first: 1000, filter: {ids: $ids}) { totalCount nodes { rawId } } }", object{"ids": ids})
	if total := at(a.data(t), "certifications", "totalCount"); total != float64(100) {
		t.Errorf("%v certifications", total)
	}
	for _, text := range []string{"a\nb", "a\u0000b", "a\u007fb", "\t"} {
		a := w.ask(t, admin, "query ($text: String!) { certification(id: \""+sandbox.LargeCertification+
			"\") { reviewItems(filter: {accessName: {eq: $text}}) { totalCount } } }", object{"text": text})
		a.wantProblems(t, "BAD_USER_INPUT at certification.reviewItems")
	}
	for _, id := range []string{"../x", "a/b", "?", "a#b", "%2e%2e", "a;b", strings.Repeat("x", 300), "a\u0000"} {
		a := w.ask(t, admin, "query ($id: ID!) { certification(id: $id) { rawId } certificationTask(id: $id) { rawId } }", object{"id": id})
		a.wantProblems(t, "BAD_USER_INPUT at certification", "BAD_USER_INPUT at certificationTask")
	}
}

// Exactly one field of a @oneOf input, however it comes.
func TestOneOfIsEnforced(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	const inVariable = `query ($id: ID!, $filter: AccessReviewItemFilter) { certification(id: $id) { reviewItems(filter: $filter) { totalCount } } }`
	for name, filter := range map[string]object{
		"two texts":  {"accessName": object{"eq": "a", "startsWith": "b"}},
		"no text":    {"accessName": object{}},
		"a null":     {"accessName": object{"eq": nil}},
		"two scopes": {"pertainingTo": object{"roles": []string{"a"}, "entitlements": []string{"b"}}},
		"no scope":   {"pertainingTo": object{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := w.ask(t, admin, inVariable, object{"id": sandbox.LargeCertification, "filter": filter})
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] == "INTERNAL" || at(a.Data, "certification", "reviewItems") != nil {
				t.Fatalf("it is not refused: %s", a.text)
			}
			field := "pertainingTo"
			if _, ok := filter[field]; !ok {
				field = "accessName"
			}
			if e := a.Errors[0]; !strings.Contains(e.Message+pathText(e.Path), field) {
				t.Errorf("the error does not name %s: %s", field, a.text)
			}
		})
	}
}

// Values that stand for what this gateway does not know cannot be sent.
func TestUnrecognizedCannotBeSent(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, each := range []struct{ query, kind, field string }{
		{"certifications(filter: %s) { totalCount }", "CertificationFilter", "phase"},
		{"pendingCertificationTasks(filter: %s) { totalCount }", "CertificationTaskFilter", "types"},
	} {
		literal := "{ " + fmt.Sprintf(each.query, "{"+each.field+": UNRECOGNIZED}") + " }"
		variable := "query ($f: " + each.kind + ") { " + fmt.Sprintf(each.query, "$f") + " }"
		for _, a := range []answer{
			w.ask(t, admin, literal, nil), w.ask(t, admin, variable, object{"f": object{each.field: "UNRECOGNIZED"}}),
		} {
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "BAD_USER_INPUT" && a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%s: %s", literal, a.text)
			}
		}
	}
}
