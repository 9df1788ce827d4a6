package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reassignment is a ReviewReassign of references given as type, id, type, id.
func reassignment(to, reason string, references ...string) map[string]any {
	list := []any{}
	for each := range slices.Chunk(references, 2) {
		list = append(list, map[string]any{"type": each[0], "id": each[1]})
	}
	return map[string]any{"reassign": list, "reassignTo": to, "reason": reason}
}

// made returns the certifications that reassignments from one have made, in order of creation.
func (n *tenant) made(from string) []map[string]any {
	n.t.Helper()
	var found []map[string]any
	for _, row := range n.listAll("org-admin", "/v3/certifications") {
		if origin, ok := at("reassignment.from.id")(row); ok && origin == from {
			found = append(found, row)
		}
	}
	return found
}

func TestReassigningItemsMakesACertification(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.undecidedWith(commentNever)
	path := "/v3/certifications/" + found.id
	before := n.get("org-admin", path).object()
	items := n.items(found.id)
	first, second := items[0], items[1]
	to := n.identityOf("idle")
	n.clock.advance(time.Hour)
	after := n.do("org-admin", "POST", path+"/reassign", reassignment(to, `He knows "better"`, "ITEM", first["id"].(string))).object()

	want := maps.Clone(before)
	want["decisionsTotal"] = before["decisionsTotal"].(float64) - 1
	want["modified"] = stamp(n.clock.time())
	if first["identitySummary"].(map[string]any)["id"] != second["identitySummary"].(map[string]any)["id"] {
		want["identitiesTotal"] = before["identitiesTotal"].(float64) - 1
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("the origin: %s", diff)
	}
	made := n.get("idle", "/v3/certifications").rows()
	if len(made) != 1 {
		t.Fatalf("the new reviewer has %d certifications", len(made))
	}
	moved := n.items(made[0]["id"].(string))
	if len(moved) != 1 || moved[0]["id"] != first["id"] {
		t.Errorf("moved: %v", moved)
	}
	if diff := cmp.Diff(first["accessSummary"], moved[0]["accessSummary"]); diff != "" {
		t.Errorf("what the item is about changed: %s", diff)
	}
	wantMade := maps.Clone(before)
	maps.Copy(wantMade, map[string]any{
		"id": made[0]["id"], "created": stamp(n.clock.time()), "modified": stamp(n.clock.time()), "decisionsTotal": 1.0,
		"identitiesTotal": 1.0, "reviewer": made[0]["reviewer"], "reassignment": map[string]any{
			"comment": `He knows "better"`,
			"from":    map[string]any{"id": before["id"], "name": before["name"], "type": "CERTIFICATION", "reviewer": before["reviewer"]},
		},
	})
	if diff := cmp.Diff(wantMade, made[0]); diff != "" {
		t.Errorf("the new certification: %s", diff)
	}
	if got, _ := at("reviewer.id")(made[0]); got != to || made[0]["id"] == before["id"] {
		t.Errorf("reviewed by %v, id %v", got, made[0]["id"])
	}
	for _, left := range n.items(found.id) {
		if left["id"] == first["id"] {
			t.Error("the item is still at the origin")
		}
	}
	// The new reviewer may use it, the old may not.
	n.get("idle", "/v3/certifications/"+made[0]["id"].(string))
	n.do("reviewer-5", "GET", "/v3/certifications/"+made[0]["id"].(string), nil).refused(403, "403")
}

func TestReassigningSummariesMovesTheirUndecidedItems(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"IDENTITY_SUMMARY", "TARGET_SUMMARY"} {
		n := newTenant(t, Config{})
		items := n.items(LargeCertification)
		summary, _ := at("identitySummary.id")(items[0])
		var of []string
		for _, each := range items {
			if id, _ := at("identitySummary.id")(each); id == summary {
				of = append(of, each["id"].(string))
			}
		}
		if len(of) < 2 {
			t.Fatalf("the summary has %d items", len(of))
		}
		path := "/v3/certifications/" + LargeCertification
		n.do("reviewer-1", "POST", path+"/decide", []any{decisionOn(of[0], "APPROVE")})
		to := n.identityOf("reviewer-2")
		after := n.do("reviewer-1", "POST", path+"/reassign", reassignment(to, "x", kind, summary.(string))).object()
		if got := after["decisionsTotal"]; got != float64(len(items)-len(of)+1) {
			t.Errorf("%s: %v items stayed", kind, got)
		}
		made := n.made(LargeCertification)
		if len(made) != 1 {
			t.Fatalf("%d certifications made", len(made))
		}
		moved := n.items(made[0]["id"].(string))
		var got []string
		for _, each := range moved {
			got = append(got, each["id"].(string))
			if id, _ := at("identitySummary.id")(each); id == summary {
				t.Errorf("%s: the summary that was split kept its id in both certifications", kind)
			}
			if identity, _ := at("identitySummary.identityId")(each); identity != items[0]["identitySummary"].(map[string]any)["identityId"] {
				t.Errorf("%s: the summary is of %v", kind, identity)
			}
		}
		if diff := cmp.Diff(of[1:], got); diff != "" {
			t.Errorf("%s moved %s", kind, diff)
		}
	}
}

