package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// The tests of this file walk each connection under every filter and order that the schema
// offers, and compare the rows with those of the REST listing under the same filter and order.

// ordered are the walks under each field of an order, up and down, and under all of them.
func ordered(fields ...[2]string) []graphtest.Walk {
	var walks []graphtest.Walk
	var both, bothRest []string
	for i, field := range fields {
		walks = append(
			walks,
			graphtest.Walk{Name: "by " + field[0], Arguments: "orderBy: {field: " + field[0] + "}", Rest: url.Values{"sorters": {field[1]}}},
			graphtest.Walk{
				Name: "down by " + field[0], Arguments: "orderBy: [{field: " + field[0] + ", direction: DESC}]",
				Rest: url.Values{"sorters": {"-" + field[1]}},
			},
		)
		direction, sign := "ASC", ""
		if i%2 == 1 {
			direction, sign = "DESC", "-"
		}
		both = append(both, "{field: "+field[0]+", direction: "+direction+"}")
		bothRest = append(bothRest, sign+field[1])
	}
	slices.Reverse(both)
	slices.Reverse(bothRest)
	return append(walks, graphtest.Walk{
		Name: "by all fields", Arguments: "orderBy: [" + strings.Join(both, " ") + "]",
		Rest: url.Values{"sorters": {strings.Join(bothRest, ",")}},
	})
}

// textWalks are walks by the whole of texts and by their first characters.
func textWalks(field, restField string, texts []string) []graphtest.Walk {
	var walks []graphtest.Walk
	for i, text := range texts {
		start := string([]rune(text)[:(len([]rune(text))+1)/2])
		walks = append(walks, graphtest.Walk{
			Name: fmt.Sprintf("%s eq %q", field, text), Arguments: "filter: {" + field + ": {eq: " + graphtest.Literal(text) + "}}",
			Rest: graphtest.Filters(restField + " eq " + quoted(text)),
		})
		if i%2 == 0 {
			walks = append(walks, graphtest.Walk{
				Name: fmt.Sprintf("%s sw %q", field, start), Arguments: "filter: {" + field + ": {startsWith: " + graphtest.Literal(start) + "}}",
				Rest: graphtest.Filters(restField + " sw " + quoted(start)),
			})
		}
	}
	return append(walks, graphtest.Walk{
		Name: field + " sw nothing", Arguments: "filter: {" + field + `: {startsWith: ""}}`,
	}, graphtest.Walk{
		Name: field + " eq what is nowhere", Arguments: "filter: {" + field + `: {eq: "\" or \"\\"}}`,
		Rest: graphtest.Filters(restField + ` eq "\" or \"\\"`), Empty: true,
	})
}

// listWalks are walks by a single value of a list, by several, and by none at all.
func listWalks(field, restField string, values []string) []graphtest.Walk {
	return []graphtest.Walk{
		{
			Name: field + " of one", Arguments: "filter: {" + field + ": " + graphtest.Literal(values[0]) + "}",
			Rest: graphtest.Filters(restField + " eq " + quoted(values[0])),
		},
		{
			Name: field + " of many", Arguments: "filter: {" + field + ": " + graphtest.Literal(values) + "}",
			Rest: graphtest.Filters(restField + " in " + quotedList(values)),
		},
		{
			Name: field + " twice the same", Arguments: "filter: {" + field + ": " + graphtest.Literal([]string{values[0], values[0]}) + "}",
			Rest: graphtest.Filters(restField + " eq " + quoted(values[0])),
		},
		{
			Name: field + " of none", Arguments: "filter: {" + field + ": []}",
			Rest: graphtest.Filters(restField + ` eq "nothing is called that"`), Empty: true,
		},
	}
}

