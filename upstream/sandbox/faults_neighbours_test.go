package sandbox

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of this file make summaries, campaigns and people come as real tenants send them.

// raw reads as a client without comparing the response with the definition, which faults break.
func (n *tenant) raw(as, target string) *reply {
	n.t.Helper()
	request := n.request(as, "GET", target, "")
	answered, err := n.server.Client().Do(request)
	if err != nil {
		n.t.Fatal(err)
	}
	return n.receive(answered)
}

// faulty returns a tenant with faults.
func faulty(t *testing.T, list ...Fault) *tenant {
	t.Helper()
	n := newTenant(t, Config{Certifications: 60, Items: 2_000})
	if err := n.SetFaults(list...); err != nil {
		t.Fatal(err)
	}
	return n
}

// neighbours are a path of each of the seven operations.
func neighbours(n *tenant) map[string]string {
	one := "/v3/certifications/" + LargeCertification
	summary := n.certificationOf("the large one", func(c *certification) bool { return c.id == LargeCertification }).summaries[0].id
	return map[string]string{
		"getIdentityAccessSummaries": one + "/access-summaries/ENTITLEMENT", "getIdentityDecisionSummary": one + "/decision-summary",
		"getIdentitySummaries": one + "/identity-summaries", "getIdentitySummary": one + "/identity-summaries/" + summary,
		"getActiveCampaigns": "/v3/campaigns", "getCampaign": "/v3/campaigns/" + StagedCampaign, "getPublicIdentities": "/v3/public-identities",
	}
}

// Faults strike each operation by its name, and the journal has it under that name.
func TestFaultsStrikeTheNeighbours(t *testing.T) {
	t.Parallel()
	n := faulty(t)
	for operation, path := range neighbours(n) {
		if err := n.SetFaults(Fault{Operation: operation, Kind: FaultStatus, Status: 500, Body: BodyErrorName, Count: 1}); err != nil {
			t.Fatal(err)
		}
		for other, elsewhere := range neighbours(n) {
			if other != operation {
				n.get("org-admin", elsewhere)
			}
		}
		got := n.raw("org-admin", path)
		want := map[string]any{
			"errorName": "UncheckedExecutionException", "errorMessage": "Error getting isSegmentEnabledForCurrentUser from redis",
		}
		if diff := cmp.Diff(want, got.object()); diff != "" || got.status != 500 {
			t.Errorf("%s: status %d (-want +got):\n%s", operation, got.status, diff)
		}
		n.get("org-admin", path) // it has passed
		if got := n.Requests().Counts[operation]; got[500] != 1 || got[200] == 0 {
			t.Errorf("%s is counted as %v", operation, got)
		}
	}
}

// Listings hide rows, have short pages and refuse offsets; what is hidden by its id is hidden from every filter.
func TestListingsOfNeighboursDiffer(t *testing.T) {
	t.Parallel()
	n := faulty(t)
	for operation, path := range neighbours(n) {
		if !slices.Contains(listOperations, operation) {
			continue
		}
		all := ids(n.get("org-admin", path).rows())
		total := n.get("org-admin", joinQuery(path, "?count=true&limit=0")).header.Get("X-Total-Count")
		if err := n.SetFaults(Fault{Operation: "*", Kind: FaultListing, Listing: ListingFault{
			HideEvery: 3, HideIDs: []string{all[0].(string)}, RefuseOffsets: true, PageSize: 7,
		}}); err != nil {
			t.Fatal(err)
		}
		want := []any{all[1], all[3], all[4], all[6]}
		got := n.raw("org-admin", joinQuery(path, "?count=true"))
		if diff := cmp.Diff(want, ids(got.rows())); diff != "" || got.header.Get("X-Total-Count") != total {
			t.Errorf("%s of %s, not %s (-want +got):\n%s", operation, got.header.Get("X-Total-Count"), total, diff)
		}
		field := "id"
		if operation == "getIdentityAccessSummaries" {
			field = "access.id"
		}
		filter := field + " in (" + quoted(all[0]) + "," + quoted(all[4]) + ")"
		if diff := cmp.Diff(all[4:5], ids(n.raw("org-admin", withQuery(path, "filters", filter)).rows())); diff != "" {
			t.Errorf("%s where %s (-want +got):\n%s", operation, filter, diff)
		}
		if got := n.raw("org-admin", joinQuery(path, "?offset="+total)).status; got != 400 {
			t.Errorf("%s behind the end: %d", operation, got)
		}
		if err := n.SetFaults(); err != nil {
			t.Fatal(err)
		}
	}
}

