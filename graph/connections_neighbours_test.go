package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// completedWalks are walks over what is decided, and what is not, by completed in both languages.
func completedWalks(none bool) []graphtest.Walk {
	return []graphtest.Walk{
		{Name: "not completed", Arguments: "filter: {completed: false}", Rest: graphtest.Filters("completed eq false")},
		{Name: "completed", Arguments: "filter: {completed: true}", Rest: graphtest.Filters("completed ne false"), Empty: none},
	}
}

// globalWalk is a walk by the global ids of objects.
func globalWalk(typeName string, ids []string, within ...string) graphtest.Walk {
	global := make([]string, len(ids))
	for i, id := range ids {
		global[i] = relay.EncodeID(typeName, append(slices.Clone(within), id)...)
	}
	return graphtest.Walk{Name: "global ids", Arguments: "filter: {ids: " + graphtest.Literal(global) + "}", Rest: graphtest.Filters("id in " + quotedList(ids))}
}

// partly returns a tenant in which a third of the items of the large certification are decided.
func partly(t *testing.T) *graphtest.Tenant {
	t.Helper()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 60, Items: 900}})
	rows := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false"))
	slices.SortFunc(rows, func(a, b graphtest.Object) int { // whole identities
		return slices.Compare(texts([]graphtest.Object{a}, "identitySummary", "id"), texts([]graphtest.Object{b}, "identitySummary", "id"))
	})
	decisions := []any{}
	for _, row := range rows[:min(len(rows)/3, 200)] {
		decisions = append(decisions, graphtest.Object{"itemId": row["id"], "decision": "APPROVE", "comment": "Still needed"})
	}
	a := w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { message } } }`,
		graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification, "decisions": decisions}})
	if errors := graphtest.At(a.OK(t), "decideReviewItems", "errors").([]any); len(errors) > 0 {
		t.Fatal(errors...)
	}
	return w
}

func TestWalksOverCampaigns(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, graphtest.Admin, graphtest.CampaignsPlace.Rest, nil)
	ids := every(texts(rows, "id"), 3)
	names := texts(rows, "name")
	walks := slices.Concat(
		[]graphtest.Walk{{Name: "all"}, {Name: "of a report administrator", Client: "report-admin"}, globalWalk("Campaign", ids)},
		ordered([2]string{"NAME", "name"}, [2]string{"CREATED", "created"}),
		listWalks("ids", "id", ids), textWalks("name", "name", append(every(names, 6), awkward(names)...)[:8]),
	)
	statuses := texts(rows, "status")
	if len(statuses) < 7 {
		t.Fatalf("the campaigns are %v", statuses)
	}
	for _, status := range []string{"PENDING", "STAGED", "CANCELING", "ACTIVATING", "ACTIVE", "COMPLETING", "COMPLETED", "ERROR", "ARCHIVED"} {
		walks = append(walks, graphtest.Walk{
			Name: status, Arguments: "filter: {statuses: " + status + "}", Rest: graphtest.Filters(`status eq "` + status + `"`), Empty: !slices.Contains(statuses, status),
		})
	}
	graphtest.CampaignsPlace.RunAll(t, w, append(walks,
		graphtest.Walk{Name: "of two statuses", Arguments: "filter: {statuses: [COMPLETED, STAGED]}", Rest: graphtest.Filters(`status in ("COMPLETED","STAGED")`)},
		graphtest.Walk{Name: "of no status", Arguments: "filter: {statuses: []}", Rest: graphtest.Filters(`name eq "nothing is called that"`), Empty: true},
		graphtest.Walk{
			Name:      "everything together",
			Arguments: `orderBy: [{field: CREATED, direction: DESC}, {field: NAME}], filter: {ids: ` + graphtest.Literal(texts(rows, "id")) + `, statuses: [ACTIVE, COMPLETED], name: {startsWith: ` + graphtest.Literal(names[0][:1]) + `}}`,
			Rest: url.Values{"sorters": {"-created,name"}, "filters": {
				`status in ("ACTIVE","COMPLETED") and name sw ` + quoted(names[0][:1]) + " and id in " + quotedList(texts(rows, "id")),
			}},
		},
	))
}

func TestWalksOverCertificationsOfACampaign(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, graphtest.Admin, "/certifications", nil)
	campaign := rows[len(rows)/2]["campaign"].(graphtest.Object)["id"].(string)
	of := "campaign.id eq " + quoted(campaign)
	own := w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(of))
	others := texts(rows[:5], "id")
	p := graphtest.CampaignsPlace.Below("filter: {ids: "+graphtest.Literal(campaign)+"}", graphtest.CertificationsPlace)
	p.RunAll(t, w, []graphtest.Walk{
		{Name: "all", Rest: graphtest.Filters(of)},
		{Name: "by name", Arguments: "orderBy: {field: NAME, direction: DESC}", Rest: url.Values{"filters": {of}, "sorters": {"-name"}}},
		{Name: "active", Arguments: "filter: {phase: ACTIVE}", Rest: graphtest.Filters(of + ` and phase eq "ACTIVE"`), Empty: !slices.Contains(texts(own, "phase"), "ACTIVE")},
		{
			Name: "of those named", Arguments: "filter: {ids: " + graphtest.Literal(append(others, texts(own, "id")[0])) + "}",
			Rest: graphtest.Filters(of + " and id in " + quotedList(append(others, texts(own, "id")[0]))),
		},
		{Name: "of this campaign", Arguments: "filter: {campaignIds: " + graphtest.Literal([]string{"x", relay.EncodeID("Campaign", campaign)}) + "}", Rest: graphtest.Filters(of)},
		{Name: "of another", Arguments: `filter: {campaignIds: ["x"]}`, Rest: graphtest.Filters(`campaign.id eq "x"`), Empty: true},
	})
}

func TestWalksOverPeople(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	rows := w.List(t, "idle", graphtest.IdentitiesPlace.Rest, nil)
	ids, aliases, emails := every(texts(rows, "id"), 40), texts(rows, "alias"), texts(rows, "email")
	anyOf := func(word string) string {
		return fmt.Sprintf(`(firstname sw %[1]s or lastname sw %[1]s or alias sw %[1]s or email sw %[1]s)`, quoted(word))
	}
	const core = "add-core-filters"
	graphtest.IdentitiesPlace.RunAll(t, w, slices.Concat(
		[]graphtest.Walk{{Name: "all"}, {Name: "of a reviewer", Client: "reviewer-1"}, globalWalk("PublicIdentity", ids)},
		ordered([2]string{"NAME", "name"})[:2],
		listWalks("ids", "id", ids),
		textWalks("alias", "alias", []string{aliases[0], aliases[99], aliases[300]}),
		textWalks("email", "email", []string{emails[0], emails[99], emails[300]}),
		textWalks("firstName", "firstname", []string{"Amara", "美咲", "Søren"}),
		textWalks("lastName", "lastname", []string{"O'Neill", "佐藤", "Kjærgård"}),
		[]graphtest.Walk{
			{Name: "complete", Arguments: "completeOnly: true", Rest: url.Values{core: {"true"}}},
			{Name: "complete or not", Arguments: "completeOnly: false", Rest: url.Values{core: {"false"}}},
			{Name: "a search", Arguments: `search: "an"`, Rest: graphtest.Filters(anyOf("an"))},
			{Name: "a search for a name with an apostrophe", Arguments: `search: " O'Nei "`, Rest: graphtest.Filters(anyOf("O'Nei"))},
			{Name: "a search for a quotation mark", Arguments: `search: "\"\\"`, Rest: graphtest.Filters(anyOf(`"\`)), Empty: true},
			{Name: "a search for two words", Arguments: `search: "Raman  pri"`, Rest: graphtest.Filters(`firstname sw "pri" and lastname sw "raman"`)},
			{Name: "a blank search", Arguments: `search: "  \t "`},
			{Name: "no search", Arguments: `search: null`},
			{Name: "a search for nobody", Arguments: `search: "nobody is called that"`, Rest: graphtest.Filters(`alias eq "nobody is called that"`), Empty: true},
			{
				Name: "any", Arguments: `filter: {match: ANY, alias: {startsWith: "an"}, email: {startsWith: "be"}, firstName: {eq: "Priya"}, lastName: {startsWith: "ra"}}`,
				Rest: graphtest.Filters(`alias sw "an" or email sw "be" or firstname eq "Priya" or lastname sw "ra"`),
			},
			{Name: "any of one", Arguments: `filter: {match: ANY, lastName: {startsWith: "ra"}}`, Rest: graphtest.Filters(`lastname sw "ra"`)},
			{Name: "all", Arguments: `filter: {match: ALL, alias: {startsWith: "p"}, lastName: {startsWith: "ra"}}`, Rest: graphtest.Filters(`alias sw "p" and lastname sw "ra"`)},
			{
				Name:      "everything together",
				Arguments: `search: "a", completeOnly: true, orderBy: {field: NAME, direction: DESC}, filter: {match: ANY, ids: ` + graphtest.Literal(texts(rows[:90], "id")) + `, firstName: {startsWith: "a"}, email: {startsWith: "a"}}`,
				Rest: url.Values{core: {"true"}, "sorters": {"-name"}, "filters": {
					`(firstname sw "a" or email sw "a") and id in ` + quotedList(texts(rows[:90], "id")) + " and " + anyOf("a"),
				}},
			},
		},
	))
}

