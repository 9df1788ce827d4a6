package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/upstream/sandbox"
)

// decidingOn answers the input of decisions on a certification.
func decidingOn(certification string, decisions ...any) object {
	return object{"input": object{"certificationId": certification, "decisions": append([]any{}, decisions...)}}
}

// writes answers how many requests that write have reached the sandbox.
func (w *tenant) writes() int {
	requests := w.sandbox.Requests()
	return requests.Count("makeIdentityDecision") + requests.Count("reassignIdentityCertifications") +
		requests.Count("submitReassignCertsAsync") + requests.Count("signOffIdentityCertification")
}

// activeWith answers an open certification of a campaign with the given rule for comments,
// and its undecided items, of which there are some.
func (w *tenant) activeWith(t *testing.T, rule string) (certification string, items []string) {
	t.Helper()
	for _, row := range w.list(t, admin, "/certifications", filters(`phase eq "ACTIVE" and completed eq false`)) {
		if at(row, "campaign", "mandatoryCommentRequirement") != rule || at(row, "reviewer", "type") != "IDENTITY" {
			continue
		}
		certification = row["id"].(string)
		for _, item := range w.list(t, admin, "/certifications/"+certification+"/access-review-items", filters("completed eq false")) {
			// Some roles cannot be revoked.
			if at(item, "accessSummary", "access", "type") != "ROLE" {
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

// All that is wrong with decisions is told at once, and nothing of them is sent.
func TestWrongDecisionsAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 3)
	foreign := itemID(sandbox.DecidedCertification, items[0])
	past, future := w.clock.now().Format(time.RFC3339), w.clock.now().Add(time.Hour).Format(time.RFC3339)
	payload := at(w.ask(t, admin, decideMutation, decidingOn(sandbox.LargeCertification,
		object{"itemId": items[0], "decision": "APPROVE"},
		object{"itemId": foreign, "decision": "APPROVE"},
		object{"itemId": items[1], "decision": "REVOKE", "proposedEndDate": past, "comments": "Late"},
		object{"itemId": items[2], "decision": "APPROVE", "proposedEndDate": future},
		object{"itemId": itemID(sandbox.LargeCertification, items[0]), "decision": "REVOKE"},
		object{"itemId": "a/b", "decision": "REVOKE"},
	)).data(t), "decideReviewItems")
	wrong := func(i, name, id string) object {
		return object{"code": "BAD_USER_INPUT", "field": []any{"decisions", i, name}, "ids": []any{id}}
	}
	wantRefusals(
		t, payload, wrong("1", "itemId", foreign), wrong("2", "proposedEndDate", items[1]), wrong("3", "proposedEndDate", items[2]),
		wrong("4", "itemId", itemID(sandbox.LargeCertification, items[0])), wrong("5", "itemId", "a/b"),
	)
	if n := w.sandbox.Requests().Total - w.sandbox.Requests().Count("listIdentityAccessReviewItems"); n != 0 {
		t.Errorf("%d requests for what needs none", n)
	}
}

// An item that is decided twice in the very same way counts once, in the form that came first.
func TestTheSameDecisionTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	item := w.undecidedItem(t)
	global := itemID(sandbox.LargeCertification, item)
	decision := func(id string) object {
		return object{"itemId": id, "decision": "REVOKE", "comments": "Left", "recommendation": object{"reasons": []string{"unused"}}}
	}
	payload := at(w.ask(t, admin, decideMutation, decidingOn(sandbox.LargeCertification, decision(global), decision(item))).data(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(any([]any{global}), at(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	w.wantWritten(t, []string{item})
}

func TestCommentsAreDemandedAsTheCampaignDoes(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 120, Items: 4_000}})
	for _, each := range []struct {
		rule    string
		missing []int // of the decisions below
	}{
		{"ALL_DECISIONS", []int{0, 1, 3}},
		{"REVOKE_ONLY_DECISIONS", []int{1, 3}},
		{"NO_DECISIONS", nil},
	} {
		t.Run(each.rule, func(t *testing.T) {
			certification, items := w.activeWith(t, each.rule)
			w.sandbox.Reset()
			a := w.ask(t, admin, decideMutation, decidingOn(certification,
				object{"itemId": items[0], "decision": "APPROVE"},
				object{"itemId": items[1], "decision": "REVOKE", "comments": " \t\n"},
				object{"itemId": items[2], "decision": "REVOKE", "comments": "Left"},
				object{"itemId": items[3], "decision": "REVOKE", "comments": nil},
			))
			want := []object{}
			for _, i := range each.missing {
				want = append(want, object{"code": "COMMENT_REQUIRED", "field": []any{"decisions", fmt.Sprint(i), "comments"}, "ids": []any{items[i]}})
			}
			wantRefusals(t, at(a.data(t), "decideReviewItems"), want...)
			if each.missing != nil {
				w.wantWritten(t, nil)
				if n := w.writes(); n != 0 {
					t.Errorf("%d writes were sent", n)
				}
			} else {
				w.wantWritten(t, items[:4])
			}
		})
	}
}

// A certification that is not open is refused by every mutation without a write; what is
// wrong with it has a code of its own.
func TestClosedCertificationsAreNotWrittenTo(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 60, Items: 2_000}})
	with := func(phase string) string {
		t.Helper()
		for _, row := range w.list(t, admin, "/certifications", filters(`phase eq "`+phase+`"`)) {
			if at(row, "reviewer", "type") == "IDENTITY" {
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
		{"staged", with("STAGED"), admin, "NOT_ACTIVE"},
		{"signed", certificationID(with("SIGNED")), admin, "ALREADY_SIGNED"},
		{"of a governance group", sandbox.CrowdCertification, admin, "GOVERNANCE_GROUP_UNSUPPORTED"},
		{"unknown", "none", admin, "NOT_FOUND"},
		{"of somebody else", sandbox.LargeCertification, "reviewer-5", "FORBIDDEN"},
	} {
		reassigning := object{"input": object{
			"certificationId": each.certification, "reassignTo": reviewer2, "reason": "On leave", "references": itemReferences([]string{item}),
		}}
		for field, mutation := range map[string]struct {
			text      string
			variables object
			id        string
		}{
			"decideReviewItems":        {decideMutation, decidingOn(each.certification, object{"itemId": item, "decision": "APPROVE", "comments": "ok"}), item},
			"reassignReviewItems":      {reassignMutation, reassigning, item},
			"reassignReviewItemsAsync": {reassignAsyncMutation, reassigning, item},
			"signOffCertification":     {signOffMutation, object{"input": object{"certificationId": each.certification}}, each.certification},
		} {
			if field == "reassignReviewItemsAsync" && each.code == "GOVERNANCE_GROUP_UNSUPPORTED" {
				continue // which the upstream supports
			}
			t.Run(each.name+" "+field, func(t *testing.T) {
				payload := at(w.ask(t, each.caller, mutation.text, mutation.variables).data(t), field)
				wantRefusals(t, payload, object{"code": each.code, "field": nil, "ids": []any{mutation.id}})
			})
		}
	}
	if n := w.writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// Where the upstream serves certifications of governance groups, so does the gateway.
func TestGovernanceGroupsAreDecidedWhereTheUpstreamServesThem(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{current: true})
	var items []string
	for _, row := range w.listAt(t, "", admin, "/certifications/v1/"+sandbox.CrowdCertification+"/access-review-items", filters("completed eq false")) {
		items = append(items, row["id"].(string))
	}
	payload := at(w.ask(t, admin, decideMutation, decidingOn(sandbox.CrowdCertification, object{"itemId": items[0], "decision": "APPROVE", "comments": "ok"})).data(t), "decideReviewItems")
	wantRefusals(t, payload)
	w.wantWritten(t, items[:1])
}

// The tasks of a governance group's certification are queued under the older paths too.
func TestGovernanceGroupsAreReassignedInTheBackground(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	rows := w.listAt(t, "", admin, "/certifications/v1/"+sandbox.CrowdCertification+"/access-review-items", filters("completed eq false"))
	id := rows[0]["id"].(string)
	payload := at(w.ask(t, admin, reassignAsyncMutation, object{"input": object{
		"certificationId": sandbox.CrowdCertification, "reassignTo": reviewer2, "reason": "On leave", "references": itemReferences([]string{id}),
	}}).data(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload)
	w.clock.advance(2 * sandbox.DefaultTaskPace)
	w.wantWritten(t, []string{id})
}

func TestWritesAreBounded(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: func(c *graph.Config) { c.MaxWriteBatch = 3 }})
	items := w.undecidedItems(t, 4)
	payload := at(w.ask(t, admin, decideMutation, decisions(items, nil)).data(t), "decideReviewItems")
	wantRefusals(t, payload, object{"code": "BAD_USER_INPUT", "field": []any{"decisions"}, "ids": []any{}})
	payload = at(w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "On leave", itemReferences(items)...)).data(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload, object{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}})
	if message := at(payload, "errors", 0, "message").(string); !strings.Contains(message, "has 4 references; at most 3 are allowed") {
		t.Errorf("the message is %q", message)
	}
	if n := w.writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
	wantRefusals(t, at(w.ask(t, admin, decideMutation, decisions(items[:3], nil)).data(t), "decideReviewItems"))
	w.wantWritten(t, items[:3])
}

