package sandbox

import (
	"testing"

	"certql/testenv"
)

// The other tests check conformance in passing; this one makes sure that each operation is checked with success and with
// each refusal that the definition has.
func TestEveryOperationConformsToTheDefinition(t *testing.T) {
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{RateLimit: 40})
	items := n.items(LargeCertification)
	item := items[0]["id"].(string)
	summary := items[0]["identitySummary"].(map[string]any)["id"].(string)
	one := "/certifications/v1/" + LargeCertification
	reassign := reassignment(n.identityOf("idle"), "x", "ITEM", items[5]["id"].(string))
	for _, operation := range []struct {
		name, method, path, malformed, missing string
		refused                                string // a client that is refused, where there is nothing to be missing
		body                                   any
	}{
		{"listIdentityCertifications", "GET", "/certifications/v1", "?limit=x", "", "", nil},
		{"getIdentityCertification", "GET", one, "", "/certifications/v1/none", "", nil},
		{"listIdentityAccessReviewItems", "GET", one + "/access-review-items", "?limit=x", "/certifications/v1/none/access-review-items", "", nil},
		{"getIdentityCertificationItemPermissions", "GET", one + "/access-review-items/" + item + "/permissions", "?limit=x", one + "/access-review-items/none/permissions", "", nil},
		{"listCertificationReviewers", "GET", one + "/reviewers", "?limit=x", "/certifications/v1/none/reviewers", "", nil},
		{"makeIdentityDecision", "POST", one + "/decide", "", "/certifications/v1/none/decide", "", []any{decisionOn(item, "APPROVE")}},
		{"reassignIdentityCertifications", "POST", one + "/reassign", "", "/certifications/v1/none/reassign", "", reassign},
		{"submitReassignCertsAsync", "POST", one + "/reassign-async", "", "/certifications/v1/none/reassign-async", "", reassign},
		{"signOffIdentityCertification", "POST", "/certifications/v1/" + DecidedCertification + "/sign-off", "", "/certifications/v1/none/sign-off", "", nil},
		{"getCertificationTask", "GET", "/certification-tasks/v1/" + FailedTask, "", "/certification-tasks/v1/none", "", nil},
		{"getPendingCertificationTasks", "GET", "/certification-tasks/v1", "?limit=x", "", "", nil},
		{"getIdentityAccessSummaries", "GET", one + "/access-summaries/ENTITLEMENT", "?limit=x", "/certifications/v1/none/access-summaries/ROLE", "", nil},
		{"getIdentityDecisionSummary", "GET", one + "/decision-summary", "?filters=x", "/certifications/v1/none/decision-summary", "", nil},
		{"getIdentitySummaries", "GET", one + "/identity-summaries", "?limit=x", "/certifications/v1/none/identity-summaries", "", nil},
		{"getIdentitySummary", "GET", one + "/identity-summaries/" + summary, "", one + "/identity-summaries/none", "", nil},
		{"getActiveCampaigns", "GET", "/campaigns/v1", "?detail=x", "", "reviewer-1", nil},
		{"getCampaign", "GET", "/campaigns/v1/" + StagedCampaign, "?detail=x", "/campaigns/v1/none", "", nil},
		{"getPublicIdentities", "GET", "/public-identities/v1", "?add-core-filters=x", "", apiKeyClient, nil},
	} {
		t.Run(operation.name, func(t *testing.T) {
			n := &tenant{n.Sandbox, t, n.clock, n.server, n.tokens}
			n.clock.advance(DefaultRateWindow)
			expect := func(got *reply, status int) {
				t.Helper()
				if got.status != status {
					t.Errorf("status %d, want %d: %.300s", got.status, status, got.body)
				}
			}
			expect(n.do("org-admin", operation.method, operation.path, operation.body), 200)
			expect(n.do("", operation.method, operation.path, operation.body), 401)
			if operation.malformed != "" {
				expect(n.do("org-admin", operation.method, operation.path+operation.malformed, operation.body), 400)
			}
			if operation.method == "POST" && operation.body != nil {
				expect(n.do("org-admin", operation.method, operation.path, map[string]any{"odd": 1}), 400)
			}
			if operation.refused != "" {
				expect(n.do(operation.refused, operation.method, operation.path, operation.body), 403)
			}
			if operation.missing != "" {
				expect(n.do("idle", operation.method, operation.path, operation.body), 403)
				missing := n.do("org-admin", operation.method, operation.missing, operation.body)
				expect(missing, 404)
			}
			if err := n.SetFaults(Fault{Operation: operation.name, Kind: FaultStatus, Status: 500, Strikes: BeforeApplying}); err != nil {
				t.Fatal(err)
			}
			expect(n.do("org-admin", operation.method, operation.path, operation.body), 500)
			if err := n.SetFaults(); err != nil {
				t.Fatal(err)
			}
			for range 40 {
				n.do("org-admin", operation.method, operation.path, operation.body)
			}
			expect(n.do("org-admin", operation.method, operation.path, operation.body), 429)
		})
	}
}
