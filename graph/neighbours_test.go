package graph_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// The tests of this file compare every field of what stands around certifications with the REST API, nulls
// included.

// inBothLayouts runs a test with the paths of v3, and with those of the current version.
func inBothLayouts(t *testing.T, test func(*testing.T, *graphtest.Tenant)) {
	t.Helper()
	t.Run("v3", func(t *testing.T) {
		t.Parallel()
		test(t, graphtest.SharedTenant(t))
	})
	t.Run("current", func(t *testing.T) {
		t.Parallel()
		w := graphtest.NewTenant(t, graphtest.Setup{Current: true, Sandbox: sandbox.Config{Certifications: sandbox.DefaultCertifications}})
		test(t, w)
		for _, request := range w.Sandbox.Requests().Log {
			if request.UserAgent == "certql" && strings.HasPrefix(request.Path, "/v3") {
				t.Errorf("the gateway called %s", request.Path)
			}
		}
	})
}

// shownCampaigns returns what GraphQL has to show of all campaigns, in the order of their list.
func shownCampaigns(t *testing.T, w *graphtest.Tenant, x *graphtest.Expectation) []any {
	t.Helper()
	slim := w.List(t, graphtest.Admin, "/campaigns", nil)
	full := w.List(t, graphtest.Admin, "/campaigns", map[string][]string{"detail": {"FULL"}})
	campaigns := make([]any, len(slim))
	for i := range slim {
		shown := x.Object("Campaign", graphtest.AsReference(slim[i], full[i]))
		shown["details"], shown["settings"] = x.Object("CampaignDetails", slim[i]), x.Object("CampaignSettings", full[i])
		campaigns[i] = shown
	}
	return campaigns
}

// wholeCampaign selects everything of a campaign but its certifications.
func wholeCampaign(x *graphtest.Expectation) string {
	return strings.TrimSuffix(strings.TrimSpace(x.Selection("Campaign")), "}") + "details " + x.Selection("CampaignDetails") +
		"settings " + x.Selection("CampaignSettings") + "} "
}

func TestGetActiveCampaignsShowsEveryField(t *testing.T) {
	t.Parallel()
	inBothLayouts(t, func(t *testing.T, w *graphtest.Tenant) {
		x := graphtest.NewExpectation()
		want := shownCampaigns(t, w, x)
		for _, client := range []string{graphtest.Admin, "cert-admin", "report-admin"} {
			a := w.Ask(t, client, "{ campaigns(first: 250) { totalCount nodes "+wholeCampaign(x)+"} }", nil)
			a.OK(t)
			graphtest.Same(t, client, any(want), a.At("campaigns", "nodes"))
			graphtest.Same(t, "totalCount", any(float64(len(want))), a.At("campaigns", "totalCount"))
			// By their ids, and through the certifications of an administrator, they are the same.
			for i, each := range want {
				if i%7 != 0 {
					continue
				}
				id := graphtest.At(each, "id")
				a := w.Ask(t, client, "query ($id: ID!, $raw: ID!) { campaign(id: $raw) "+wholeCampaign(x)+" node(id: $id) { ... on Campaign "+wholeCampaign(x)+"} }",
					graphtest.Object{"id": id, "raw": graphtest.At(each, "rawId")})
				a.OK(t)
				graphtest.Same(t, "campaign", each, a.At("campaign"))
				graphtest.Same(t, "node", each, a.At("node"))
			}
		}
		byID := map[any]any{}
		for _, each := range want {
			byID[graphtest.At(each, "id")] = each
		}
		a := w.Ask(t, graphtest.Admin, "{ certifications(first: 1000) { nodes { campaign "+wholeCampaign(x)+"} } }", nil)
		for _, node := range graphtest.At(a.OK(t), "certifications", "nodes").([]any) {
			told := graphtest.At(node, "campaign").(graphtest.Object)
			each := maps.Clone(byID[told["id"]].(graphtest.Object))
			// What SLIM leaves null, a certification may know.
			each["correlatedStatus"] = told["correlatedStatus"]
			graphtest.Same(t, "of a certification", any(each), any(told))
		}
		for _, typeName := range []string{"Campaign", "CampaignDetails", "CampaignSettings"} {
			missing := slices.DeleteFunc(x.NeverNull(typeName), func(field string) bool { // of people, a reference in a campaign has no more than the name
				return slices.Contains([]string{"Reviewer.email", "Reviewer.created", "Reviewer.modified", "Identity.email"}, field)
			})
			if len(missing) > 0 {
				t.Errorf("no REST object had anything for %s", strings.Join(missing, ", "))
			}
		}
	})
}