// What is named twice is refused, whatever the type and the form of the id.
func TestReferencesAreNamedOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	item := w.undecidedItem(t)
	global := itemID(sandbox.LargeCertification, item)
	refs := []any{
		object{"id": item, "type": "ITEM"},
		object{"id": "s", "type": "IDENTITY_SUMMARY"},
		object{"id": "s", "type": "ITEM"},
		object{"id": global, "type": "ITEM"},
		object{"id": "s", "type": "TARGET_SUMMARY"},
	}
	for field, mutation := range map[string]string{"reassignReviewItems": reassignMutation, "reassignReviewItemsAsync": reassignAsyncMutation} {
		payload := at(w.ask(t, admin, mutation, references(reviewer2, "On leave", refs...)).data(t), field)
		wantRefusals(
			t, payload,
			object{"code": "BAD_USER_INPUT", "field": []any{"references", "3"}, "ids": []any{global}},
			object{"code": "BAD_USER_INPUT", "field": []any{"references", "4"}, "ids": []any{"s"}},
		)
	}
	if n := w.writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// A certification is signed off only when all is decided, and how much is not is told.
func TestUndecidedItemsAreCounted(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	c := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)
	payload := at(w.ask(t, admin, signOffMutation, object{"input": object{"certificationId": sandbox.LargeCertification}}).data(t), "signOffCertification")
	wantRefusals(t, payload, object{"code": "UNDECIDED_ITEMS", "field": nil, "ids": []any{sandbox.LargeCertification}})
	want := fmt.Sprintf("%v of %v items are undecided.", c["decisionsTotal"].(float64)-c["decisionsMade"].(float64), c["decisionsTotal"])
	if message := at(payload, "errors", 0, "message"); message != want {
		t.Errorf("the message is %q, want %q", message, want)
	}
	if n := w.writes(); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

