package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

const refusalFields = " errors { code message field ids trackingId } "

const (
	decideMutation = "mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { " +
		"certification { rawId decisionsMade completed modified } decidedItemIds decidedItems { rawId completed decision comments }" + refusalFields + "} }"
	reassignMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItems(input: $input) { " +
		"certification { rawId decisionsTotal modified }" + refusalFields + "} }"
	reassignAsyncMutation = "mutation ($input: ReassignReviewItemsInput!) { reassignReviewItemsAsync(input: $input) { " +
		"tasks { id rawId status type targetId }" + refusalFields + "} }"
	signOffMutation = "mutation ($input: SignOffCertificationInput!) { signOffCertification(input: $input) { " +
		"certification { rawId phase signed }" + refusalFields + "} }"
)

// decisions answers the input that decides items of the large certification alike.
func decisions(ids []string, members object) object {
	list := make([]any, len(ids))
	for i, id := range ids {
		decision := object{"itemId": id, "decision": "APPROVE", "comments": "Needed"}
		for name, value := range members {
			decision[name] = value
		}
		list[i] = decision
	}
	return object{"input": object{"certificationId": sandbox.LargeCertification, "decisions": list}}
}

// references answers the input that reassigns items of the large certification.
func references(to, reason string, refs ...any) object {
	return object{"input": object{"certificationId": sandbox.LargeCertification, "reassignTo": to, "reason": reason, "references": append([]any{}, refs...)}}
}

func itemReferences(ids []string) []any {
	refs := make([]any, len(ids))
	for i, id := range ids {
		refs[i] = object{"id": id, "type": "ITEM"}
	}
	return refs
}

// wantRefusals compares the errors of a payload, but for their texts and tracking ids. A
// refusal of the upstream has a tracking id, and one of the gateway has none; what became of a
// call that failed may have one.
func wantRefusals(t *testing.T, payload any, want ...object) {
	t.Helper()
	got, _ := at(payload, "errors").([]any)
	plain := make([]object, len(got))
	for i := range got {
		refusal := got[i].(object)
		if message, _ := refusal["message"].(string); len(message) < 20 {
			t.Errorf("the message says little: %q", message)
		}
		upstream := slices.Contains([]any{"REFUSED", "FORBIDDEN", "NOT_FOUND", "GOVERNANCE_GROUP_UNSUPPORTED"}, refusal["code"])
		failed := refusal["code"] == "NOT_APPLIED" || refusal["code"] == "OUTCOME_UNKNOWN"
		if id, _ := refusal["trackingId"].(string); trackingID.MatchString(id) != upstream && !failed {
			t.Errorf("the tracking id of %v is %q", refusal["code"], id)
		}
		plain[i] = object{"code": refusal["code"], "field": refusal["field"], "ids": refusal["ids"]}
	}
	if diff := gocmp.Diff(append([]object{}, want...), plain); diff != "" {
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

// written answers what the sandbox's journal says of review items: what became of each.
func (w *tenant) written() map[string][]string {
	changes := map[string][]string{}
	for _, write := range w.sandbox.Writes() {
		what := cmp.Or(write.Decision, "moved")
		changes[write.Item] = append(changes[write.Item], what)
	}
	return changes
}

func TestDecideChangesExactlyTheItems(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 4)
	before := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)

	w.clock.advance(time.Hour)
	ids := []string{items[0], itemID(sandbox.LargeCertification, items[1])} // in either form
	a := w.ask(t, "reviewer-1", decideMutation, decisions(ids, nil))
	payload := at(a.data(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(anys(ids), at(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds are in another form or order (-want +got):\n%s", diff)
	}
	after := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)
	want := object{"rawId": sandbox.LargeCertification, "decisionsMade": before["decisionsMade"].(float64) + 2, "completed": false, "modified": after["modified"]}
	if diff := gocmp.Diff(any(want), at(payload, "certification")); diff != "" || before["modified"] == after["modified"] {
		t.Errorf("certification (-want +got):\n%s", diff)
	}
	wantItems := []any{
		object{"rawId": items[0], "completed": true, "decision": "APPROVE", "comments": "Needed"},
		object{"rawId": items[1], "completed": true, "decision": "APPROVE", "comments": "Needed"},
	}
	if diff := gocmp.Diff(any(wantItems), at(payload, "decidedItems")); diff != "" {
		t.Errorf("decidedItems (-want +got):\n%s", diff)
	}

	// A change of mind, and a revocation with everything that it can have.
	end := w.clock.now().Add(48 * time.Hour)
	a = w.ask(t, "reviewer-1", decideMutation, decisions(items[1:3], object{
		"decision": "REVOKE", "comments": `Moved "on" \ 50 % & more – ありがとう 🙏`, "proposedEndDate": end.Format(time.RFC3339), "bulk": true,
		"recommendation": object{"recommendation": "REVOKE", "reasons": []string{"unused"}, "timestamp": "2026-03-01T10:00:00+02:00"},
	}))
	payload = at(a.data(t), "decideReviewItems")
	wantRefusals(t, payload)
	if made := at(payload, "certification", "decisionsMade"); made != before["decisionsMade"].(float64)+3 {
		t.Errorf("%v decisions are made", made)
	}
	for _, item := range at(payload, "decidedItems").([]any) {
		if at(item, "decision") != "REVOKE" || at(item, "comments") != `Moved "on" \ 50 % & more – ありがとう 🙏` {
			t.Errorf("the item is %v", item)
		}
	}
	journal := map[string][]string{items[0]: {"APPROVE"}, items[1]: {"APPROVE", "REVOKE"}, items[2]: {"REVOKE"}}
	if diff := gocmp.Diff(journal, w.written()); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	for _, write := range w.sandbox.Writes() {
		if write.Client != "reviewer-1" || write.Operation != "makeIdentityDecision" || write.Certification != sandbox.LargeCertification {
			t.Errorf("the journal says %+v", write)
		}
	}
}

// largeTenant has so many undecided items in one certification.
func largeTenant(t *testing.T, items int) *tenant {
	t.Helper()
	return newTenant(t, setup{sandbox: sandbox.Config{Certifications: 20, Items: 3*items + 30}})
}

func TestSixHundredDecisionsTakeThreeCalls(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 600)
	items := w.undecidedItems(t, 600)
	a := w.ask(t, admin, decideMutation, decisions(items, nil))
	payload := at(a.data(t), "decideReviewItems")
	wantRefusals(t, payload)
	if diff := gocmp.Diff(anys(items), at(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(anys(items), any(column(at(payload, "decidedItems"), "rawId"))); diff != "" {
		t.Errorf("decidedItems (-want +got):\n%s", diff)
	}
	if made := at(payload, "certification", "decisionsMade"); made != float64(600) {
		t.Errorf("%v decisions are made", made)
	}
	if n := w.sandbox.Requests().Count("makeIdentityDecision"); n != 3 {
		t.Errorf("%d calls", n)
	}
	if changed := w.written(); len(changed) != 600 {
		t.Errorf("%d items changed", len(changed))
	}
}

// A call that the upstream refuses leaves those before it applied and those after it unsent.
func TestRefusedCallOfMany(t *testing.T) {
	t.Parallel()
	const none = "00000000000000000000000000000000"
	w := largeTenant(t, 510)
	items := w.undecidedItems(t, 509)
	ids := slices.Concat(items[:300], []string{none}, items[300:]) // in the second call
	a := w.ask(t, admin, decideMutation, decisions(ids, nil))
	payload := at(a.data(t), "decideReviewItems")
	wantRefusals(
		t, payload,
		object{"code": "REFUSED", "field": nil, "ids": anys(ids[250:500])},
		object{"code": "NOT_APPLIED", "field": nil, "ids": anys(ids[500:])},
	)
	if diff := gocmp.Diff(anys(ids[:250]), at(payload, "decidedItemIds")); diff != "" {
		t.Errorf("decidedItemIds (-want +got):\n%s", diff)
	}
	if n := w.sandbox.Requests().Count("makeIdentityDecision"); n != 2 {
		t.Errorf("%d calls", n)
	}
	w.wantWritten(t, ids[:250])

	// The very same of an id that cannot even be sent in the first call.
	w.sandbox.Reset()
	ids[0] = certificationID(none)
	a = w.ask(t, admin, decideMutation, decisions(ids, nil))
	wantRefusals(
		t, at(a.data(t), "decideReviewItems"),
		object{"code": "BAD_USER_INPUT", "field": []any{"decisions", "0", "itemId"}, "ids": []any{ids[0]}},
	)
	w.wantWritten(t, nil)
}

// wantWritten checks that the sandbox has changed just these items, once each.
func (w *tenant) wantWritten(t *testing.T, items []string) {
	t.Helper()
	changed := w.written()
	for _, item := range items {
		if len(changed[item]) != 1 {
			t.Errorf("%s is %v", item, changed[item])
		}
	}
	if len(changed) != len(items) {
		t.Errorf("%d items changed, want %d", len(changed), len(items))
	}
}

// A fault after a call that was applied is told in the payload, so that what was applied is
// not lost. Where nobody knows whether the failed call was applied too, the items tell.
func TestFaultInTheSecondCall(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 510)
	items := w.undecidedItems(t, 510)
	for _, each := range []struct {
		name    string
		fault   sandbox.Fault
		applied bool // all the same
		reads   int  // of items, to find out
	}{
		{"401", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}, false, 0},
		{"429", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "3600"}, false, 0},
		{"500", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}, false, 5},
		{"500 after applying", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500, Strikes: sandbox.AfterApplying}, true, 5},
		{"cut-off JSON", sandbox.Fault{Kind: sandbox.FaultTruncated}, true, 5},
		{"a page", sandbox.Fault{Kind: sandbox.FaultContentType, Body: sandbox.BodyHTML}, true, 5},
		{"no answer", sandbox.Fault{Kind: sandbox.FaultCut}, false, 5},
		{"no answer after applying", sandbox.Fault{Kind: sandbox.FaultCut, Strikes: sandbox.AfterApplying}, true, 5},
	} {
		t.Run(each.name, func(t *testing.T) {
			w.sandbox.Reset()
			each.fault.After, each.fault.Count = 1, 1
			w.spoil(t, "makeIdentityDecision", each.fault)
			a := w.ask(t, admin, strings.Replace(decideMutation, "decidedItems { rawId completed decision comments }", "", 1), decisions(items, nil))
			payload := at(a.data(t), "decideReviewItems")
			decided := items
			if each.applied {
				wantRefusals(t, payload)
			} else {
				decided = items[:250]
				wantRefusals(
					t, payload,
					object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items[250:500])},
					object{"code": "NOT_APPLIED", "field": nil, "ids": anys(items[500:])},
				)
			}
			if diff := gocmp.Diff(anys(decided), at(payload, "decidedItemIds")); diff != "" {
				t.Errorf("decidedItemIds (-want +got):\n%s", diff)
			}
			if made := at(payload, "certification", "decisionsMade"); made != float64(len(decided)) {
				t.Errorf("the certification is as of %v decisions", made)
			}
			w.wantWritten(t, decided)
			if reads := w.sandbox.Requests().Count("listIdentityAccessReviewItems"); reads != each.reads {
				t.Errorf("%d reads of items, want %d", reads, each.reads)
			}
			w.clock.advance(time.Hour) // for the next to find a fresh budget
		})
	}
}