// texts returns the different texts of one member of rows, in the order of the rows.
func texts(rows []graphtest.Object, path ...any) []string {
	var list []string
	for _, row := range rows {
		if text, ok := graphtest.At(row, path...).(string); ok && text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// awkward are the texts with characters that need care somewhere on the way, and a plain one.
func awkward(all []string) []string {
	list := all[:1:1]
	for _, text := range all[1:] {
		if strings.ContainsFunc(text, func(r rune) bool { return r > '~' || strings.ContainsRune("\"\\%&#+,=;/?", r) }) {
			list = append(list, text)
		}
	}
	return list
}

func every(list []string, n int) []string {
	var some []string
	for i := 0; i < len(list); i += n {
		some = append(some, list[i])
	}
	return some
}

func TestWalksOverCertifications(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 60, Items: 600}})
	rows := w.List(t, graphtest.Admin, "/certifications", nil)
	ids, campaigns := every(texts(rows, "id"), 5), every(texts(rows, "campaign", "id"), 4)
	walks := slices.Concat(
		[]graphtest.Walk{{Name: "all"}},
		ordered([2]string{"NAME", "name"}, [2]string{"DUE", "due"}, [2]string{"SIGNED", "signed"}),
		listWalks("ids", "id", ids), listWalks("campaignIds", "campaign.id", campaigns),
	)
	for _, phase := range []string{"STAGED", "ACTIVE", "SIGNED"} {
		walks = append(walks, graphtest.Walk{Name: phase, Arguments: "filter: {phase: " + phase + "}", Rest: graphtest.Filters(`phase eq "` + phase + `"`)})
	}
	global := make([]string, len(ids))
	for i, id := range ids {
		global[i] = graphtest.CertificationID(id)
	}
	walks = append(
		walks,
		graphtest.Walk{Name: "completed", Arguments: "filter: {completed: true}", Rest: graphtest.Filters("completed eq true")},
		graphtest.Walk{Name: "not completed", Arguments: "filter: {completed: false}", Rest: graphtest.Filters("completed eq false")},
		graphtest.Walk{Name: "global ids", Arguments: "filter: {ids: " + graphtest.Literal(global) + "}", Rest: graphtest.Filters("id in " + quotedList(ids))},
		graphtest.Walk{
			Name: "everything together", Client: "reviewer-1",
			Arguments: `reviewer: "me", orderBy: [{field: SIGNED, direction: DESC}, {field: NAME}], filter: {phase: ACTIVE, completed: false, campaignIds: ` +
				graphtest.Literal(campaigns) + ", ids: " + graphtest.Literal(every(texts(rows, "id"), 4)) + "}",
			Rest: url.Values{
				"reviewer-identity": {"me"}, "sorters": {"-signed,name"},
				"filters": {`phase eq "ACTIVE" and completed eq false and campaign.id in ` + quotedList(campaigns) + " and id in " +
					quotedList(every(texts(rows, "id"), 4))},
			},
		},
		graphtest.Walk{Name: "of me", Client: "reviewer-2", Arguments: `reviewer: "me"`, Rest: url.Values{"reviewer-identity": {"me"}}},
		graphtest.Walk{Name: "of another, for whom it is not", Client: "reviewer-2", Arguments: "reviewer: " + graphtest.Literal(graphtest.Reviewer1), Rest: url.Values{"reviewer-identity": {graphtest.Reviewer1}}, Empty: true},
		graphtest.Walk{Name: "of one reviewer", Arguments: "reviewer: " + graphtest.Literal(graphtest.Reviewer1), Rest: url.Values{"reviewer-identity": {graphtest.Reviewer1}}},
		graphtest.Walk{Name: "of nobody in particular", Client: "reviewer-1"},
	)
	graphtest.CertificationsPlace.RunAll(t, w, walks)
}

