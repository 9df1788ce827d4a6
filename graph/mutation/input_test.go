package mutation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// decidingOn returns the input of decisions on a certification.
func decidingOn(certification string, decisions ...any) graphtest.Object {
	return graphtest.Object{"input": graphtest.Object{"certificationId": certification, "decisions": append([]any{}, decisions...)}}
}

// Everything that is wrong with decisions is reported at once, and none of them is sent.
func TestWrongDecisionsAreReportedAllAtOnce(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 3)
	foreign := graphtest.ItemID(sandbox.DecidedCertification, items[0])
	past, future := w.Clock.Now().Format(time.RFC3339), w.Clock.Now().Add(time.Hour).Format(time.RFC3339)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(sandbox.LargeCertification,
		graphtest.Object{"itemId": items[0], "decision": "APPROVE"},
		graphtest.Object{"itemId": foreign, "decision": "APPROVE"},
		graphtest.Object{"itemId": items[1], "decision": "REVOKE", "proposedEndDate": past, "comment": "Late"},
		graphtest.Object{"itemId": items[2], "decision": "APPROVE", "proposedEndDate": future},
		graphtest.Object{"itemId": graphtest.ItemID(sandbox.LargeCertification, items[0]), "decision": "REVOKE"},
		graphtest.Object{"itemId": "a\nb", "decision": "REVOKE"},
	)).OK(t), "decideReviewItems")
	wrong := func(i, name, id string) graphtest.Object {
		return graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"decisions", i, name}, "ids": []any{id}}
	}
	wantRefusals(
		t, payload, wrong("1", "itemId", foreign), wrong("2", "proposedEndDate", items[1]), wrong("3", "proposedEndDate", items[2]),
		wrong("4", "itemId", graphtest.ItemID(sandbox.LargeCertification, items[0])), wrong("5", "itemId", "a\nb"),
	)
	if n := w.Sandbox.Requests().Total - w.Sandbox.Requests().Count("listIdentityAccessReviewItems"); n != 0 {
		t.Errorf("%d requests for what needs none", n)
	}
}

// Of wrong decisions and references without number, the first are reported, and nothing is sent.
func TestOnlySoManyMistakesOfAnInputAreReported(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	const references = `mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { errors { code field message ids } } }`
	for n, want := range map[int]int{49: 49, 50: 50, 51: 51, 1_500: 51} {
		var decisions, moved []any
		for i := range n {
			decisions = append(decisions, graphtest.Object{"itemId": fmt.Sprintf("a\n%d", i), "decision": "APPROVE"})
			moved = append(moved, graphtest.Object{"id": fmt.Sprintf("a\n%d", i), "type": "ITEM"})
		}
		decided := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(sandbox.LargeCertification, decisions...)).OK(t), "decideReviewItems")
		reassigned := graphtest.At(w.Ask(t, graphtest.Admin, references, graphtest.Object{"input": graphtest.Object{
			"certificationId": sandbox.LargeCertification, "references": moved, "reassignTo": graphtest.Reviewer1, "reason": "Away",
		}}).OK(t), "reassignReviewItemsAsync")
		for list, payload := range map[string]any{"decisions": decided, "references": reassigned} {
			errs, _ := graphtest.At(payload, "errors").([]any)
			if len(errs) != want {
				t.Fatalf("%d wrong %s: %d errors, want %d", n, list, len(errs), want)
			}
			last := errs[want-1].(map[string]any)
			if cut := gocmp.Equal(last["field"], any([]any{list})); cut != (n > 50) {
				t.Errorf("%d wrong %s: the last error is %v", n, list, last)
			}
		}
	}
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(sandbox.LargeCertification,
		graphtest.Object{"itemId": strings.Repeat("x", 100_000), "decision": "APPROVE"})).OK(t), "decideReviewItems")
	if errs, _ := graphtest.At(payload, "errors").([]any); len(errs) != 1 || len(fmt.Sprint(errs)) > 1_000 {
		t.Errorf("an id that is none: %.600v", errs)
	}
	if n := w.Sandbox.Requests().Total; n != 0 {
		t.Errorf("%d requests for what needs none", n)
	}
}