// What people can act on is in the payload: the gateway's refusals name the input field, the
// upstream's the ids, in the form in which they came.
func TestRefusalsOfDecisions(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	item := w.undecidedItem(t)
	global := itemID(sandbox.LargeCertification, item)
	foreign := itemID(sandbox.DecidedCertification, item)
	one := func(id string, members object) object { return decisions([]string{id}, members) }
	on := func(certification string, input object) object {
		input["input"].(object)["certificationId"] = certification
		return input
	}
	at0 := func(names ...any) []any { return append([]any{"decisions", "0"}, names...) }
	signed := w.list(t, admin, "/certifications", filters(`phase eq "SIGNED"`))[0]["id"].(string)
	for _, each := range []struct {
		name  string
		input object
		want  object
	}{
		{"no decisions", decisions(nil, nil), object{"code": "BAD_USER_INPUT", "field": []any{"decisions"}, "ids": []any{}}},
		{"empty id", one("", nil), object{"code": "BAD_USER_INPUT", "field": at0("itemId"), "ids": []any{""}}},
		{"item of another certification", one(foreign, nil), object{"code": "BAD_USER_INPUT", "field": at0("itemId"), "ids": []any{foreign}}},
		{
			"certification of another type", on(global, one(item, nil)),
			object{"code": "BAD_USER_INPUT", "field": []any{"certificationId"}, "ids": []any{global}},
		},
		{"unknown certification", on("none", one(item, nil)), object{"code": "NOT_FOUND", "field": nil, "ids": []any{item}}},
		{"unknown item", one("none", nil), object{"code": "REFUSED", "field": nil, "ids": []any{"none"}}},
		{"end date with approval", one(global, object{"proposedEndDate": "2027-01-01T00:00:00Z"}), object{"code": "BAD_USER_INPUT", "field": at0("proposedEndDate"), "ids": []any{global}}},
		{"end date in the past", one(item, object{"decision": "REVOKE", "proposedEndDate": "2020-01-01T00:00:00Z"}), object{"code": "BAD_USER_INPUT", "field": at0("proposedEndDate"), "ids": []any{item}}},
		{"signed off", on(signed, one(item, nil)), object{"code": "ALREADY_SIGNED", "field": nil, "ids": []any{item}}},
		{"of a governance group", on(sandbox.CrowdCertification, one(item, nil)), object{"code": "GOVERNANCE_GROUP_UNSUPPORTED", "field": nil, "ids": []any{item}}},
	} {
		t.Run(each.name, func(t *testing.T) {
			a := w.ask(t, admin, decideMutation, each.input)
			payload := at(a.data(t), "decideReviewItems")
			wantRefusals(t, payload, each.want)
			if at(payload, "certification") != nil || len(at(payload, "decidedItemIds").([]any)) != 0 || at(payload, "decidedItems") != nil {
				t.Errorf("something was decided: %s", a.text)
			}
		})
	}
	for _, input := range []object{one(item, object{"decision": "UNRECOGNIZED"}), one(item, object{"proposedEndDate": "tomorrow", "decision": "REVOKE"})} {
		a := w.ask(t, admin, decideMutation, input)
		if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "BAD_USER_INPUT" || a.at("decideReviewItems") != nil {
			t.Errorf("got %s", a.text)
		}
	}
	w.wantWritten(t, nil)
}

