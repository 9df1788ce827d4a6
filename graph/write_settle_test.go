package graph_test

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// fault makes the sandbox go wrong in several ways at once.
func (w *tenant) fault(t *testing.T, faults ...sandbox.Fault) {
	t.Helper()
	w.sandbox.Reset()
	if err := w.sandbox.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

func cut(operation string, strikes sandbox.FaultMoment) sandbox.Fault {
	return sandbox.Fault{Operation: operation, Kind: sandbox.FaultCut, Strikes: strikes, Count: 1}
}

// broken makes an operation fail from the request after the given number on.
func broken(operation string, after int) sandbox.Fault {
	return sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 403, Strikes: sandbox.BeforeApplying, After: after}
}

// A write that is cut off before or after it took effect: the caller is told which, or that
// nobody can tell.
func TestCutOffWritesAreSettled(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	item := w.undecidedItem(t)
	signing := object{"input": object{"certificationId": sandbox.DecidedCertification}}
	moving := references(reviewer2, "On leave", itemReferences([]string{item})...)
	absent := references(reviewer2, "On leave", itemReferences([]string{"absent"})...)
	summary := at(w.list(t, admin, itemsPlace.rest, filters("completed eq false"))[5], "identitySummary", "id").(string)
	whole := references(reviewer2, "On leave", object{"id": summary, "type": "IDENTITY_SUMMARY"})
	deciding := decisions([]string{item}, nil)
	ending := decisions([]string{item}, object{"decision": "REVOKE", "proposedEndDate": w.clock.now().Add(time.Hour).Format(time.RFC3339)})
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
		input                 object
		faults                []sandbox.Fault
		want                  string // "" for success, "void" for an error of GraphQL, else a code
		ids                   []any
	}{
		{"sign-off, applied", "signOffCertification", signOffMutation, signing, []sandbox.Fault{cut(signOff, after)}, "", nil},
		{"sign-off, not applied", "signOffCertification", signOffMutation, signing, []sandbox.Fault{cut(signOff, before)}, "void", nil},
		{
			"sign-off, unreadable", "signOffCertification", signOffMutation, signing,
			[]sandbox.Fault{cut(signOff, after), broken(get, 1)},
			"OUTCOME_UNKNOWN",
			[]any{sandbox.DecidedCertification},
		},
		{"reassignment, applied", "reassignReviewItems", reassignMutation, moving, []sandbox.Fault{cut(reassign, after)}, "", nil},
		{"reassignment, not applied", "reassignReviewItems", reassignMutation, moving, []sandbox.Fault{cut(reassign, before)}, "void", nil},
		{"reassignment of a summary, applied", "reassignReviewItems", reassignMutation, whole, []sandbox.Fault{cut(reassign, after)}, "", nil},
		{"reassignment of a summary, not applied", "reassignReviewItems", reassignMutation, whole, []sandbox.Fault{cut(reassign, before)}, "void", nil},
		{
			"reassignment of what was never there", "reassignReviewItems", reassignMutation, absent,
			[]sandbox.Fault{cut(reassign, before)},
			"OUTCOME_UNKNOWN",
			[]any{"absent"},
		},
		{
			"reassignment, unreadable", "reassignReviewItems", reassignMutation, moving,
			[]sandbox.Fault{cut(reassign, after), broken(list, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"task, queued", "reassignReviewItemsAsync", reassignAsyncMutation, moving, []sandbox.Fault{cut(queue, after)}, "OUTCOME_UNKNOWN", []any{item}},
		{"task, not queued", "reassignReviewItemsAsync", reassignAsyncMutation, moving, []sandbox.Fault{cut(queue, before)}, "void", nil},
		{
			"task, unreadable", "reassignReviewItemsAsync", reassignAsyncMutation, moving,
			[]sandbox.Fault{cut(queue, before), broken(tasks, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"decision, applied", "decideReviewItems", decideMutation, deciding, []sandbox.Fault{cut(decide, after)}, "", nil},
		{"decision, not applied", "decideReviewItems", decideMutation, deciding, []sandbox.Fault{cut(decide, before)}, "void", nil},
		{
			"decision, unreadable", "decideReviewItems", decideMutation, deciding,
			[]sandbox.Fault{cut(decide, after), broken(list, 0)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{
			"decision with an end date, which nothing shows", "decideReviewItems", decideMutation, ending,
			[]sandbox.Fault{cut(decide, after)},
			"OUTCOME_UNKNOWN",
			[]any{item},
		},
		{"decision with an end date, not applied", "decideReviewItems", decideMutation, ending, []sandbox.Fault{cut(decide, before)}, "void", nil},
	} {
		t.Run(each.name, func(t *testing.T) {
			w.fault(t, each.faults...)
			a := w.ask(t, admin, each.mutation, each.input)
			payload := a.at(each.field)
			switch each.want {
			case "void":
				a.wantProblems(t, "UPSTREAM_UNAVAILABLE at "+each.field)
				if payload != nil || len(a.Errors) == 1 && !strings.HasSuffix(a.Errors[0].Message, "Nothing was changed.") {
					t.Errorf("got %s", a.text)
				}
				if n := len(w.sandbox.Writes()); n != 0 {
					t.Errorf("%d writes", n)
				}
			case "":
				a.wantProblems(t)
				wantRefusals(t, payload)
				if at(payload, "certification", "rawId") == nil || len(w.sandbox.Writes()) == 0 {
					t.Errorf("%d writes, and %s", len(w.sandbox.Writes()), a.text)
				}
			default:
				a.wantProblems(t)
				wantRefusals(t, payload, object{"code": each.want, "field": nil, "ids": each.ids})
			}
			if n := w.writes(); n != 1 {
				t.Errorf("the write was sent %d times", n)
			}
		})
	}
}

// Where only some of the items can be read again, the others alone are unknown.
func TestEachItemIsSettledByItself(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 120)
	items := w.undecidedItems(t, 120)
	w.fault(t, cut("makeIdentityDecision", sandbox.AfterApplying), sandbox.Fault{
		Operation: "listIdentityAccessReviewItems", Kind: sandbox.FaultStatus, Status: 403, Count: 1,
	})
	payload := at(w.ask(t, admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) {
		certification { decisionsMade } decidedItemIds errors { code message field ids trackingId } } }`, decisions(items, nil)).data(t), "decideReviewItems")
	unknown, _ := at(payload, "errors", 0, "ids").([]any)
	decided, _ := at(payload, "decidedItemIds").([]any)
	if (len(unknown) != 50 && len(unknown) != 20) || len(unknown)+len(decided) != 120 {
		t.Errorf("%d are decided and %d unknown", len(decided), len(unknown))
	}
	wantRefusals(t, payload, object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": unknown})
	if made := at(payload, "certification", "decisionsMade"); made != 120.0 {
		t.Errorf("the certification is as of %v decisions", made)
	}
	w.wantWritten(t, items)
}

// What was there before the call that failed: the same decision makes no difference, the same
// with another comment may be either.
func TestEarlierDecisionsAreToldApart(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 3)
	one := func(id, decision, comments string) object {
		return object{"itemId": id, "decision": decision, "comments": comments}
	}
	w.ask(t, admin, decideMutation, decidingOn(
		sandbox.LargeCertification, one(items[0], "APPROVE", "Needed"), one(items[1], "APPROVE", "Needed"), one(items[2], "APPROVE", "Needed"),
	)).data(t)
	if err := w.sandbox.SetFaults(cut("makeIdentityDecision", sandbox.BeforeApplying)); err != nil {
		t.Fatal(err)
	}
	payload := at(w.ask(t, admin, decideMutation, decidingOn(
		sandbox.LargeCertification, one(items[0], "APPROVE", " Needed"), one(items[1], "APPROVE", "Still needed"), one(items[2], "REVOKE", "Needed"),
	)).data(t), "decideReviewItems")
	if diff := gocmp.Diff(any([]any{items[0]}), at(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	wantRefusals(
		t, payload,
		object{"code": "NOT_APPLIED", "field": nil, "ids": []any{items[2]}},
		object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{items[1]}},
	)
}

// A call that nobody answers in time is settled like one that is cut off.
func TestUnansweredWritesAreSettled(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toUpstream: func(c *upstream.Config) { c.CallTimeout = 500 * time.Millisecond }})
	item := w.undecidedItem(t)
	for _, strikes := range []sandbox.FaultMoment{sandbox.BeforeApplying, sandbox.AfterApplying} {
		w.fault(t, sandbox.Fault{Operation: "makeIdentityDecision", Kind: sandbox.FaultStall, Strikes: strikes})
		a := w.ask(t, admin, decideMutation, decisions([]string{item}, nil))
		if strikes == sandbox.BeforeApplying {
			a.wantProblems(t, "UPSTREAM_TIMEOUT at decideReviewItems")
			w.wantWritten(t, nil)
			continue
		}
		wantRefusals(t, at(a.data(t), "decideReviewItems"))
		w.wantWritten(t, []string{item})
	}
}

// A budget that is used up after some calls were applied says when to come back.
func TestRateLimitedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 300)
	items := w.undecidedItems(t, 300)
	w.fault(t, sandbox.Fault{
		Operation: "makeIdentityDecision", Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "3600", Strikes: sandbox.BeforeApplying, After: 1,
	})
	payload := at(w.ask(t, admin, decideOnly, decisions(items, nil)).data(t), "decideReviewItems")
	wantRefusals(t, payload, object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items[250:])})
	if message := at(payload, "errors", 0, "message").(string); !strings.Contains(message, "Try again in 3600 s.") {
		t.Errorf("the message is %q", message)
	}
	w.wantWritten(t, items[:250])
}

// The upstream's own code of a refusal is in its message.
func TestRefusalsNameTheUpstreamsCode(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	payload := at(w.ask(t, admin, decideMutation, decisions([]string{"absent"}, nil)).data(t), "decideReviewItems")
	wantRefusals(t, payload, object{"code": "REFUSED", "field": nil, "ids": []any{"absent"}})
	if message := at(payload, "errors", 0, "message").(string); !strings.HasSuffix(message, "(400.1.404)") {
		t.Errorf("the message is %q", message)
	}
}