// An item that is decided twice in the same way counts once, under the id that came first.
func TestTheSameDecisionTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	global := graphtest.ItemID(sandbox.LargeCertification, item)
	decision := func(id string) graphtest.Object {
		return graphtest.Object{"itemId": id, "decision": "REVOKE", "comment": "Left", "recommendation": graphtest.Object{"reasons": []string{"unused"}}}
	}
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(sandbox.LargeCertification, decision(global), decision(item))).OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(any([]any{global}), graphtest.At(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	w.WantWritten(t, []string{item})
}

func TestCommentsAreDemandedAsTheCampaignDoes(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 120, Items: 4_000}})
	for _, each := range []struct {
		rule    string
		missing []int // of the decisions below
	}{
		{"ALL_DECISIONS", []int{0, 1, 3}},
		{"REVOKE_ONLY_DECISIONS", []int{1, 3}},
		{"NO_DECISIONS", nil},
	} {
		t.Run(each.rule, func(t *testing.T) {
			certification, items := activeWith(t, w, each.rule)
			w.Sandbox.Reset()
			a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(certification,
				graphtest.Object{"itemId": items[0], "decision": "APPROVE"},
				graphtest.Object{"itemId": items[1], "decision": "REVOKE", "comment": " \t\n"},
				graphtest.Object{"itemId": items[2], "decision": "REVOKE", "comment": "Left"},
				graphtest.Object{"itemId": items[3], "decision": "REVOKE", "comment": nil},
			))
			want := []graphtest.Object{}
			for _, i := range each.missing {
				want = append(want, graphtest.Object{"code": "COMMENT_REQUIRED", "field": []any{"decisions", fmt.Sprint(i), "comment"}, "ids": []any{items[i]}})
			}
			wantRefusals(t, graphtest.At(a.OK(t), "decideReviewItems"), want...)
			if each.missing != nil {
				w.WantWritten(t, nil)
				if n := w.Writes(); n != 0 {
					t.Errorf("%d writes were sent", n)
				}
			} else {
				w.WantWritten(t, items[:4])
			}
		})
	}
}