func TestReassignMovesItems(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	rows := w.list(t, admin, itemsPlace.rest, filters("completed eq false"))
	items := []string{rows[0]["id"].(string), rows[1]["id"].(string)}
	summary := at(rows[len(rows)-1], "identitySummary", "id").(string)
	before := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)
	w.clock.advance(time.Hour)
	refs := []any{
		object{"id": items[0], "type": "ITEM"},
		object{"id": itemID(sandbox.LargeCertification, items[1]), "type": "ITEM"},
		object{"id": summary, "type": "IDENTITY_SUMMARY"},
	}
	a := w.ask(t, "reviewer-1", reassignMutation, references(reviewer2, `On leave "until" May`, refs...))
	payload := at(a.data(t), "reassignReviewItems")
	wantRefusals(t, payload)
	after := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)
	want := object{"rawId": sandbox.LargeCertification, "decisionsTotal": after["decisionsTotal"], "modified": after["modified"]}
	if diff := gocmp.Diff(any(want), at(payload, "certification")); diff != "" {
		t.Errorf("certification (-want +got):\n%s", diff)
	}
	moved := w.written()
	if len(moved) != int(before["decisionsTotal"].(float64)-after["decisionsTotal"].(float64)) || moved[items[0]] == nil || moved[items[1]] == nil || len(moved) < 3 {
		t.Errorf("moved are %v", moved)
	}
	// The new reviewer finds them, with where they came from.
	b := w.ask(t, "reviewer-2", `{ certifications(first: 1000) { nodes { reassignment { comment from { id certification { rawId } } } reviewItems(first: 1000) { nodes { rawId } } } } }`, nil)
	var found int
	for _, node := range b.at("certifications", "nodes").([]any) {
		if at(node, "reassignment", "comment") == `On leave "until" May` {
			found += len(column(at(node, "reviewItems", "nodes"), "rawId"))
			if at(node, "reassignment", "from", "id") != sandbox.LargeCertification {
				t.Errorf("it came from %v", at(node, "reassignment"))
			}
		}
	}
	if found != len(moved) {
		t.Errorf("the new reviewer has %d items, want %d", found, len(moved))
	}
}

