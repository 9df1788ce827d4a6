package mutation_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// cached makes the gateway keep what it reads, for as long as the tenant's clock stands still.
func cached(c *upstream.Config) { c.CacheTTL = time.Minute }

// After each write, every caller of this gateway reads its effect, whatever was read before.
func TestEveryReadShowsTheWritesBeforeIt(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: cached})
	items := w.UndecidedItems(t, 2)
	callers := []string{"reviewer-1", graphtest.Admin, "cert-admin"} // the first one writes
	for _, each := range []struct {
		name, field, mutation string
		input                 graphtest.Object
		certification, item   string
	}{
		{"decision", "decideReviewItems", decideOnly, decisions(items[:1], nil), sandbox.LargeCertification, items[0]},
		{
			"another decision", "decideReviewItems", decideOnly, decisions(items[:1], graphtest.Object{"decision": "REVOKE", "comment": "Left"}),
			sandbox.LargeCertification, items[0],
		},
		{
			"reassignment", "reassignReviewItems", graphtest.ReassignMutation, graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(items[1:])...),
			sandbox.LargeCertification, items[1],
		},
		{
			"sign-off", "signOffCertification", graphtest.SignOffMutation,
			graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}},
			sandbox.DecidedCertification, w.List(t, graphtest.Admin, "/certifications/"+sandbox.DecidedCertification+"/access-review-items", nil)[0]["id"].(string),
		},
	} {
		before := expected(t, w, each.certification, each.item)
		for _, caller := range callers {
			seen(t, w, caller, each.certification, each.item)
			calls := w.Sandbox.Requests().Total
			graphtest.Same(t, each.name+": before, "+caller, before, seen(t, w, caller, each.certification, each.item))
			if n := w.Sandbox.Requests().Total - calls; n != 0 {
				t.Errorf("%s: %d calls for what is kept: it proves nothing", each.name, n)
			}
		}
		wantRefusals(t, graphtest.At(w.Ask(t, callers[0], each.mutation, each.input).OK(t), each.field))
		after := expected(t, w, each.certification, each.item)
		if gocmp.Equal(before, after) {
			t.Errorf("%s changed nothing that can be seen", each.name)
		}
		for _, caller := range callers {
			graphtest.Same(t, each.name+": after, "+caller, after, seen(t, w, caller, each.certification, each.item))
		}
	}
}

// Reads show the effect of a write whose response was lost.
func TestReadsShowAWriteWhoseResponseWasLost(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: cached})
	item := w.UndecidedItem(t)
	for _, caller := range []string{graphtest.Admin, "reviewer-1"} {
		seen(t, w, caller, sandbox.LargeCertification, item)
	}
	if err := w.Sandbox.SetFaults(cut("makeIdentityDecision", sandbox.AfterApplying)); err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, decisions([]string{item}, nil)).OK(t), "decideReviewItems"))
	want := expected(t, w, sandbox.LargeCertification, item)
	for _, caller := range []string{graphtest.Admin, "reviewer-1"} {
		graphtest.Same(t, caller, want, seen(t, w, caller, sandbox.LargeCertification, item))
	}
}

// A read that began before a write and ends after it may show either state; but callers who read after
// the write do not join it, and its result is not kept for them.
func TestAReadThatOverlapsAWriteIsNotShared(t *testing.T) {
	t.Parallel()
	var holding atomic.Bool
	arrived, release := make(chan struct{}), make(chan struct{})
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: cached, Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.UserAgent() != "certql" || !strings.HasSuffix(r.URL.Path, sandbox.LargeCertification) ||
				!holding.CompareAndSwap(true, false) {
				next.ServeHTTP(rw, r)
				return
			}
			held := &heldAnswer{ResponseWriter: rw, arrived: arrived, release: release}
			next.ServeHTTP(held, r) // which reads, and answers when it is released
		})
	}})
	item := w.UndecidedItem(t)
	const query = `query ($id: ID!) { certification(id: $id) { decisionsMade } }`
	id := graphtest.Object{"id": sandbox.LargeCertification}
	made := func(a graphtest.Answer) float64 {
		return graphtest.At(a.OK(t), "certification", "decisionsMade").(float64)
	}

	holding.Store(true)
	early := make(chan graphtest.Answer)
	token := w.Token(t, graphtest.Admin)
	go func() { early <- w.AskWith(t, token, query, id) }()
	<-arrived
	wantRefusals(t, graphtest.At(w.Ask(t, "reviewer-1", decideOnly, decisions([]string{item}, nil)).OK(t), "decideReviewItems"))
	if n := made(w.Ask(t, graphtest.Admin, query, id)); n != 1 {
		t.Errorf("after the write, %v decisions are made", n)
	}
	close(release)
	if n := made(<-early); n != 0 {
		t.Errorf("the read before the write shows %v decisions: it proves nothing", n)
	}
	if n := made(w.Ask(t, graphtest.Admin, query, id)); n != 1 {
		t.Errorf("after the late read, %v decisions are made", n)
	}
}

