package mutation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/testenv"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// What was sent and not explained by the service may still take effect after the caller was told, so that
// the caller is never told that it has not, nor that it is safe to repeat.
func TestWhatMayStillTakeEffectIsNotToldAsNotApplied(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "there are a hundred faults, one after the other")
	const (
		late  = 2_000     // milliseconds, which outlast the call and the read after it
		later = 3_600_000 // which outlast the test
	)
	patient := graphtest.NewTenant(t, graphtest.Setup{})
	// Where a call gets no response, it ends soon, and still so late that a busy machine completes all others.
	hasty := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CallTimeout = 500 * time.Millisecond }})
	item := patient.UndecidedItem(t) // which both have
	moving := graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences([]string{item})...)
	for _, write := range []struct {
		operation, field, mutation string
		input                      graphtest.Object
		id                         string
	}{
		{"signOffIdentityCertification", "signOffCertification", graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}, sandbox.DecidedCertification},
		{"makeIdentityDecision", "decideReviewItems", graphtest.DecideMutation, decisions([]string{item}, nil), item},
		{"reassignIdentityCertifications", "reassignReviewItems", graphtest.ReassignMutation, moving, item},
		{"submitReassignCertsAsync", "reassignReviewItemsAsync", graphtest.ReassignAsyncMutation, moving, item},
	} {
		faults := map[string]sandbox.Fault{
			"no response in time": {Kind: sandbox.FaultStall, AppliedAfterMillis: late},
			"a connection cut":    {Kind: sandbox.FaultCut, AppliedAfterMillis: later},
		}
		for _, status := range []int{408, 409, 460, 499, 500, 502, 503, 504, 520, 524} {
			faults[fmt.Sprint(status, " of a proxy")] = sandbox.Fault{Kind: sandbox.FaultStatus, Status: status, Body: sandbox.BodyHTML, AppliedAfterMillis: later}
			faults[fmt.Sprint(status, " without a body")] = sandbox.Fault{Kind: sandbox.FaultStatus, Status: status, Body: sandbox.BodyNone, AppliedAfterMillis: later}
		}
		for _, status := range []int{408, 502, 503, 504} {
			faults[fmt.Sprint(status, " in the words of the service")] = sandbox.Fault{Kind: sandbox.FaultStatus, Status: status, AppliedAfterMillis: later}
		}
		for name, fault := range faults {
			t.Run(write.operation+", "+name, func(t *testing.T) {
				w := patient
				if fault.Kind == sandbox.FaultStall {
					w = hasty
				}
				fault.Operation, fault.Count, fault.Strikes = write.operation, 1, sandbox.BeforeApplying
				w.Fault(t, fault)
				a := w.Ask(t, graphtest.Admin, write.mutation, write.input)
				if strings.Contains(a.Text, "othing was changed") {
					t.Errorf("the caller is told %s", a.Text)
				}
				payload := graphtest.At(a.OK(t), write.field)
				wantRefusals(t, payload, graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{write.id}})
				if written := len(w.Sandbox.Writes()); written != 0 {
					t.Fatalf("there are %d writes before the late one", written)
				}
				if fault.AppliedAfterMillis == later {
					return
				}
				for deadline := time.Now().Add(10 * time.Second); len(w.Sandbox.Writes()) == 0; time.Sleep(10 * time.Millisecond) {
					w.Clock.Advance(time.Minute) // for a task to end
					if time.Now().After(deadline) {
						t.Fatal("the write that arrives late has no effect")
					}
				}
			})
		}
	}
}

// A status that is not the service's own is no refusal of what was applied, whatever it says.
func TestAForeignStatusAfterTheEffectIsNoRefusal(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	signing := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
	for _, status := range []int{400, 403, 404, 408, 409, 413, 422, 460, 499, 500, 502, 503, 504, 520} {
		for _, body := range []sandbox.FaultBody{sandbox.BodyHTML, sandbox.BodyNone} {
			w.Fault(t, sandbox.Fault{
				Operation: "signOffIdentityCertification", Kind: sandbox.FaultStatus, Status: status, Body: body, Strikes: sandbox.AfterApplying, Count: 1,
			})
			payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, signing).OK(t), "signOffCertification")
			wantRefusals(t, payload)
			if phase := graphtest.At(payload, "certification", "phase"); phase != "SIGNED" {
				t.Errorf("%d with the body %q: the phase is %v", status, body, phase)
			}
		}
	}
}

// What the service refuses in its own words, or what never left, certainly had no effect.
func TestWhatHadNoEffectIsToldAsThat(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	signing := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
	for status, code := range map[int]string{400: "REFUSED", 403: "FORBIDDEN", 404: "NOT_FOUND", 422: "REFUSED", 429: "RATE_LIMITED", 500: "UPSTREAM_UNAVAILABLE"} {
		w.Fault(t, sandbox.Fault{
			Operation: "signOffIdentityCertification", Kind: sandbox.FaultStatus, Status: status, Strikes: sandbox.BeforeApplying, RetryAfter: "3600",
		})
		a := w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, signing)
		w.Clock.Advance(time.Hour) // to the end of a pause
		if status == 429 || status == 500 {
			a.WantProblems(t, code+" at signOffCertification")
			if !strings.HasSuffix(a.Errors[0].Message, "Nothing was changed.") {
				t.Errorf("%d: the message is %q", status, a.Errors[0].Message)
			}
			continue
		}
		var field any
		if status == 404 {
			field = []any{"certificationId"}
		}
		wantRefusals(t, graphtest.At(a.OK(t), "signOffCertification"), graphtest.Object{"code": code, "field": field, "ids": []any{sandbox.DecidedCertification}})
	}
}

// Without a precheck nothing is known of a certification before the call, so that references which are not in
// it afterwards may never have been there: they are not told as moved.
func TestReferencesThatWereNeverThereAreNotToldAsMoved(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Precheck = false }})
	w.Fault(t, cut("reassignIdentityCertifications", sandbox.BeforeApplying))
	absent := graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences([]string{"absent"})...)
	payload := graphtest.At(w.Ask(t, graphtest.Admin, graphtest.ReassignMutation, absent).OK(t), "reassignReviewItems")
	wantRefusals(t, payload, graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": []any{"absent"}})
	w.WantWritten(t, nil)
}