func TestGetIdentitySummariesShowsEveryField(t *testing.T) {
	t.Parallel()
	inBothLayouts(t, func(t *testing.T, w *graphtest.Tenant) {
		x := graphtest.NewExpectation()
		for _, client := range []string{graphtest.Admin, "reviewer-1"} {
			for _, row := range w.List(t, client, "/certifications", map[string][]string{"filters": {"id in (" + quoted(sandbox.LargeCertification) + "," + quoted(sandbox.DecidedCertification) + ")"}}) {
				id := row["id"].(string)
				rows := w.List(t, client, "/certifications/"+id+"/identity-summaries", nil)
				a := w.Ask(t, client, "query ($id: ID!) { certification(id: $id) { identitySummaries(first: 1000) { totalCount nodes "+x.Selection("IdentitySummary")+"} } }", graphtest.Object{"id": id})
				a.OK(t)
				graphtest.Same(t, id, any(x.Objects("IdentitySummary", rows, id)), a.At("certification", "identitySummaries", "nodes"))
				graphtest.Same(t, "totalCount", any(float64(len(rows))), a.At("certification", "identitySummaries", "totalCount"))
				// One by one (getIdentitySummary), each is the same.
				one := rows[len(rows)-1]["id"].(string)
				b := w.Ask(t, client, "query ($id: ID!) { node(id: $id) { ... on IdentitySummary "+x.Selection("IdentitySummary")+"} }", graphtest.Object{"id": relay.EncodeID("IdentitySummary", id, one)})
				b.OK(t)
				graphtest.Same(t, one, any(x.Object("IdentitySummary", w.Read(t, client, "/certifications/"+id+"/identity-summaries/"+one), id)), b.At("node"))
			}
		}
		nothingHidden(t, x, "IdentitySummary")
	})
}

// ofHolders are the fields of access that belong to one of those who have it.
var ofHolders = []string{"endDate", "account"}

func TestGetIdentityAccessSummariesShowsEveryField(t *testing.T) {
	t.Parallel()
	inBothLayouts(t, func(t *testing.T, w *graphtest.Tenant) {
		x := graphtest.NewExpectation()
		compared := map[string]int{}
		for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
			kind := graphtest.At(row, "campaign", "campaignType").(string)
			if graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP" || compared[kind] == 3 && row["id"] != sandbox.LargeCertification {
				continue
			}
			compared[kind]++
			id := row["id"].(string)
			for _, of := range []string{"ROLE", "ACCESS_PROFILE", "ENTITLEMENT"} {
				rows := w.List(t, graphtest.Admin, "/certifications/"+id+"/access-summaries/"+of, nil)
				a := w.Ask(t, graphtest.Admin, "query ($id: ID!, $type: AccessSummaryType!) { certification(id: $id) { accessSummaries(type: $type, first: 1000) { totalCount nodes "+x.Selection("AccessSummary")+"} } }",
					graphtest.Object{"id": id, "type": of})
				a.OK(t)
				graphtest.Same(t, id+" "+of, any(x.Objects("AccessSummary", rows)), a.At("certification", "accessSummaries", "nodes"))
			}
		}
		missing := slices.DeleteFunc(x.NeverNull("AccessSummary"), func(name string) bool {
			typeName, field, _ := strings.Cut(name, ".")
			return slices.Contains(ofHolders, field) || strings.HasPrefix(typeName, "Account") || typeName == "ActivityInsights" || typeName == "OtherAccess"
		})
		if len(compared) != 5 || len(missing) > 0 {
			t.Errorf("compared %v; no REST object had anything for %s", compared, strings.Join(missing, ", "))
		}
	})
}