func TestWalksOverIdentitySummaries(t *testing.T) {
	t.Parallel()
	w := partly(t)
	rows := w.List(t, graphtest.Admin, graphtest.IdentitySummariesPlace.Rest, nil)
	ids := every(texts(rows, "id"), 7)
	names := awkward(texts(rows, "name"))
	if len(names) < 4 {
		t.Fatalf("the names are too tame: %q", names)
	}
	graphtest.IdentitySummariesPlace.RunAll(t, w, slices.Concat(
		[]graphtest.Walk{{Name: "all"}, {Name: "of a reviewer", Client: "reviewer-1"}, globalWalk("IdentitySummary", ids, sandbox.LargeCertification)},
		ordered([2]string{"NAME", "name"})[:2], listWalks("ids", "id", ids), textWalks("name", "name", names[:4]), completedWalks(false),
		[]graphtest.Walk{{
			Name:      "everything together",
			Arguments: `orderBy: {field: NAME, direction: DESC}, filter: {completed: false, name: {startsWith: ""}, ids: ` + graphtest.Literal(texts(rows[:min(90, len(rows))], "id")) + "}",
			Rest:      url.Values{"sorters": {"-name"}, "filters": {"completed eq false and id in " + quotedList(texts(rows[:min(90, len(rows))], "id"))}},
		}},
	))
	summary := rows[len(rows)-1]["id"].(string)
	of := "identitySummary.id eq " + quoted(summary)
	p := graphtest.IdentitySummariesPlace.Below("filter: {ids: "+graphtest.Literal(summary)+"}", graphtest.ItemsPlace)
	t.Run("their items", func(t *testing.T) {
		p.RunAll(t, w, []graphtest.Walk{
			{Name: "all", Rest: graphtest.Filters(of)},
			{Name: "by access", Arguments: "orderBy: {field: ACCESS_NAME}", Rest: url.Values{"filters": {of}, "sorters": {"access.name"}}},
			{Name: "entitlements", Arguments: "filter: {accessType: ENTITLEMENT}", Rest: graphtest.Filters(of + ` and access.type eq "ENTITLEMENT"`)},
			{Name: "of this one", Arguments: "filter: {identitySummaryIds: " + graphtest.Literal([]string{"x", summary}) + "}", Rest: graphtest.Filters(of)},
			{Name: "of another", Arguments: `filter: {identitySummaryIds: "x"}`, Rest: graphtest.Filters(`id eq "x"`), Empty: true},
		})
	})
}

