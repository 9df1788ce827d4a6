package graphtest

import (
	"cmp"
	"testing"

	"certql/upstream/sandbox"
)

// refusalFields selects the errors of a payload.
const refusalFields = " errors { code message field ids trackingId } "

// The mutations of the schema, each with all fields of its payload that tests look at.
const (
	DecideMutation = "mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { " +
		"certification { rawId decisionsMade completed modified } decidedItemIds decidedItems { rawId completed decision comment }" + refusalFields + "} }"
	ReassignMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { " +
		"certification { rawId decisionsTotal modified }" + refusalFields + "} }"
	ReassignAsyncMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { " +
		"tasks { id rawId status type targetId }" + refusalFields + "} }"
	SignOffMutation = "mutation ($input: SignOffCertificationInput!) { signOffCertification(input: $input) { " +
		"certification { rawId phase signed }" + refusalFields + "} }"
)

// References returns the variables with which a mutation reassigns items of the large certification.
func References(to, reason string, refs ...any) Object {
	return Object{"input": Object{"certificationId": sandbox.LargeCertification, "reassignTo": to, "reason": reason, "references": append([]any{}, refs...)}}
}

// ItemReferences returns references to items, as an input has them.
func ItemReferences(ids []string) []any {
	refs := make([]any, len(ids))
	for i, id := range ids {
		refs[i] = Object{"id": id, "type": "ITEM"}
	}
	return refs
}

// QueueTask reassigns an item and returns the id of the task that does it.
func (w *Tenant) QueueTask(t *testing.T) string {
	t.Helper()
	a := w.Ask(t, Admin, ReassignAsyncMutation, References(Reviewer2, "Moved on", ItemReferences(w.UndecidedItems(t, 1))...))
	return At(a.OK(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
}

// Calls returns how many calls have reached the sandbox, without those for tokens.
func (w *Tenant) Calls() int {
	return w.Sandbox.Requests().Total
}

// Writes returns how many calls that write have reached the sandbox.
func (w *Tenant) Writes() int {
	requests := w.Sandbox.Requests()
	return requests.Count("makeIdentityDecision") + requests.Count("reassignIdentityCertifications") +
		requests.Count("submitReassignCertsAsync") + requests.Count("signOffIdentityCertification")
}

// Written returns what the sandbox has changed in review items, by their ids: decisions, or "moved".
func (w *Tenant) Written() map[string][]string {
	changes := map[string][]string{}
	for _, write := range w.Sandbox.Writes() {
		what := cmp.Or(write.Decision, "moved")
		changes[write.Item] = append(changes[write.Item], what)
	}
	return changes
}

// WantWritten fails the test unless the sandbox has changed the given items once each, and no others.
func (w *Tenant) WantWritten(t *testing.T, items []string) {
	t.Helper()
	changed := w.Written()
	for _, item := range items {
		if len(changed[item]) != 1 {
			t.Errorf("%s is %v", item, changed[item])
		}
	}
	if len(changed) != len(items) {
		t.Errorf("%d items changed, want %d", len(changed), len(items))
	}
}
