package graph_test

import (
	"net/http"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A probe is an operation of the graph that needs one operation of the upstream.
type probe struct {
	operation string
	query     string
	variables graphtest.Object
	path      []any // of the field that the upstream's answer fills
	// missing says that the field is null without an error where there is no such object.
	missing bool
	// byID says that the upstream refuses it as malformed where a group reviews.
	byID bool
	// ids are, for a mutation, those that its refusal names.
	ids []any
	// culprit is the field and the id that a mutation names if the upstream finds something not to be
	// there, though the items are.
	culprit []any
	// open says that everybody may call it, and sees what is theirs to see.
	open bool
}

func (p probe) writes() bool { return p.ids != nil }

// bystander is a part of every probe's query that has nothing to do with the fault.
const bystander = " bystander: rateLimit { limit } "

var certificationVariables = graphtest.Object{"id": sandbox.LargeCertification}

// probes has each operation of the upstream that the graph uses once. The ids of the sandbox that they need are
// the same in every tenant; reviewItem is an undecided item of the large certification.
func probes(reviewItem string) []probe {
	reassign := graphtest.Object{"input": graphtest.Object{
		"certificationId": sandbox.LargeCertification, "reassignTo": graphtest.Reviewer2, "reason": "Moved on",
		"references": []any{graphtest.Object{"id": reviewItem, "type": "ITEM"}},
	}}
	const errors = " errors { code message field ids trackingId } "
	return []probe{
		{
			operation: "listIdentityCertifications",
			query:     "{ certifications(first: 2) { nodes { rawId } }" + bystander + "}",
			path:      []any{"certifications"}, open: true,
		},
		{
			operation: "getIdentityCertification",
			query:     "query ($id: ID!) { certification(id: $id) { rawId }" + bystander + "}", variables: certificationVariables,
			path: []any{"certification"}, missing: true, byID: true,
		},
		{
			operation: "listIdentityAccessReviewItems",
			query:     "query ($id: ID!) { certification(id: $id) { rawId reviewItems(first: 2) { nodes { rawId } } }" + bystander + "}",
			variables: certificationVariables, path: []any{"certification", "reviewItems"},
		},
		{
			operation: "getIdentityCertificationItemPermissions",
			query:     "query ($id: ID!) { node(id: $id) { id ... on AccessReviewItem { permissions(first: 2) { nodes { target } } } }" + bystander + "}",
			variables: graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)},
			path:      []any{"node", "permissions"},
		},
		{
			operation: "listCertificationReviewers",
			query:     "query ($id: ID!) { certification(id: $id) { rawId reviewers(first: 2) { nodes { rawId } } }" + bystander + "}",
			variables: certificationVariables, path: []any{"certification", "reviewers"},
		},
		{
			operation: "makeIdentityDecision",
			query:     "mutation ($input: DecideReviewItemsInput!) { __typename decideReviewItems(input: $input) { certification { rawId } decidedItemIds" + errors + "} }",
			variables: graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification, "decisions": []any{graphtest.Object{"itemId": reviewItem, "decision": "APPROVE"}}}},
			path:      []any{"decideReviewItems"}, ids: []any{reviewItem},
		},
		{
			operation: "reassignIdentityCertifications",
			query:     "mutation ($input: ReassignReviewItemsInput!) { __typename reassignReviewItems(input: $input) { certification { rawId }" + errors + "} }",
			variables: reassign, path: []any{"reassignReviewItems"}, ids: []any{reviewItem}, culprit: []any{"reassignTo", graphtest.Reviewer2},
		},
		{
			operation: "submitReassignCertsAsync",
			query:     "mutation ($input: ReassignReviewItemsInput!) { __typename reassignReviewItemsAsync(input: $input) { tasks { rawId }" + errors + "} }",
			variables: reassign, path: []any{"reassignReviewItemsAsync"}, ids: []any{reviewItem}, culprit: []any{"reassignTo", graphtest.Reviewer2},
		},
		{
			operation: "signOffIdentityCertification",
			query:     "mutation ($input: SignOffCertificationInput!) { __typename signOffCertification(input: $input) { certification { rawId }" + errors + "} }",
			variables: graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}},
			path:      []any{"signOffCertification"}, ids: []any{sandbox.DecidedCertification},
			culprit: []any{"certificationId", sandbox.DecidedCertification},
		},
		{
			operation: "getCertificationTask",
			query:     "query ($id: ID!) { certificationTask(id: $id) { rawId }" + bystander + "}", variables: graphtest.Object{"id": sandbox.FailedTask},
			path: []any{"certificationTask"}, missing: true,
		},
		{
			operation: "getPendingCertificationTasks",
			query:     "{ pendingCertificationTasks(first: 2) { nodes { rawId } }" + bystander + "}",
			path:      []any{"pendingCertificationTasks"}, open: true,
		},
		{
			operation: "getIdentitySummaries",
			query:     "query ($id: ID!) { certification(id: $id) { rawId identitySummaries(first: 2) { nodes { rawId } } }" + bystander + "}",
			variables: certificationVariables, path: []any{"certification", "identitySummaries"},
		},
		{
			operation: "getIdentityAccessSummaries",
			query:     "query ($id: ID!) { certification(id: $id) { rawId accessSummaries(type: ENTITLEMENT, first: 2) { nodes { access { rawId } } } }" + bystander + "}",
			variables: certificationVariables, path: []any{"certification", "accessSummaries"},
		},
		{
			operation: "getIdentityDecisionSummary",
			query:     "query ($id: ID!) { certification(id: $id) { rawId decisionSummary { all { total } } }" + bystander + "}",
			variables: certificationVariables, path: []any{"certification", "decisionSummary"},
		},
		{
			operation: "getActiveCampaigns",
			query:     "{ campaigns(first: 2) { nodes { rawId } }" + bystander + "}",
			path:      []any{"campaigns"},
		},
		{
			operation: "getPublicIdentities",
			query:     "{ identities(first: 2) { nodes { rawId } }" + bystander + "}",
			path:      []any{"identities"}, open: true,
		},
	}
}