func TestRefusalsOfReassignments(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 51)
	one := itemReferences(items[:1])
	global := certificationID(sandbox.LargeCertification)
	for _, each := range []struct {
		name  string
		input object
		want  []object
		sync  bool // of reassignReviewItems alone
	}{
		{
			name: "everything wrong at once",
			input: object{"input": object{
				"certificationId": taskID("x"), "reassignTo": global, "reason": " \t",
				"references": []any{object{"id": "", "type": "ITEM"}, object{"id": global, "type": "IDENTITY_SUMMARY"}},
			}},
			want: []object{
				{"code": "BAD_USER_INPUT", "field": []any{"certificationId"}, "ids": []any{taskID("x")}},
				{"code": "BAD_USER_INPUT", "field": []any{"reassignTo"}, "ids": []any{global}},
				{"code": "BAD_USER_INPUT", "field": []any{"reason"}, "ids": []any{}},
				{"code": "BAD_USER_INPUT", "field": []any{"references", "0", "id"}, "ids": []any{""}},
				{"code": "BAD_USER_INPUT", "field": []any{"references", "1", "id"}, "ids": []any{global}},
			},
		},
		{name: "no references", input: references(reviewer2, "Moved"), want: []object{{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}}}},
		{
			name: "too many references", input: references(reviewer2, "Moved", itemReferences(items)...), sync: true,
			want: []object{{"code": "BAD_USER_INPUT", "field": []any{"references"}, "ids": []any{}}},
		},
		{name: "unknown reviewer", input: references("nobody", "Moved", one...), want: []object{{"code": "REFUSED", "field": nil, "ids": anys(items[:1])}}},
		{name: "same reviewer", input: references(reviewer1, "Moved", one...), want: []object{{"code": "BAD_USER_INPUT", "field": []any{"reassignTo"}, "ids": []any{reviewer1}}}},
		{
			name: "unknown item", input: references(reviewer2, "Moved", itemReferences([]string{"none"})...), sync: true,
			want: []object{{"code": "REFUSED", "field": nil, "ids": []any{"none"}}},
		},
	} {
		for field, mutation := range map[string]string{"reassignReviewItems": reassignMutation, "reassignReviewItemsAsync": reassignAsyncMutation} {
			if each.sync && field != "reassignReviewItems" {
				continue
			}
			t.Run(field+" "+each.name, func(t *testing.T) {
				a := w.ask(t, admin, mutation, each.input)
				payload := at(a.data(t), field)
				wantRefusals(t, payload, each.want...)
				if each.name == "too many references" && !strings.Contains(at(payload, "errors", 0, "message").(string), "reassignReviewItemsAsync") {
					t.Errorf("it does not say what else to do: %s", a.text)
				}
				if tasks, _ := at(payload, "tasks").([]any); at(payload, "certification") != nil || len(tasks) > 0 {
					t.Errorf("something came of it: %s", a.text)
				}
			})
		}
	}
	w.wantWritten(t, nil)
}

