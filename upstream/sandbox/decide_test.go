package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// decisionOn returns a ReviewDecision with the given members as well as the required ones.
func decisionOn(id, decision string, more ...any) map[string]any {
	body := map[string]any{"id": id, "decision": decision, "bulk": false}
	for member := range slices.Chunk(more, 2) {
		body[member[0].(string)] = member[1]
	}
	return body
}

// undecidedWith returns an untouched ACTIVE certification with that rule on comments.
func (n *tenant) undecidedWith(rule string) *certification {
	return n.certificationOf("undecided with "+rule, func(c *certification) bool {
		return c.campaign.wire.MandatoryCommentRequirement == rule && c.phase == active && c.decided == 0 && len(c.items) > 6 && len(c.items) <= maxDecisions &&
			c.reviewer.identity != nil && c.campaign.sunsetComments && len(c.summaries) > 1
	})
}

// items reads the items of a certification.
func (n *tenant) items(of string) []map[string]any {
	n.t.Helper()
	return n.listAll("org-admin", "/v3/certifications/"+of+"/access-review-items")
}

func TestDecidingMovesTheCounters(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.reviewedBy("reviewer-1")
	path := "/v3/certifications/" + found.id
	before := n.get("reviewer-1", path).object()
	items := n.items(found.id)
	n.clock.advance(time.Hour)

	var all []any
	for i, each := range items {
		all = append(all, decisionOn(each["id"].(string), "APPROVE", "comments", fmt.Sprintf("reason %d", i)))
	}
	after := n.do("reviewer-1", "POST", path+"/decide", all[:1]).object()
	if diff := cmp.Diff(after, n.get("reviewer-1", path).object()); diff != "" {
		t.Errorf("the answer is not the certification as it stands: %s", diff)
	}
	want := maps.Clone(before)
	want["decisionsMade"] = 1.0
	want["modified"] = stamp(n.clock.time())
	if diff := cmp.Diff(want, after, cmpopts.IgnoreMapEntries(func(name string, _ any) bool { return name == "identitiesCompleted" })); diff != "" {
		t.Errorf("one decision: %s", diff)
	}

	// The rest, except the last.
	after = n.do("reviewer-1", "POST", path+"/decide", all[1:len(all)-1]).object()
	if after["decisionsMade"] != float64(len(all)-1) || after["completed"] != false || after["identitiesCompleted"] != after["identitiesTotal"].(float64)-1 {
		t.Errorf("all but one: %v", after)
	}
	// Again, with the opposite decision if it may be revoked: replaced, not counted twice.
	again := decisionOn(items[0]["id"].(string), "APPROVE")
	after = n.do("reviewer-1", "POST", path+"/decide", []any{again}).object()
	if after["decisionsMade"] != float64(len(all)-1) {
		t.Errorf("decided again: %v", after["decisionsMade"])
	}
	if got := n.items(found.id)[0]; got["comments"] != nil || got["decision"] != "APPROVE" || got["completed"] != true {
		t.Errorf("decided again without a comment: %v", got)
	}
	after = n.do("reviewer-1", "POST", path+"/decide", all[len(all)-1:]).object()
	if after["completed"] != true || after["identitiesCompleted"] != after["identitiesTotal"] || after["phase"] != "ACTIVE" {
		t.Errorf("all: %v", after)
	}
	for i, each := range n.items(found.id) {
		summary := each["identitySummary"].(map[string]any)
		if i > 0 && each["comments"] != fmt.Sprintf("reason %d", i) || summary["completed"] != true {
			t.Errorf("item %d: %v, summary %v", i, each["comments"], summary)
		}
	}
	if got := len(n.get("reviewer-1", withQuery(path+"/access-review-items", "filters", "completed eq false")).rows()); got != 0 {
		t.Errorf("%d items are pending", got)
	}
}

func TestLastDecisionOnAnItemWins(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.undecidedWith(commentNever)
	id := found.items[1].id
	n.do("org-admin", "POST", "/v3/certifications/"+found.id+"/decide", []any{
		decisionOn(id, "REVOKE", "comments", "first"), decisionOn(found.items[2].id, "APPROVE"), decisionOn(id, "APPROVE", "comments", "last"),
	})
	got := n.items(found.id)[1]
	if got["decision"] != "APPROVE" || got["comments"] != "last" {
		t.Errorf("%v", got)
	}
	if writes := n.Writes(); len(writes) != 2 {
		t.Errorf("%d writes for two items: %v", len(writes), writes)
	}
}