func TestReassigningEverythingLeavesAnEmptyOrigin(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.reviewedBy("reviewer-3")
	var references []string
	summaries := map[string]bool{}
	for _, each := range n.items(found.id) {
		id, _ := at("identitySummary.id")(each)
		if !summaries[id.(string)] {
			summaries[id.(string)] = true
			references = append(references, "IDENTITY_SUMMARY", id.(string))
		}
	}
	after := n.do("reviewer-3", "POST", "/v3/certifications/"+found.id+"/reassign", reassignment(n.identityOf("idle"), "x", references...)).object()
	for member, want := range map[string]any{
		"phase": "ACTIVE", "completed": true, "decisionsTotal": 0.0, "decisionsMade": 0.0, "identitiesTotal": 0.0, "identitiesCompleted": 0.0,
	} {
		if after[member] != want {
			t.Errorf("%s is %v, want %v", member, after[member], want)
		}
	}
	n.do("reviewer-3", "POST", "/v3/certifications/"+found.id+"/sign-off", nil).refused(400, "400.1")
	// Summaries that moved whole are the same as before.
	for _, each := range n.items(n.made(found.id)[0]["id"].(string)) {
		if id, _ := at("identitySummary.id")(each); !summaries[id.(string)] {
			t.Errorf("summary %v is new", id)
		}
	}
}

func TestSplitSummaries(t *testing.T) {
	t.Parallel()
	for _, split := range []bool{false, true} {
		n := newTenant(t, Config{SplitSummaries: split})
		items := n.items(LargeCertification)
		to := n.identityOf("idle")
		for i := range 2 {
			n.clock.advance(time.Second)
			n.do("org-admin", "POST", "/v3/certifications/"+LargeCertification+"/reassign", reassignment(to, fmt.Sprint("call ", i), "ITEM", items[i]["id"].(string)))
		}
		made := n.made(LargeCertification)
		summaries := map[any]bool{}
		for _, each := range made {
			for _, row := range n.items(each["id"].(string)) {
				id, _ := at("identitySummary.id")(row)
				summaries[id] = true
			}
		}
		want := 1
		if split {
			want = 2
		}
		if len(made) != want || len(summaries) != want {
			t.Errorf("split %v: %d certifications, %d summaries", split, len(made), len(summaries))
		}
		if got, _ := at("reassignment.comment")(made[len(made)-1]); got != "call 1" {
			t.Errorf("split %v: comment %v", split, got)
		}
	}
}

// The definition does not say which certification a reassignment returns.
func TestReassignReturnsEitherCertification(t *testing.T) {
	t.Parallel()
	for _, target := range []bool{false, true} {
		n := newTenant(t, Config{ReassignReturnsTarget: target})
		item := n.items(LargeCertification)[0]["id"].(string)
		got := n.do("org-admin", "POST", "/v3/certifications/"+LargeCertification+"/reassign", reassignment(n.identityOf("idle"), "Moved on", "ITEM", item)).object()["id"]
		want := any(LargeCertification)
		if target {
			want = n.made(LargeCertification)[0]["id"]
		}
		if got != want {
			t.Errorf("target %v: it returns %v, want %v", target, got, want)
		}
	}
}

