package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// The tests of this file walk each connection under every filter and order that the schema
// offers, and compare the rows with those of the REST listing under the same filter and order.

// ordered are the walks under each field of an order, up and down, and under all of them.
func ordered(fields ...[2]string) []walk {
	var walks []walk
	var both, bothRest []string
	for i, field := range fields {
		walks = append(
			walks,
			walk{name: "by " + field[0], arguments: "orderBy: {field: " + field[0] + "}", rest: url.Values{"sorters": {field[1]}}},
			walk{
				name: "down by " + field[0], arguments: "orderBy: [{field: " + field[0] + ", direction: DESC}]",
				rest: url.Values{"sorters": {"-" + field[1]}},
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
	return append(walks, walk{
		name: "by all fields", arguments: "orderBy: [" + strings.Join(both, " ") + "]",
		rest: url.Values{"sorters": {strings.Join(bothRest, ",")}},
	})
}

// textWalks are walks by the whole of texts and by their first characters.
func textWalks(field, restField string, texts []string) []walk {
	var walks []walk
	for i, text := range texts {
		start := string([]rune(text)[:(len([]rune(text))+1)/2])
		walks = append(walks, walk{
			name: fmt.Sprintf("%s eq %q", field, text), arguments: "filter: {" + field + ": {eq: " + literal(text) + "}}",
			rest: filters(restField + " eq " + quoted(text)),
		})
		if i%2 == 0 {
			walks = append(walks, walk{
				name: fmt.Sprintf("%s sw %q", field, start), arguments: "filter: {" + field + ": {startsWith: " + literal(start) + "}}",
				rest: filters(restField + " sw " + quoted(start)),
			})
		}
	}
	return append(walks, walk{
		name: field + " sw nothing", arguments: "filter: {" + field + `: {startsWith: ""}}`,
	}, walk{
		name: field + " eq what is nowhere", arguments: "filter: {" + field + `: {eq: "\" or \"\\"}}`,
		rest: filters(restField + ` eq "\" or \"\\"`), empty: true,
	})
}

// listWalks are walks by a single value of a list, by several, and by none at all.
func listWalks(field, restField string, values []string) []walk {
	return []walk{
		{
			name: field + " of one", arguments: "filter: {" + field + ": " + literal(values[0]) + "}",
			rest: filters(restField + " eq " + quoted(values[0])),
		},
		{
			name: field + " of many", arguments: "filter: {" + field + ": " + literal(values) + "}",
			rest: filters(restField + " in " + quotedList(values)),
		},
		{
			name: field + " twice the same", arguments: "filter: {" + field + ": " + literal([]string{values[0], values[0]}) + "}",
			rest: filters(restField + " eq " + quoted(values[0])),
		},
		{
			name: field + " of none", arguments: "filter: {" + field + ": []}",
			rest: filters(restField + ` eq "nothing is called that"`), empty: true,
		},
	}
}

// texts answers the different texts of one member of rows, in the order of the rows.
func texts(rows []object, path ...any) []string {
	var list []string
	for _, row := range rows {
		if text, ok := at(row, path...).(string); ok && text != "" && !slices.Contains(list, text) {
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
	w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 60, Items: 600}})
	rows := w.list(t, admin, "/certifications", nil)
	ids, campaigns := every(texts(rows, "id"), 5), every(texts(rows, "campaign", "id"), 4)
	walks := slices.Concat(
		[]walk{{name: "all"}},
		ordered([2]string{"NAME", "name"}, [2]string{"DUE", "due"}, [2]string{"SIGNED", "signed"}),
		listWalks("ids", "id", ids), listWalks("campaignIds", "campaign.id", campaigns),
	)
	for _, phase := range []string{"STAGED", "ACTIVE", "SIGNED"} {
		walks = append(walks, walk{name: phase, arguments: "filter: {phase: " + phase + "}", rest: filters(`phase eq "` + phase + `"`)})
	}
	global := make([]string, len(ids))
	for i, id := range ids {
		global[i] = certificationID(id)
	}
	walks = append(
		walks,
		walk{name: "completed", arguments: "filter: {completed: true}", rest: filters("completed eq true")},
		walk{name: "not completed", arguments: "filter: {completed: false}", rest: filters("completed eq false")},
		walk{name: "global ids", arguments: "filter: {ids: " + literal(global) + "}", rest: filters("id in " + quotedList(ids))},
		walk{
			name: "everything together", client: "reviewer-1",
			arguments: `reviewer: "me", orderBy: [{field: SIGNED, direction: DESC}, {field: NAME}], filter: {phase: ACTIVE, completed: false, campaignIds: ` +
				literal(campaigns) + ", ids: " + literal(every(texts(rows, "id"), 4)) + "}",
			rest: url.Values{
				"reviewer-identity": {"me"}, "sorters": {"-signed,name"},
				"filters": {`phase eq "ACTIVE" and completed eq false and campaign.id in ` + quotedList(campaigns) + " and id in " +
					quotedList(every(texts(rows, "id"), 4))},
			},
		},
		walk{name: "of me", client: "reviewer-2", arguments: `reviewer: "me"`, rest: url.Values{"reviewer-identity": {"me"}}},
		walk{name: "of another, for whom it is not", client: "reviewer-2", arguments: "reviewer: " + literal(reviewer1), rest: url.Values{"reviewer-identity": {reviewer1}}, empty: true},
		walk{name: "of one reviewer", arguments: "reviewer: " + literal(reviewer1), rest: url.Values{"reviewer-identity": {reviewer1}}},
		walk{name: "of nobody in particular", client: "reviewer-1"},
	)
	certificationsPlace.runAll(t, w, walks)
}

func TestWalksOverReviewItems(t *testing.T) {
	t.Parallel()
	// A third of all items belong to the certification that the walks are over.
	w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 40, Items: 420}})
	rows := w.list(t, admin, itemsPlace.rest, nil)
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
		[]walk{{name: "all"}},
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
		walks = append(
			walks,
			walk{name: "type " + kind, arguments: "filter: {type: " + kind + "}", rest: filters(`type eq "` + kind + `"`)},
			walk{name: "accessType " + kind, arguments: "filter: {accessType: " + kind + "}", rest: filters(`access.type eq "` + kind + `"`)},
		)
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
			walk{
				name: "pertaining to one of " + scope.field, arguments: "filter: {pertainingTo: {" + scope.field + ": " + literal(scope.ids[:1]) + "}}",
				rest: url.Values{scope.parameter: {scope.ids[0]}},
			},
			walk{
				name: "pertaining to any of " + scope.field, arguments: "filter: {pertainingTo: {" + scope.field + ": " + literal(scope.ids) + "}}",
				rest: url.Values{scope.parameter: {strings.Join(scope.ids, ",")}},
			},
			walk{
				name: "pertaining to none of " + scope.field, arguments: "filter: {pertainingTo: {" + scope.field + ": []}}",
				rest: filters(`id eq "none"`), empty: true,
			},
		)
	}
	summaries := texts(rows, "identitySummary", "id")
	some := func(ids []string) []string { return ids[:min(len(ids), 90)] }
	start := names[1][:1]
	walks = append(
		walks,
		walk{name: "not completed", arguments: "filter: {completed: false}", rest: filters("completed eq false")},
		walk{name: "completed", arguments: "filter: {completed: true}", rest: filters("completed ne false"), empty: true},
		walk{
			name: "everything together",
			arguments: `orderBy: [{field: IDENTITY_NAME, direction: DESC} {field: ACCESS_NAME}], filter: {accessType: ENTITLEMENT, type: ENTITLEMENT, completed: false,
				identityName: {startsWith: "` + start + `"}, entitlementSourceName: {startsWith: ""}, identitySummaryIds: ` +
				literal(some(summaries)) + `, pertainingTo: {entitlements: ` + literal(some(entitlements)) + `}}`,
			rest: url.Values{
				"sorters": {"-identitySummary.name,access.name"}, "entitlements": {strings.Join(some(entitlements), ",")},
				"filters": {`access.type eq "ENTITLEMENT" and type eq "ENTITLEMENT" and completed eq false and identitySummary.name sw "` + start +
					`" and identitySummary.id in ` + quotedList(some(summaries))},
			},
		},
	)
	itemsPlace.runAll(t, w, walks)
}

