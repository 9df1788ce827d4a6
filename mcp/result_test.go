package mcp_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/graphtest"
	"certql/mcp"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// Every code that a caller may get has advice for an assistant, and there is no advice on anything else.
func TestThereIsAdviceOnEveryCode(t *testing.T) {
	t.Parallel()
	want := apierror.Codes()
	for _, code := range gen.AllMutationErrorCode {
		want = append(want, string(code))
	}
	slices.Sort(want)
	got := mcp.Advised()
	slices.Sort(got)
	if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
		t.Errorf("advice (-codes +advice):\n%s", diff)
	}
}

func TestResultsTellTheCost(t *testing.T) {
	t.Parallel()
	session := offered(t, builtIn(t), graphtest.Setup{}).connected(t, "org-admin")
	got := called(t.Context(), t, session, "CertificationSummary", map[string]any{"certificationId": sandbox.LargeCertification})
	certification, _ := got.Data["certification"].(map[string]any)
	if got.failed || certification["id"] != sandbox.LargeCertification || len(got.Errors) > 0 {
		t.Errorf("the result is %+v", got)
	}
	for _, name := range []string{"calls", "estimatedCalls", "waitedMs", "limit", "remaining", "resetAt"} {
		if got.Cost[name] == nil {
			t.Errorf("the cost does not tell %s: %v", name, got.Cost)
		}
	}
	if got.Cost["calls"] != 3.0 || got.Cost["estimatedCalls"] != 3.0 {
		t.Errorf("the cost is %v", got.Cost)
	}
}

func TestWhatWentWrongIsToldPlainly(t *testing.T) {
	t.Parallel()
	fault := func(w *offer, operations ...string) {
		var faults []sandbox.Fault
		for _, operation := range operations {
			faults = append(faults, sandbox.Fault{Kind: sandbox.FaultStatus, Operation: operation, Status: http.StatusInternalServerError})
		}
		w.Fault(t, faults...)
	}
	decide := func(decision map[string]any) map[string]any {
		decision["itemId"] = sandbox.LargePermissionsItem
		return map[string]any{"certificationId": sandbox.LargeCertification, "decisions": []any{decision}}
	}
	tests := map[string]struct {
		client, tool string
		arguments    map[string]any
		before       func(*offer)
		failed       bool
		code, text   string
		path         []any
	}{
		"not allowed": {
			client: "reviewer-1", tool: "Campaigns", failed: true, code: "FORBIDDEN", path: []any{"campaigns"},
			text: "It failed:\n- FORBIDDEN: ",
		},
		"arguments that the operation refuses": {
			tool: "MyQueue", arguments: map[string]any{"first": 5000}, failed: true, code: "BAD_USER_INPUT", path: []any{"certifications"},
			text: "Correct the argument that the message names.",
		},
		"a date that is none": {
			tool: "Decide", arguments: decide(map[string]any{"decision": "REVOKE", "proposedEndDate": "soon"}), failed: true, code: "GRAPHQL_VALIDATION_FAILED",
			path: []any{"variable", "decisions", 0.0, "proposedEndDate"}, text: `"soon"`,
		},
		"part of it": {
			tool: "CertificationSummary", arguments: map[string]any{"certificationId": sandbox.LargeCertification}, code: "UPSTREAM_UNAVAILABLE",
			before: func(w *offer) { fault(w, "getIdentityDecisionSummary") },
			path:   []any{"certification", "decisionSummary"}, text: "Part of this could not be read, and is null:\n- UPSTREAM_UNAVAILABLE: ",
		},
		"all of it": {
			tool: "CertificationSummary", arguments: map[string]any{"certificationId": sandbox.LargeCertification}, code: "UPSTREAM_UNAVAILABLE", failed: true,
			before: func(w *offer) { fault(w, "getIdentityCertification", "listIdentityCertifications") },
			path:   []any{"certification"}, text: "It failed:\n- UPSTREAM_UNAVAILABLE: ",
		},
		"too much at once": {
			tool: "OpenItems", arguments: map[string]any{"certificationId": sandbox.LargeCertification, "first": 1000}, code: "OPERATION_TOO_LARGE", failed: true,
			text: "Ask for less",
		},
		"a refusal of a change": {
			tool: "SignOff", arguments: map[string]any{"certificationId": sandbox.LargeCertification}, failed: true, code: "UNDECIDED_ITEMS",
			path: []any{"signOffCertification", "errors", 0.0}, text: "Not everything was done:\n- UNDECIDED_ITEMS: ",
		},
		"a change that fails as a whole": {
			tool: "SignOff", arguments: map[string]any{"certificationId": sandbox.LargeCertification}, failed: true, code: "UPSTREAM_UNAVAILABLE",
			before: func(w *offer) { fault(w, "getIdentityCertification", "listIdentityCertifications") },
			path:   []any{"signOffCertification"}, text: "Not everything was done:\n- UPSTREAM_UNAVAILABLE: ",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := offered(t, builtIn(t), graphtest.Setup{
				ToGateway:  func(c *graph.Config) { c.MaxResponse, c.MaxUnsent, c.Precheck = 256<<10, 1<<20, true },
				ToUpstream: func(c *upstream.Config) { c.CacheTTL = 0 },
			})
			client := test.client
			if client == "" {
				client = "org-admin"
			}
			if test.before != nil {
				test.before(w)
			}
			got := called(t.Context(), t, w.connected(t, client), test.tool, test.arguments)
			if got.failed != test.failed || len(got.Errors) == 0 {
				t.Fatalf("the result is %+v", got)
			}
			if err := got.Errors[0]; err.Code != test.code || err.Message == "" || err.WhatToDo == "" || cmp.Diff(test.path, err.Path) != "" {
				t.Errorf("the error is %+v", err)
			}
			if !strings.Contains(got.text[0], test.text) || !strings.Contains(got.text[0], got.Errors[0].WhatToDo) {
				t.Errorf("the text is %q", got.text[0])
			}
		})
	}
}

// A change is made, and shows as made.
func TestChangesAreMade(t *testing.T) {
	t.Parallel()
	w := offered(t, builtIn(t), graphtest.Setup{})
	session := w.connected(t, "org-admin")
	item := w.UndecidedItem(t)
	got := called(t.Context(), t, session, "Decide", map[string]any{
		"certificationId": sandbox.LargeCertification, "decisions": []any{map[string]any{"itemId": item, "decision": "APPROVE"}},
	})
	payload, _ := got.Data["decideReviewItems"].(map[string]any)
	certification, _ := payload["certification"].(map[string]any)
	if got.failed || certification["decisionsMade"] != 1.0 {
		t.Errorf("the result is %+v", got)
	}
	w.WantWritten(t, []string{item})
}
