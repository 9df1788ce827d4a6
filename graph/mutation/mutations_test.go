package mutation_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// decisions returns the input that makes the same decision on items of the large certification.
func decisions(ids []string, members graphtest.Object) graphtest.Object {
	list := make([]any, len(ids))
	for i, id := range ids {
		decision := graphtest.Object{"itemId": id, "decision": "APPROVE", "comment": "Needed"}
		for name, value := range members {
			decision[name] = value
		}
		list[i] = decision
	}
	return graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification, "decisions": list}}
}

// wantRefusals compares the errors of a payload, except their texts and tracking ids. An error has a
// tracking id if the upstream refused the call, none if the gateway did, and may have one if the call
// failed.
// pathLike matches what people should not read in a message: a path in a body, or the number of a code.
var pathLike = regexp.MustCompile(`\[\d+\]|\w\.\d+\.|\w+\.\w+:|\(4\d\d`)

func wantRefusals(t *testing.T, payload any, want ...graphtest.Object) {
	t.Helper()
	got, _ := graphtest.At(payload, "errors").([]any)
	plain := make([]graphtest.Object, len(got))
	for i := range got {
		refusal := got[i].(graphtest.Object)
		if message, _ := refusal["message"].(string); len(message) < 20 {
			t.Errorf("the message says little: %q", message)
		}
		upstream := slices.Contains([]any{"REFUSED", "FORBIDDEN", "NOT_FOUND", "GOVERNANCE_GROUP_UNSUPPORTED"}, refusal["code"])
		failed := refusal["code"] == "NOT_APPLIED" || refusal["code"] == "OUTCOME_UNKNOWN"
		if id, _ := refusal["trackingId"].(string); graphtest.TrackingID.MatchString(id) != upstream && !failed {
			t.Errorf("the tracking id of %v is %q", refusal["code"], id)
		}
		message, _ := refusal["message"].(string)
		if pathLike.MatchString(message) || !strings.ContainsAny(message[len(message)-1:], ".") || strings.ToUpper(message[:1]) != message[:1] {
			t.Errorf("the message is no sentence, or names a path: %q", message)
		}
		plain[i] = graphtest.Object{"code": refusal["code"], "field": refusal["field"], "ids": refusal["ids"]}
	}
	if diff := gocmp.Diff(append([]graphtest.Object{}, want...), plain); diff != "" {
		t.Errorf("refusals (-want +got):\n%s\nof %v", diff, got)
	}
}

func anys(ids []string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

func TestDecideChangesExactlyTheItems(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 4)
	before := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)

	w.Clock.Advance(time.Hour)
	ids := []string{items[0], graphtest.ItemID(sandbox.LargeCertification, items[1])} // in either form
	a := w.Ask(t, "reviewer-1", graphtest.DecideMutation, decisions(ids, nil))
	payload := graphtest.At(a.OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(any(globalItems(items[:2]...)), graphtest.At(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds are in another form or order (-want +got):\n%s", diff)
	}
	after := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)
	want := graphtest.Object{"rawId": sandbox.LargeCertification, "decisionsMade": before["decisionsMade"].(float64) + 2, "completed": false, "modified": after["modified"]}
	if diff := gocmp.Diff(any(want), graphtest.At(payload, "certification")); diff != "" || before["modified"] == after["modified"] {
		t.Errorf("certification (-want +got):\n%s", diff)
	}
	wantItems := []any{
		graphtest.Object{"rawId": items[0], "completed": true, "decision": "APPROVE", "comment": "Needed"},
		graphtest.Object{"rawId": items[1], "completed": true, "decision": "APPROVE", "comment": "Needed"},
	}
	if diff := gocmp.Diff(any(wantItems), graphtest.At(payload, "decidedItems")); diff != "" {
		t.Errorf("decidedItems (-want +got):\n%s", diff)
	}

	// Another decision on the same item, and a revocation with everything that it can have.
	end := w.Clock.Now().Add(48 * time.Hour)
	a = w.Ask(t, "reviewer-1", graphtest.DecideMutation, decisions(items[1:3], graphtest.Object{
		"decision": "REVOKE", "comment": `Moved "on" \ 50 % & more – ありがとう 🙏`, "proposedEndDate": end.Format(time.RFC3339), "bulk": true,
		"recommendation": graphtest.Object{"recommendation": "REVOKE", "reasons": []string{"unused"}, "timestamp": "2026-03-01T10:00:00+02:00"},
	}))
	payload = graphtest.At(a.OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	if made := graphtest.At(payload, "certification", "decisionsMade"); made != before["decisionsMade"].(float64)+3 {
		t.Errorf("%v decisions are made", made)
	}
	for _, item := range graphtest.At(payload, "decidedItems").([]any) {
		if graphtest.At(item, "decision") != "REVOKE" || graphtest.At(item, "comment") != `Moved "on" \ 50 % & more – ありがとう 🙏` {
			t.Errorf("the item is %v", item)
		}
	}
	journal := map[string][]string{items[0]: {"APPROVE"}, items[1]: {"APPROVE", "REVOKE"}, items[2]: {"REVOKE"}}
	if diff := gocmp.Diff(journal, w.Written()); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	for _, write := range w.Sandbox.Writes() {
		if write.Client != "reviewer-1" || write.Operation != "makeIdentityDecision" || write.Certification != sandbox.LargeCertification {
			t.Errorf("the journal says %+v", write)
		}
	}
}

// largeTenant has so many undecided items in one certification.
func largeTenant(t *testing.T, items int) *graphtest.Tenant {
	t.Helper()
	return graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 20, Items: 3*items + 30}})
}