func TestWalksOverReviewItems(t *testing.T) {
	t.Parallel()
	// A third of all items belong to the certification that the walks are over.
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 40, Items: 420}})
	rows := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, nil)
	path := func(steps ...any) []string { return texts(rows, steps...) }
	entitlements := path("accessSummary", "entitlement", "id")
	profiles, roles := path("accessSummary", "accessProfile", "id"), path("accessSummary", "role", "id")
	sources := path("accessSummary", "entitlement", "sourceName")
	names := awkward(path("identitySummary", "name"))
	if len(names) < 15 || len(awkward(sources)) < 3 || len(roles) == 0 {
		t.Fatalf("the data is too tame: %q, %q, %d roles", names, sources, len(roles))
	}
	// The source of an access profile is that of what it holds.
	nested := every(texts(nestedObjects(rows, "accessSummary", "role", "accessProfiles"), "id"), 2)
	profileSources := awkward(texts(nestedObjects(rows, "accessSummary", "accessProfile", "entitlements"), "sourceName"))
	walks := slices.Concat(
		[]graphtest.Walk{{Name: "all"}},
		ordered(
			[2]string{"IDENTITY_NAME", "identitySummary.name"}, [2]string{"ACCESS_NAME", "access.name"},
			[2]string{"ACCESS_TYPE", "access.type"}, [2]string{"ENTITLEMENT_SOURCE_NAME", "entitlement.sourceName"},
			[2]string{"ACCESS_PROFILE_SOURCE_NAME", "accessProfile.sourceName"},
		),
		listWalks("ids", "id", every(path("id"), 30)),
		listWalks("identitySummaryIds", "identitySummary.id", every(path("identitySummary", "id"), 5)),
		listWalks("accessIds", "access.id", every(path("accessSummary", "access", "id"), 9)),
		textWalks("identityName", "identitySummary.name", names[:16]),
		textWalks("accessName", "access.name", every(awkward(path("accessSummary", "access", "name")), 9)),
		textWalks("entitlementSourceName", "entitlement.sourceName", awkward(sources)),
		textWalks("accessProfileSourceName", "accessProfile.sourceName", profileSources),
	)
	for _, kind := range []string{"ENTITLEMENT", "ACCESS_PROFILE", "ROLE", "ACCOUNT"} {
		walks = append(walks, graphtest.Walk{
			Name: "accessType " + kind, Arguments: "filter: {accessType: " + kind + "}", Rest: graphtest.Filters(`access.type eq "` + kind + `"`),
		})
	}
	for _, scope := range []struct {
		field, parameter string
		ids              []string
	}{
		{"entitlements", "entitlements", every(entitlements, 7)},
		{"accessProfiles", "access-profiles", append(every(profiles, 5), nested...)},
		{"roles", "roles", roles},
	} {
		walks = append(
			walks,
			graphtest.Walk{
				Name: "pertaining to one of " + scope.field, Arguments: "filter: {pertainingTo: {" + scope.field + ": " + graphtest.Literal(scope.ids[:1]) + "}}",
				Rest: url.Values{scope.parameter: {scope.ids[0]}},
			},
			graphtest.Walk{
				Name: "pertaining to any of " + scope.field, Arguments: "filter: {pertainingTo: {" + scope.field + ": " + graphtest.Literal(scope.ids) + "}}",
				Rest: url.Values{scope.parameter: {strings.Join(scope.ids, ",")}},
			},
			graphtest.Walk{
				Name: "pertaining to none of " + scope.field, Arguments: "filter: {pertainingTo: {" + scope.field + ": []}}",
				Rest: graphtest.Filters(`id eq "none"`), Empty: true,
			},
		)
	}
	summaries := texts(rows, "identitySummary", "id")
	some := func(ids []string) []string { return ids[:min(len(ids), 90)] }
	start := names[1][:1]
	walks = append(
		walks,
		graphtest.Walk{Name: "not completed", Arguments: "filter: {completed: false}", Rest: graphtest.Filters("completed eq false")},
		graphtest.Walk{Name: "completed", Arguments: "filter: {completed: true}", Rest: graphtest.Filters("completed ne false"), Empty: true},
		graphtest.Walk{
			Name: "everything together",
			Arguments: `orderBy: [{field: IDENTITY_NAME, direction: DESC} {field: ACCESS_NAME}], filter: {accessType: ENTITLEMENT, completed: false,
				identityName: {startsWith: "` + start + `"}, entitlementSourceName: {startsWith: ""}, identitySummaryIds: ` +
				graphtest.Literal(some(summaries)) + `, pertainingTo: {entitlements: ` + graphtest.Literal(some(entitlements)) + `}}`,
			Rest: url.Values{
				"sorters": {"-identitySummary.name,access.name"}, "entitlements": {strings.Join(some(entitlements), ",")},
				"filters": {`access.type eq "ENTITLEMENT" and completed eq false and identitySummary.name sw "` + start +
					`" and identitySummary.id in ` + quotedList(some(summaries))},
			},
		},
	)
	graphtest.ItemsPlace.RunAll(t, w, walks)
}