func TestGetIdentityDecisionSummaryShowsEveryField(t *testing.T) {
	t.Parallel()
	inBothLayouts(t, func(t *testing.T, w *graphtest.Tenant) {
		x := graphtest.NewExpectation()
		for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
			id := row["id"].(string)
			if graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP" || row["decisionsMade"] == 0.0 && id != sandbox.LargeCertification {
				continue
			}
			summaries := w.List(t, graphtest.Admin, "/certifications/"+id+"/identity-summaries", nil)
			summaries = summaries[:min(3, len(summaries))]
			ids := texts(summaries, "id")
			a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $ids: [ID!]) { certification(id: $id) {
				decisionsMade decisionsTotal whole: decisionSummary `+x.Selection("DecisionSummary")+` some: decisionSummary(filter: {identitySummaryIds: $ids}) `+x.Selection("DecisionSummary")+`
				identitySummaries(first: 3) { nodes { decisionSummary `+x.Selection("DecisionSummary")+`} } } }`, graphtest.Object{"id": id, "ids": ids})
			a.OK(t)
			read := func(filter map[string][]string) any {
				_, _, body := w.Get(t, graphtest.Admin, "/certifications/"+id+"/decision-summary", filter)
				return any(x.Object("DecisionSummary", graphtest.Counted(body.(graphtest.Object))))
			}
			graphtest.Same(t, "whole", read(nil), a.At("certification", "whole"))
			if len(ids) > 0 {
				graphtest.Same(t, "some", read(graphtest.Filters("identitySummary.id in "+quotedList(ids))), a.At("certification", "some"))
			}
			for i, one := range ids {
				graphtest.Same(t, "of an identity", read(graphtest.Filters("identitySummary.id eq "+quoted(one))), a.At("certification", "identitySummaries", "nodes", i, "decisionSummary"))
			}
			if graphtest.At(row, "campaign", "campaignType") != "ROLE_COMPOSITION" && a.At("certification", "whole", "all", "made") != a.At("certification", "decisionsMade") {
				t.Errorf("the sum is not what the certification says: %s", a.Text)
			}
		}
		nothingHidden(t, x, "DecisionSummary")
	})
}

func TestGetPublicIdentitiesShowsEveryField(t *testing.T) {
	t.Parallel()
	inBothLayouts(t, func(t *testing.T, w *graphtest.Tenant) {
		x := graphtest.NewExpectation()
		rows := w.List(t, graphtest.Admin, "/public-identities", nil)
		want := x.Objects("PublicIdentity", rows)
		for _, client := range []string{graphtest.Admin, "reviewer-1", "idle"} {
			a := w.Ask(t, client, "{ identities(first: 1000) { totalCount nodes "+x.Selection("PublicIdentity")+"} }", nil)
			a.OK(t)
			graphtest.Same(t, client, any(want), a.At("identities", "nodes"))
		}
		byID := map[any]any{}
		for _, each := range want {
			byID[graphtest.At(each, "rawId")] = each
		}
		// Whatever stands for a person leads to the same.
		person := "publicIdentity " + x.Selection("PublicIdentity")
		a := w.Ask(t, "reviewer-1", fmt.Sprintf(`{ viewer { identityId %[1]s } certifications(first: 5) { nodes { reviewer { rawId type %[1]s } } }
			certification(id: %[2]q) { reviewers { nodes { rawId %[1]s } } identitySummaries(first: 20) { nodes { identityId %[1]s } }
				reviewItems(first: 250) { nodes { identity { identityId %[1]s } access { owner { rawId %[1]s } } } } }
			identities(first: 20) { nodes { manager { rawId %[1]s } } } }`, person, sandbox.LargeCertification), nil)
		a.OK(t)
		seen, owners := 0, 0
		var visit func(value any)
		visit = func(value any) {
			switch value := value.(type) {
			case graphtest.Object:
				shown, has := value["publicIdentity"]
				id := value["rawId"]
				if value["identityId"] != nil {
					id = value["identityId"]
				}
				switch {
				case has && value["type"] == "GOVERNANCE_GROUP":
					graphtest.Same(t, "a group", nil, shown)
				case has && shown == nil && byID[id] == nil:
					owners++ // of whom nobody may know
				case has:
					seen++
					graphtest.Same(t, fmt.Sprint(id), byID[id], shown)
				}
				for name, each := range value {
					if name != "publicIdentity" {
						visit(each)
					}
				}
			case []any:
				for _, each := range value {
					visit(each)
				}
			}
		}
		visit(a.Data)
		if seen < 250 {
			t.Errorf("%d people, and %d of whom nobody may know", seen, owners)
		}
		if missing := slices.DeleteFunc(x.NeverNull("PublicIdentity"), func(field string) bool { return field == "Identity.email" }); len(missing) > 0 {
			t.Errorf("no REST object had anything for %s", strings.Join(missing, ", "))
		}
	})
}

// What leads to the items of one identity, or of one piece of access, shows those items and no others, and
// what leads to the certifications of a campaign shows those.
func TestRowsLeadToWhatIsTheirs(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const large = sandbox.LargeCertification
	a := w.Ask(t, "reviewer-1", fmt.Sprintf(`{ certification(id: %q) {
		identitySummaries(first: 30) { nodes { rawId reviewItems(first: 250) { nodes { rawId } } } }
		accessSummaries(type: ENTITLEMENT, first: 30) { nodes { access { rawId } reviewItems(first: 250) { nodes { rawId } } } }
	} }`, large), nil)
	for _, each := range graphtest.At(a.OK(t), "certification", "identitySummaries", "nodes").([]any) {
		rows := w.List(t, "reviewer-1", "/certifications/"+large+"/access-review-items", graphtest.Filters("identitySummary.id eq "+quoted(graphtest.At(each, "rawId").(string))))
		graphtest.Same(t, "of an identity", any(columnOf(rows, "id")), any(graphtest.Column(graphtest.At(each, "reviewItems", "nodes"), "rawId")))
	}
	for _, each := range a.At("certification", "accessSummaries", "nodes").([]any) {
		rows := w.List(t, "reviewer-1", "/certifications/"+large+"/access-review-items", graphtest.Filters("access.id eq "+quoted(graphtest.At(each, "access", "rawId").(string))))
		if len(rows) == 0 {
			t.Error("access that nobody has")
		}
		graphtest.Same(t, "of access", any(columnOf(rows, "id")), any(graphtest.Column(graphtest.At(each, "reviewItems", "nodes"), "rawId")))
	}
	b := w.Ask(t, graphtest.Admin, `{ campaigns(first: 50) { nodes { rawId certifications(first: 250) { totalCount nodes { rawId } } details { totalCertifications } } } }`, nil)
	for _, each := range graphtest.At(b.OK(t), "campaigns", "nodes").([]any) {
		rows := w.List(t, graphtest.Admin, "/certifications", graphtest.Filters("campaign.id eq "+quoted(graphtest.At(each, "rawId").(string))))
		graphtest.Same(t, "of a campaign", any(columnOf(rows, "id")), any(graphtest.Column(graphtest.At(each, "certifications", "nodes"), "rawId")))
		graphtest.Same(t, "how many", graphtest.At(each, "details", "totalCertifications"), graphtest.At(each, "certifications", "totalCount"))
	}
}

// A reviewer sees all but campaigns, of which their certifications tell at no call. What is forbidden is null
// with an error of its own, and the rest of the response stays.
func TestAReviewerIsRefusedCampaignsAlone(t *testing.T) {
	t.Parallel()
	w, x := graphtest.SharedTenant(t), graphtest.NewExpectation()
	const large = sandbox.LargeCertification
	reference := w.Read(t, "reviewer-1", "/certifications/"+large)["campaign"].(graphtest.Object)
	a := w.Ask(t, "reviewer-1", `{ certification(id: "`+large+`") { campaign `+x.Selection("Campaign")+`} }`, nil)
	graphtest.Same(t, "campaign", any(x.Object("Campaign", reference)), graphtest.At(a.OK(t), "certification", "campaign"))
	a = w.Ask(t, "reviewer-1", `query ($campaign: ID!, $node: ID!) {
		viewer { identityId } campaign(id: $campaign) { name } campaigns { nodes { name } } node(id: $node) { id }
		certification(id: "`+large+`") {
			name campaign { name details { status } settings { modified } certifications(first: 250) { nodes { rawId } } }
			identitySummaries(first: 1) { nodes { name decisionSummary { all { total } } } } accessSummaries(type: ROLE, first: 1) { nodes { access { name } } } decisionSummary { all { total } }
		}
		identities(first: 1) { nodes { name } }
	}`, graphtest.Object{"campaign": reference["id"], "node": relay.EncodeID("Campaign", reference["id"].(string))})
	a.WantProblems(t, "FORBIDDEN at campaign", "FORBIDDEN at campaigns", "FORBIDDEN at node", "FORBIDDEN at certification.campaign.details", "FORBIDDEN at certification.campaign.settings")
	own := w.List(t, "reviewer-1", "/certifications", graphtest.Filters("campaign.id eq "+quoted(reference["id"].(string))))
	graphtest.Same(t, "certifications", any(columnOf(own, "id")), any(graphtest.Column(a.At("certification", "campaign", "certifications", "nodes"), "rawId")))
	for _, path := range [][]any{
		{"viewer", "identityId"},
		{"certification", "name"},
		{"certification", "campaign", "name"},
		{"identities", "nodes", 0, "name"},
		{"certification", "identitySummaries", "nodes", 0, "decisionSummary", "all", "total"},
		{"certification", "accessSummaries", "nodes", 0, "access", "name"},
		{"certification", "decisionSummary", "all", "total"},
	} {
		if a.At(path...) == nil {
			t.Errorf("%s is null", graphtest.PathText(path))
		}
	}
	// The details of many campaigns are refused one by one, by one call.
	a = w.Ask(t, "reviewer-1", `{ certifications(first: 3) { nodes { campaign { name details { status } } } } }`, nil)
	for i := range a.At("certifications", "nodes").([]any) {
		if a.At("certifications", "nodes", i, "campaign", "name") == nil || !strings.Contains(fmt.Sprint(a.Errors), "FORBIDDEN") {
			t.Errorf("got %s", a.Text)
		}
	}
}
