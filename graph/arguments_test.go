package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// refusedArgument checks that a field is null because of one argument, which the message
// names, and that nothing was asked of the upstream for it.
func refusedArgument(t *testing.T, a graphtest.Answer, argument string, path ...any) {
	t.Helper()
	a.WantProblems(t, "BAD_USER_INPUT at "+graphtest.PathText(path))
	if len(a.Errors) == 1 && !strings.HasPrefix(a.Errors[0].Message, argument+" ") {
		t.Errorf("the message does not name %s: %q", argument, a.Errors[0].Message)
	}
	if a.At(path...) != nil {
		t.Errorf("there is data: %s", a.Text)
	}
}

func TestPagingArgumentsThatDoNotFitAreNamed(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const own = "first: 1"
	cursor := graphtest.Literal(graphtest.CertificationsPlace.Page(t, w, graphtest.Walk{}, own).Cursors[0])
	foreign := map[string]string{
		"another order":  graphtest.Literal(graphtest.CertificationsPlace.Page(t, w, graphtest.Walk{Arguments: "orderBy: {field: NAME}"}, own).Cursors[0]),
		"another filter": graphtest.Literal(graphtest.CertificationsPlace.Page(t, w, graphtest.Walk{Arguments: "filter: {phase: ACTIVE}"}, own).Cursors[0]),
		"other reviewer": graphtest.Literal(graphtest.CertificationsPlace.Page(t, w, graphtest.Walk{Arguments: "reviewer: " + graphtest.Literal(graphtest.Reviewer1)}, own).Cursors[0]),
		"another parent": graphtest.Literal(graphtest.ItemsPlace.Page(t, w, graphtest.Walk{}, own).Cursors[0]),
		"tasks":          graphtest.Literal(graphtest.TasksPlace.Page(t, w, graphtest.Walk{}, own).Cursors[0]),
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
		{"after: " + graphtest.Literal(relay.EncodeCursor(0, relay.NewScope())), "after"},
	}
	for name, other := range foreign {
		cases = append(cases, refused{"after: " + other + " # of " + name, "after"}, refused{"last: 1, before: " + other + " # of " + name, "before"})
	}
	for _, each := range cases {
		a := w.Ask(t, graphtest.Admin, "{ certifications("+each.paging+"\n) { nodes { rawId } } }", nil)
		t.Run(each.paging, func(t *testing.T) { refusedArgument(t, a, each.argument, "certifications") })
	}
	// The other connections refuse alike, each at its place.
	for _, p := range []graphtest.Place{graphtest.ItemsPlace, graphtest.ReviewersPlace, graphtest.PermissionsPlace, graphtest.TasksPlace} {
		a := w.Ask(t, graphtest.Admin, p.Open+p.Field+"(first: 1001) { totalCount }"+p.Close, nil)
		refusedArgument(t, a, "first", p.Path...)
		a = w.Ask(t, graphtest.Admin, p.Open+p.Field+"(after: "+cursor+") { totalCount }"+p.Close, nil)
		refusedArgument(t, a, "after", p.Path...)
	}
	// A list under another parent is another list.
	items := graphtest.ItemsPlace
	items.Open = strings.Replace(items.Open, sandbox.LargeCertification, sandbox.DecidedCertification, 1)
	a := w.Ask(t, graphtest.Admin, items.Open+"reviewItems(after: "+foreign["another parent"]+") { totalCount }"+items.Close, nil)
	refusedArgument(t, a, "after", items.Path...)
}

func TestPagesAtTheEdges(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, p := range []graphtest.Place{graphtest.CertificationsPlace, graphtest.ItemsPlace, graphtest.ReviewersPlace, graphtest.PermissionsPlace, graphtest.TasksPlace} {
		all := p.Keys(t, w, graphtest.Walk{})
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
			p.Page(t, w, graphtest.Walk{}, each.paging).Check(t, p.Field+" "+each.paging, all, each.from, each.to)
		}
		first := p.Page(t, w, graphtest.Walk{}, "first: 3").Cursors
		p.Page(t, w, graphtest.Walk{}, "before: "+graphtest.Literal(first[0])).Check(t, "before the first", all, 0, 0)
		p.Page(t, w, graphtest.Walk{}, "last: 1000, before: "+graphtest.Literal(first[2])).Check(t, "more than there are before", all, 0, 2)
		last := p.Page(t, w, graphtest.Walk{}, "last: 3").Cursors
		p.Page(t, w, graphtest.Walk{}, "after: "+graphtest.Literal(last[2])).Check(t, "after the last", all, n, n)

		bare := w.Ask(t, graphtest.Admin, p.Open+p.Field+" { __typename edges { cursor } }"+p.Close, nil)
		bare.OK(t)
		if rows := graphtest.At(bare.Data, append(slices.Clone(p.Path), "edges")...).([]any); len(rows) != min(50, n) {
			t.Errorf("%s without arguments answers %d rows", p.Field, len(rows))
		}
	}
}