// Every mutation refuses a certification that is not open, without a write and with a code that says
// why.
func TestClosedCertificationsAreNotWrittenTo(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 60, Items: 2_000}})
	with := func(phase string) string {
		t.Helper()
		for _, row := range w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "`+phase+`"`)) {
			if graphtest.At(row, "reviewer", "type") == "IDENTITY" {
				return row["id"].(string)
			}
		}
		t.Fatalf("no certification is %s", phase)
		return ""
	}
	const item = "00000000000000000000000000000001"
	for _, each := range []struct {
		name, certification, caller, code string
	}{
		{"staged", with("STAGED"), graphtest.Admin, "NOT_ACTIVE"},
		{"signed", graphtest.CertificationID(with("SIGNED")), graphtest.Admin, "ALREADY_SIGNED"},
		{"of a governance group", sandbox.CrowdCertification, graphtest.Admin, "GOVERNANCE_GROUP_UNSUPPORTED"},
		{"unknown", "none", graphtest.Admin, "NOT_FOUND"},
		{"of somebody else", sandbox.LargeCertification, "reviewer-5", "FORBIDDEN"},
	} {
		reassigning := graphtest.Object{"input": graphtest.Object{
			"certificationId": each.certification, "reassignTo": graphtest.Reviewer2, "reason": "On leave", "references": graphtest.ItemReferences([]string{item}),
		}}
		for field, mutation := range map[string]struct {
			text      string
			variables graphtest.Object
			id        string
		}{
			"decideReviewItems":        {graphtest.DecideMutation, decidingOn(each.certification, graphtest.Object{"itemId": item, "decision": "APPROVE", "comment": "ok"}), item},
			"reassignReviewItems":      {graphtest.ReassignMutation, reassigning, item},
			"reassignReviewItemsAsync": {graphtest.ReassignAsyncMutation, reassigning, item},
			"signOffCertification":     {graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": each.certification}}, each.certification},
		} {
			if field == "reassignReviewItemsAsync" && each.code == "GOVERNANCE_GROUP_UNSUPPORTED" {
				continue // which the upstream supports
			}
			t.Run(each.name+" "+field, func(t *testing.T) {
				payload := graphtest.At(w.Ask(t, each.caller, mutation.text, mutation.variables).OK(t), field)
				want := graphtest.Object{"code": each.code, "field": nil, "ids": []any{mutation.id}}
				if each.code == "NOT_FOUND" {
					want = graphtest.Object{"code": each.code, "field": []any{"certificationId"}, "ids": []any{each.certification}}
				}
				wantRefusals(t, payload, want)
			})
		}
	}
	if n := w.Writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// If the upstream serves certifications of governance groups, so does the gateway.
func TestGovernanceGroupsAreDecidedIfTheUpstreamServesThem(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Current: true})
	var items []string
	for _, row := range w.ListAt(t, "", graphtest.Admin, "/certifications/v1/"+sandbox.CrowdCertification+"/access-review-items", graphtest.Filters("completed eq false")) {
		items = append(items, row["id"].(string))
	}
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(sandbox.CrowdCertification, graphtest.Object{"itemId": items[0], "decision": "APPROVE", "comment": "ok"})).OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	w.WantWritten(t, items[:1])
}

// The tasks of a governance group's certification are queued under the older paths too.
func TestGovernanceGroupsAreReassignedInTheBackground(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	rows := w.ListAt(t, "", graphtest.Admin, "/certifications/v1/"+sandbox.CrowdCertification+"/access-review-items", graphtest.Filters("completed eq false"))
	id := rows[0]["id"].(string)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.Object{"input": graphtest.Object{
		"certificationId": sandbox.CrowdCertification, "reassignTo": graphtest.Reviewer2, "reason": "On leave", "references": graphtest.ItemReferences([]string{id}),
	}}).OK(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload)
	w.Clock.Advance(2 * sandbox.DefaultTaskPace)
	w.WantWritten(t, []string{id})
}

func TestWritesAreBounded(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.MaxWriteBatch = 3 }})
	items := w.UndecidedItems(t, 4)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(items, nil)).OK(t), "decideReviewItems")
	wantRefusals(t, payload, graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"decisions"}, "ids": []any{}})
	payload = graphtest.At(w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items)...)).OK(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload, graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}})
	if message := graphtest.At(payload, "errors", 0, "message").(string); !strings.Contains(message, "There are 4 references; at most 3 are allowed.") {
		t.Errorf("the message is %q", message)
	}
	if n := w.Writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(items[:3], nil)).OK(t), "decideReviewItems"))
	w.WantWritten(t, items[:3])
}

// An object that is named twice is refused, whatever the type of the reference and the form of the id.
func TestReferencesAreNamedOnce(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	global := graphtest.ItemID(sandbox.LargeCertification, item)
	refs := []any{
		graphtest.Object{"id": item, "type": "ITEM"},
		graphtest.Object{"id": "s", "type": "IDENTITY_SUMMARY"},
		graphtest.Object{"id": "s", "type": "ITEM"},
		graphtest.Object{"id": global, "type": "ITEM"},
		graphtest.Object{"id": "s", "type": "TARGET_SUMMARY"},
	}
	for field, mutation := range map[string]string{"reassignReviewItems": graphtest.ReassignMutation, "reassignReviewItemsAsync": graphtest.ReassignAsyncMutation} {
		payload := graphtest.At(w.Ask(t, graphtest.Admin, mutation, graphtest.References(graphtest.Reviewer2, "On leave", refs...)).OK(t), field)
		wantRefusals(
			t, payload,
			graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"references", "3"}, "ids": []any{global}},
			graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"references", "4"}, "ids": []any{"s"}},
		)
	}
	if n := w.Writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// A certification cannot be signed off before all items are decided, and the error counts those that
// are not.
func TestUndecidedItemsAreCounted(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	c := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification}}).OK(t), "signOffCertification")
	wantRefusals(t, payload, graphtest.Object{"code": "UNDECIDED_ITEMS", "field": nil, "ids": []any{sandbox.LargeCertification}})
	want := fmt.Sprintf("%v of %v items are undecided.", c["decisionsTotal"].(float64)-c["decisionsMade"].(float64), c["decisionsTotal"])
	if message := graphtest.At(payload, "errors", 0, "message"); message != want {
		t.Errorf("the message is %q, want %q", message, want)
	}
	if n := w.Writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// If the certification does not show whether it is open, the upstream has to judge: its phase is not
// known, or counters are missing.
func TestUnknownStatesAreLeftToTheUpstream(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	for _, fault := range []sandbox.Fault{
		{Operation: "getIdentityCertification", Kind: sandbox.FaultUnknownEnums},
		{Operation: "getIdentityCertification", Kind: sandbox.FaultNulls},
	} {
		w.Sandbox.Reset()
		if err := w.Sandbox.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions([]string{item}, nil)).OK(t), "decideReviewItems"))
		payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}).OK(t), "signOffCertification")
		wantRefusals(t, payload)
		if n := len(w.Sandbox.Writes()); n != 2 {
			t.Errorf("%d writes with %s", n, fault.Kind)
		}
	}
}

// Two callers who sign off at the same time both find the certification open: one succeeds, and the
// other gets the reason why not.
func TestSignedOffByTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	input := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
	for range 20 {
		w.Sandbox.Reset()
		if err := w.Sandbox.SetFaults(sandbox.Fault{
			Operation: "signOffIdentityCertification", Kind: sandbox.FaultLatency, LatencyMillis: 3, JitterMillis: 3, Strikes: sandbox.BeforeApplying,
		}); err != nil {
			t.Fatal(err)
		}
		answers := make(chan graphtest.Answer, 2)
		for _, caller := range []string{graphtest.Admin, "reviewer-1"} {
			token := w.Token(t, caller)
			go func() { answers <- w.AskWith(t, token, graphtest.SignOffMutation, input) }()
		}
		var codes []string
		for range 2 {
			a := <-answers
			a.WantProblems(t)
			code, _ := graphtest.At(a.At("signOffCertification"), "errors", 0, "code").(string)
			if signed := a.At("signOffCertification", "certification", "phase") == "SIGNED"; signed != (code == "") {
				t.Errorf("signed is %v with the code %q", signed, code)
			}
			codes = append(codes, code)
		}
		slices.Sort(codes)
		if diff := gocmp.Diff([]string{"", "ALREADY_SIGNED"}, codes); diff != "" {
			t.Fatalf("codes (-want +got):\n%s", diff)
		}
		if n := len(w.Sandbox.Writes()); n != 1 {
			t.Fatalf("%d writes", n)
		}
	}
}

// activeWith returns an open certification of a campaign with the given rule for comments, and its
// undecided items, of which there are at least four.
func activeWith(t *testing.T, w *graphtest.Tenant, rule string) (certification string, items []string) {
	t.Helper()
	for _, row := range w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "ACTIVE" and completed eq false`)) {
		if graphtest.At(row, "campaign", "mandatoryCommentRequirement") != rule || graphtest.At(row, "reviewer", "type") != "IDENTITY" {
			continue
		}
		certification = row["id"].(string)
		for _, item := range w.List(t, graphtest.Admin, "/certifications/"+certification+"/access-review-items", graphtest.Filters("completed eq false")) {
			// Some roles cannot be revoked.
			if graphtest.At(item, "accessSummary", "access", "type") != "ROLE" {
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