// A heldAnswer is a response that is held back until it is released.
type heldAnswer struct {
	http.ResponseWriter
	arrived, release chan struct{}
	held             bool
}

func (a *heldAnswer) hold() {
	if !a.held {
		a.held = true
		close(a.arrived)
		<-a.release
	}
}

func (a *heldAnswer) WriteHeader(status int) {
	a.hold()
	a.ResponseWriter.WriteHeader(status)
}

func (a *heldAnswer) Write(part []byte) (int, error) {
	a.hold()
	return a.ResponseWriter.Write(part)
}

// The precheck goes by what the certification is now, not by what was read a moment ago, since others
// than this gateway write too.
func TestPrechecksReadPastTheCache(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 60, Items: 2_000}, ToUpstream: cached})
	var staged string
	for _, row := range w.List(t, graphtest.Admin, "/certifications", graphtest.Filters(`phase eq "STAGED"`)) {
		if graphtest.At(row, "reviewer", "type") == "IDENTITY" && graphtest.At(row, "campaign", "id") == sandbox.StagedCampaign {
			staged = row["id"].(string)
		}
	}
	item := w.List(t, graphtest.Admin, "/certifications/"+staged+"/access-review-items", nil)[0]["id"].(string)
	input := decidingOn(staged, graphtest.Object{"itemId": item, "decision": "APPROVE", "comment": "Needed"})
	seen(t, w, graphtest.Admin, staged, item)
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, input).OK(t), "decideReviewItems"), graphtest.Object{"code": "NOT_ACTIVE", "field": nil, "ids": []any{item}})
	if err := w.Sandbox.ActivateCampaign(sandbox.StagedCampaign); err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, input).OK(t), "decideReviewItems"))
	w.WantWritten(t, []string{item})
}

// The certification is read after a write only if it is selected and the response to the write was lost.
func TestTheCertificationIsReadOnlyIfItIsSelected(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for selection, want := range map[string]int{"": 1, "certification { id }": 2} {
		item := w.UndecidedItem(t)
		w.Sandbox.Reset()
		if err := w.Sandbox.SetFaults(cut("makeIdentityDecision", sandbox.AfterApplying)); err != nil {
			t.Fatal(err)
		}
		w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { code } `+selection+` } }`, decisions([]string{item}, nil)).OK(t)
		if got := w.Sandbox.Requests().Count("getIdentityCertification"); got != want {
			t.Errorf("with the selection %q: %d reads of the certification, want %d", selection, got, want)
		}
	}
}

// Without a precheck, the certification is read only if there are more references than can be read by
// their ids.
func TestTheCertificationIsReadOnlyIfItHelps(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Precheck = false }})
	absent := make([]string, 5_001)
	for i := range absent {
		absent[i] = fmt.Sprintf("absent-%d", i)
	}
	for references, want := range map[int]int{501: 0, 5_000: 0, 5_001: 1} {
		w.Sandbox.Reset()
		w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation,
			graphtest.References(graphtest.Reviewer2, "On leave", graphtest.ItemReferences(absent[:references])...)).OK(t)
		if got := w.Sandbox.Requests().Count("getIdentityCertification"); got != want {
			t.Errorf("%d references: %d reads of the certification, want %d: %v", references, got, want, w.Sandbox.Requests().Counts)
		}
	}
}

// If the certification cannot be read after a write whose response was lost, that is an error at its
// field, and what was applied is reported all the same.
func TestACertificationThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	item := w.UndecidedItem(t)
	if err := w.Sandbox.SetFaults(cut("makeIdentityDecision", sandbox.AfterApplying), broken("getIdentityCertification", 1)); err != nil {
		t.Fatal(err)
	}
	a := w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { decidedItemIds c: certification { id } } }`, decisions([]string{item}, nil))
	a.WantProblems(t, "FORBIDDEN at decideReviewItems.c")
	if got := a.At("decideReviewItems", "decidedItemIds", 0); got != graphtest.ItemID(sandbox.LargeCertification, item) {
		t.Errorf("decided is %v, want %s", got, item)
	}
}

