package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"certql/testenv"

	"github.com/google/go-cmp/cmp"
)

func TestTheSameSeedAnswersTheSameBytes(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	answers := func(config Config) map[string]string {
		n := newTenant(t, config)
		all := map[string]string{}
		read := func(path string) { all[path] = string(n.get("org-admin", path).body) }
		for _, listing := range listings {
			read(listing)
			read(joinQuery(listing, "?offset=250&count=true"))
		}
		items := n.items(LargeCertification)
		decided := n.do("org-admin", "POST", "/v3/certifications/"+LargeCertification+"/decide", []any{decisionOn(items[3]["id"].(string), "APPROVE")})
		moved := n.do("org-admin", "POST", "/v3/certifications/"+LargeCertification+"/reassign",
			reassignment(n.identityOf("idle"), "x", "ITEM", items[4]["id"].(string)))
		refused := n.do("org-admin", "GET", "/v3/certifications/none", nil)
		all["decided"], all["moved"], all["refused"] = string(decided.body), string(moved.body), string(refused.body)
		read("/v3/certifications?offset=350")
		return all
	}
	first := answers(Config{})
	if diff := cmp.Diff(first, answers(Config{})); diff != "" {
		t.Errorf("another run differs: %s", diff)
	}
	for path, body := range answers(Config{Seed: 2}) {
		if body == first[path] && len(body) > 1000 {
			t.Errorf("another seed answers the same to %s", path)
		}
	}
}

func TestResetRestoresTheStart(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{RateLimit: 1_000})
	before := string(n.get("org-admin", listings[0]).body)
	n.do("org-admin", "POST", "/v3/certifications/"+DecidedCertification+"/sign-off", nil)
	if err := n.SetFaults(Fault{Operation: "getIdentityCertification", Kind: FaultStatus, Status: 500}); err != nil {
		t.Fatal(err)
	}
	n.do("org-admin", "GET", "/v3/certifications/"+DecidedCertification, nil).refused(500, "500.0")
	if got := n.Requests().Count("signOffIdentityCertification"); got != 1 {
		t.Errorf("%d sign-offs counted", got)
	}
	for name, reset := range map[string]func(){
		"in Go":     n.Reset,
		"over HTTP": func() { n.do("", "POST", "/sandbox/reset", nil) },
	} {
		reset()
		if got := n.Requests(); got.Total != 0 || len(n.Writes()) != 0 {
			t.Errorf("%s: %d requests, %d writes", name, got.Total, len(n.Writes()))
		}
		if got := string(n.get("org-admin", listings[0]).body); got != before {
			t.Errorf("%s: the data is not that of the start", name)
		}
		n.get("org-admin", "/v3/certifications/"+DecidedCertification)
		n.do("org-admin", "POST", "/v3/certifications/"+DecidedCertification+"/sign-off", nil)
	}
}

func TestSizesAreAsAskedFor(t *testing.T) {
	t.Parallel()
	for _, config := range []Config{
		{},
		{Certifications: 1},
		{Certifications: 2, Items: 1},
		{Certifications: 3, Items: 1000},
		{Certifications: 7, Items: 50},
		{Certifications: 600, Items: 600},
		{Certifications: 250, Items: 30_000, Seed: 9},
	} {
		config.Clock = newManualClock().time
		config = config.withDefaults()
		made := seedState(config)
		items := 0
		for _, each := range made.certifications {
			items += len(each.items)
		}
		if len(made.certifications) != config.Certifications || items != config.Items {
			t.Errorf("%d certifications with %d items, want %d with %d", len(made.certifications), items, config.Certifications, config.Items)
		}
	}
}