func TestReassignAsyncMovesOnByTheClock(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 510)
	items := w.undecidedItems(t, 501)
	a := w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "Moved on", itemReferences(items)...))
	payload := at(a.data(t), "reassignReviewItemsAsync")
	wantRefusals(t, payload)
	tasks := at(payload, "tasks").([]any)
	if len(tasks) != 2 {
		t.Fatalf("%d tasks for 501 references", len(tasks))
	}
	var ids []any
	for _, task := range tasks {
		want := object{
			"id": taskID(at(task, "rawId").(string)), "rawId": at(task, "rawId"), "status": "QUEUED", "type": "REASSIGN",
			"targetId": sandbox.LargeCertification,
		}
		if diff := gocmp.Diff(any(want), task); diff != "" {
			t.Errorf("task (-want +got):\n%s", diff)
		}
		ids = append(ids, at(task, "id"))
	}
	const query = `query ($id: ID!, $ids: [ID!]!, $certification: ID!) {
		certificationTask(id: $id) { status }
		nodes(ids: $ids) { ... on CertificationTask { status } }
		pendingCertificationTasks(filter: {ids: $ids}) { nodes { id } }
		certification(id: $certification) { decisionsTotal pendingTasks { nodes { id } } }
	}`
	total := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)["decisionsTotal"].(float64)
	for _, step := range []struct {
		after  time.Duration
		status string
		total  float64
	}{
		{0, "QUEUED", total},
		{sandbox.DefaultTaskPace, "IN_PROGRESS", total},
		{sandbox.DefaultTaskPace, "SUCCESS", total - 501},
	} {
		w.clock.advance(step.after)
		b := w.ask(t, admin, query, object{"id": ids[0], "ids": ids, "certification": sandbox.LargeCertification})
		b.data(t)
		status := object{"status": step.status}
		pending := []any{object{"id": ids[0]}, object{"id": ids[1]}}
		if step.status == "SUCCESS" {
			pending = []any{}
		}
		var own []any // among the tasks that are there from the start
		for _, task := range b.at("certification", "pendingTasks", "nodes").([]any) {
			if slices.Contains(ids, at(task, "id")) {
				own = append(own, task)
			}
		}
		got := []any{
			b.at("certificationTask"), b.at("nodes"), b.at("pendingCertificationTasks", "nodes"), append([]any{}, own...),
			b.at("certification", "decisionsTotal"),
		}
		if diff := gocmp.Diff([]any{status, []any{status, status}, pending, pending, step.total}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.status, diff)
		}
	}
	w.wantWritten(t, items)
}