// What belongs to one holder may be in rows that are of nobody.
func TestAccessSummariesWithAHolder(t *testing.T) {
	t.Parallel()
	account := map[string]any{"nativeIdentity": "jsmith", "id": "7"}
	n := faulty(t,
		Fault{
			Operation: "getIdentityAccessSummaries", Kind: FaultValues, Fields: []string{"entitlement.account", "entitlements[].account"},
			Value: []byte(`{"nativeIdentity":"jsmith","id":"7"}`), Count: 3,
		},
		Fault{
			Operation: "getIdentityAccessSummaries", Kind: FaultValues, Fields: []string{"accessProfile.endDate", "role.endDate", "accessProfiles[].endDate"},
			Value: []byte(`"2026-12-25T00:00:00.000Z"`),
		})
	path := "/v3/certifications/" + LargeCertification + "/access-summaries/"
	bundled := func(row map[string]any, path string) map[string]any {
		list, _ := at(path)(row)
		if some, ok := list.([]any); ok && len(some) > 0 {
			return some[0].(map[string]any)
		}
		return nil
	}
	row := n.raw("org-admin", path+"ENTITLEMENT").rows()[0]
	if diff := cmp.Diff(account, row["entitlement"].(map[string]any)["account"]); diff != "" {
		t.Errorf("the entitlement: %s", diff)
	}
	row = n.raw("org-admin", path+"ACCESS_PROFILE").rows()[0]
	if diff := cmp.Diff(account, bundled(row, "accessProfile.entitlements")["account"]); diff != "" {
		t.Errorf("the access profile: %s", diff)
	}
	row = n.raw("org-admin", path+"ROLE").rows()[0]
	if diff := cmp.Diff(account, bundled(bundled(row, "role.accessProfiles"), "entitlements")["account"]); diff != "" {
		t.Errorf("the role: %s", diff)
	}
	row = n.raw("org-admin", path+"ACCESS_PROFILE").rows()[0]
	if end, _ := at("accessProfile.endDate")(row); end != "2026-12-25T00:00:00.000Z" {
		t.Errorf("the access profile ends %v", end)
	}
	row = n.raw("org-admin", path+"ROLE").rows()[0]
	end, _ := at("role.endDate")(row)
	if end != "2026-12-25T00:00:00.000Z" || bundled(row, "role.accessProfiles")["endDate"] != end {
		t.Errorf("the role ends %v", end)
	}
}