func TestSixHundredDecisionsTakeThreeCalls(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 600)
	items := w.UndecidedItems(t, 600)
	a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(items, nil))
	payload := graphtest.At(a.OK(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(any(globalItems(items...)), graphtest.At(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(anys(items), any(graphtest.Column(graphtest.At(payload, "decidedItems"), "rawId"))); diff != "" {
		t.Errorf("decidedItems (-want +got):\n%s", diff)
	}
	if made := graphtest.At(payload, "certification", "decisionsMade"); made != float64(600) {
		t.Errorf("%v decisions are made", made)
	}
	if n := w.Sandbox.Requests().Count("makeIdentityDecision"); n != 3 {
		t.Errorf("%d calls", n)
	}
	if changed := w.Written(); len(changed) != 600 {
		t.Errorf("%d items changed", len(changed))
	}
}

// A call that the upstream refuses leaves those before it applied and those after it unsent.
func TestRefusedCallOfMany(t *testing.T) {
	t.Parallel()
	const none = "00000000000000000000000000000000"
	w := largeTenant(t, 510)
	items := w.UndecidedItems(t, 509)
	ids := slices.Concat(items[:300], []string{none}, items[300:]) // in the second call
	a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(ids, nil))
	payload := graphtest.At(a.OK(t), "decideReviewItems")
	wantRefusals(
		t, payload,
		graphtest.Object{"code": "NOT_FOUND", "field": []any{"decisions", "300", "itemId"}, "ids": []any{none}},
		graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": anys(slices.Concat(ids[250:300], ids[301:500]))},
		graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": anys(ids[500:])},
	)
	if diff := gocmp.Diff(any(globalItems(ids[:250]...)), graphtest.At(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	if n := w.Sandbox.Requests().Count("makeIdentityDecision"); n != 2 {
		t.Errorf("%d calls", n)
	}
	w.WantWritten(t, ids[:250])

	// The same with an id in the first call that cannot even be sent.
	w.Sandbox.Reset()
	ids[0] = graphtest.CertificationID(none)
	a = w.Ask(t, graphtest.Admin, graphtest.DecideMutation, decisions(ids, nil))
	wantRefusals(
		t, graphtest.At(a.OK(t), "decideReviewItems"),
		graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"decisions", "0", "itemId"}, "ids": []any{ids[0]}},
	)
	w.WantWritten(t, nil)
}

// A fault after a call that was applied is reported in the payload, so that what was applied is not
// lost. If it is not known whether the failed call was applied too, the items show it.
func TestFaultInTheSecondCall(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 510)
	items := w.UndecidedItems(t, 510)
	for _, each := range []struct {
		name    string
		fault   sandbox.Fault
		applied bool   // all the same
		reads   int    // of items, to find out
		code    string // of the call that failed
	}{
		{"401", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}, false, 0, "NOT_APPLIED"},
		{"429", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "3600"}, false, 0, "NOT_APPLIED"},
		{"500", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}, false, 3, "NOT_APPLIED"},
		{"500 after applying", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Strikes: sandbox.AfterApplying}, true, 3, ""},
		{"cut-off JSON", sandbox.Fault{Kind: sandbox.FaultTruncated}, true, 3, ""},
		{"a page", sandbox.Fault{Kind: sandbox.FaultContentType, Body: sandbox.BodyHTML}, true, 3, ""},
		{"no answer", sandbox.Fault{Kind: sandbox.FaultCut}, false, 3, "OUTCOME_UNKNOWN"},
		{"no answer after applying", sandbox.Fault{Kind: sandbox.FaultCut, Strikes: sandbox.AfterApplying}, true, 3, ""},
	} {
		t.Run(each.name, func(t *testing.T) {
			w.Sandbox.Reset()
			each.fault.After, each.fault.Count = 1, 1
			w.Spoil(t, "makeIdentityDecision", each.fault)
			a := w.Ask(t, graphtest.Admin, strings.Replace(graphtest.DecideMutation, "decidedItems { rawId completed decision comment }", "", 1), decisions(items, nil))
			payload := graphtest.At(a.OK(t), "decideReviewItems")
			decided := items
			if each.applied {
				wantRefusals(t, payload)
			} else {
				decided = items[:250]
				wantRefusals(
					t, payload,
					graphtest.Object{"code": each.code, "field": nil, "ids": anys(items[250:500])},
					graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items[500:])},
				)
			}
			if diff := gocmp.Diff(any(globalItems(decided...)), graphtest.At(payload, "decidedItemIds")); diff != "" {
				t.Errorf("decidedItemIds (-want +got):\n%s", diff)
			}
			if made := graphtest.At(payload, "certification", "decisionsMade"); made != float64(len(decided)) {
				t.Errorf("the certification is as of %v decisions", made)
			}
			w.WantWritten(t, decided)
			if reads := w.Sandbox.Requests().Count("listIdentityAccessReviewItems"); reads != each.reads {
				t.Errorf("%d reads of items, want %d", reads, each.reads)
			}
			w.Clock.Advance(time.Hour) // for the next to find a fresh budget
		})
	}
}