// What is wrong with a reference shows later, in the task.
func TestReassignAsyncEndsInErrors(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	rows := w.list(t, admin, itemsPlace.rest, nil)
	self := at(rows[0], "identitySummary", "identityId").(string)
	a := w.ask(t, admin, reassignAsyncMutation, references(self, "Moved on", itemReferences([]string{rows[0]["id"].(string), "none"})...))
	id := at(a.data(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
	w.clock.advance(2 * sandbox.DefaultTaskPace)
	x := newExpectation(t)
	b := w.ask(t, admin, "query ($id: ID!) { certificationTask(id: $id) "+x.selection("CertificationTask")+"}", object{"id": id})
	b.data(t)
	same(t, "task", any(x.object("CertificationTask", w.read(t, admin, "/certification-tasks/"+id))), b.at("certificationTask"))
	if b.at("certificationTask", "status") != "ERROR" || b.at("certificationTask", "errors", 0, "text") == nil ||
		b.at("certificationTask", "reassignmentTrail", 0, "newOwnerId") != self {
		t.Errorf("the task is %v", b.at("certificationTask"))
	}
	w.wantWritten(t, nil)
}

// The second task cannot be queued: the first stays, and what was not sent is told.
func TestReassignAsyncStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	w := largeTenant(t, 1_050)
	items := w.undecidedItems(t, 1_050)
	for _, each := range []struct {
		status int
		code   string
	}{{400, "REFUSED"}, {429, "NOT_APPLIED"}, {500, "NOT_APPLIED"}} {
		t.Run(fmt.Sprint(each.status), func(t *testing.T) {
			w.sandbox.Reset()
			fault := failing(each.status)
			fault.After, fault.Count, fault.RetryAfter = 1, 1, "3600" // longer than anybody waits
			w.spoil(t, "submitReassignCertsAsync", fault)
			a := w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "Moved on", itemReferences(items)...))
			payload := at(a.data(t), "reassignReviewItemsAsync")
			if tasks := at(payload, "tasks").([]any); len(tasks) != 1 {
				t.Errorf("%d tasks", len(tasks))
			}
			sent := at(payload, "errors", 0, "ids").([]any)
			left := at(payload, "errors", 1, "ids").([]any)
			wantRefusals(t, payload, object{"code": each.code, "field": nil, "ids": sent}, object{"code": "NOT_APPLIED", "field": nil, "ids": left})
			w.clock.advance(time.Hour)
			moved := w.written()
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
	w := newTenant(t, setup{})
	input := func(id string) object { return object{"input": object{"certificationId": id}} }
	refused := func(id, code string) {
		t.Helper()
		a := w.ask(t, admin, signOffMutation, input(id))
		payload := at(a.data(t), "signOffCertification")
		wantRefusals(t, payload, object{"code": code, "field": map[bool]any{true: []any{"certificationId"}}[code == "BAD_USER_INPUT"], "ids": []any{id}})
		if at(payload, "certification") != nil {
			t.Errorf("it was signed off: %s", a.text)
		}
	}
	refused(sandbox.LargeCertification, "UNDECIDED_ITEMS")
	refused("none", "NOT_FOUND")
	refused(taskID("x"), "BAD_USER_INPUT")
	w.wantWritten(t, nil)

	id := certificationID(sandbox.DecidedCertification)
	a := w.ask(t, "reviewer-1", signOffMutation, input(id))
	payload := at(a.data(t), "signOffCertification")
	wantRefusals(t, payload)
	want := object{"rawId": sandbox.DecidedCertification, "phase": "SIGNED", "signed": w.clock.now().Format("2006-01-02T15:04:05.000Z")}
	if diff := gocmp.Diff(any(want), at(payload, "certification")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refused(sandbox.DecidedCertification, "ALREADY_SIGNED")
	if writes := w.sandbox.Writes(); len(writes) != 1 || writes[0].Certification != sandbox.DecidedCertification || writes[0].Item != "" {
		t.Errorf("the journal says %+v", writes)
	}
}

// What comes after a write in the same operation sees it, also where it was read before.
func TestMutationsReadTheirOwnWrites(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	items := w.undecidedItems(t, 3)
	a := w.ask(t, admin, `mutation ($first: DecideReviewItemsInput!, $second: DecideReviewItemsInput!, $third: ReassignReviewItemsInput!) {
		first: decideReviewItems(input: $first) { certification { decisionsMade reviewItems(filter: {completed: true}) { nodes { rawId decision } } } errors { message } }
		second: decideReviewItems(input: $second) { certification { decisionsMade reviewItems(filter: {completed: true}) { nodes { rawId decision } } } decidedItems { decision } errors { message } }
		third: reassignReviewItems(input: $third) { certification { decisionsTotal reviewItems(filter: {completed: false}) { totalCount } } errors { message } }
	}`, object{
		"first":  decisions(items[:1], nil)["input"],
		"second": decisions(items[:2], object{"decision": "REVOKE"})["input"],
		"third":  references(reviewer2, "Moved on", itemReferences(items[2:])...)["input"],
	})
	a.data(t)
	total := w.read(t, admin, "/certifications/"+sandbox.LargeCertification)["decisionsTotal"].(float64)
	want := object{
		"first": object{"errors": []any{}, "certification": object{
			"decisionsMade": 1.0, "reviewItems": object{"nodes": []any{object{"rawId": items[0], "decision": "APPROVE"}}},
		}},
		"second": object{"errors": []any{}, "decidedItems": []any{object{"decision": "REVOKE"}, object{"decision": "REVOKE"}}, "certification": object{
			"decisionsMade": 2.0,
			"reviewItems":   object{"nodes": []any{object{"rawId": items[0], "decision": "REVOKE"}, object{"rawId": items[1], "decision": "REVOKE"}}},
		}},
		"third": object{"errors": []any{}, "certification": object{"decisionsTotal": total, "reviewItems": object{"totalCount": total - 2}}},
	}
	if diff := gocmp.Diff(want, a.Data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