func TestDataHasEverySpecialCase(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	for _, seed := range []uint64{1, 2, 3} {
		n := newTenant(t, Config{Seed: seed})
		rows := n.listAll("org-admin", listings[0])
		seen := map[string]int{}
		note := func(what string, holds bool) {
			if holds {
				seen[what]++
			} else {
				seen[what] += 0
			}
		}
		now := stamp(n.clock.time())
		for _, row := range rows {
			value := func(path string) any { found, _ := at(path)(row); return found }
			for _, kind := range campaignTypes {
				note(kind, value("campaign.campaignType") == kind)
			}
			due, hasDue := value("due").(string)
			open := value("phase") == "ACTIVE"
			for _, each := range []phase{staged, active, signed} {
				note(string(each), value("phase") == string(each))
			}
			for _, rule := range commentRules {
				note("open for reviewer-1, "+rule, open && value("completed") == false && value("campaign.mandatoryCommentRequirement") == rule &&
					value("reviewer.id") == n.identityOf("reviewer-1"))
			}
			note("overdue", hasDue && open && due < now)
			note("not due yet", hasDue && open && due > now)
			note("without a due date", !hasDue)
			note("has errors", value("hasErrors") == true && value("errorMessage") != nil)
			note("without errors", value("hasErrors") == false && value("errorMessage") == nil)
			note("reassigned", value("reassignment.from.id") != nil)
			note("uncorrelated", value("campaign.correlatedStatus") == "UNCORRELATED")
			note("without a description", value("campaign.description") == nil)
			note("governance group", value("reviewer.type") == "GOVERNANCE_GROUP")
			note("reviewer without an email", value("reviewer.type") == "IDENTITY" && value("reviewer.email") == nil)
			note("reviewer without a date", value("reviewer.created") == nil)
			note("decided but not signed", open && value("completed") == true && value("decisionsTotal") != 0.0)
			note("partly decided", open && value("completed") == false && value("decisionsMade") != 0.0)
			note("dashed id", strings.Contains(value("id").(string), "-"))
			note("non-Latin name", strings.ContainsFunc(value("name").(string), func(r rune) bool { return r > 0x2000 }))
			if value("phase") == "SIGNED" && (value("signed") == nil || value("completed") != true) || value("phase") != "SIGNED" && value("signed") != nil {
				t.Errorf("seed %d: %v is %v, signed %v", seed, row["id"], value("phase"), value("signed"))
			}
			if value("campaign.correlatedStatus") == "UNCORRELATED" && value("campaign.campaignType") != "SOURCE_OWNER" {
				t.Errorf("seed %d: uncorrelated %v", seed, value("campaign.campaignType"))
			}
		}
		for what, count := range seen {
			if count == 0 {
				t.Errorf("seed %d: no certification is %s", seed, what)
			}
		}
		if len(rows) <= 300 {
			t.Errorf("%d certifications", len(rows))
		}
		if got := len(n.items(LargeCertification)); got <= 1_000 {
			t.Errorf("the large certification has %d items", got)
		}
		if got := len(n.listAll("org-admin", listings[3])); got <= 300 {
			t.Errorf("the crowd has %d reviewers", got)
		}
		if got := len(n.listAll("org-admin", listings[2])); got <= 260 {
			t.Errorf("the entitlement has %d permissions", got)
		}
		empty := n.get("reviewer-2", "/v3/certifications/"+EmptyCertification).object()
		if empty["decisionsTotal"] != 0.0 || empty["due"] != nil || empty["reassignment"] != nil || len(n.items(EmptyCertification)) != 0 {
			t.Errorf("the empty certification: %v", empty)
		}
		targets := map[any]bool{}
		for _, row := range n.listAll("org-admin", listings[4]) {
			targets[row["targetId"]] = true
		}
		if len(targets) <= 55 {
			t.Errorf("pending tasks over %d targets", len(targets))
		}
		for id, status := range map[string]string{SucceededTask: "SUCCESS", FailedTask: "ERROR"} {
			if got := n.get("org-admin", "/v3/certification-tasks/"+id).object()["status"]; got != status {
				t.Errorf("the task %s is %v", id, got)
			}
		}
	}
}

