package mutation

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/gen"
	"certql/upstream"
)

// The two types of a reference to an identity summary stand for the same, and an item for another.
func TestReferencesAreTheSameByObject(t *testing.T) {
	t.Parallel()
	given := []gen.ReassignReferenceInput{
		{ID: "a", Type: upstream.ReassignItem},
		{ID: "a", Type: upstream.ReassignTargetSummary},
		{ID: "b", Type: upstream.ReassignItem},
		{ID: "a", Type: upstream.ReassignIdentitySummary},
		{ID: "c", Type: upstream.ReassignIdentitySummary},
		{ID: "c", Type: upstream.ReassignTargetSummary},
		{ID: "b", Type: upstream.ReassignItem},
	}
	in, errs := parseReassignment(gen.ReassignReviewItemsInput{CertificationID: "x", ReassignTo: "y", Reason: "z", References: given}, len(given), "")
	if diff := gocmp.Diff([]string{"a", "a", "b", "c"}, in.ids); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	var messages []string
	for _, err := range errs {
		messages = append(messages, strings.Join(err.Field, ".")+": "+err.Message)
	}
	if diff := gocmp.Diff([]string{
		"references.3: This reference is listed twice.", "references.5: This reference is listed twice.", "references.6: This reference is listed twice.",
	}, messages); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}