// What the certification does not tell is left to the upstream: a phase that nobody has heard
// of, and counters that are missing.
func TestUnknownStatesAreLeftToTheUpstream(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	item := w.undecidedItem(t)
	for _, fault := range []sandbox.Fault{
		{Operation: "getIdentityCertification", Kind: sandbox.FaultUnknownEnums},
		{Operation: "getIdentityCertification", Kind: sandbox.FaultNulls},
	} {
		w.sandbox.Reset()
		if err := w.sandbox.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		wantRefusals(t, at(w.ask(t, admin, decideMutation, decisions([]string{item}, nil)).data(t), "decideReviewItems"))
		payload := at(w.ask(t, admin, signOffMutation, object{"input": object{"certificationId": sandbox.DecidedCertification}}).data(t), "signOffCertification")
		wantRefusals(t, payload)
		if n := len(w.sandbox.Writes()); n != 2 {
			t.Errorf("%d writes with %s", n, fault.Kind)
		}
	}
}

// Two who sign off at the same time both find the certification open: one succeeds, and the
// other is told why not.
func TestSignedOffByTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	input := object{"input": object{"certificationId": sandbox.DecidedCertification}}
	for range 20 {
		w.sandbox.Reset()
		if err := w.sandbox.SetFaults(sandbox.Fault{
			Operation: "signOffIdentityCertification", Kind: sandbox.FaultLatency, LatencyMillis: 3, JitterMillis: 3, Strikes: sandbox.BeforeApplying,
		}); err != nil {
			t.Fatal(err)
		}
		answers := make(chan answer, 2)
		for _, caller := range []string{admin, "reviewer-1"} {
			token := w.token(t, caller)
			go func() { answers <- w.askWith(t, token, signOffMutation, input) }()
		}
		var codes []string
		for range 2 {
			a := <-answers
			a.wantProblems(t)
			code, _ := at(a.at("signOffCertification"), "errors", 0, "code").(string)
			if signed := a.at("signOffCertification", "certification", "phase") == "SIGNED"; signed != (code == "") {
				t.Errorf("signed is %v with the code %q", signed, code)
			}
			codes = append(codes, code)
		}
		slices.Sort(codes)
		if diff := gocmp.Diff([]string{"", "ALREADY_SIGNED"}, codes); diff != "" {
			t.Fatalf("codes (-want +got):\n%s", diff)
		}
		if n := len(w.sandbox.Writes()); n != 1 {
			t.Fatalf("%d writes", n)
		}
	}
}
