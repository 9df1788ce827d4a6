package sandbox

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"certql/testenv"

	"github.com/google/go-cmp/cmp"
)

// The tests of this file work the summaries of a certification out from its review items, as they are sent.

// decisionMembers are the beginnings of the names that IdentityCertDecisionSummary has for each type of access.
var decisionMembers = map[string][2]string{
	"ENTITLEMENT": {"entitlement", "entitlements"}, "ACCESS_PROFILE": {"accessProfile", "accessProfiles"},
	"ROLE": {"role", "roles"}, "ACCOUNT": {"account", "accounts"},
}

// countedDecisions returns the decision summary of items.
func countedDecisions(items []map[string]any) map[string]any {
	counted := map[string]any{}
	for _, names := range decisionMembers {
		for _, member := range []string{names[0] + "DecisionsMade", names[0] + "DecisionsTotal", names[1] + "Approved", names[1] + "Revoked"} {
			counted[member] = 0.0
		}
	}
	add := func(member string) { counted[member] = counted[member].(float64) + 1 }
	for _, each := range items {
		kind, _ := at("accessSummary.access.type")(each)
		names := decisionMembers[kind.(string)]
		add(names[0] + "DecisionsTotal")
		switch each["decision"] {
		case "APPROVE":
			add(names[0] + "DecisionsMade")
			add(names[1] + "Approved")
		case "REVOKE":
			add(names[0] + "DecisionsMade")
			add(names[1] + "Revoked")
		}
	}
	return counted
}

// summariesAgree compares all summaries of a certification with its items.
func (n *tenant) summariesAgree(when, id string) {
	n.t.Helper()
	items, path := n.items2026(id), "/v2026/certifications/"+id
	if diff := cmp.Diff(countedDecisions(items), n.get("org-admin", path+"/decision-summary").object()); diff != "" {
		n.t.Errorf("%s, the decisions of %s (-want +got):\n%s", when, id, diff)
	}
	var people []map[string]any
	access := map[string][]map[string]any{}
	open := map[string]bool{}
	for _, each := range items {
		person := each["identitySummary"].(map[string]any)
		if !slices.ContainsFunc(people, func(known map[string]any) bool { return known["id"] == person["id"] }) {
			people = append(people, person)
		}
		reviewed, _ := at("accessSummary.access")(each)
		kind, key := reviewed.(map[string]any)["type"].(string), reviewed.(map[string]any)["id"].(string)
		if !slices.ContainsFunc(access[kind], func(known map[string]any) bool { return known["id"] == key }) {
			access[kind] = append(access[kind], reviewed.(map[string]any))
		}
		open[key] = open[key] || each["completed"] == false
	}
	byID := func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) }
	got := n.listAll("org-admin", path+"/identity-summaries")
	slices.SortFunc(people, byID)
	slices.SortFunc(got, byID)
	if diff := cmp.Diff(people, got); diff != "" {
		n.t.Errorf("%s, the identities of %s (-want +got):\n%s", when, id, diff)
	}
	for _, each := range people {
		if diff := cmp.Diff(each, n.get("org-admin", path+"/identity-summaries/"+each["id"].(string)).object()); diff != "" {
			n.t.Errorf("%s, an identity of %s (-want +got):\n%s", when, id, diff)
		}
	}
	for _, kind := range []string{"ENTITLEMENT", "ACCESS_PROFILE", "ROLE"} {
		listing := path + "/access-summaries/" + kind
		for filter, wanted := range map[string]func(key string) bool{
			"": func(string) bool { return true }, "completed eq true": func(key string) bool { return !open[key] },
			"completed eq false": func(key string) bool { return open[key] }, "completed ne false": func(key string) bool { return !open[key] },
		} {
			want := []any{}
			for _, each := range access[kind] {
				if wanted(each["id"].(string)) {
					want = append(want, each["id"])
				}
			}
			if diff := cmp.Diff(want, ids(n.listAll("org-admin", withQuery(listing, "filters", filter)))); diff != "" {
				n.t.Errorf("%s, %s of %s where %q (-want +got):\n%s", when, kind, id, filter, diff)
			}
		}
	}
}

