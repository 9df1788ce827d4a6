package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The members that only one of the two details has in a list.
var (
	slimMembers = []string{"alerts", "completedCertifications", "created", "totalCertifications"}
	fullMembers = []string{
		"filter", "machineAccountCampaignInfo", "mandatoryCommentRequirement", "modified", "roleCompositionCampaignInfo",
		"searchCampaignInfo", "sourceOwnerCampaignInfo", "sourcesWithOrphanEntitlements", "sunsetCommentsRequired",
	}
)

// Both details of a campaign say the same where they overlap, by themselves and in a list.
func TestDetailsOfCampaigns(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	slim, full := n.listAll("org-admin", "/v3/campaigns?detail=SLIM"), n.listAll("org-admin", "/v3/campaigns?detail=FULL")
	if diff := cmp.Diff(slim, n.listAll("report-admin", "/v3/campaigns")); diff != "" {
		t.Errorf("the default is not SLIM: %s", diff)
	}
	if len(slim) != len(full) {
		t.Fatalf("%d SLIM campaigns, %d FULL ones", len(slim), len(full))
	}
	for i, row := range slim {
		path := "/v3/campaigns/" + row["id"].(string)
		if diff := cmp.Diff(row, n.get("org-admin", path).object()); diff != "" {
			t.Errorf("%v by itself (-listed +got):\n%s", row["name"], diff)
		}
		whole := maps.Clone(full[i])
		for _, member := range slimMembers {
			if _, ok := full[i][member]; ok {
				t.Errorf("a FULL row has %s", member)
			}
			value, ok := row[member]
			if !ok {
				t.Errorf("a SLIM row has no %s", member)
			}
			whole[member] = value
		}
		if diff := cmp.Diff(whole, n.get("cert-admin", path+"?detail=FULL").object()); diff != "" {
			t.Errorf("%v by itself in full (-listed +got):\n%s", row["name"], diff)
		}
		for _, member := range fullMembers {
			if _, ok := row[member]; ok {
				t.Errorf("a SLIM row has %s", member)
			}
			if _, ok := whole[member]; !ok {
				t.Errorf("a FULL row has no %s", member)
			}
			delete(whole, member)
		}
		if diff := cmp.Diff(row, whole); diff != "" {
			t.Errorf("%v (-SLIM +FULL):\n%s", row["name"], diff)
		}
	}
	for _, path := range []string{"/v3/campaigns", "/v3/campaigns/" + StagedCampaign} {
		for _, detail := range []string{"slim", "full", "Full", "", "ALL", "FULL,SLIM"} {
			n.do("org-admin", "GET", withQuery(path, "detail", detail), nil).refused(400, "400.1.3")
		}
		n.do("org-admin", "GET", withQuery(path, "detail", "FULL", "detail", "FULL"), nil).refused(400, "400.1")
	}
}

// What a campaign has in common with its certifications is the same there.
func TestCampaignsAgreeWithTheirCertifications(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	certifications := n.listAll("org-admin", "/v3/certifications")
	settings := map[any]map[string]any{}
	for _, row := range n.listAll("org-admin", "/v3/campaigns?detail=FULL") {
		settings[row["id"]] = row
	}
	for _, row := range n.listAll("org-admin", "/v3/campaigns") {
		total, signed := 0.0, 0.0
		var due string
		for _, each := range certifications {
			reference := each["campaign"].(map[string]any)
			if reference["id"] != row["id"] {
				continue
			}
			total++
			if each["phase"] == "SIGNED" {
				signed++
			}
			if text, ok := each["due"].(string); ok {
				due = max(due, text)
			}
			correlated := row["correlatedStatus"]
			if correlated == nil {
				correlated = "CORRELATED"
			}
			got := map[string]any{
				"id": row["id"], "name": row["name"], "campaignType": row["type"], "description": row["description"], "type": "CAMPAIGN",
				"correlatedStatus": correlated, "mandatoryCommentRequirement": settings[row["id"]]["mandatoryCommentRequirement"],
			}
			if diff := cmp.Diff(reference, got); diff != "" {
				t.Errorf("the campaign of %v (-there +here):\n%s", each["id"], diff)
			}
			if each["created"].(string) < row["created"].(string) {
				t.Errorf("a certification is older than %v", row["name"])
			}
		}
		if row["totalCertifications"] != total || row["completedCertifications"] != signed {
			t.Errorf("%v has %v of %v completed, want %v of %v", row["name"], row["completedCertifications"], row["totalCertifications"], signed, total)
		}
		if total > 0 && row["deadline"] != due {
			t.Errorf("%v is due %v, its certifications until %v", row["name"], row["deadline"], due)
		}
	}
}

