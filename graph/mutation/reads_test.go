package mutation_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// cached makes the gateway keep what it reads, for as long as the tenant's clock stands still.
func cached(c *upstream.Config) { c.CacheTTL = time.Minute }

// After each write, whoever reads on this gateway sees it, whatever was read before.
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
			"another decision", "decideReviewItems", decideOnly, decisions(items[:1], graphtest.Object{"decision": "REVOKE", "comments": "Left"}),
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

// A write whose answer is lost is seen as well as any other.
func TestReadsShowAWriteWhoseAnswerWasLost(t *testing.T) {
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

// A read that began before a write and ends after it shows what it may; but nobody who asks
// after the write joins it, and nobody is shown its answer later.
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

// A heldAnswer is kept back until it is released.
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

// A write is refused by what its certification is now, not by what somebody has read a moment
// ago: others than this gateway write too.
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
	input := decidingOn(staged, graphtest.Object{"itemId": item, "decision": "APPROVE", "comments": "Needed"})
	seen(t, w, graphtest.Admin, staged, item)
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, input).OK(t), "decideReviewItems"), graphtest.Object{"code": "NOT_ACTIVE", "field": nil, "ids": []any{item}})
	if err := w.Sandbox.ActivateCampaign(sandbox.StagedCampaign); err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, graphtest.At(w.Ask(t, graphtest.Admin, decideOnly, input).OK(t), "decideReviewItems"))
	w.WantWritten(t, []string{item})
}

// everywhere reads a certification and one of its items in every way that there is.
const everywhere = `query ($id: ID!, $node: ID!, $item: ID!, $raw: ID!) {
	certification(id: $id) { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {ids: [$raw]}) { totalCount nodes { decision comments completed } } }
	node(id: $node) { ... on Certification { phase decisionsMade decisionsTotal } }
	certifications(filter: {ids: [$id]}) { nodes { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {completed: true}) { totalCount } } }
	item: node(id: $item) { ... on AccessReviewItem { decision comments completed certification { decisionsMade } } }
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
		shown := graphtest.Object{"decision": row["decision"], "comments": row["comments"], "completed": row["completed"]}
		rows = append(rows, shown)
		found = graphtest.Object{
			"decision": row["decision"], "comments": row["comments"], "completed": row["completed"],
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