func TestSummariesFollowFromTheItems(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	for _, row := range n.listAll("org-admin", "/v3/certifications")[:40] {
		n.summariesAgree("at the start", row["id"].(string))
	}
	n.summariesAgree("at the start", LargeCertification)
	n.summariesAgree("at the start", EmptyCertification)
}

func TestSummariesFollowEachChange(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	id := n.undecidedWith(commentNever).id
	path := "/v3/certifications/" + id
	items := n.items(id)
	decisions := []any{}
	for i, each := range items {
		if role, _ := at("accessSummary.role.revocable")(each); i%3 == 1 && role != false {
			decisions = append(decisions, decisionOn(each["id"].(string), "REVOKE"))
		} else if i%3 != 2 {
			decisions = append(decisions, decisionOn(each["id"].(string), "APPROVE"))
		}
	}
	n.do("org-admin", "POST", path+"/decide", decisions)
	n.summariesAgree("after decisions", id)
	n.do("org-admin", "POST", path+"/decide", []any{decisionOn(items[1]["id"].(string), "APPROVE")})
	n.summariesAgree("after another decision on the same", id)

	var moved []string
	for _, each := range n.items(id) {
		if each["completed"] == false {
			moved = append(moved, "ITEM", each["id"].(string))
		}
	}
	n.do("org-admin", "POST", path+"/reassign", reassignment(n.identityOf("idle"), "x", moved[:len(moved)/4*2]...))
	n.summariesAgree("after a reassignment", id)
	target := n.get("idle", "/v3/certifications").rows()[0]["id"].(string)
	n.summariesAgree("after a reassignment", target)
	n.get("idle", "/v3/certifications/"+target+"/decision-summary") // it is theirs now
	n.do("org-admin", "POST", path+"/reassign", reassignment(n.identityOf("idle"), "x", moved[len(moved)/4*2:]...))
	n.summariesAgree("after all that was open was reassigned", id)
	n.summariesAgree("after all that was open was reassigned", target)
	if got := n.do("org-admin", "POST", path+"/sign-off", nil); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	n.summariesAgree("after the sign-off", id)
}

// What a filter names is counted together; what is not there counts nothing.
func TestDecisionsOfSomeIdentities(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/certifications/" + DecidedCertification
	items := n.items(DecidedCertification)
	people := ids(n.listAll("org-admin", path+"/identity-summaries"))
	for filter, wanted := range map[string][]any{
		`identitySummary.id eq ` + quoted(people[0]):                                    people[:1],
		`identitySummary.id in (` + quoted(people[0]) + `,` + quoted(people[1]) + `)`:   people[:2],
		`(identitySummary.id in (` + quoted(people[1]) + `,"none"))`:                    people[1:2],
		`identitySummary.id eq "none"`:                                                  nil,
		`identitySummary.id eq ` + quoted(people[0]) + ` and identitySummary.id eq "x"`: nil,
		` `: people,
	} {
		var chosen []map[string]any
		for _, each := range items {
			if key, _ := at("identitySummary.id")(each); slices.Contains(wanted, key) {
				chosen = append(chosen, each)
			}
		}
		got := n.get("reviewer-1", withQuery(path+"/decision-summary", "filters", filter)).object()
		if diff := cmp.Diff(countedDecisions(chosen), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filter, diff)
		}
	}
	for _, filter := range []string{
		`identitySummary.id ne "x"`, `identitySummary.id sw "x"`, `identitySummary.name eq "x"`, `id eq "x"`, `completed eq true`,
		`identitySummary.id eq "x" or identitySummary.id eq "y"`, `not identitySummary.id eq "x"`, `identitySummary.id in ()`,
	} {
		n.do("org-admin", "GET", withQuery(path+"/decision-summary", "filters", filter), nil).refused(400, "400.1")
	}
	n.do("org-admin", "GET", path+"/decision-summary?filters=&filters=", nil).refused(400, "400.1")
	n.get("org-admin", path+"/decision-summary?limit=x&count=maybe") // which it does not know
}