func TestWalksOverAccessSummaries(t *testing.T) {
	t.Parallel()
	w := partly(t)
	for _, kind := range []string{"ROLE", "ACCESS_PROFILE", "ENTITLEMENT"} {
		p := graphtest.AccessSummariesPlace(kind)
		rows := w.List(t, graphtest.Admin, p.Rest, nil)
		ids, names := every(texts(rows, "access", "id"), 3), texts(rows, "access", "name")
		walks := slices.Concat(
			[]graphtest.Walk{{Name: "all"}, {Name: "of a reviewer", Client: "reviewer-1"}},
			ordered([2]string{"ACCESS_NAME", "access.name"})[:2], listWalks("accessIds", "access.id", ids),
			textWalks("accessName", "access.name", every(names, 1+len(names)/4)),
			completedWalks(len(w.List(t, graphtest.Admin, p.Rest, graphtest.Filters("completed eq true"))) == 0),
		)
		switch kind {
		case "ENTITLEMENT":
			walks = append(walks, textWalks("entitlementSourceName", "entitlement.sourceName", texts(rows, "entitlement", "sourceName")[:2])...)
		case "ACCESS_PROFILE":
			sources := texts(nestedObjects(rows, "accessProfile", "entitlements"), "sourceName")
			walks = append(walks, textWalks("accessProfileSourceName", "accessProfile.sourceName", sources[:min(2, len(sources))])...)
		}
		access := rows[0]["access"].(graphtest.Object)["id"].(string)
		of := "access.id eq " + quoted(access)
		t.Run(kind, func(t *testing.T) {
			p.RunAll(t, w, walks)
			below := p.Below("type: "+kind+", filter: {accessIds: "+graphtest.Literal(access)+"}", graphtest.ItemsPlace)
			t.Run("its items", func(t *testing.T) {
				below.RunAll(t, w, []graphtest.Walk{
					{Name: "all", Rest: graphtest.Filters(of)},
					{Name: "by identity", Arguments: "orderBy: {field: IDENTITY_NAME, direction: DESC}", Rest: url.Values{"filters": {of}, "sorters": {"-identitySummary.name"}}},
					{Name: "of this one", Arguments: "filter: {accessIds: " + graphtest.Literal([]string{access, "x"}) + "}", Rest: graphtest.Filters(of)},
					{Name: "of another", Arguments: `filter: {accessIds: "x"}`, Rest: graphtest.Filters(`id eq "x"`), Empty: true},
				})
			})
		})
	}
}

