package mutation_test

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

func cut(operation string, strikes sandbox.FaultMoment) sandbox.Fault {
	return sandbox.Fault{Operation: operation, Kind: sandbox.FaultCut, Strikes: strikes, Count: 1}
}

// broken makes an operation fail from the request after the given number on.
func broken(operation string, after int) sandbox.Fault {
	return sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 403, Strikes: sandbox.BeforeApplying, After: after}
}

// A write is cut off before or after it took effect. The payload reports which, or that it is not
// known.
func TestCutOffWritesAreReconciled(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	signing := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
	moving := graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences([]string{item})...)
	absent := graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences([]string{"absent"})...)
	summary := graphtest.At(w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false"))[5], "identitySummary", "id").(string)
	whole := graphtest.References(graphtest.Reviewer2, "On leave", graphtest.Object{"id": summary, "type": "IDENTITY_SUMMARY"})
	deciding := decisions([]string{item}, nil)
	ending := decisions([]string{item}, graphtest.Object{"decision": "REVOKE", "proposedEndDate": w.Clock.Now().Add(time.Hour).Format(time.RFC3339)})
	const (
		decide   = "makeIdentityDecision"
		reassign = "reassignIdentityCertifications"
		queue    = "submitReassignCertsAsync"
		signOff  = "signOffIdentityCertification"
		get      = "getIdentityCertification"
		list     = "listIdentityAccessReviewItems"
		tasks    = "getPendingCertificationTasks"
	)
	const (
		before = sandbox.BeforeApplying
		after  = sandbox.AfterApplying
	)
	for _, each := range []struct {
		name, field, mutation string
		input                 graphtest.Object
		faults                []sandbox.Fault
		want                  string // "" for success, "PENDING" for what is not applied so far, else a code
		ids                   []any
	}{
		{"sign-off, applied", "signOffCertification", graphtest.SignOffMutation, signing, []sandbox.Fault{cut(signOff, after)}, "", nil},
		{"sign-off, not applied", "signOffCertification", graphtest.SignOffMutation, signing, []sandbox.Fault{cut(signOff, before)}, "PENDING", []any{sandbox.DecidedCertification}},
		{
			"sign-off, unreadable", "signOffCertification", graphtest.SignOffMutation, signing,
			[]sandbox.Fault{cut(signOff, after), broken(get, 1)},
			"OUTCOME_UNKNOWN",
			[]any{sandbox.DecidedCertification},
		},
		{"reassignment, applied", "reassignReviewItems", graphtest.ReassignMutation, moving, []sandbox.Fault{cut(reassign, after)}, "", nil},
		{"reassignment, not applied", "reassignReviewItems", graphtest.ReassignMutation, moving, []sandbox.Fault{cut(reassign, before)}, "PENDING", []any{item}},
		{"reassignment of a summary, applied", "reassignReviewItems", graphtest.ReassignMutation, whole, []sandbox.Fault{cut(reassign, after)}, "", nil},
		{"reassignment of a summary, not applied", "reassignReviewItems", graphtest.ReassignMutation, whole, []sandbox.Fault{cut(reassign, before)}, "PENDING", []any{summary}},
		{
			"reassignment of what was never there", "reassignReviewItems", graphtest.ReassignMutation, absent,
			[]sandbox.Fault{cut(reassign, before)},
			"OUTCOME_UNKNOWN",
			[]any{"absent"},
		},
		{
			"reassignment, unreadable", "reassignReviewItems", graphtest.ReassignMutation, moving,
			[]sandbox.Fault{cut(reassign, after), broken(list, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"task, queued", "reassignReviewItemsAsync", graphtest.ReassignAsyncMutation, moving, []sandbox.Fault{cut(queue, after)}, "OUTCOME_UNKNOWN", []any{item}},
		{"task, not queued", "reassignReviewItemsAsync", graphtest.ReassignAsyncMutation, moving, []sandbox.Fault{cut(queue, before)}, "PENDING", []any{item}},
		{
			"task, unreadable", "reassignReviewItemsAsync", graphtest.ReassignAsyncMutation, moving,
			[]sandbox.Fault{cut(queue, before), broken(tasks, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"decision, applied", "decideReviewItems", graphtest.DecideMutation, deciding, []sandbox.Fault{cut(decide, after)}, "", nil},
		{"decision, not applied", "decideReviewItems", graphtest.DecideMutation, deciding, []sandbox.Fault{cut(decide, before)}, "PENDING", []any{item}},
		{
			"decision, unreadable", "decideReviewItems", graphtest.DecideMutation, deciding,
			[]sandbox.Fault{cut(decide, after), broken(list, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{
			"decision with an end date, which nothing shows", "decideReviewItems", graphtest.DecideMutation, ending,
			[]sandbox.Fault{cut(decide, after)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"decision with an end date, not applied", "decideReviewItems", graphtest.DecideMutation, ending, []sandbox.Fault{cut(decide, before)}, "PENDING", []any{item}},
	} {
		t.Run(each.name, func(t *testing.T) {
			w.Fault(t, each.faults...)
			a := w.Ask(t, graphtest.Admin, each.mutation, each.input)
			payload := a.At(each.field)
			switch each.want {
			case "PENDING":
				a.WantProblems(t)
				wantRefusals(t, payload, graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": each.ids})
				if message, _ := graphtest.At(payload, "errors", 0, "message").(string); !strings.Contains(message, " This was not applied so far, but may still be: ") {
					t.Errorf("the message is %q", message)
				}
				if n := len(w.Sandbox.Writes()); n != 0 {
					t.Errorf("%d writes", n)
				}
			case "":
				a.WantProblems(t)
				wantRefusals(t, payload)
				if graphtest.At(payload, "certification", "rawId") == nil || len(w.Sandbox.Writes()) == 0 {
					t.Errorf("%d writes, and %s", len(w.Sandbox.Writes()), a.Text)
				}
			default:
				a.WantProblems(t)
				wantRefusals(t, payload, graphtest.Object{"code": each.want, "field": nil, "ids": each.ids})
			}
			if n := w.Writes(); n != 1 {
				t.Errorf("the write was sent %d times", n)
			}
		})
	}
}

// If only some of the items can be read again, the outcome of the others alone is unknown.
func TestEachItemIsReconciledByItself(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 120)
	items := w.UndecidedItems(t, 120)
	w.Fault(t, cut("makeIdentityDecision", sandbox.AfterApplying), sandbox.Fault{
		Operation: "listIdentityAccessReviewItems", Kind: sandbox.FaultStatus, Status: 403, Count: 2, // the page, and a list of ids
	})
	payload := graphtest.At(w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) {
		certification { decisionsMade } decidedItemIds errors { code message field ids trackingId } } }`, decisions(items, nil)).OK(t), "decideReviewItems")
	unknown, _ := graphtest.At(payload, "errors", 0, "ids").([]any)
	decided, _ := graphtest.At(payload, "decidedItemIds").([]any)
	if (len(unknown) != 50 && len(unknown) != 20) || len(unknown)+len(decided) != 120 {
		t.Errorf("%d are decided and %d unknown", len(decided), len(unknown))
	}
	wantRefusals(t, payload, graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": unknown})
	if made := graphtest.At(payload, "certification", "decisionsMade"); made != 120.0 {
		t.Errorf("the certification is as of %v decisions", made)
	}
	w.WantWritten(t, items)
}

// An item had a decision before the call that failed: the same decision makes no difference, and one
// with another comment may be that of before or that of the call.
func TestEarlierDecisionsAreToldApart(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 3)
	one := func(id, decision, comments string) graphtest.Object {
		return graphtest.Object{"itemId": id, "decision": decision, "comment": comments}
	}
	w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(
		sandbox.LargeCertification, one(items[0], "APPROVE", "Needed"), one(items[1], "APPROVE", "Needed"), one(items[2], "APPROVE", "Needed"),
	)).OK(t)
	if err := w.Sandbox.SetFaults(cut("makeIdentityDecision", sandbox.BeforeApplying)); err != nil {
		t.Fatal(err)
	}
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decidingOn(
		sandbox.LargeCertification, one(items[0], "APPROVE", " Needed"), one(items[1], "APPROVE", "Still needed"), one(items[2], "REVOKE", "Needed"),
	)).OK(t), "decideReviewItems")
	if diff := gocmp.Diff(any(globalItems(items[0])), graphtest.At(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	wantRefusals(
		t, payload,
		graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{items[2]}}, // not applied so far
		graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{items[1]}},
	)
}

// A call without a response in time is reconciled like one that is cut off.
func TestWritesWithoutResponseAreReconciled(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CallTimeout = 500 * time.Millisecond }})
	item := w.UndecidedItem(t)
	for _, strikes := range []sandbox.FaultMoment{sandbox.BeforeApplying, sandbox.AfterApplying} {
		w.Fault(t, sandbox.Fault{Operation: "makeIdentityDecision", Kind: sandbox.FaultStall, Strikes: strikes})
		a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions([]string{item}, nil))
		if strikes == sandbox.BeforeApplying {
			wantRefusals(t, graphtest.At(a.OK(t), "decideReviewItems"), graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{item}})
			w.WantWritten(t, nil)
			continue
		}
		wantRefusals(t, graphtest.At(a.OK(t), "decideReviewItems"))
		w.WantWritten(t, []string{item})
	}
}

// If the budget is used up after some calls were applied, the error says when to try again.
func TestRateLimitedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 300)
	items := w.UndecidedItems(t, 300)
	w.Fault(t, sandbox.Fault{
		Operation: "makeIdentityDecision", Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "3600", Strikes: sandbox.BeforeApplying, After: 1,
	})
	payload := graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, decisions(items, nil)).OK(t), "decideReviewItems")
	wantRefusals(t, payload, graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items[250:])})
	if message := graphtest.At(payload, "errors", 0, "message").(string); !strings.Contains(message, "Try again in 3600 s.") {
		t.Errorf("the message is %q", message)
	}
	w.WantWritten(t, items[:250])
}