// A refusal is a way in which the upstream can fail, and what the caller gets to see of it.
type refusal struct {
	name  string
	fault sandbox.Fault
	code  string // of the error; empty where there is none
	// payloadCode is, for a refusal that a person can act on, its code in a mutation's payload.
	payloadCode string
	status      float64
	detailCode  string
	tracked     bool // the upstream says its tracking id
	retryAfter  float64
	// applied says that a write took effect all the same.
	applied bool
}

var refusals = []refusal{
	{name: "401", fault: graphtest.Failing(401), code: "UNAUTHENTICATED", status: 401},
	{name: "403", fault: graphtest.Failing(403), code: "FORBIDDEN", payloadCode: "FORBIDDEN", status: 403, detailCode: "403 Forbidden", tracked: true},
	{name: "404", fault: graphtest.Failing(404), code: "NOT_FOUND", payloadCode: "NOT_FOUND", status: 404, detailCode: "404 Not found", tracked: true},
	{
		name: "400", fault: graphtest.Failing(400), code: "BAD_USER_INPUT", payloadCode: "REFUSED", status: 400,
		detailCode: "400.1 Bad request content", tracked: true,
	},
	{
		name: "429 with seconds", fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "7"},
		code: "RATE_LIMITED", status: 429, retryAfter: 7,
	},
	{
		name: "429 with a date", fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "date:30"},
		code: "RATE_LIMITED", status: 429, retryAfter: 30,
	},
	{
		name: "429 with nonsense", fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "soon", Body: sandbox.BodyHTML},
		code: "RATE_LIMITED", status: 429, retryAfter: 10, // a window of the budget
	},
	{name: "500", fault: graphtest.Failing(500), code: "UPSTREAM_UNAVAILABLE", status: 500, detailCode: "500.0 Internal fault", tracked: true},
	{
		name: "502 as a page", fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502, Body: sandbox.BodyHTML},
		code: "UPSTREAM_UNAVAILABLE", payloadCode: "OUTCOME_UNKNOWN", status: 502,
	},
	{
		name: "503 without a body", fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, Body: sandbox.BodyNone, RetryAfter: "2"},
		code: "UPSTREAM_UNAVAILABLE", payloadCode: "OUTCOME_UNKNOWN", status: 503, retryAfter: 2,
	},
	{name: "cut-off JSON", fault: sandbox.Fault{Kind: sandbox.FaultTruncated}, code: "UPSTREAM_INVALID", status: 200, applied: true},
	{
		name: "half of the JSON", fault: sandbox.Fault{Kind: sandbox.FaultTruncated, Ending: sandbox.EndingShort},
		code: "UPSTREAM_INVALID", status: 200, applied: true,
	},
	{name: "a page", fault: sandbox.Fault{Kind: sandbox.FaultContentType, Body: sandbox.BodyHTML}, code: "UPSTREAM_INVALID", status: 200, applied: true},
	{name: "JSON as text/plain", fault: sandbox.Fault{Kind: sandbox.FaultContentType}},
	{name: "no answer", fault: sandbox.Fault{Kind: sandbox.FaultCut}, code: "UPSTREAM_UNAVAILABLE", payloadCode: "OUTCOME_UNKNOWN"},
}