// Pages of a single row, around the size of the upstream's own, and those that take several
// reads each.
func TestWalksInPagesOfEverySize(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, p := range []place{certificationsPlace, reviewersPlace, permissionsPlace} {
		all := p.keys(t, w, walk{})
		if len(all) < 300 {
			t.Fatalf("%d %s", len(all), p.field)
		}
		for _, size := range []int{249, 250, 251} {
			p.forwards(t, w, walk{}, all, size)
			p.backwards(t, w, walk{}, all, size)
			p.byOffset(t, w, walk{}, all, size)
		}
	}
	few := walk{arguments: "filter: {campaignIds: " + literal(sandbox.StagedCampaign) + "}", rest: filters("campaign.id eq " + quoted(sandbox.StagedCampaign))}
	certificationsPlace.forwards(t, w, few, certificationsPlace.keys(t, w, few), 1)
	certificationsPlace.backwards(t, w, few, certificationsPlace.keys(t, w, few), 1)

	all := itemsPlace.keys(t, w, walk{})
	if len(all) < 1_100 {
		t.Fatalf("%d items", len(all))
	}
	for _, size := range []int{250, 251, 1000} {
		itemsPlace.forwards(t, w, walk{}, all, size)
	}
	itemsPlace.backwards(t, w, walk{}, all, 999)
	itemsPlace.byOffset(t, w, walk{}, all, 500)
	sorted := walk{arguments: "orderBy: {field: ACCESS_NAME}", rest: url.Values{"sorters": {"access.name"}}}
	itemsPlace.forwards(t, w, sorted, itemsPlace.keys(t, w, sorted), 1000)
}