// Pages of a single row, around the size of the upstream's own, and those that take several
// reads each.
func TestWalksInPagesOfEverySize(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, p := range []graphtest.Place{graphtest.CertificationsPlace, graphtest.ReviewersPlace, graphtest.PermissionsPlace} {
		all := p.Keys(t, w, graphtest.Walk{})
		if len(all) < 300 {
			t.Fatalf("%d %s", len(all), p.Field)
		}
		for _, size := range []int{249, 250, 251} {
			p.Forwards(t, w, graphtest.Walk{}, all, size)
			p.Backwards(t, w, graphtest.Walk{}, all, size)
			p.ByOffset(t, w, graphtest.Walk{}, all, size)
		}
	}
	few := graphtest.Walk{Arguments: "filter: {campaignIds: " + graphtest.Literal(sandbox.StagedCampaign) + "}", Rest: graphtest.Filters("campaign.id eq " + quoted(sandbox.StagedCampaign))}
	graphtest.CertificationsPlace.Forwards(t, w, few, graphtest.CertificationsPlace.Keys(t, w, few), 1)
	graphtest.CertificationsPlace.Backwards(t, w, few, graphtest.CertificationsPlace.Keys(t, w, few), 1)

	all := graphtest.ItemsPlace.Keys(t, w, graphtest.Walk{})
	if len(all) < 1_100 {
		t.Fatalf("%d items", len(all))
	}
	for _, size := range []int{250, 251, 1000} {
		graphtest.ItemsPlace.Forwards(t, w, graphtest.Walk{}, all, size)
	}
	graphtest.ItemsPlace.Backwards(t, w, graphtest.Walk{}, all, 999)
	graphtest.ItemsPlace.ByOffset(t, w, graphtest.Walk{}, all, 500)
	sorted := graphtest.Walk{Arguments: "orderBy: {field: ACCESS_NAME}", Rest: url.Values{"sorters": {"access.name"}}}
	graphtest.ItemsPlace.Forwards(t, w, sorted, graphtest.ItemsPlace.Keys(t, w, sorted), 1000)
}

// nestedObjects returns the elements of a list inside each of many rows.
func nestedObjects(rows []graphtest.Object, path ...any) []graphtest.Object {
	var nested []graphtest.Object
	for _, row := range rows {
		list, _ := graphtest.At(row, path...).([]any)
		for _, element := range list {
			nested = append(nested, element.(graphtest.Object))
		}
	}
	return nested
}

func TestWalksOverReviewers(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, graphtest.Admin, graphtest.ReviewersPlace.Rest, nil)
	emails := every(texts(rows, "email"), 100)
	graphtest.ReviewersPlace.RunAll(t, w, slices.Concat(
		[]graphtest.Walk{{Name: "all"}},
		ordered([2]string{"NAME", "name"}, [2]string{"EMAIL", "email"}),
		listWalks("ids", "id", every(texts(rows, "id"), 9)),
		textWalks("name", "name", every(awkward(texts(rows, "name")), 3)),
		textWalks("email", "email", emails),
		[]graphtest.Walk{{
			Name:      "everything together",
			Arguments: `orderBy: {field: EMAIL, direction: DESC}, filter: {ids: ` + graphtest.Literal(every(texts(rows, "id"), 4)) + `, name: {startsWith: "A"}, email: {startsWith: "a"}}`,
			Rest: url.Values{
				"sorters": {"-email"}, "filters": {"id in " + quotedList(every(texts(rows, "id"), 4)) + ` and name sw "A" and email sw "a"`},
			},
		}},
	))
}

func TestWalksOverPermissions(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, graphtest.Admin, graphtest.PermissionsPlace.Rest, nil)
	targets := awkward(texts(rows, "target"))
	if len(targets) < 5 {
		t.Fatalf("the data is too tame: %q", targets)
	}
	graphtest.PermissionsPlace.RunAll(t, w, slices.Concat(
		[]graphtest.Walk{{Name: "all"}},
		textWalks("target", "target", targets),
		[]graphtest.Walk{
			{Name: "one right", Arguments: `filter: {rights: ["create"]}`, Rest: graphtest.Filters(`rights ca ("CREATE")`)},
			{Name: "two rights", Arguments: `filter: {rights: ["CREATE", "Update"]}`, Rest: graphtest.Filters(`rights ca ("CREATE","UPDATE")`)},
			{Name: "no right", Arguments: "filter: {rights: []}", Rest: graphtest.Filters(`target eq "nothing"`), Empty: true},
			{
				Name: "both", Arguments: `filter: {target: {startsWith: "sap."}, rights: ["DELETE"]}`,
				Rest: graphtest.Filters(`target sw "SAP." and rights ca ("DELETE")`),
			},
			{
				Name: "all of both", Arguments: `filter: {target: {startsWith: "F"}, rights: ["READ"], match: ALL}`,
				Rest: graphtest.Filters(`target sw "F" and rights ca ("READ")`),
			},
			{
				Name: "any of both", Arguments: `filter: {target: {startsWith: "F"}, rights: ["ALTER"], match: ANY}`,
				Rest: graphtest.Filters(`target sw "F" or rights ca ("ALTER")`),
			},
			{Name: "any of one", Arguments: `filter: {rights: ["ALTER"], match: ANY}`, Rest: graphtest.Filters(`rights ca ("ALTER")`)},
		},
	))
}