func TestRefusedDecisions(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	plain, careful, always := n.undecidedWith(commentNever), n.undecidedWith(commentOnRevoke), n.undecidedWith(commentAlways)
	later, earlier := stamp(n.clock.time().Add(time.Hour)), stamp(n.clock.time().Add(-time.Hour))
	id := func(c *certification) string { return c.items[0].id }
	many := make([]any, maxDecisions+1)
	for i := range many {
		many[i] = decisionOn(id(plain), "APPROVE")
	}
	without := func(member string) []any {
		body := decisionOn(id(plain), "APPROVE")
		delete(body, member)
		return []any{body}
	}
	one := func(c *certification, decision string, more ...any) []any {
		return []any{decisionOn(id(c), decision, more...)}
	}
	for _, test := range []struct {
		name string
		on   *certification
		body any
		code string
	}{
		{"no JSON", plain, `{`, "400.1"},
		{"nothing", plain, ``, "400.1"},
		{"no array", plain, `{"id":"x"}`, "400.1"},
		{"two values", plain, `[] []`, "400.1"},
		{"wrong type", plain, `[{"id":1,"decision":"APPROVE","bulk":true}]`, "400.1"},
		{"bulk is no boolean", plain, `[{"id":"x","decision":"APPROVE","bulk":"true"}]`, "400.1"},
		{"unknown member", plain, one(plain, "APPROVE", "comment", "typo"), "400.1"},
		{"duplicate member", plain, `[{"id":"x","id":"y","decision":"APPROVE","bulk":true}]`, "400.1"},
		{"null", plain, `null`, "400.1.0"},
		{"none", plain, []any{}, "400.1.0"},
		{"no id", plain, without("id"), "400.1.0"},
		{"blank id", plain, []any{decisionOn(" ", "APPROVE")}, "400.1.0"},
		{"no decision", plain, without("decision"), "400.1.0"},
		{"no bulk", plain, without("bulk"), "400.1.0"},
		{"null bulk", plain, one(plain, "APPROVE", "bulk", nil), "400.1.0"},
		{"unknown decision", plain, one(plain, "ACKNOWLEDGE"), "400.1.3"},
		{"lower-case decision", plain, one(plain, "approve"), "400.1.3"},
		{"too many", plain, many, "400.1.4"},
		{"unknown item", plain, []any{decisionOn(id(plain), "APPROVE"), decisionOn("none", "APPROVE")}, "400.1.404"},
		{"item of another certification", plain, one(careful, "APPROVE"), "400.1.404"},
		{"revoked without a comment", careful, one(careful, "REVOKE"), "400.1.0"},
		{"revoked with a blank comment", careful, one(careful, "REVOKE", "comments", " \n"), "400.1.0"},
		{"approved without a comment", always, one(always, "APPROVE"), "400.1.0"},
		{"end date with approve", plain, one(plain, "APPROVE", "proposedEndDate", later), "400.1.3"},
		{"end date in the past", plain, one(plain, "REVOKE", "proposedEndDate", earlier, "comments", "x"), "400.1.3"},
		{"end date that is none", plain, one(plain, "REVOKE", "proposedEndDate", "soon", "comments", "x"), "400.1.3"},
		{"end date without a comment", plain, one(plain, "REVOKE", "proposedEndDate", later), "400.1.0"},
		{"odd recommendation", plain, one(plain, "APPROVE", "recommendation", map[string]any{"timestamp": "soon"}), "400.1.3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := &tenant{n.Sandbox, t, n.clock, n.server, n.tokens}
			n.do("org-admin", "POST", "/v3/certifications/"+test.on.id+"/decide", test.body).refused(400, test.code)
		})
	}
	for _, each := range []*certification{plain, careful, always} {
		if got := n.get("org-admin", "/v3/certifications/"+each.id).object()["decisionsMade"]; got != 0.0 {
			t.Errorf("a refused batch applied %v decisions", got)
		}
	}
	if got := n.Writes(); len(got) > 0 {
		t.Errorf("refused batches left %v", got)
	}
}

func TestAcceptedDecisions(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	later := stamp(n.clock.time().Add(time.Hour))
	for _, test := range []struct {
		name string
		rule string
		body map[string]any
	}{
		{"approve without a comment", commentOnRevoke, decisionOn("", "APPROVE")},
		{"revoke with a comment", commentOnRevoke, decisionOn("", "REVOKE", "comments", "x")},
		{"revoke without a comment", commentNever, decisionOn("", "REVOKE")},
		{"revoke later", commentNever, decisionOn("", "REVOKE", "proposedEndDate", later, "comments", "x")},
		{"everything", commentAlways, decisionOn("", "REVOKE", "proposedEndDate", later, "comments", "x", "bulk", true,
			"recommendation", map[string]any{"recommendation": nil, "reasons": []string{"a"}, "timestamp": later})},
		{"odd text", commentAlways, decisionOn("", "APPROVE", "comments", "\"\\ <b>🚀\u0001\n 李")},
	} {
		found := n.undecidedWith(test.rule)
		at := 1
		for found.items[at].access.role != nil {
			at++
		}
		test.body["id"] = found.items[at].id
		answered := n.do("org-admin", "POST", "/certifications/v1/"+found.id+"/decide", []any{test.body})
		if answered.status != 200 {
			t.Errorf("%s: %d %s", test.name, answered.status, answered.body)
			continue
		}
		got := n.items(found.id)[at]
		if got["decision"] != test.body["decision"] || got["comments"] != test.body["comments"] {
			t.Errorf("%s: %v", test.name, got)
		}
		n.Reset()
	}
}

