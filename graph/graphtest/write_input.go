package graphtest

import (
	"testing"
)

// Writes answers how many requests that write have reached the sandbox.
func (w *Tenant) Writes() int {
	requests := w.Sandbox.Requests()
	return requests.Count("makeIdentityDecision") + requests.Count("reassignIdentityCertifications") +
		requests.Count("submitReassignCertsAsync") + requests.Count("signOffIdentityCertification")
}

// ActiveWith answers an open certification of a campaign with the given rule for comments,
// and its undecided items, of which there are some.
func (w *Tenant) ActiveWith(t *testing.T, rule string) (certification string, items []string) {
	t.Helper()
	for _, row := range w.List(t, Admin, "/certifications", Filters(`phase eq "ACTIVE" and completed eq false`)) {
		if At(row, "campaign", "mandatoryCommentRequirement") != rule || At(row, "reviewer", "type") != "IDENTITY" {
			continue
		}
		certification = row["id"].(string)
		for _, item := range w.List(t, Admin, "/certifications/"+certification+"/access-review-items", Filters("completed eq false")) {
			// Some roles cannot be revoked.
			if At(item, "accessSummary", "access", "type") != "ROLE" {
				items = append(items, item["id"].(string))
			}
		}
		if len(items) >= 4 {
			return certification, items
		}
	}
	t.Fatalf("no open certification whose campaign has %s", rule)
	return "", nil
}