// Errors that a person can act on are in the payload: those of the gateway name the input field, and
// those of the upstream the ids as the caller gave them.
func TestRefusalsOfDecisions(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	global := graphtest.ItemID(sandbox.LargeCertification, item)
	foreign := graphtest.ItemID(sandbox.DecidedCertification, item)
	one := func(id string, members graphtest.Object) graphtest.Object { return decisions([]string{id}, members) }
	on := func(certification string, input graphtest.Object) graphtest.Object {
		input["input"].(graphtest.Object)["certificationId"] = certification
		return input
	}
	at0 := func(names ...any) []any { return append([]any{"decisions", "0"}, names...) }
	signed := w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "SIGNED"`))[0]["id"].(string)
	for _, each := range []struct {
		name  string
		input graphtest.Object
		want  graphtest.Object
	}{
		{"no decisions", decisions(nil, nil), graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"decisions"}, "ids": []any{}}},
		{"empty id", one("", nil), graphtest.Object{"code": "BAD_USER_INPUT", "field": at0("itemId"), "ids": []any{}}},
		{"item of another certification", one(foreign, nil), graphtest.Object{"code": "BAD_USER_INPUT", "field": at0("itemId"), "ids": []any{foreign}}},
		{
			"certification of another type", on(global, one(item, nil)),
			graphtest.Object{"code": "BAD_USER_INPUT", "field": []any{"certificationId"}, "ids": []any{global}},
		},
		{"unknown certification", on("none", one(item, nil)), graphtest.Object{"code": "NOT_FOUND", "field": []any{"certificationId"}, "ids": []any{"none"}}},
		{"unknown item", one("none", nil), graphtest.Object{"code": "NOT_FOUND", "field": at0("itemId"), "ids": []any{"none"}}},
		{"end date with approval", one(global, graphtest.Object{"proposedEndDate": "2027-01-01T00:00:00Z"}), graphtest.Object{"code": "BAD_USER_INPUT", "field": at0("proposedEndDate"), "ids": []any{global}}},
		{"end date in the past", one(item, graphtest.Object{"decision": "REVOKE", "proposedEndDate": "2020-01-01T00:00:00Z"}), graphtest.Object{"code": "BAD_USER_INPUT", "field": at0("proposedEndDate"), "ids": []any{item}}},
		{"signed off", on(signed, one(item, nil)), graphtest.Object{"code": "ALREADY_SIGNED", "field": nil, "ids": []any{item}}},
		{"of a governance group", on(sandbox.CrowdCertification, one(item, nil)), graphtest.Object{"code": "GOVERNANCE_GROUP_UNSUPPORTED", "field": nil, "ids": []any{item}}},
	} {
		t.Run(each.name, func(t *testing.T) {
			a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, each.input)
			payload := graphtest.At(a.OK(t), "decideReviewItems")
			wantRefusals(t, payload, each.want)
			if graphtest.At(payload, "certification") != nil || len(graphtest.At(payload, "decidedItemIds").([]any)) != 0 || graphtest.At(payload, "decidedItems") != nil {
				t.Errorf("something was decided: %s", a.Text)
			}
		})
	}
	for _, input := range []graphtest.Object{
		one(item, graphtest.Object{"decision": "UNRECOGNIZED"}),
		one(item, graphtest.Object{"proposedEndDate": "tomorrow", "decision": "REVOKE"}),
	} {
		a := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, input)
		if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || a.At("decideReviewItems") != nil {
			t.Errorf("got %s", a.Text)
		}
	}
	w.WantWritten(t, nil)
}

func TestReassignMovesItems(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	rows := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false"))
	items := []string{rows[0]["id"].(string), rows[1]["id"].(string)}
	summary := graphtest.At(rows[len(rows)-1], "identitySummary", "id").(string)
	before := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)
	w.Clock.Advance(time.Hour)
	refs := []any{
		graphtest.Object{"id": items[0], "type": "ITEM"},
		graphtest.Object{"id": graphtest.ItemID(sandbox.LargeCertification, items[1]), "type": "ITEM"},
		graphtest.Object{"id": summary, "type": "IDENTITY_SUMMARY"},
	}
	a := w.Ask(t, "reviewer-1", graphtest.ReassignMutation, graphtest.References(graphtest.Reviewer2, `On leave "until" May`, refs...))
	payload := graphtest.At(a.OK(t), "reassignReviewItems")
	wantRefusals(t, payload)
	after := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)
	want := graphtest.Object{"rawId": sandbox.LargeCertification, "decisionsTotal": after["decisionsTotal"], "modified": after["modified"]}
	if diff := gocmp.Diff(any(want), graphtest.At(payload, "certification")); diff != "" {
		t.Errorf("certification (-want +got):\n%s", diff)
	}
	moved := w.Written()
	if len(moved) != int(before["decisionsTotal"].(float64)-after["decisionsTotal"].(float64)) || moved[items[0]] == nil || moved[items[1]] == nil || len(moved) < 3 {
		t.Errorf("moved are %v", moved)
	}
	// The new reviewer finds them, with the certification that they came from.
	b := w.Ask(t, "reviewer-2", `{ certifications(first: 1000) { nodes { reassignment { comment from { rawId certification { rawId } } } reviewItems(first: 1000) { nodes { rawId } } } } }`, nil)
	var found int
	for _, node := range b.At("certifications", "nodes").([]any) {
		if graphtest.At(node, "reassignment", "comment") == `On leave "until" May` {
			found += len(graphtest.Column(graphtest.At(node, "reviewItems", "nodes"), "rawId"))
			if graphtest.At(node, "reassignment", "from", "rawId") != sandbox.LargeCertification {
				t.Errorf("it came from %v", graphtest.At(node, "reassignment"))
			}
		}
	}
	if found != len(moved) {
		t.Errorf("the new reviewer has %d items, want %d", found, len(moved))
	}
}

func TestRefusalsOfReassignments(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 51)
	one := graphtest.ItemReferences(items[:1])
	global := graphtest.CertificationID(sandbox.LargeCertification)
	for _, each := range []struct {
		name  string
		input graphtest.Object
		want  []graphtest.Object
		sync  bool // of reassignReviewItems alone
	}{
		{
			name: "everything wrong at once",
			input: graphtest.Object{"input": graphtest.Object{
				"certificationId": graphtest.TaskID("x"), "reassignTo": global, "reason": " \t",
				"references": []any{graphtest.Object{"id": "", "type": "ITEM"}, graphtest.Object{"id": global, "type": "IDENTITY_SUMMARY"}},
			}},
			want: []graphtest.Object{
				{"code": "BAD_USER_INPUT", "field": []any{"certificationId"}, "ids": []any{graphtest.TaskID("x")}},
				{"code": "BAD_USER_INPUT", "field": []any{"reassignTo"}, "ids": []any{global}},
				{"code": "BAD_USER_INPUT", "field": []any{"reason"}, "ids": []any{}},
				{"code": "BAD_USER_INPUT", "field": []any{"references", "0", "id"}, "ids": []any{}},
				{"code": "BAD_USER_INPUT", "field": []any{"references", "1", "id"}, "ids": []any{global}},
			},
		},
		{name: "no references", input: graphtest.References(graphtest.Reviewer2, "Moved"), want: []graphtest.Object{{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}}}},
		{
			name: "too many references", input: graphtest.References(graphtest.Reviewer2, "Moved", graphtest.ItemReferences(items)...), sync: true,
			want: []graphtest.Object{{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}}},
		},
		{name: "unknown reviewer", input: graphtest.References("nobody", "Moved", one...), want: []graphtest.Object{{"code": "NOT_FOUND", "field": []any{"reassignTo"}, "ids": []any{"nobody"}}}},
		{name: "same reviewer", input: graphtest.References(graphtest.Reviewer1, "Moved", one...), want: []graphtest.Object{{"code": "BAD_USER_INPUT", "field": []any{"reassignTo"}, "ids": []any{graphtest.Reviewer1}}}},
		{
			name: "unknown item", input: graphtest.References(graphtest.Reviewer2, "Moved", graphtest.ItemReferences([]string{"none"})...), sync: true,
			want: []graphtest.Object{{"code": "NOT_FOUND", "field": []any{"references", "0"}, "ids": []any{"none"}}},
		},
	} {
		for field, mutation := range map[string]string{"reassignReviewItems": graphtest.ReassignMutation, "reassignReviewItemsAsync": graphtest.ReassignAsyncMutation} {
			if each.sync && field != "reassignReviewItems" {
				continue
			}
			t.Run(field+" "+each.name, func(t *testing.T) {
				a := w.Ask(t, graphtest.Admin, mutation, each.input)
				payload := graphtest.At(a.OK(t), field)
				wantRefusals(t, payload, each.want...)
				if each.name == "too many references" && !strings.Contains(graphtest.At(payload, "errors", 0, "message").(string), "reassignReviewItemsAsync") {
					t.Errorf("it does not say what else to do: %s", a.Text)
				}
				if tasks, _ := graphtest.At(payload, "tasks").([]any); graphtest.At(payload, "certification") != nil || len(tasks) > 0 {
					t.Errorf("something came of it: %s", a.Text)
				}
			})
		}
	}
	w.WantWritten(t, nil)
}

func TestReassignAsyncMovesOnByTheClock(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 510)
	items := w.UndecidedItems(t, 501)
	a := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "Moved on", graphtest.ItemReferences(items)...))
	payload := graphtest.At(a.OK(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload)
	tasks := graphtest.At(payload, "tasks").([]any)
	if len(tasks) != 2 {
		t.Fatalf("%d tasks for 501 references", len(tasks))
	}
	var ids []any
	for _, task := range tasks {
		want := graphtest.Object{
			"id": graphtest.TaskID(graphtest.At(task, "rawId").(string)), "rawId": graphtest.At(task, "rawId"), "status": "QUEUED", "type": "REASSIGN",
			"targetId": sandbox.LargeCertification,
		}
		if diff := gocmp.Diff(any(want), task); diff != "" {
			t.Errorf("task (-want +got):\n%s", diff)
		}
		ids = append(ids, graphtest.At(task, "id"))
	}
	const query = `query ($id: ID!, $ids: [ID!]!, $certification: ID!) {
		certificationTask(id: $id) { status }
		nodes(ids: $ids) { ... on CertificationTask { status } }
		pendingCertificationTasks(filter: {ids: $ids}) { nodes { id } }
		certification(id: $certification) { decisionsTotal pendingTasks { nodes { id } } }
	}`
	total := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)["decisionsTotal"].(float64)
	for _, step := range []struct {
		after  time.Duration
		status string
		total  float64
	}{
		{0, "QUEUED", total},
		{sandbox.DefaultTaskPace, "IN_PROGRESS", total},
		{sandbox.DefaultTaskPace, "SUCCESS", total - 501},
	} {
		w.Clock.Advance(step.after)
		b := w.Ask(t, graphtest.Admin, query, graphtest.Object{"id": ids[0], "ids": ids, "certification": sandbox.LargeCertification})
		b.OK(t)
		status := graphtest.Object{"status": step.status}
		pending := []any{graphtest.Object{"id": ids[0]}, graphtest.Object{"id": ids[1]}}
		if step.status == "SUCCESS" {
			pending = []any{}
		}
		var own []any // among the tasks that are there from the start
		for _, task := range b.At("certification", "pendingTasks", "nodes").([]any) {
			if slices.Contains(ids, graphtest.At(task, "id")) {
				own = append(own, task)
			}
		}
		got := []any{
			b.At("certificationTask"), b.At("nodes"), b.At("pendingCertificationTasks", "nodes"), append([]any{}, own...),
			b.At("certification", "decisionsTotal"),
		}
		if diff := gocmp.Diff([]any{status, []any{status, status}, pending, pending, step.total}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.status, diff)
		}
	}
	w.WantWritten(t, items)
}

// A task shows what is wrong with a reference when it ends.
func TestReassignAsyncEndsInErrors(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	rows := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, nil)
	self := graphtest.At(rows[0], "identitySummary", "identityId").(string)
	a := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(self, "Moved on", graphtest.ItemReferences([]string{rows[0]["id"].(string), "none"})...))
	id := graphtest.At(a.OK(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
	w.Clock.Advance(2 * sandbox.DefaultTaskPace)
	x := graphtest.NewExpectation()
	b := w.Ask(t, graphtest.Admin, "query ($id: ID!) { certificationTask(id: $id) "+x.Selection("CertificationTask")+"}", graphtest.Object{"id": id})
	b.OK(t)
	graphtest.Same(t, "task", any(x.Object("CertificationTask", w.Read(t, graphtest.Admin, "/certification-tasks/"+id))), b.At("certificationTask"))
	if b.At("certificationTask", "status") != "ERROR" || b.At("certificationTask", "errors", 0, "text") == nil ||
		b.At("certificationTask", "reassignmentTrail", 0, "newOwnerId") != self {
		t.Errorf("the task is %v", b.At("certificationTask"))
	}
	w.WantWritten(t, nil)
}

// The second task cannot be queued: the first stays, and the ids that were not sent are reported.
func TestReassignAsyncStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 1_050)
	items := w.UndecidedItems(t, 1_050)
	for _, each := range []struct {
		status int
		code   string
	}{{400, "REFUSED"}, {429, "NOT_APPLIED"}, {500, "NOT_APPLIED"}} {
		t.Run(fmt.Sprint(each.status), func(t *testing.T) {
			w.Sandbox.Reset()
			fault := graphtest.Failing(each.status)
			fault.After, fault.Count, fault.RetryAfter = 1, 1, "3600" // longer than anybody waits
			w.Spoil(t, "submitReassignCertsAsync", fault)
			a := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.References(graphtest.Reviewer2, "Moved on", graphtest.ItemReferences(items)...))
			payload := graphtest.At(a.OK(t), "reassignReviewItemsAsync")
			if tasks := graphtest.At(payload, "tasks").([]any); len(tasks) != 1 {
				t.Errorf("%d tasks", len(tasks))
			}
			sent := graphtest.At(payload, "errors", 0, "ids").([]any)
			left := graphtest.At(payload, "errors", 1, "ids").([]any)
			wantRefusals(t, payload, graphtest.Object{"code": each.code, "field": nil, "ids": sent}, graphtest.Object{"code": "NOT_APPLIED", "field": nil, "ids": left})
			w.Clock.Advance(time.Hour)
			moved := w.Written()
			for _, id := range slices.Concat(sent, left) {
				if moved[id.(string)] != nil {
					t.Errorf("%s is %v", id, moved[id.(string)])
				}
			}
			if len(moved)+len(sent)+len(left) != len(items) || len(sent) < len(left) {
				t.Errorf("%d moved, %d ids were sent in vain and %d were not sent", len(moved), len(sent), len(left))
			}
		})
	}
}

func TestSignOff(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	input := func(id string) graphtest.Object {
		return graphtest.Object{"input": graphtest.Object{"certificationId": id}}
	}
	refused := func(id, code string) {
		t.Helper()
		a := w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, input(id))
		payload := graphtest.At(a.OK(t), "signOffCertification")
		wantRefusals(t, payload, graphtest.Object{"code": code, "field": map[bool]any{true: []any{"certificationId"}}[code == "BAD_USER_INPUT" || code == "NOT_FOUND"], "ids": []any{id}})
		if graphtest.At(payload, "certification") != nil {
			t.Errorf("it was signed off: %s", a.Text)
		}
	}
	refused(sandbox.LargeCertification, "UNDECIDED_ITEMS")
	refused("none", "NOT_FOUND")
	refused(graphtest.TaskID("x"), "BAD_USER_INPUT")
	w.WantWritten(t, nil)

	id := graphtest.CertificationID(sandbox.DecidedCertification)
	a := w.Ask(t, "reviewer-1", graphtest.SignOffMutation, input(id))
	payload := graphtest.At(a.OK(t), "signOffCertification")
	wantRefusals(t, payload)
	want := graphtest.Object{"rawId": sandbox.DecidedCertification, "phase": "SIGNED", "signed": w.Clock.Now().Format("2006-01-02T15:04:05.000Z")}
	if diff := gocmp.Diff(any(want), graphtest.At(payload, "certification")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refused(sandbox.DecidedCertification, "ALREADY_SIGNED")
	if writes := w.Sandbox.Writes(); len(writes) != 1 || writes[0].Certification != sandbox.DecidedCertification || writes[0].Item != "" {
		t.Errorf("the journal says %+v", writes)
	}
}

// Fields after a write in the same operation show its effect, even of objects that were read before.
func TestMutationsReadTheirOwnWrites(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	items := w.UndecidedItems(t, 3)
	a := w.Ask(t, graphtest.Admin, `mutation ($first: DecideReviewItemsInput!, $second: DecideReviewItemsInput!, $third: ReassignReviewItemsInput!) {
		first: decideReviewItems(input: $first) { certification { decisionsMade reviewItems(filter: {completed: true}) { nodes { rawId decision } } } errors { message } }
		second: decideReviewItems(input: $second) { certification { decisionsMade reviewItems(filter: {completed: true}) { nodes { rawId decision } } } decidedItems { decision } errors { message } }
		third: reassignReviewItems(input: $third) { certification { decisionsTotal reviewItems(filter: {completed: false}) { totalCount } } errors { message } }
	}`, graphtest.Object{
		"first":  decisions(items[:1], nil)["input"],
		"second": decisions(items[:2], graphtest.Object{"decision": "REVOKE"})["input"],
		"third":  graphtest.References(graphtest.Reviewer2, "Moved on", graphtest.ItemReferences(items[2:])...)["input"],
	})
	a.OK(t)
	total := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)["decisionsTotal"].(float64)
	want := graphtest.Object{
		"first": graphtest.Object{"errors": []any{}, "certification": graphtest.Object{
			"decisionsMade": 1.0, "reviewItems": graphtest.Object{"nodes": []any{graphtest.Object{"rawId": items[0], "decision": "APPROVE"}}},
		}},
		"second": graphtest.Object{"errors": []any{}, "decidedItems": []any{graphtest.Object{"decision": "REVOKE"}, graphtest.Object{"decision": "REVOKE"}}, "certification": graphtest.Object{
			"decisionsMade": 2.0,
			"reviewItems":   graphtest.Object{"nodes": []any{graphtest.Object{"rawId": items[0], "decision": "REVOKE"}, graphtest.Object{"rawId": items[1], "decision": "REVOKE"}}},
		}},
		"third": graphtest.Object{"errors": []any{}, "certification": graphtest.Object{"decisionsTotal": total, "reviewItems": graphtest.Object{"totalCount": total - 2}}},
	}
	if diff := gocmp.Diff(want, a.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