// nestedObjects answers the elements of a list inside each of many rows.
func nestedObjects(rows []object, path ...any) []object {
	var nested []object
	for _, row := range rows {
		list, _ := at(row, path...).([]any)
		for _, element := range list {
			nested = append(nested, element.(object))
		}
	}
	return nested
}

func TestWalksOverReviewers(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	rows := w.list(t, admin, reviewersPlace.rest, nil)
	emails := every(texts(rows, "email"), 100)
	reviewersPlace.runAll(t, w, slices.Concat(
		[]walk{{name: "all"}},
		ordered([2]string{"NAME", "name"}, [2]string{"EMAIL", "email"}),
		listWalks("ids", "id", every(texts(rows, "id"), 9)),
		textWalks("name", "name", every(awkward(texts(rows, "name")), 3)),
		textWalks("email", "email", emails),
		[]walk{{
			name:      "everything together",
			arguments: `orderBy: {field: EMAIL, direction: DESC}, filter: {ids: ` + literal(every(texts(rows, "id"), 4)) + `, name: {startsWith: "A"}, email: {startsWith: "a"}}`,
			rest: url.Values{
				"sorters": {"-email"}, "filters": {"id in " + quotedList(every(texts(rows, "id"), 4)) + ` and name sw "A" and email sw "a"`},
			},
		}},
	))
}

func TestWalksOverPermissions(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	rows := w.list(t, admin, permissionsPlace.rest, nil)
	targets := awkward(texts(rows, "target"))
	if len(targets) < 5 {
		t.Fatalf("the data is too tame: %q", targets)
	}
	permissionsPlace.runAll(t, w, slices.Concat(
		[]walk{{name: "all"}},
		textWalks("target", "target", targets),
		[]walk{
			{name: "one right", arguments: `filter: {rights: ["create"]}`, rest: filters(`rights ca ("CREATE")`)},
			{name: "two rights", arguments: `filter: {rights: ["CREATE", "Update"]}`, rest: filters(`rights ca ("CREATE","UPDATE")`)},
			{name: "no right", arguments: "filter: {rights: []}", rest: filters(`target eq "nothing"`), empty: true},
			{
				name: "both", arguments: `filter: {target: {startsWith: "sap."}, rights: ["DELETE"]}`,
				rest: filters(`target sw "SAP." and rights ca ("DELETE")`),
			},
			{
				name: "all of both", arguments: `filter: {target: {startsWith: "F"}, rights: ["READ"], match: ALL}`,
				rest: filters(`target sw "F" and rights ca ("READ")`),
			},
			{
				name: "any of both", arguments: `filter: {target: {startsWith: "F"}, rights: ["ALTER"], match: ANY}`,
				rest: filters(`target sw "F" or rights ca ("ALTER")`),
			},
			{name: "any of one", arguments: `filter: {rights: ["ALTER"], match: ANY}`, rest: filters(`rights ca ("ALTER")`)},
		},
	))
}

