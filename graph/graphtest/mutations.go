package graphtest

import (
	"cmp"
	"testing"

	"certql/upstream/sandbox"
)

const refusalFields = " errors { code message field ids trackingId } "

const (
	DecideMutation = "mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { " +
		"certification { rawId decisionsMade completed modified } decidedItemIds decidedItems { rawId completed decision comments }" + refusalFields + "} }"
	ReassignMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { " +
		"certification { rawId decisionsTotal modified }" + refusalFields + "} }"
	ReassignAsyncMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { " +
		"tasks { id rawId status type targetId }" + refusalFields + "} }"
	SignOffMutation = "mutation ($input: SignOffCertificationInput!) { signOffCertification(input: $input) { " +
		"certification { rawId phase signed }" + refusalFields + "} }"
)

// References answers the input that reassigns items of the large certification.
func References(to, reason string, refs ...any) Object {
	return Object{"input": Object{"certificationId": sandbox.LargeCertification, "reassignTo": to, "reason": reason, "references": append([]any{}, refs...)}}
}

func ItemReferences(ids []string) []any {
	refs := make([]any, len(ids))
	for i, id := range ids {
		refs[i] = Object{"id": id, "type": "ITEM"}
	}
	return refs
}

// Written answers what the sandbox's journal says of review items: what became of each.
func (w *Tenant) Written() map[string][]string {
	changes := map[string][]string{}
	for _, write := range w.Sandbox.Writes() {
		what := cmp.Or(write.Decision, "moved")
		changes[write.Item] = append(changes[write.Item], what)
	}
	return changes
}

// WantWritten checks that the sandbox has changed just these items, once each.
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