func TestRolesAssignedByCriteriaCannotBeRevoked(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	fixed := func(i *item) bool { return i.access.role != nil && !i.access.role.wire.Revocable }
	found := n.certificationOf("with a fixed role", func(c *certification) bool {
		return c.phase == active && c.reviewer.identity != nil && slices.ContainsFunc(c.items, fixed)
	})
	id := found.items[slices.IndexFunc(found.items, fixed)].id
	path := "/v3/certifications/" + found.id + "/decide"
	n.do("org-admin", "POST", path, []any{decisionOn(id, "REVOKE", "comments", "x")}).refused(400, "400.1")
	if got := n.do("org-admin", "POST", path, []any{decisionOn(id, "APPROVE", "comments", "x")}); got.status != 200 {
		t.Errorf("acknowledged: %d %s", got.status, got.body)
	}
}

func TestBodiesOfTheWrongKind(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	for _, operation := range []string{"decide", "reassign", "reassign-async"} {
		path := "/v3/certifications/" + LargeCertification + "/" + operation
		n.do("org-admin", "POST", path, strings.Repeat(" ", maxBody+1)).refused(413, "413")
		for _, mediaType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", ";"} {
			request := n.request("org-admin", "POST", path, "[]")
			request.Header.Set("Content-Type", mediaType)
			n.send(request, []byte("[]")).refused(415, "415")
		}
		request := n.request("org-admin", "POST", path, "[]")
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
		n.send(request, []byte("[]")).refused(400, map[bool]string{true: "400.1.0", false: "400.1"}[operation == "decide"])
	}
}

func TestSignOff(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	path := "/v3/certifications/" + DecidedCertification
	before := n.get("reviewer-1", path).object()
	n.do("org-admin", "POST", "/v3/certifications/"+LargeCertification+"/sign-off", nil).refused(400, "400.1")
	n.do("org-admin", "POST", "/v3/certifications/"+EmptyCertification+"/sign-off", nil).refused(400, "400.1")

	n.clock.advance(time.Minute)
	signedAt := stamp(n.clock.time())
	want := maps.Clone(before)
	want["phase"], want["signed"], want["modified"] = "SIGNED", signedAt, signedAt
	if diff := cmp.Diff(want, n.do("reviewer-1", "POST", path+"/sign-off", nil).object()); diff != "" {
		t.Errorf("signed off: %s", diff)
	}
	n.clock.advance(time.Minute)
	n.do("reviewer-1", "POST", path+"/sign-off", nil).refused(400, "400.1")
	item := n.items(DecidedCertification)[0]["id"].(string)
	n.do("reviewer-1", "POST", path+"/decide", []any{decisionOn(item, "APPROVE")}).refused(400, "400.1")
	if diff := cmp.Diff(want, n.get("reviewer-1", path).object()); diff != "" {
		t.Errorf("later: %s", diff)
	}
	last := n.get("reviewer-1", withQuery("/v3/certifications", "sorters", "-signed", "filters", `phase eq "SIGNED"`, "limit", "1")).rows()
	if last[0]["id"] != DecidedCertification {
		t.Errorf("the latest sign-off is %v", last[0]["id"])
	}
}

func TestWritesAreRecorded(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	item := n.items(DecidedCertification)[0]["id"].(string)
	path := "/v3/certifications/" + DecidedCertification
	request := n.request("reviewer-1", "POST", path+"/decide", `[{"id":"`+item+`","decision":"REVOKE","bulk":true,"comments":"no"}]`)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", "request 1")
	n.send(request, []byte(`[{"id":"`+item+`","decision":"REVOKE","bulk":true,"comments":"no"}]`))
	first := n.clock.time()
	n.clock.advance(time.Second)
	n.do("org-admin", "POST", path+"/sign-off", nil)
	want := []Write{
		{
			Time: first, Operation: "makeIdentityDecision", Client: "reviewer-1", Request: "request 1",
			Certification: DecidedCertification, Item: item, Decision: "REVOKE", Comments: "no",
		},
		{Time: n.clock.time(), Operation: "signOffIdentityCertification", Client: "org-admin", Certification: DecidedCertification},
	}
	if diff := cmp.Diff(want, n.Writes()); diff != "" {
		t.Error(diff)
	}
	n.Reset()
	if got := n.Writes(); len(got) != 0 {
		t.Errorf("after a reset: %v", got)
	}
}