func TestWalksOverPendingTasks(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, graphtest.Admin, graphtest.TasksPlace.Rest, nil)
	ids, targets := every(texts(rows, "id"), 4), every(texts(rows, "targetId"), 3)
	global, globalTargets := make([]string, len(ids)), make([]string, len(targets))
	for i, id := range ids {
		global[i] = graphtest.TaskID(id)
	}
	for i, id := range targets {
		globalTargets[i] = graphtest.CertificationID(id)
	}
	walks := slices.Concat(
		[]graphtest.Walk{{Name: "all"}},
		listWalks("ids", "id", ids), listWalks("targetIds", "targetId", targets),
		[]graphtest.Walk{
			{Name: "global ids", Arguments: "filter: {ids: " + graphtest.Literal(global) + "}", Rest: graphtest.Filters("id in " + quotedList(ids))},
			{Name: "global targets", Arguments: "filter: {targetIds: " + graphtest.Literal(globalTargets) + "}", Rest: graphtest.Filters("targetId in " + quotedList(targets))},
			{Name: "of a type", Arguments: "filter: {types: REASSIGN}", Rest: graphtest.Filters(`type eq "REASSIGN"`)},
			{
				Name: "of types", Arguments: "filter: {types: [ADMIN_REASSIGN, ACTIVATE_CAMPAIGN, CAMPAIGN_DELETE]}",
				Rest: graphtest.Filters(`type in ("ADMIN_REASSIGN","ACTIVATE_CAMPAIGN","CAMPAIGN_DELETE")`),
			},
			{Name: "of no type", Arguments: "filter: {types: []}", Rest: graphtest.Filters(`type eq "CAMPAIGN_DELETE"`), Empty: true},
			{Name: "of me", Client: "reviewer-1", Arguments: `reviewer: "me"`, Rest: url.Values{"reviewer-identity": {"me"}}},
			{Name: "of a reviewer", Arguments: "reviewer: " + graphtest.Literal(graphtest.Reviewer1), Rest: url.Values{"reviewer-identity": {graphtest.Reviewer1}}},
			{Name: "of nobody in particular", Client: "reviewer-1"},
			{
				Name:      "everything together",
				Arguments: "reviewer: " + graphtest.Literal(graphtest.Reviewer1) + ", filter: {types: [REASSIGN, ADMIN_REASSIGN], targetIds: " + graphtest.Literal(texts(rows, "targetId")) + ", ids: " + graphtest.Literal(texts(rows, "id")) + "}",
				Rest: url.Values{"reviewer-identity": {graphtest.Reviewer1}, "filters": {
					`type in ("REASSIGN","ADMIN_REASSIGN") and targetId in ` + quotedList(texts(rows, "targetId")) + " and id in " + quotedList(texts(rows, "id")),
				}},
			},
		},
	)
	graphtest.TasksPlace.RunAll(t, w, walks)
}

// The tasks of one certification: there are many only after many reassignments.
func TestWalksOverTasksOfACertification(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 30)
	for _, item := range items {
		w.Ask(t, graphtest.Admin, `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { tasks { id } errors { message } } }`,
			graphtest.Object{"input": graphtest.Object{
				"certificationId": sandbox.LargeCertification, "reassignTo": graphtest.Reviewer2, "reason": "Moved on",
				"references": []any{graphtest.Object{"id": item, "type": "ITEM"}},
			}}).OK(t)
	}
	p := graphtest.TasksPlace
	p.Open, p.Close, p.Field = `{ certification(id: "`+sandbox.LargeCertification+`") { `, " } }", "pendingTasks"
	p.Path = []any{"certification", "pendingTasks"}
	rest := graphtest.Filters("targetId eq " + quoted(sandbox.LargeCertification))
	all := p.Keys(t, w, graphtest.Walk{Rest: rest})
	if len(all) < len(items) {
		t.Fatalf("%d tasks, want %d", len(all), len(items))
	}
	for _, size := range []int{1, 7, len(all), 1000} {
		p.Forwards(t, w, graphtest.Walk{}, all, size)
		p.Backwards(t, w, graphtest.Walk{}, all, size)
		p.ByOffset(t, w, graphtest.Walk{}, all, size)
	}
}