// Every operation, refused in every way: the one field that depends on it is null, with one
// error or, in a mutation, a refusal in the payload; all else is there.
func TestRefusalsCostOneFieldAlone(t *testing.T) {
	t.Parallel()
	for at := range probes("") {
		t.Run(probes("")[at].operation, func(t *testing.T) {
			t.Parallel()
			all := graphtest.NewTenant(t, graphtest.Setup{})
			p := probes(all.UndecidedItem(t))[at]
			for _, r := range refusals {
				t.Run(r.name, func(t *testing.T) {
					w := all
					if r.fault.Status == http.StatusTooManyRequests {
						// After a pause, calls go one by one, and not everything is asked at once.
						w = graphtest.NewTenant(t, graphtest.Setup{})
					}
					w.Sandbox.Reset()
					w.Spoil(t, p.operation, r.fault)
					r.check(t, p, w.Ask(t, graphtest.Admin, p.query, p.variables))
					if n := w.Sandbox.Requests().Count(p.operation); n == 0 {
						t.Errorf("%s was not called", p.operation)
					}
				})
			}
		})
	}
}

func (r refusal) check(t *testing.T, p probe, a graphtest.Answer) {
	t.Helper()
	if a.Status != 200 {
		t.Errorf("HTTP status %d", a.Status)
	}
	if a.At("bystander", "limit") == nil && a.At("__typename") != "Mutation" {
		t.Errorf("the rest of the answer is missing: %s", a.Text)
	}
	switch value := a.At(p.path...); {
	case r.code == "":
		a.WantProblems(t)
		if value == nil {
			t.Errorf("no data: %s", a.Text)
		}
	case p.writes() && r.payloadCode != "":
		r.checkPayload(t, p, a)
	case p.writes() && r.applied:
		r.checkSettled(t, p, a)
	case value != nil:
		t.Errorf("%s is %v", graphtest.PathText(p.path), value)
	case p.missing && r.status == 404:
		a.WantProblems(t)
	default:
		r.checkError(t, p, a)
	}
	if len(p.path) > 1 && a.At(p.path[0]) == nil {
		t.Errorf("the parent went with its field: %s", a.Text)
	}
}

func (r refusal) checkError(t *testing.T, p probe, a graphtest.Answer) {
	t.Helper()
	code := r.code
	if p.byID && r.status == 400 {
		code = "GOVERNANCE_GROUP_UNSUPPORTED"
	}
	a.WantProblems(t, code+" at "+graphtest.PathText(p.path))
	if len(a.Errors) != 1 {
		return
	}
	if len(a.Errors[0].Message) < 20 {
		t.Errorf("the message says little: %q", a.Errors[0].Message)
	}
	details, _ := a.Errors[0].Extensions["upstream"].(graphtest.Object)
	id, _ := details["trackingId"].(string)
	if graphtest.TrackingID.MatchString(id) != r.tracked {
		t.Errorf("tracking id %q", id)
	}
	delete(details, "trackingId")
	want := graphtest.Object{"operation": p.operation}
	if r.status != 0 {
		want["status"] = r.status
	}
	if r.detailCode != "" {
		want["detailCode"] = r.detailCode
	}
	if diff := gocmp.Diff(want, details); diff != "" {
		t.Errorf("extensions.upstream (-want +got):\n%s", diff)
	}
	if got, _ := a.Errors[0].Extensions["retryAfter"].(float64); got != r.retryAfter {
		t.Errorf("retryAfter is %v, want %v", got, r.retryAfter)
	}
}