func TestRefusedReassignments(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/certifications/" + LargeCertification
	items := n.items(LargeCertification)
	first := items[0]["id"].(string)
	decided := items[len(items)-1]["id"].(string)
	n.do("org-admin", "POST", path+"/decide", []any{decisionOn(decided, "APPROVE")})
	idle := n.identityOf("idle")
	owner := items[0]["identitySummary"].(map[string]any)["identityId"].(string)
	references := func(count int) []string {
		return slices.Repeat([]string{"ITEM", first}, count)
	}
	before := n.get("org-admin", path).object()
	for _, test := range []struct {
		name  string
		body  any
		code  string
		later bool // with reassign-async only the task fails
	}{
		{"no JSON", `{`, "400.1", false},
		{"an array", `[]`, "400.1", false},
		{"unknown member", map[string]any{"reassign": []any{}, "reassignTo": idle, "reason": "x", "why": 1}, "400.1", false},
		{"no references", reassignment(idle, "x"), "400.1.0", false},
		{"null references", map[string]any{"reassign": nil, "reassignTo": idle, "reason": "x"}, "400.1.0", false},
		{"no reviewer", reassignment("", "x", "ITEM", first), "400.1.0", false},
		{"no reason", reassignment(idle, "", "ITEM", first), "400.1.0", false},
		{"blank reason", reassignment(idle, "  ", "ITEM", first), "400.1.0", false},
		{"no id", reassignment(idle, "x", "ITEM", ""), "400.1.0", false},
		{"no type", reassignment(idle, "x", "", first), "400.1.0", false},
		{"unknown type", reassignment(idle, "x", "IDENTITY", first), "400.1.3", false},
		{"too many", reassignment(idle, "x", references(maxAsyncReferences+1)...), "400.1.4", false},
		{"unknown reviewer", reassignment("nobody", "x", "ITEM", first), "400.1.404", false},
		{"a governance group", reassignment(n.state.Load().certificationsByID[CrowdCertification].reviewer.wire.ID, "x", "ITEM", first), "400.1.404", false},
		{"the reviewer now", reassignment(n.identityOf("reviewer-1"), "x", "ITEM", first), "400.1.3", false},
		{"unknown item", reassignment(idle, "x", "ITEM", first, "ITEM", "none"), "400.1.404", true},
		{"an identity for its summary", reassignment(idle, "x", "IDENTITY_SUMMARY", owner), "400.1.404", true},
		{"a decided item", reassignment(idle, "x", "ITEM", first, "ITEM", decided), "400.1", true},
		{"one's own access", reassignment(owner, "x", "ITEM", first), "400.1.3", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := &tenant{n.Sandbox, t, n.clock, n.server, n.tokens}
			n.do("org-admin", "POST", path+"/reassign", test.body).refused(400, test.code)
			answered := n.do("org-admin", "POST", path+"/reassign-async", test.body)
			if !test.later {
				answered.refused(400, test.code)
				return
			}
			submitted := answered.object()
			if answered.status != 200 || submitted["status"] != "QUEUED" {
				t.Fatalf("%d %s", answered.status, answered.body)
			}
			n.clock.advance(2 * DefaultTaskPace)
			ended := n.get("org-admin", "/v3/certification-tasks/"+submitted["id"].(string)).object()
			if ended["status"] != "ERROR" || len(ended["errors"].([]any)) < 2 {
				t.Errorf("ended as %v", ended)
			}
			trail := ended["reassignmentTrailDTOs"].([]any)
			if test.name != "one's own access" {
				if len(trail) != 0 {
					t.Errorf("trail %v", trail)
				}
				return
			}
			want := []any{map[string]any{"previousOwner": n.identityOf("reviewer-1"), "newOwner": owner, "reassignmentType": "MANUAL_REASSIGNMENT"}}
			if diff := cmp.Diff(want, trail); diff != "" {
				t.Errorf("trail %s", diff)
			}
		})
	}
	if diff := cmp.Diff(before, n.get("org-admin", path).object()); diff != "" {
		t.Errorf("refused reassignments changed the certification: %s", diff)
	}
	// The limits of the two operations differ.
	fifty := reassignment(idle, "x", references(maxReferences+1)...)
	n.do("org-admin", "POST", path+"/reassign", fifty).refused(400, "400.1.4")
	if answered := n.do("org-admin", "POST", path+"/reassign-async", fifty); answered.status != 200 {
		t.Errorf("51 references later: %d %s", answered.status, answered.body)
	}
	if answered := n.do("org-admin", "POST", path+"/reassign", reassignment(idle, "x", references(maxReferences)...)); answered.status != 200 {
		t.Errorf("50 references now: %d %s", answered.status, answered.body)
	}
}