// A cursor is good for the list that it comes from: of the same parent, type, filter, order and search.
func TestCursorsOfOtherListsOfNeighboursAreRefused(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	one := func(p graphtest.Place, arguments string) string {
		return p.Page(t, w, graphtest.Walk{Arguments: arguments}, "first: 1").Cursors[0]
	}
	summaries, roles := graphtest.IdentitySummariesPlace, graphtest.AccessSummariesPlace("ROLE")
	other := summaries
	other.Open = `{ certification(id: "` + sandbox.DecidedCertification + `") { `
	rows := w.List(t, graphtest.Admin, summaries.Rest, nil)
	itemsOf := func(i int) graphtest.Place {
		return summaries.Below("filter: {ids: "+graphtest.Literal(rows[i]["id"])+"}", graphtest.ItemsPlace)
	}
	campaigns := w.List(t, graphtest.Admin, "/campaigns", graphtest.Filters(`status eq "COMPLETED"`))
	certificationsOf := func(i int) graphtest.Place {
		return graphtest.CampaignsPlace.Below("filter: {ids: "+graphtest.Literal(campaigns[i]["id"])+"}", graphtest.CertificationsPlace)
	}
	for name, each := range map[string]struct {
		place             graphtest.Place
		arguments, cursor string
	}{
		"campaigns of a status":        {graphtest.CampaignsPlace, "filter: {statuses: ACTIVE}", one(graphtest.CampaignsPlace, "")},
		"campaigns in an order":        {graphtest.CampaignsPlace, "orderBy: {field: NAME}", one(graphtest.CampaignsPlace, "orderBy: {field: NAME, direction: DESC}")},
		"people by campaigns":          {graphtest.IdentitiesPlace, "", one(graphtest.CampaignsPlace, "")},
		"people by a search":           {graphtest.IdentitiesPlace, `search: "an"`, one(graphtest.IdentitiesPlace, `search: "a"`)},
		"complete people":              {graphtest.IdentitiesPlace, "completeOnly: true", one(graphtest.IdentitiesPlace, "")},
		"any people":                   {graphtest.IdentitiesPlace, `filter: {match: ANY, alias: {startsWith: "p"}, email: {startsWith: "p"}}`, one(graphtest.IdentitiesPlace, `filter: {alias: {startsWith: "p"}, email: {startsWith: "p"}}`)},
		"summaries of another":         {summaries, "", one(other, "")},
		"summaries not completed":      {summaries, "filter: {completed: false}", one(summaries, "")},
		"access of another type":       {roles, "", one(graphtest.AccessSummariesPlace("ENTITLEMENT"), "")},
		"access by summaries":          {roles, "", one(summaries, "")},
		"items of another identity":    {itemsOf(0), "", one(itemsOf(1), "")},
		"items of all identities":      {itemsOf(0), "", one(graphtest.ItemsPlace, "")},
		"certifications of a campaign": {certificationsOf(0), "", one(graphtest.CertificationsPlace, "")},
		"of another campaign":          {certificationsOf(0), "", one(certificationsOf(1), "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, direction := range []string{"first: 2, after", "last: 2, before"} {
				a := w.Ask(t, graphtest.Admin, each.place.Open+each.place.Field+"("+each.place.Arguments(direction+": "+graphtest.Literal(each.cursor)+" "+each.arguments)+") { totalCount edges { cursor } }"+each.place.Close, nil)
				refusedArgument(t, a, map[bool]string{true: "after", false: "before"}[direction == "first: 2, after"], each.place.Path...)
			}
		})
	}
}