func (r refusal) checkPayload(t *testing.T, p probe, a graphtest.Answer) {
	t.Helper()
	a.WantProblems(t)
	payload, _ := a.At(p.path...).(graphtest.Object)
	if payload["certification"] != nil {
		t.Errorf("the payload has a certification: %s", a.Text)
	}
	found, _ := graphtest.At(payload, "errors", 0).(graphtest.Object)
	if id, _ := found["trackingId"].(string); graphtest.TrackingID.MatchString(id) != r.tracked {
		t.Errorf("tracking id %q", id)
	}
	if message, _ := found["message"].(string); len(message) < 20 {
		t.Errorf("the message says little: %q", message)
	}
	delete(found, "trackingId")
	delete(found, "message")
	want := graphtest.Object{"code": r.payloadCode, "field": nil, "ids": p.ids}
	if r.status == http.StatusNotFound && p.culprit != nil {
		want["field"], want["ids"] = []any{p.culprit[0]}, []any{p.culprit[1]}
	}
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("refusal (-want +got):\n%s\nin %s", diff, a.Text)
	}
}

// checkSettled checks a write that took effect and whose answer was lost: what can be read of
// it tells, and only a queued task cannot be told from others.
func (r refusal) checkSettled(t *testing.T, p probe, a graphtest.Answer) {
	t.Helper()
	a.WantProblems(t)
	want := []any{}
	if p.operation == "submitReassignCertsAsync" {
		want = append(want, graphtest.Object{"code": "OUTCOME_UNKNOWN", "field": nil, "ids": p.ids})
	} else if graphtest.At(a.At(p.path...), "certification", "rawId") == nil {
		t.Errorf("no certification: %s", a.Text)
	}
	got, _ := graphtest.At(a.At(p.path...), "errors").([]any)
	for i := range got {
		delete(got[i].(graphtest.Object), "message")
		delete(got[i].(graphtest.Object), "trackingId")
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("refusals (-want +got):\n%s\nin %s", diff, a.Text)
	}
}

// Who may call is for the upstream to say, for each operation.
func TestCallersAreRefusedByEveryOperation(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	expired := w.Token(t, graphtest.Admin)
	forged := expired[:len(expired)-8] + "AAAAAAAA"
	item := w.UndecidedItem(t)
	w.Clock.Advance(13 * time.Hour)
	outsider := w.Token(t, "reviewer-5")
	// Before anything else, while no call is under way that an answer did not wait for.
	before := w.Sandbox.Requests().Total
	for _, p := range probes(item) {
		t.Run(p.operation+" without a token", func(t *testing.T) {
			a := w.AskWith(t, "", p.query, p.variables)
			a.WantProblems(t, "UNAUTHENTICATED at "+graphtest.PathText(p.path[:1]))
			if a.At(p.path[0]) != nil {
				t.Errorf("data: %s", a.Text)
			}
		})
	}
	if w.Sandbox.Requests().Total != before {
		t.Error("without a token the upstream was called")
	}
	for _, p := range probes(item) {
		t.Run(p.operation, func(t *testing.T) {
			for name, token := range map[string]string{"forged token": forged, "expired token": expired} {
				a := w.AskWith(t, token, p.query, p.variables)
				a.WantProblems(t, "UNAUTHENTICATED at "+graphtest.PathText(p.path[:1]))
				if a.At(p.path[0]) != nil {
					t.Errorf("%s: data: %s", name, a.Text)
				}
			}
			a := w.AskWith(t, outsider, p.query, p.variables)
			switch {
			case p.open:
				a.WantProblems(t) // a listing is narrowed to what the caller may see
			case p.writes():
				a.WantProblems(t)
				if code := a.At(p.path[0], "errors", 0, "code"); code != "FORBIDDEN" {
					t.Errorf("as an outsider: %s", a.Text)
				}
			default:
				a.WantProblems(t, "FORBIDDEN at "+graphtest.PathText(p.path[:1]))
				if a.At(p.path[0]) != nil {
					t.Errorf("as an outsider: %s", a.Text)
				}
			}
		})
	}
	if writes := w.Sandbox.Writes(); len(writes) > 0 {
		t.Errorf("refused callers changed %v", writes)
	}
}