// everywhere reads a certification and one of its items in every way that there is.
const everywhere = `query ($id: ID!, $node: ID!, $item: ID!, $raw: ID!) {
	certification(id: $id) { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {ids: [$raw]}) { totalCount nodes { decision comment completed } } }
	node(id: $node) { ... on Certification { phase decisionsMade decisionsTotal } }
	certifications(filter: {ids: [$id]}) { nodes { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {completed: true}) { totalCount } } }
	item: node(id: $item) { ... on AccessReviewItem { decision comment completed certification { decisionsMade } } }
}`

// seen returns what a caller sees of a certification and an item in every way that there is.
func seen(t *testing.T, w *graphtest.Tenant, caller, certification, item string) any {
	t.Helper()
	a := w.Ask(t, caller, everywhere, graphtest.Object{
		"id": certification, "node": graphtest.CertificationID(certification), "item": graphtest.ItemID(certification, item), "raw": item,
	})
	return a.OK(t)
}

// expected returns what seen has to return, by plain REST reads.
func expected(t *testing.T, w *graphtest.Tenant, certification, item string) any {
	t.Helper()
	c := w.Read(t, graphtest.Admin, "/certifications/"+certification)
	items := "/certifications/" + certification + "/access-review-items"
	own := graphtest.Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"]}
	rows, found := []any{}, any(nil)
	for _, row := range w.List(t, graphtest.Admin, items, graphtest.Filters(`id eq "`+item+`"`)) {
		shown := graphtest.Object{"decision": row["decision"], "comment": row["comments"], "completed": row["completed"]}
		rows = append(rows, shown)
		found = graphtest.Object{
			"decision": row["decision"], "comment": row["comments"], "completed": row["completed"],
			"certification": graphtest.Object{"decisionsMade": c["decisionsMade"]},
		}
	}
	with := func(reviewItems graphtest.Object) graphtest.Object {
		return graphtest.Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"], "reviewItems": reviewItems}
	}
	return graphtest.Object{
		"certification": with(graphtest.Object{"totalCount": float64(len(rows)), "nodes": rows}),
		"node":          own,
		"certifications": graphtest.Object{"nodes": []any{with(graphtest.Object{
			"totalCount": float64(len(w.List(t, graphtest.Admin, items, graphtest.Filters("completed eq true")))),
		})}},
		"item": found,
	}
}

// A sign-off shows how far the campaign has come by it, whatever was in the cache before.
func TestASignOffShowsTheCampaignAfterIt(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Hour }})
	const campaign = "certification { campaign { details { completedCertifications } } }"
	read := func() float64 {
		t.Helper()
		a := w.Ask(t, graphtest.Admin, "query ($id: ID!) { "+strings.Replace(campaign, "certification", "certification(id: $id)", 1)+" }", graphtest.Object{"id": sandbox.DecidedCertification})
		a.OK(t)
		return a.At("certification", "campaign", "details", "completedCertifications").(float64)
	}
	before := read()
	input := graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.DecidedCertification}}
	a := w.Ask(t, graphtest.Admin, "mutation ($input: SignOffCertificationInput!) { signOffCertification(input: $input) { "+campaign+" } }", input)
	a.OK(t)
	if got := a.At("signOffCertification", "certification", "campaign", "details", "completedCertifications"); got != before+1 {
		t.Errorf("the payload shows %v, want %v", got, before+1)
	}
	if after := read(); after != before+1 {
		t.Errorf("%v afterwards, want %v", after, before+1)
	}
}