// Campaigns come in another detail than was asked for, or with nulls where the definition allows them.
func TestCampaignsThatDiffer(t *testing.T) {
	t.Parallel()
	n := faulty(t)
	slim := n.get("org-admin", "/v3/campaigns").rows()
	one := n.get("org-admin", "/v3/campaigns/"+StagedCampaign).object()
	set := func(list ...Fault) {
		t.Helper()
		if err := n.SetFaults(list...); err != nil {
			t.Fatal(err)
		}
	}
	set(
		Fault{Operation: "getActiveCampaigns", Kind: FaultQuery, Query: map[string]string{"detail": "SLIM"}},
		Fault{Operation: "getCampaign", Kind: FaultQuery, Query: map[string]string{"detail": ""}},
	)
	if diff := cmp.Diff(slim, n.get("org-admin", "/v3/campaigns?detail=FULL").rows()); diff != "" {
		t.Errorf("FULL rows (-SLIM +got):\n%s", diff)
	}
	if diff := cmp.Diff(one, n.get("org-admin", "/v3/campaigns/"+StagedCampaign+"?detail=FULL").object()); diff != "" {
		t.Errorf("the FULL campaign (-SLIM +got):\n%s", diff)
	}
	n.raw("org-admin", "/v3/campaigns?detail=%zz").refused(400, "400.1")
	nullable := []string{
		".id", ".deadline", ".status", ".created", ".totalCertifications", ".completedCertifications", ".alerts", ".modified", ".filter",
		".sourceOwnerCampaignInfo", ".searchCampaignInfo", ".roleCompositionCampaignInfo", ".machineAccountCampaignInfo",
		".sourcesWithOrphanEntitlements",
	}
	set(Fault{Operation: "*", Kind: FaultNulls, Fields: nullable})
	for _, row := range append(n.get("org-admin", "/v3/campaigns").rows(), n.get("org-admin", "/v3/campaigns?detail=FULL").rows()...) {
		for _, field := range nullable {
			if value, ok := at(field[1:])(row); ok {
				t.Errorf("%s is %v", field, value)
			}
		}
		if row["name"] == nil || row["type"] == nil {
			t.Errorf("%v", row)
		}
	}
	set(Fault{Operation: "*", Kind: FaultAbsent, Fields: []string{".id"}, Rows: []int{1}})
	for i, row := range n.raw("org-admin", "/v3/campaigns").rows() {
		if _, ok := row["id"]; ok != (i != 1) {
			t.Errorf("row %d with the id %v", i, row["id"])
		}
	}
}

// Numbers of a decision summary are texts, fractions, or not there.
func TestDecisionSummariesThatDiffer(t *testing.T) {
	t.Parallel()
	n := faulty(t,
		Fault{Operation: "getIdentityDecisionSummary", Kind: FaultAbsent, Fields: []string{"rolesApproved", "rolesRevoked"}, Count: 1},
		Fault{Operation: "getIdentityDecisionSummary", Kind: FaultValues, Fields: []string{"entitlementDecisionsMade"}, Value: []byte(`"7"`), Count: 1},
		Fault{Operation: "getIdentityDecisionSummary", Kind: FaultNulls},
	)
	path := "/v3/certifications/" + LargeCertification + "/decision-summary"
	absent := n.raw("org-admin", path).object()
	if _, ok := absent["rolesApproved"]; ok || len(absent) != 14 {
		t.Errorf("%v", absent)
	}
	if got := n.raw("org-admin", path).object(); got["entitlementDecisionsMade"] != "7" || got["accountsRevoked"] != 0.0 {
		t.Errorf("%v", got)
	}
	if got := n.raw("org-admin", path).object(); len(got) != 16 || slices.ContainsFunc(slices.Collect(maps.Values(got)), func(value any) bool { return value != nil }) {
		t.Errorf("%v", got)
	}
}

// Values of enumerations that nobody knows yet are in each place that has one.
func TestUnknownEnumsOfNeighbours(t *testing.T) {
	t.Parallel()
	n := faulty(t, Fault{Operation: "*", Kind: FaultUnknownEnums})
	for path, fields := range map[string][]string{
		"/v3/campaigns?detail=FULL": {
			"type", "status", "correlatedStatus", "mandatoryCommentRequirement", "filter.type", "searchCampaignInfo.type",
			"searchCampaignInfo.reviewer.type", "machineAccountCampaignInfo.reviewerType", "roleCompositionCampaignInfo.remediatorRef.type",
		},
		"/v3/public-identities": {"identityState", "manager.type"},
		"/v3/certifications/" + LargeCertification + "/access-summaries/ROLE": {"access.type"},
	} {
		rows := n.raw("org-admin", path).rows()
		for _, field := range fields {
			found := 0
			for _, row := range rows {
				if value, ok := at(field)(row); ok {
					found++
					if value != UnknownEnumValue {
						t.Errorf("%s: %s is %v", path, field, value)
					}
				}
			}
			if found == 0 {
				t.Errorf("%s has no %s", path, field)
			}
		}
	}
	body := string(n.raw("org-admin", "/v3/campaigns").body)
	if strings.Contains(body, `"level":"ERROR"`) || !strings.Contains(body, `"level":"`+UnknownEnumValue+`"`) {
		t.Errorf("alerts have levels that are known: %s", body)
	}
}