func TestItemsHaveEveryShape(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	seen := map[string]int{}
	names := map[any]bool{}
	for _, row := range n.listAll("org-admin", listings[0])[:60] {
		if reviewer, _ := at("reviewer.type")(row); reviewer == "GOVERNANCE_GROUP" {
			continue
		}
		reviewer, _ := at("reviewer.id")(row)
		rule, _ := at("campaign.mandatoryCommentRequirement")(row)
		for _, each := range n.items(row["id"].(string)) {
			value := func(path string) any { found, _ := at(path)(each); return found }
			kind := value("accessSummary.access.type").(string)
			populated := map[string]bool{"ENTITLEMENT": value("accessSummary.entitlement") != nil, "ACCESS_PROFILE": value("accessSummary.accessProfile") != nil, "ROLE": value("accessSummary.role") != nil}
			for of, is := range populated {
				if is != (of == kind) {
					t.Errorf("%s with %v", kind, populated)
				}
			}
			seen[kind]++
			names[value("identitySummary.name")] = true
			decided := value("decision") != nil
			if decided != (value("completed") == true) {
				t.Errorf("decision %v, completed %v", value("decision"), value("completed"))
			}
			if value("identitySummary.identityId") == reviewer {
				t.Errorf("%v reviews their own access", reviewer)
			}
			if needed := decided && (rule == commentAlways || rule == commentOnRevoke && value("decision") == "REVOKE"); needed && value("comments") == nil {
				t.Errorf("%v without a comment under %v", value("decision"), rule)
			}
			for what, holds := range map[string]bool{
				"new access": value("newAccess") == true, "undecided": !decided, "approved": value("decision") == "APPROVE", "revoked": value("decision") == "REVOKE",
				"commented": value("comments") != nil, "no identity": value("identitySummary.identityId") == nil,
				"no entitlement description": kind == "ENTITLEMENT" && value("accessSummary.entitlement.description") == nil,
				"no entitlement owner":       kind == "ENTITLEMENT" && value("accessSummary.entitlement.owner") == nil,
				"data access":                value("accessSummary.entitlement.dataAccess") != nil,
				"privileged":                 value("accessSummary.entitlement.privileged") == true,
				"permissions":                value("accessSummary.entitlement.hasPermissions") == true,
				"machine account":            value("accessSummary.entitlement.account.owner.id") != nil,
				"insights":                   value("accessSummary.entitlement.account.activityInsights.accountID") != nil,
				"nested role":                value("accessSummary.role.accessProfiles") != nil,
				"bundle with an end":         value("accessSummary.accessProfile.endDate") != nil,
			} {
				if holds {
					seen[what]++
				} else {
					seen[what] += 0
				}
			}
		}
	}
	for what, count := range seen {
		if count == 0 {
			t.Errorf("no item: %s", what)
		}
	}
	if seen["ACCOUNT"] == 0 || seen["ROLE"] == 0 || seen["ACCESS_PROFILE"] == 0 {
		t.Errorf("types %v", seen)
	}
	for _, name := range awkwardNames {
		if !names[name] {
			t.Errorf("no item of %s", name)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	t.Parallel()
	_, err := New(Config{
		Certifications: -1, Items: maxItems + 1, RateLimit: -2, RateWindow: -1, TaskPace: -1, TokenLifetime: -1, RefreshLifetime: -1,
		GovernanceGroups: "maybe", RedirectURIs: []string{"https://portal.example/", "/back"},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"Certifications", "Items", "RateLimit", "RateWindow", "TaskPace", "TokenLifetime", "RefreshLifetime", "GovernanceGroups", `RedirectURIs: "/back"`} {
		if !strings.Contains(err.Error(), name+" is ") {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	var got []string
	for _, each := range n.Clients() {
		got = append(got, fmt.Sprint(each.ID, " ", each.Secret, " ", each.Authorities, " ", each.IdentityID != "", " ", each.UserName != ""))
	}
	want := []string{
		"org-admin sandbox [ORG_ADMIN] true true", "cert-admin sandbox [CERT_ADMIN] true true", "reviewer-1 sandbox [] true true",
		"reviewer-2 sandbox [] true true", "reviewer-3 sandbox [] true true", "reviewer-4 sandbox [] true true",
		"reviewer-5 sandbox [] true true", "idle sandbox [] true true",
		"report-admin sandbox [REPORT_ADMIN] true true",
		"org-admin-2 sandbox [ORG_ADMIN] true true", "api-key sandbox [] false false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCampaignsAreActivatedAndCompleted(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	status := func(id string) Campaign {
		for _, each := range n.Campaigns() {
			if each.ID == id {
				return each
			}
		}
		t.Fatalf("no campaign %s", id)
		return Campaign{}
	}
	if got := status(StagedCampaign); got.Status != "STAGED" || got.Signed != 0 {
		t.Errorf("%+v", got)
	}
	if err := n.ActivateCampaign("none"); err == nil {
		t.Error("an unknown campaign was activated")
	}
	n.clock.advance(time.Hour)
	if err := n.ActivateCampaign(StagedCampaign); err != nil {
		t.Fatal(err)
	}
	if err := n.ActivateCampaign(StagedCampaign); err == nil {
		t.Error("activated twice")
	}
	if got := status(StagedCampaign); got.Status != "ACTIVE" {
		t.Errorf("%+v", got)
	}
	all := n.listAll("org-admin", withQuery("/v2026/certifications", "filters", `campaign.id eq "`+StagedCampaign+`"`))
	for i, row := range all {
		if row["phase"] != "ACTIVE" || row["modified"] != stamp(n.clock.time()) {
			t.Fatalf("%v modified %v", row["phase"], row["modified"])
		}
		path := "/v2026/certifications/" + row["id"].(string)
		items := n.items2026(row["id"].(string))
		for j, each := range items {
			kind := "APPROVE"
			if i == 0 && j == 0 {
				kind = "REVOKE"
			}
			n.do("org-admin", "POST", path+"/decide", []any{decisionOn(each["id"].(string), kind, "comments", "x")})
		}
		if got := status(StagedCampaign); got.Status != "ACTIVE" || got.Signed != i {
			t.Errorf("after %d sign-offs: %+v", i, got)
		}
		if got := n.do("org-admin", "POST", path+"/sign-off", nil); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	if got := status(StagedCampaign); got.Status != "COMPLETING" || got.Signed != got.Certifications || got.Signed != len(all) {
		t.Errorf("all signed off, one item revoked: %+v", got)
	}
	n.clock.advance(DefaultTaskPace)
	if got := status(StagedCampaign); got.Status != "COMPLETED" {
		t.Errorf("after the remediation: %+v", got)
	}
}

// items2026 reads the items of a certification under a version that serves governance groups.
func (n *tenant) items2026(of string) []map[string]any {
	n.t.Helper()
	return n.listAll("org-admin", "/v2026/certifications/"+of+"/access-review-items")
}