func TestTasksMoveWithTime(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{TaskPace: 3 * time.Second})
	path := "/v3/certifications/" + LargeCertification
	items := n.items(LargeCertification)
	submitted := n.do("reviewer-1", "POST", path+"/reassign-async", reassignment(n.identityOf("idle"), "x", "ITEM", items[0]["id"].(string))).object()
	want := map[string]any{
		"id": submitted["id"], "type": "REASSIGN", "targetType": "CERTIFICATION", "targetId": LargeCertification, "status": "QUEUED",
		"errors": []any{}, "reassignmentTrailDTOs": []any{}, "created": stamp(n.clock.time()),
	}
	if diff := cmp.Diff(want, submitted); diff != "" {
		t.Errorf("submitted: %s", diff)
	}
	task := "/v3/certification-tasks/" + submitted["id"].(string)
	pending := withQuery("/v3/certification-tasks", "filters", `id eq "`+submitted["id"].(string)+`"`)
	begin := n.clock.time()
	for _, step := range []struct {
		after   time.Duration
		status  string
		pending int
		items   int
	}{
		{0, "QUEUED", 1, 1150},
		{3*time.Second - 1, "QUEUED", 1, 1150},
		{3 * time.Second, "IN_PROGRESS", 1, 1150},
		{6*time.Second - 1, "IN_PROGRESS", 1, 1150},
		{6 * time.Second, "SUCCESS", 0, 1149},
		{24*time.Hour + 6*time.Second - 1, "SUCCESS", 0, 1149},
	} {
		n.clock.advance(begin.Add(step.after).Sub(n.clock.time()))
		if step.after > time.Hour {
			clear(n.tokens) // they have expired
		}
		if got := n.get("reviewer-1", task).object()["status"]; got != step.status {
			t.Errorf("after %s: %v, want %s", step.after, got, step.status)
		}
		if got := len(n.get("reviewer-1", pending).rows()); got != step.pending {
			t.Errorf("after %s: %d pending", step.after, got)
		}
		if got := n.get("reviewer-1", path).object()["decisionsTotal"]; got != float64(step.items) {
			t.Errorf("after %s: %v items", step.after, got)
		}
	}
	// It took effect when it ended, not when a client looked.
	ended := begin.Add(6 * time.Second)
	if got := n.made(LargeCertification)[0]["created"]; got != stamp(ended) {
		t.Errorf("made at %v, want %v", got, stamp(ended))
	}
	if writes := n.Writes(); len(writes) != 1 || !writes[0].Time.Equal(ended) || writes[0].Operation != "submitReassignCertsAsync" {
		t.Errorf("writes %v", writes)
	}
	n.clock.advance(begin.Add(24*time.Hour + 6*time.Second).Sub(n.clock.time()))
	n.do("org-admin", "GET", task, nil).refused(404, "404")
}

func TestTasksAreForTheReviewersOfTheirTarget(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/certification-tasks/" + SucceededTask // of a certification of reviewer-1
	n.get("reviewer-1", path)
	n.get("cert-admin", path)
	n.do("reviewer-2", "GET", path, nil).refused(403, "403")
	n.do("org-admin", "GET", "/v3/certification-tasks/none", nil).refused(404, "404")

	all := n.listAll("org-admin", "/v3/certification-tasks")
	for _, row := range all {
		if row["targetType"] == "CAMPAIGN" {
			n.do("reviewer-1", "GET", "/v3/certification-tasks/"+row["id"].(string), nil).refused(403, "403")
		}
		if row["status"] != "QUEUED" && row["status"] != "IN_PROGRESS" {
			t.Errorf("listed: %v", row)
		}
	}
	mine := n.listAll("reviewer-1", "/v3/certification-tasks")
	if len(mine) == 0 || len(mine) >= len(all) {
		t.Errorf("reviewer-1 sees %d of %d", len(mine), len(all))
	}
	for _, row := range mine {
		n.get("reviewer-1", "/v3/certifications/"+row["targetId"].(string))
	}
	if diff := cmp.Diff(ids(mine), ids(n.listAll("org-admin", withQuery("/v3/certification-tasks", "reviewer-identity", n.identityOf("reviewer-1"))))); diff != "" {
		t.Error(diff)
	}
}

func TestTasksOfTheStartTakeEffectInTheEnd(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	before := n.get("org-admin", "/v3/certifications/"+LargeCertification).object()["decisionsTotal"]
	n.clock.advance(farEnd + 24*time.Hour)
	clear(n.tokens)
	if got := n.get("org-admin", "/v3/certification-tasks").rows(); len(got) != 0 {
		t.Errorf("%d tasks are pending", len(got))
	}
	after := n.get("org-admin", "/v3/certifications/"+LargeCertification).object()["decisionsTotal"]
	if before != 1150.0 || after.(float64) > 10 {
		t.Errorf("the bulk move left %v of %v", after, before)
	}
	for _, row := range n.listAll("org-admin", withQuery("/v3/certifications", "filters", `campaign.id eq "`+StagedCampaign+`"`)) {
		if row["phase"] != "ACTIVE" {
			t.Errorf("not activated: %v", row["phase"])
		}
	}
}