// What belongs to one holder is in no row, at any depth, though items have it.
func TestAccessSummariesHaveNoHolder(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/certifications/" + LargeCertification
	for kind, member := range map[string]string{"ENTITLEMENT": "entitlement", "ACCESS_PROFILE": "accessProfile", "ROLE": "role"} {
		rows := n.listAll("org-admin", path+"/access-summaries/"+kind)
		depth := 0
		var walk func(value any)
		walk = func(value any) {
			switch value := value.(type) {
			case []any:
				for _, each := range value {
					walk(each)
				}
			case map[string]any:
				depth++
				for _, held := range []string{"account", "endDate"} {
					if _, ok := value[held]; ok {
						t.Errorf("%s: %s in %v", kind, held, value["name"])
					}
				}
				for _, each := range value {
					walk(each)
				}
			}
		}
		for _, row := range rows {
			for _, each := range []string{"entitlement", "accessProfile", "role"} {
				if (row[each] != nil) != (each == member) {
					t.Errorf("a row of %s with %s %v", kind, each, row[each])
				}
			}
			if access := row["access"].(map[string]any); access["type"] != kind || row[member].(map[string]any)["id"] != access["id"] {
				t.Errorf("%v is not of %v", access, row[member].(map[string]any)["id"])
			}
			walk(row)
		}
		if len(rows) == 0 || depth < 3*len(rows) && kind != "ENTITLEMENT" {
			t.Errorf("%d rows of %s with %d objects", len(rows), kind, depth)
		}
	}
	for _, item := range n.items(LargeCertification) {
		if account, ok := at("accessSummary.entitlement.account")(item); ok && account != nil {
			return
		}
	}
	t.Error("no item has an account")
}

func TestAccessSummariesOfOtherTypesAreRefused(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	for _, kind := range []string{"role", "Role", "ACCOUNT", "ROLES", "%20ROLE", "IDENTITY", "ROLE%2FX", "null"} {
		n.do("org-admin", "GET", "/v3/certifications/"+LargeCertification+"/access-summaries/"+kind, nil).refused(400, "400.1.3")
	}
}

// Only "and" joins filters of summaries and campaigns. It may follow a parenthesis without a blank.
func TestFiltersOfSummariesAndCampaignsJoinWithAnd(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for _, each := range []struct{ listing, left, right string }{
		{listings[5], `id in ("x","y")`, `completed eq false`},
		{listings[6], `access.id in ("x","y")`, `entitlement.sourceName sw "a"`},
		{listings[9], `status in ("ACTIVE","STAGED")`, `name sw "2025"`},
	} {
		for _, both := range []string{each.left + "and " + each.right, each.right + " and(" + each.left + ")", "(" + each.left + ")and(" + each.right + ")"} {
			n.get("org-admin", withQuery(each.listing, "filters", both))
		}
		for _, filter := range []string{each.left + " or " + each.right, "not " + each.right, each.left + " AND " + each.right} {
			n.do("org-admin", "GET", withQuery(each.listing, "filters", filter), nil).refused(400, "400.1")
		}
	}
}

// Identifiers that mean something in paths and filters find what they name.
func TestOddIdentifiersFindSummariesCampaignsAndPeople(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{OddIDs: true, Certifications: 60, Items: 1_000})
	one := "/v3/certifications/" + LargeCertification
	for listing, field := range map[string]string{
		one + "/identity-summaries": "id", "/v3/campaigns": "id", one + "/access-summaries/ROLE": "access.id",
		"/v3/public-identities": "id",
	} {
		endings := map[string]bool{}
		for _, id := range ids(n.get("org-admin", listing).rows()) {
			ending := id.(string)[min(32, len(id.(string))):]
			if endings[ending] {
				continue
			}
			endings[ending] = true
			found := n.get("org-admin", withQuery(listing, "filters", field+" in ("+quoted(id)+")")).rows()
			if len(found) != 1 || ids(found)[0] != id {
				t.Errorf("%s finds %d rows by %q", listing, len(found), id)
			}
			if strings.HasSuffix(listing, "/identity-summaries") || strings.HasSuffix(listing, "/campaigns") {
				if got := n.get("org-admin", listing+"/"+url.PathEscape(id.(string))).object()["id"]; got != id {
					t.Errorf("%s returns %q for %q", listing, got, id)
				}
			}
		}
		if len(endings) < 5 {
			t.Errorf("%s has few odd ids: %v", listing, endings)
		}
	}
}