func TestWalksOverPendingTasks(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	rows := w.list(t, admin, tasksPlace.rest, nil)
	ids, targets := every(texts(rows, "id"), 4), every(texts(rows, "targetId"), 3)
	global, globalTargets := make([]string, len(ids)), make([]string, len(targets))
	for i, id := range ids {
		global[i] = taskID(id)
	}
	for i, id := range targets {
		globalTargets[i] = certificationID(id)
	}
	walks := slices.Concat(
		[]walk{{name: "all"}},
		listWalks("ids", "id", ids), listWalks("targetIds", "targetId", targets),
		[]walk{
			{name: "global ids", arguments: "filter: {ids: " + literal(global) + "}", rest: filters("id in " + quotedList(ids))},
			{name: "global targets", arguments: "filter: {targetIds: " + literal(globalTargets) + "}", rest: filters("targetId in " + quotedList(targets))},
			{name: "of a type", arguments: "filter: {types: REASSIGN}", rest: filters(`type eq "REASSIGN"`)},
			{
				name: "of types", arguments: "filter: {types: [ADMIN_REASSIGN, ACTIVATE_CAMPAIGN, CAMPAIGN_DELETE]}",
				rest: filters(`type in ("ADMIN_REASSIGN","ACTIVATE_CAMPAIGN","CAMPAIGN_DELETE")`),
			},
			{name: "of no type", arguments: "filter: {types: []}", rest: filters(`type eq "CAMPAIGN_DELETE"`), empty: true},
			{name: "of me", client: "reviewer-1", arguments: `reviewer: "me"`, rest: url.Values{"reviewer-identity": {"me"}}},
			{name: "of a reviewer", arguments: "reviewer: " + literal(reviewer1), rest: url.Values{"reviewer-identity": {reviewer1}}},
			{name: "of nobody in particular", client: "reviewer-1"},
			{
				name:      "everything together",
				arguments: "reviewer: " + literal(reviewer1) + ", filter: {types: [REASSIGN, ADMIN_REASSIGN], targetIds: " + literal(texts(rows, "targetId")) + ", ids: " + literal(texts(rows, "id")) + "}",
				rest: url.Values{"reviewer-identity": {reviewer1}, "filters": {
					`type in ("REASSIGN","ADMIN_REASSIGN") and targetId in ` + quotedList(texts(rows, "targetId")) + " and id in " + quotedList(texts(rows, "id")),
				}},
			},
		},
	)
	tasksPlace.runAll(t, w, walks)
}

// reviewer1 is the identity of the OAuth client reviewer-1.
const reviewer1 = "b1e07c52d94a4f3c8c6d1f20a7e35b91"

// The tasks of one certification: there are many only after many reassignments.
func TestWalksOverTasksOfACertification(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 30)
	for _, item := range items {
		w.ask(t, admin, `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { tasks { id } errors { message } } }`,
			object{"input": object{
				"certificationId": sandbox.LargeCertification, "reassignTo": reviewer2, "reason": "Moved on",
				"references": []any{object{"id": item, "type": "ITEM"}},
			}}).data(t)
	}
	p := tasksPlace
	p.open, p.close, p.field = `{ certification(id: "`+sandbox.LargeCertification+`") { `, " } }", "pendingTasks"
	p.path = []any{"certification", "pendingTasks"}
	rest := filters("targetId eq " + quoted(sandbox.LargeCertification))
	all := p.keys(t, w, walk{rest: rest})
	if len(all) < len(items) {
		t.Fatalf("%d tasks, want %d", len(all), len(items))
	}
	for _, size := range []int{1, 7, len(all), 1000} {
		p.forwards(t, w, walk{}, all, size)
		p.backwards(t, w, walk{}, all, size)
		p.byOffset(t, w, walk{}, all, size)
	}
}
