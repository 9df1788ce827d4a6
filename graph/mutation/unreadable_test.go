package mutation_test

import (
	"fmt"
	"testing"
	"time"

	"certql/graph/graphtest"
	"certql/testenv"
	"certql/upstream/sandbox"
)

// A value that cannot be read, or is absent, refuses nothing: the upstream has to judge.
func TestNothingIsRefusedForWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "there are a hundred faults, one after the other")
	w := graphtest.NewTenant(t, graphtest.Setup{})
	var faults []sandbox.Fault
	for _, value := range []string{`"5"`, "5.5", "-5.5", "1e300", "null", "true", "{}", "[]", `"true"`, `"false"`, `""`, "0.5"} {
		for _, fields := range [][]string{
			{".phase"},
			{".completed"},
			{".decisionsMade"},
			{".decisionsTotal"},
			{".decisionsMade", ".decisionsTotal"},
			{".campaign"},
			{".reviewer"},
			{".campaign.mandatoryCommentRequirement", ".reviewer.type"},
			{".id"},
			{".phase", ".completed", ".decisionsMade", ".decisionsTotal", ".campaign", ".reviewer", ".id"},
		} {
			if value == "true" && len(fields) == 1 && fields[0] == ".completed" {
				continue // which is of its type
			}
			faults = append(faults, sandbox.Fault{Kind: sandbox.FaultValues, Fields: fields, Value: []byte(value)})
		}
	}
	for _, fault := range faults {
		t.Run(fmt.Sprintf("%s for %v", fault.Value, fault.Fields), func(t *testing.T) {
			fault.Operation = "getIdentityCertification"
			w.Fault(t, fault)
			items := w.UndecidedItems(t, 2)
			signed := w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}})
			if graphtest.At(signed.OK(t), "signOffCertification", "certification", "phase") != "SIGNED" {
				t.Errorf("signing off: %s", signed.Text)
			}
			decided := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(items[:1], graphtest.Object{"comment": "Needed"}))
			if ids := graphtest.At(decided.OK(t), "decideReviewItems", "decidedItemIds").([]any); len(ids) != 1 {
				t.Errorf("deciding: %s", decided.Text)
			}
			moved := w.Ask(t, graphtest.Admin, graphtest.ReassignMutation, graphtest.References(graphtest.Reviewer2, "Moved", graphtest.ItemReferences(items[1:])...))
			if graphtest.At(moved.OK(t), "reassignReviewItems", "certification", "rawId") != sandbox.LargeCertification {
				t.Errorf("reassigning: %s", moved.Text)
			}
		})
	}
}

// A count is read however the integer is written, and refuses what it is the reason to refuse.
func TestUndecidedItemsAreCountedHoweverTheNumberIsWritten(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for made, want := range map[string]any{"5.0": "UNDECIDED_ITEMS", "5e0": "UNDECIDED_ITEMS", "7": nil, "7.0": nil, "70e-1": nil, "8": nil} {
		w.Fault(t, sandbox.Fault{
			Operation: "getIdentityCertification", Kind: sandbox.FaultValues, Fields: []string{"."},
			Value: fmt.Appendf(nil, `{"phase":"ACTIVE","completed":true,"decisionsMade":%s,"decisionsTotal":7.0}`, made),
		})
		a := w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}})
		if got := graphtest.At(a.OK(t), "signOffCertification", "errors", 0, "code"); got != want {
			t.Errorf("%s of 7.0: %s", made, a.Text)
		}
	}
}

// A date that is zero to a programming language is a date: an end date of that kind has passed, and a
// timestamp is sent as it is.
func TestDatesThatAreZeroToAProgrammingLanguage(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	for _, date := range []string{
		"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+00:00", "0001-01-01T01:00:00+01:00", "0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z",
		"1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1601-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "2016-12-31T23:59:60Z",
	} {
		for _, decision := range []string{"REVOKE", "APPROVE"} {
			a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions([]string{item}, graphtest.Object{"decision": decision, "proposedEndDate": date}))
			wantRefusals(t, graphtest.At(a.OK(t), "decideReviewItems"),
				graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"decisions", "0", "proposedEndDate"}, "ids": []any{item}})
		}
	}
	for _, date := range []string{"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z", "2016-12-31T12:00:60Z"} {
		a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions([]string{item}, graphtest.Object{"decision": "REVOKE", "proposedEndDate": date}))
		if len(a.Errors) != 1 || a.Data != nil && a.Data["decideReviewItems"] != nil {
			t.Errorf("%s: %s", date, a.Text)
		}
	}
	if len(w.Sandbox.Writes()) != 0 {
		t.Errorf("something was written: %v", w.Sandbox.Writes())
	}
	for _, date := range []string{"9999-12-31T23:59:59Z", w.Clock.Now().Add(time.Second).Format(time.RFC3339)} {
		a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions([]string{item}, graphtest.Object{
			"decision": "REVOKE", "proposedEndDate": date, "comment": "Leaves", "recommendation": graphtest.Object{"timestamp": "0001-01-01T00:00:00Z"},
		}))
		if ids := graphtest.At(a.OK(t), "decideReviewItems", "decidedItemIds").([]any); len(ids) != 1 {
			t.Errorf("%s: %s", date, a.Text)
		}
	}
}