// A cursor stays good when the rows behind it are gone.
func TestCursorsOutliveTheirRows(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	open := graphtest.Walk{Arguments: "filter: {completed: false}", Rest: graphtest.Filters("completed eq false")}
	all := graphtest.ItemsPlace.Keys(t, w, open)
	last := graphtest.ItemsPlace.Page(t, w, open, "last: 1")
	decisions := make([]any, 200)
	for i := range decisions {
		decisions[i] = graphtest.Object{"itemId": all[i], "decision": "APPROVE", "comment": "Still needed"}
	}
	a := w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { message } } }`,
		graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification, "decisions": decisions}})
	if errors := graphtest.At(a.OK(t), "decideReviewItems", "errors").([]any); len(errors) > 0 {
		t.Fatal(errors...)
	}
	left := graphtest.ItemsPlace.Keys(t, w, open)
	if len(left) != len(all)-len(decisions) {
		t.Fatalf("%d of %d rows are left", len(left), len(all))
	}
	got := graphtest.ItemsPlace.Page(t, w, open, "first: 5, after: "+graphtest.Literal(last.Cursors[0]))
	if len(got.Keys) != 0 || got.Info["hasNextPage"] != false || got.Total != float64(len(left)) {
		t.Errorf("after a row that is gone: %+v", got)
	}
	got = graphtest.ItemsPlace.Page(t, w, open, "last: 5, before: "+graphtest.Literal(last.Cursors[0]))
	if got.Info["hasPreviousPage"] != true || got.Total != float64(len(left)) {
		t.Errorf("before a row that is gone: %+v", got)
	}
}

func TestFiltersThatMakeNoSenseAreNamed(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("%032x", i)
	}
	task, item := graphtest.TaskID(sandbox.FailedTask), graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)
	certification, otherItem := graphtest.CertificationID(sandbox.LargeCertification), graphtest.ItemID(sandbox.DecidedCertification, "x")
	damaged := certification[:len(certification)-3]
	campaign, person := relay.EncodeID("Campaign", sandbox.StagedCampaign), relay.EncodeID("PublicIdentity", graphtest.Reviewer1)
	summary := relay.EncodeID("IdentitySummary", sandbox.LargeCertification, "x")
	otherSummary := relay.EncodeID("IdentitySummary", sandbox.DecidedCertification, "x")
	for _, each := range []struct {
		place     graphtest.Place
		arguments string
		argument  string
	}{
		{graphtest.CertificationsPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.CertificationsPlace, "filter: {campaignIds: " + graphtest.Literal(many) + "}", "filter.campaignIds"},
		{graphtest.CertificationsPlace, "filter: {ids: " + graphtest.Literal([]string{certification, task}) + "}", "filter.ids[1]"},
		{graphtest.CertificationsPlace, "filter: {ids: " + graphtest.Literal(item) + "}", "filter.ids[0]"},
		{graphtest.CertificationsPlace, "filter: {ids: " + graphtest.Literal(damaged) + "}", "filter.ids[0]"},
		{graphtest.CertificationsPlace, `filter: {ids: ""}`, "filter.ids[0]"},
		{graphtest.CertificationsPlace, "filter: {campaignIds: " + graphtest.Literal(certification) + "}", "filter.campaignIds[0]"},
		{graphtest.CertificationsPlace, "reviewer: " + graphtest.Literal(certification), "reviewer"},
		{graphtest.CertificationsPlace, `reviewer: ""`, "reviewer"},
		{graphtest.CertificationsPlace, "orderBy: [{field: NAME}, {field: DUE}, {field: NAME, direction: DESC}]", "orderBy[2].field"},
		{graphtest.ItemsPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.ItemsPlace, "filter: {ids: " + graphtest.Literal(certification) + "}", "filter.ids[0]"},
		{graphtest.ItemsPlace, "filter: {ids: " + graphtest.Literal(otherItem) + "}", "filter.ids[0]"},
		{graphtest.ItemsPlace, "filter: {identitySummaryIds: " + graphtest.Literal(item) + "}", "filter.identitySummaryIds[0]"},
		{graphtest.ItemsPlace, "filter: {accessIds: " + graphtest.Literal(many) + "}", "filter.accessIds"},
		{graphtest.ItemsPlace, "filter: {pertainingTo: {roles: " + graphtest.Literal(many) + "}}", "filter.pertainingTo.roles"},
		{graphtest.ItemsPlace, "filter: {pertainingTo: {entitlements: " + graphtest.Literal([]string{"x", item}) + "}}", "filter.pertainingTo.entitlements[1]"},
		{graphtest.ItemsPlace, "orderBy: [{field: ACCESS_NAME}, {field: ACCESS_NAME}]", "orderBy[1].field"},
		{graphtest.ReviewersPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.ReviewersPlace, "filter: {ids: " + graphtest.Literal(certification) + "}", "filter.ids[0]"},
		{graphtest.ReviewersPlace, "orderBy: [{field: EMAIL}, {field: EMAIL}]", "orderBy[1].field"},
		{graphtest.PermissionsPlace, "filter: {rights: " + graphtest.Literal(many) + "}", "filter.rights"},
		{graphtest.TasksPlace, "filter: {ids: " + graphtest.Literal(certification) + "}", "filter.ids[0]"},
		{graphtest.TasksPlace, "filter: {targetIds: " + graphtest.Literal(task) + "}", "filter.targetIds[0]"},
		{graphtest.TasksPlace, "filter: {targetIds: " + graphtest.Literal(many) + "}", "filter.targetIds"},
		{graphtest.TasksPlace, "reviewer: " + graphtest.Literal(task), "reviewer"},
		{graphtest.CampaignsPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.CampaignsPlace, "filter: {ids: " + graphtest.Literal(certification) + "}", "filter.ids[0]"},
		{graphtest.CampaignsPlace, `filter: {ids: ["x", ""]}`, "filter.ids[1]"},
		{graphtest.CampaignsPlace, "orderBy: [{field: NAME}, {field: NAME, direction: DESC}]", "orderBy[1].field"},
		{graphtest.IdentitiesPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.IdentitiesPlace, "filter: {ids: " + graphtest.Literal(summary) + "}", "filter.ids[0]"},
		{graphtest.IdentitiesPlace, "filter: {ids: " + graphtest.Literal(campaign) + "}", "filter.ids[0]"},
		{graphtest.IdentitySummariesPlace, "filter: {ids: " + graphtest.Literal(many) + "}", "filter.ids"},
		{graphtest.IdentitySummariesPlace, "filter: {ids: " + graphtest.Literal(otherSummary) + "}", "filter.ids[0]"},
		{graphtest.IdentitySummariesPlace, "filter: {ids: " + graphtest.Literal([]string{summary, person}) + "}", "filter.ids[1]"},
		{graphtest.IdentitySummariesPlace, "filter: {ids: " + graphtest.Literal(item) + "}", "filter.ids[0]"},
		{graphtest.AccessSummariesPlace("ROLE"), "filter: {accessIds: " + graphtest.Literal(many) + "}", "filter.accessIds"},
		{graphtest.AccessSummariesPlace("ROLE"), "filter: {accessIds: " + graphtest.Literal(item) + "}", "filter.accessIds[0]"},
		{graphtest.ItemsPlace, "filter: {identitySummaryIds: " + graphtest.Literal(otherSummary) + "}", "filter.identitySummaryIds[0]"},
		{graphtest.ReviewersPlace, "filter: {ids: " + graphtest.Literal(campaign) + "}", "filter.ids[0]"},
		{graphtest.CertificationsPlace, "filter: {campaignIds: " + graphtest.Literal([]string{campaign, person}) + "}", "filter.campaignIds[1]"},
		{graphtest.CertificationsPlace, "reviewer: " + graphtest.Literal(summary), "reviewer"},
	} {
		t.Run(each.place.Field+" "+each.argument, func(t *testing.T) {
			t.Parallel()
			a := w.Ask(t, graphtest.Admin, each.place.Open+each.place.Field+"("+each.place.Arguments(each.arguments)+") { totalCount nodes { __typename } }"+each.place.Close, nil)
			refusedArgument(t, a, each.argument, each.place.Path...)
		})
	}
}

// A list of a hundred is not too long, and what cannot be written in a filter is refused
// before it is sent.
func TestFiltersAtTheEdges(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	ids := graphtest.CertificationsPlace.Keys(t, w, graphtest.Walk{})[:100]
	a := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]) { certifications(first: 1000, filter: {ids: $ids}) { totalCount nodes { rawId } } }", graphtest.Object{"ids": ids})
	if total := graphtest.At(a.OK(t), "certifications", "totalCount"); total != float64(100) {
		t.Errorf("%v certifications", total)
	}
	for _, text := range []string{"a\nb", "a\u0000b", "a\u007fb", "\t"} {
		a := w.Ask(t, graphtest.Admin, "query ($text: String!) { certification(id: \""+sandbox.LargeCertification+
			"\") { reviewItems(filter: {accessName: {eq: $text}}) { totalCount } } }", graphtest.Object{"text": text})
		a.WantProblems(t, "BAD_USER_INPUT at certification.reviewItems")
	}
	for _, id := range []string{strings.Repeat("x", 300), "a\u0000", "a\nb"} {
		a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { certification(id: $id) { rawId } certificationTask(id: $id) { rawId } }", graphtest.Object{"id": id})
		a.WantProblems(t, "BAD_USER_INPUT at certification", "BAD_USER_INPUT at certificationTask")
	}
}

// A text that cannot be searched for, or filtered by, is refused by name, and nothing is called.
func TestTextsThatCannotBeFound(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 6, Items: 60}})
	w.Token(t, graphtest.Admin)
	for _, each := range []struct {
		place               graphtest.Place
		arguments, argument string
	}{
		{graphtest.IdentitiesPlace, "search: " + graphtest.Literal(strings.Repeat("é", 101)), "search"},
		{graphtest.IdentitiesPlace, `search: "a\u0000b"`, "search"},
		{graphtest.IdentitiesPlace, `search: "a\u007fb"`, "search"},
		{graphtest.IdentitiesPlace, `filter: {lastName: {startsWith: "a\nb"}}`, "lastname"},
		{graphtest.CampaignsPlace, `filter: {name: {eq: "a\u0000"}}`, "name"},
	} {
		before := w.Calls()
		a := w.Ask(t, graphtest.Admin, each.place.Open+each.place.Field+"("+each.arguments+") { nodes { __typename } }"+each.place.Close, nil)
		a.WantProblems(t, "BAD_USER_INPUT at "+each.place.Field)
		if len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, each.argument) || w.Calls() != before {
			t.Errorf("%s: %d calls: %s", each.arguments, w.Calls()-before, a.Text)
		}
	}
	// What matches nothing costs nothing, and a hundred ids are not too many.
	before := w.Calls()
	a := w.Ask(t, graphtest.Admin, `{ campaigns(filter: {ids: []}) { totalCount nodes { id } } of: campaigns(filter: {statuses: []}) { totalCount } identities(filter: {ids: []}, search: "a") { totalCount } }`, nil)
	for _, field := range []string{"campaigns", "of", "identities"} {
		if graphtest.At(a.OK(t), field, "totalCount") != 0.0 || w.Calls() != before {
			t.Errorf("%d calls: %s", w.Calls()-before, a.Text)
		}
	}
	people := w.List(t, graphtest.Admin, "/public-identities", nil)[:100]
	a = w.Ask(t, graphtest.Admin, "query ($ids: [ID!], $search: String) { identities(first: 1000, filter: {ids: $ids}, search: $search) { totalCount } }", graphtest.Object{"ids": texts(people, "id"), "search": strings.Repeat(" ", 200)})
	if graphtest.At(a.OK(t), "identities", "totalCount") != 100.0 {
		t.Errorf("got %s", a.Text)
	}
	// What a response may say is no input.
	for _, query := range []string{`{ campaigns(filter: {statuses: UNRECOGNIZED}) { totalCount } }`, `{ campaigns(filter: {statuses: [ACTIVE, UNRECOGNIZED]}) { totalCount } }`} {
		if a := w.Ask(t, graphtest.Admin, query, nil); a.Data != nil || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "UNRECOGNIZED") {
			t.Errorf("%s: %s", query, a.Text)
		}
	}
}

// The global id of a person does wherever one is meant: as a reviewer, in lists of reviewers, and to reassign to.
func TestPeopleAreNamedByEitherID(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	const query = `query ($person: ID!, $large: ID!) {
		certifications(first: 1000, reviewer: $person) { nodes { rawId } } pendingCertificationTasks(first: 1000, reviewer: $person) { nodes { rawId } }
		certification(id: $large) { reviewers(filter: {ids: [$person]}) { nodes { rawId } } } identities(filter: {ids: [$person]}) { nodes { rawId name } } }`
	global := relay.EncodeID("PublicIdentity", graphtest.Reviewer1)
	raw := w.Ask(t, graphtest.Admin, query, graphtest.Object{"person": graphtest.Reviewer1, "large": sandbox.LargeCertification})
	same := w.Ask(t, graphtest.Admin, query, graphtest.Object{"person": global, "large": sandbox.LargeCertification})
	graphtest.Same(t, "either", any(raw.OK(t)), any(same.OK(t)))
	if raw.At("identities", "nodes", 0, "name") != "Priya Raman" || len(raw.At("certification", "reviewers", "nodes").([]any)) != 1 {
		t.Errorf("got %s", raw.Text)
	}
	item := w.UndecidedItem(t)
	a := w.Ask(t, graphtest.Admin, `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { errors { message } } }`, graphtest.Object{"input": graphtest.Object{
		"certificationId": sandbox.LargeCertification, "reassignTo": relay.EncodeID("PublicIdentity", graphtest.Reviewer2), "reason": "Moved on",
		"references": []any{graphtest.Object{"id": item, "type": "ITEM"}},
	}})
	if errors := graphtest.At(a.OK(t), "reassignReviewItems", "errors").([]any); len(errors) > 0 {
		t.Errorf("got %s", a.Text)
	}
	left := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("id eq "+quoted(item)))
	if len(left) != 0 {
		t.Error("the item has not left")
	}
}

// Exactly one field of a @oneOf input, however it comes.
func TestOneOfIsEnforced(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const inVariable = `query ($id: ID!, $filter: AccessReviewItemFilter) { certification(id: $id) { reviewItems(filter: $filter) { totalCount } } }`
	for name, filter := range map[string]graphtest.Object{
		"two texts":  {"accessName": graphtest.Object{"eq": "a", "startsWith": "b"}},
		"no text":    {"accessName": graphtest.Object{}},
		"a null":     {"accessName": graphtest.Object{"eq": nil}},
		"two scopes": {"pertainingTo": graphtest.Object{"roles": []string{"a"}, "entitlements": []string{"b"}}},
		"no scope":   {"pertainingTo": graphtest.Object{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := w.Ask(t, graphtest.Admin, inVariable, graphtest.Object{"id": sandbox.LargeCertification, "filter": filter})
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] == "INTERNAL" || graphtest.At(a.Data, "certification", "reviewItems") != nil {
				t.Fatalf("it is not refused: %s", a.Text)
			}
			field := "pertainingTo"
			if _, ok := filter[field]; !ok {
				field = "accessName"
			}
			if e := a.Errors[0]; !strings.Contains(e.Message+graphtest.PathText(e.Path), field) {
				t.Errorf("the error does not name %s: %s", field, a.Text)
			}
		})
	}
}

// UNRECOGNIZED stands for what the upstream returns; no enum that callers send has it.
func TestUnrecognizedCannotBeSent(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, each := range []struct{ query, kind, field string }{
		{"certifications(filter: %s) { totalCount }", "CertificationFilter", "phase"},
		{`certification(id: "x") { reviewItems(filter: %s) { totalCount } }`, "AccessReviewItemFilter", "accessType"},
		{"pendingCertificationTasks(filter: %s) { totalCount }", "CertificationTaskFilter", "types"},
	} {
		literal := "{ " + fmt.Sprintf(each.query, "{"+each.field+": UNRECOGNIZED}") + " }"
		variable := "query ($f: " + each.kind + ") { " + fmt.Sprintf(each.query, "$f") + " }"
		for _, a := range []graphtest.Answer{
			w.Ask(t, graphtest.Admin, literal, nil), w.Ask(t, graphtest.Admin, variable, graphtest.Object{"f": graphtest.Object{each.field: "UNRECOGNIZED"}}),
		} {
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%s: %s", literal, a.Text)
			}
		}
	}
}