// The upstream's own budget, used up for real.
func TestExhaustedBudgetIsRateLimited(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 40, Items: 2_000, RateLimit: 2}})
	const query = "query ($id: ID!) { certificationTask(id: $id) { status } }"
	for range 2 {
		w.Ask(t, graphtest.Admin, query, graphtest.Object{"id": sandbox.FailedTask}).OK(t)
	}
	w.Clock.Advance(4 * time.Second)
	a := w.Ask(t, graphtest.Admin, query, graphtest.Object{"id": sandbox.FailedTask})
	a.WantProblems(t, "RATE_LIMITED at certificationTask")
	if wait, _ := a.Errors[0].Extensions["retryAfter"].(float64); wait < 1 || wait > 10 {
		t.Errorf("retryAfter is %v", wait)
	}
	w.Clock.Advance(10 * time.Second)
	w.Ask(t, graphtest.Admin, query, graphtest.Object{"id": sandbox.FailedTask}).OK(t)
}

// What is not there is null, and no error.
func TestUnknownObjectsAreNull(t *testing.T) {
	t.Parallel()
	const none = "00000000000000000000000000000000"
	a := graphtest.SharedTenant(t).Ask(t, graphtest.Admin, `query ($raw: ID!, $certification: ID!, $item: ID!, $gone: ID!, $task: ID!) {
		certification(id: $raw) { reviewItems { totalCount } reviewers { totalCount } pendingTasks { totalCount } }
		certificationTask(id: $raw) { status certification { name } }
		certification_: node(id: $certification) { id }
		item: node(id: $item) { id }
		gone: node(id: $gone) { id }
		task: node(id: $task) { id }
	}`, graphtest.Object{
		"raw": none, "certification": graphtest.CertificationID(none), "item": graphtest.ItemID(sandbox.LargeCertification, none),
		"gone": graphtest.ItemID(none, none), "task": graphtest.TaskID(none),
	})
	for field, value := range a.OK(t) {
		if value != nil {
			t.Errorf("%s is %v", field, value)
		}
	}
}

// A certification that a governance group reviews shows up in listings. What else there is to
// read of it depends on the operation.
func TestGovernanceGroupsAreRefusedWhereTheUpstreamDoes(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $node: ID!) {
		byId: certification(id: $id) { name }
		node(id: $node) { id }
		certifications(filter: {ids: [$id]}) { nodes { rawId reviewer { type } reviewers(first: 3) { nodes { rawId } } pendingTasks { totalCount } reviewItems { totalCount } } }
	}`, graphtest.Object{"id": sandbox.CrowdCertification, "node": graphtest.CertificationID(sandbox.CrowdCertification)})
	a.WantProblems(
		t, "GOVERNANCE_GROUP_UNSUPPORTED at byId", "GOVERNANCE_GROUP_UNSUPPORTED at node",
		"GOVERNANCE_GROUP_UNSUPPORTED at certifications.nodes.0.reviewItems",
	)
	node := a.At("certifications", "nodes", 0)
	if graphtest.At(node, "reviewer", "type") != "GOVERNANCE_GROUP" || len(graphtest.Column(graphtest.At(node, "reviewers", "nodes"), "rawId")) != 3 || graphtest.At(node, "pendingTasks") == nil {
		t.Errorf("the certification lacks what can be read: %v", node)
	}
}