// The data has each type in several states, and each kind of settings, of nulls and of alerts.
func TestCampaignsOfEveryKind(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	states := map[any]map[any]bool{}
	seen := map[string]bool{}
	slim := n.listAll("org-admin", "/v3/campaigns")
	for i, row := range n.listAll("org-admin", "/v3/campaigns?detail=FULL") {
		if states[row["type"]] == nil {
			states[row["type"]] = map[any]bool{}
		}
		states[row["type"]][row["status"]] = true
		seen[fmt.Sprint(row["status"])] = true
		infos := map[string]string{
			"sourceOwnerCampaignInfo": "SOURCE_OWNER", "searchCampaignInfo": "SEARCH", "roleCompositionCampaignInfo": "ROLE_COMPOSITION",
			"machineAccountCampaignInfo": "MACHINE_ACCOUNT",
		}
		for info, kind := range infos {
			if (row[info] != nil) != (row["type"] == kind) {
				t.Errorf("a campaign of type %v with %s %v", row["type"], info, row[info])
			}
		}
		if (row["correlatedStatus"] != nil) != (row["type"] == "SOURCE_OWNER") {
			t.Errorf("a campaign of type %v is %v", row["type"], row["correlatedStatus"])
		}
		orphans, known := row["sourcesWithOrphanEntitlements"].([]any)
		constraints, _ := at("searchCampaignInfo.accessConstraints")(row)
		listed, _ := constraints.([]any)
		alerts, _ := slim[i]["alerts"].([]any)
		for _, each := range alerts {
			seen["alert "+each.(map[string]any)["level"].(string)] = true
		}
		for what, holds := range map[string]bool{
			"no description": row["description"] == nil, "no deadline": row["deadline"] == nil, "no filter": row["filter"] == nil,
			"orphans unknown": !known, "no orphans": known && len(orphans) == 0, "orphans": len(orphans) > 0, "no alerts": slim[i]["alerts"] == nil,
			"several alerts": len(alerts) > 1, "constraints": len(listed) > 0, "no constraints": constraints != nil && len(listed) == 0,
			"PENDING without certifications": row["status"] == "PENDING" && slim[i]["totalCertifications"] == 0.0,
			"COMPLETED with its counts":      row["status"] == "COMPLETED" && slim[i]["totalCertifications"] != 0.0,
			"failed with an alert":           row["status"] == "ERROR" && len(alerts) > 0,
		} {
			seen[what] = seen[what] || holds
		}
		for _, path := range []string{
			"searchCampaignInfo.reviewer.name", "searchCampaignInfo.query", "searchCampaignInfo.identityIds", "roleCompositionCampaignInfo.reviewer",
			"roleCompositionCampaignInfo.query", "roleCompositionCampaignInfo.description",
		} {
			outer, _, _ := strings.Cut(path, ".")
			if row[outer] == nil {
				continue
			}
			_, present := at(path)(row)
			seen[path] = seen[path] || present
			seen["no "+path] = seen["no "+path] || !present
		}
	}
	for _, status := range []string{"PENDING", "STAGED", "CANCELING", "ACTIVATING", "ACTIVE", "COMPLETING", "COMPLETED", "ERROR", "ARCHIVED", "alert ERROR", "alert WARN", "alert INFO"} {
		seen[status] = seen[status] || false
	}
	for what, holds := range seen {
		if !holds {
			t.Errorf("no campaign: %s", what)
		}
	}
	for _, kind := range campaignTypes {
		if len(states[kind]) < 3 {
			t.Errorf("%s campaigns are %v", kind, slices.Collect(maps.Keys(states[kind])))
		}
	}
}

// The campaign moves on with its certifications.
func TestCampaignsFollowTheirCertifications(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/campaigns/" + StagedCampaign
	campaign := func() map[string]any { return n.get("org-admin", path+"?detail=FULL").object() }
	staged := campaign()
	listed := func(status string) bool {
		return slices.Contains(ids(n.listAll("org-admin", withQuery("/v3/campaigns", "filters", `status in ("`+status+`","none")`))), any(StagedCampaign))
	}
	n.clock.advance(time.Hour)
	if err := n.ActivateCampaign(StagedCampaign); err != nil {
		t.Fatal(err)
	}
	if got := campaign(); staged["status"] != "STAGED" || got["status"] != "ACTIVE" || got["modified"] != stamp(n.clock.time()) || listed("STAGED") || !listed("ACTIVE") {
		t.Errorf("before %v, after the activation %v", staged["status"], got)
	}
	for _, row := range n.listAll("org-admin", withQuery("/v3/certifications", "filters", `campaign.id eq "`+StagedCampaign+`"`)) {
		var decisions []any
		for _, each := range n.items2026(row["id"].(string)) {
			kind := "APPROVE"
			if role, _ := at("accessSummary.role.revocable")(each); len(decisions) == 0 && role != false {
				kind = "REVOKE"
			}
			decisions = append(decisions, decisionOn(each["id"].(string), kind, "comments", "x"))
		}
		for some := range slices.Chunk(decisions, maxDecisions) {
			n.do("org-admin", "POST", "/v2026/certifications/"+row["id"].(string)+"/decide", some)
		}
		before := campaign()
		n.do("org-admin", "POST", "/v2026/certifications/"+row["id"].(string)+"/sign-off", nil)
		if got := campaign(); got["completedCertifications"] != before["completedCertifications"].(float64)+1 {
			t.Errorf("%v certifications completed, after a sign-off %v", before["completedCertifications"], got["completedCertifications"])
		}
	}
	if got := campaign(); got["status"] != "COMPLETING" || got["completedCertifications"] != got["totalCertifications"] || !listed("COMPLETING") {
		t.Errorf("after the last sign-off: %v", got)
	}
	n.clock.advance(DefaultTaskPace)
	if got := campaign(); got["status"] != "COMPLETED" || !listed("COMPLETED") || listed("COMPLETING") {
		t.Errorf("after the remediation: %v", got)
	}
}
