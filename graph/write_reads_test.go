package graph_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// everywhere reads a certification and one of its items in every way that there is.
const everywhere = `query ($id: ID!, $node: ID!, $item: ID!, $raw: ID!) {
	certification(id: $id) { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {ids: [$raw]}) { totalCount nodes { decision comments completed } } }
	node(id: $node) { ... on Certification { phase decisionsMade decisionsTotal } }
	certifications(filter: {ids: [$id]}) { nodes { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {completed: true}) { totalCount } } }
	item: node(id: $item) { ... on AccessReviewItem { decision comments completed certification { decisionsMade } } }
}`

// seen answers what a caller sees of a certification and an item, in the same shape as the
// plain REST reads of the same.
func (w *tenant) seen(t *testing.T, caller, certification, item string) any {
	t.Helper()
	a := w.ask(t, caller, everywhere, object{
		"id": certification, "node": certificationID(certification), "item": itemID(certification, item), "raw": item,
	})
	return a.data(t)
}

// expected answers what everywhere has to show, from plain REST reads.
func (w *tenant) expected(t *testing.T, certification, item string) any {
	t.Helper()
	c := w.read(t, admin, "/certifications/"+certification)
	items := "/certifications/" + certification + "/access-review-items"
	own := object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"]}
	rows, found := []any{}, any(nil)
	for _, row := range w.list(t, admin, items, filters(`id eq "`+item+`"`)) {
		shown := object{"decision": row["decision"], "comments": row["comments"], "completed": row["completed"]}
		rows = append(rows, shown)
		found = object{
			"decision": row["decision"], "comments": row["comments"], "completed": row["completed"],
			"certification": object{"decisionsMade": c["decisionsMade"]},
		}
	}
	with := func(reviewItems object) object {
		return object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"], "reviewItems": reviewItems}
	}
	return object{
		"certification": with(object{"totalCount": float64(len(rows)), "nodes": rows}),
		"node":          own,
		"certifications": object{"nodes": []any{with(object{
			"totalCount": float64(len(w.list(t, admin, items, filters("completed eq true")))),
		})}},
		"item": found,
	}
}

// cached makes the gateway keep what it reads, for as long as the tenant's clock stands still.
func cached(c *upstream.Config) { c.CacheTTL = time.Minute }

// After each write, whoever reads on this gateway sees it, whatever was read before.
func TestEveryReadShowsTheWritesBeforeIt(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toUpstream: cached})
	items := w.undecidedItems(t, 2)
	callers := []string{"reviewer-1", admin, "cert-admin"} // the first one writes
	for _, each := range []struct {
		name, field, mutation string
		input                 object
		certification, item   string
	}{
		{"decision", "decideReviewItems", decideOnly, decisions(items[:1], nil), sandbox.LargeCertification, items[0]},
		{
			"another decision", "decideReviewItems", decideOnly, decisions(items[:1], object{"decision": "REVOKE", "comments": "Left"}),
			sandbox.LargeCertification, items[0],
		},
		{
			"reassignment", "reassignReviewItems", reassignMutation, references(reviewer2, "On leave", itemReferences(items[1:])...),
			sandbox.LargeCertification, items[1],
		},
		{
			"sign-off", "signOffCertification", signOffMutation,
			object{"input": object{"certificationId": sandbox.DecidedCertification}},
			sandbox.DecidedCertification, w.list(t, admin, "/certifications/"+sandbox.DecidedCertification+"/access-review-items", nil)[0]["id"].(string),
		},
	} {
		before := w.expected(t, each.certification, each.item)
		for _, caller := range callers {
			w.seen(t, caller, each.certification, each.item)
			calls := w.sandbox.Requests().Total
			same(t, each.name+": before, "+caller, before, w.seen(t, caller, each.certification, each.item))
			if n := w.sandbox.Requests().Total - calls; n != 0 {
				t.Errorf("%s: %d calls for what is kept: it proves nothing", each.name, n)
			}
		}
		wantRefusals(t, at(w.ask(t, callers[0], each.mutation, each.input).data(t), each.field))
		after := w.expected(t, each.certification, each.item)
		if gocmp.Equal(before, after) {
			t.Errorf("%s changed nothing that can be seen", each.name)
		}
		for _, caller := range callers {
			same(t, each.name+": after, "+caller, after, w.seen(t, caller, each.certification, each.item))
		}
	}
}

// A write whose answer is lost is seen as well as any other.
func TestReadsShowAWriteWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toUpstream: cached})
	item := w.undecidedItem(t)
	for _, caller := range []string{admin, "reviewer-1"} {
		w.seen(t, caller, sandbox.LargeCertification, item)
	}
	if err := w.sandbox.SetFaults(cut("makeIdentityDecision", sandbox.AfterApplying)); err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, at(w.ask(t, admin, decideOnly, decisions([]string{item}, nil)).data(t), "decideReviewItems"))
	want := w.expected(t, sandbox.LargeCertification, item)
	for _, caller := range []string{admin, "reviewer-1"} {
		same(t, caller, want, w.seen(t, caller, sandbox.LargeCertification, item))
	}
}

// A read that began before a write and ends after it shows what it may; but nobody who asks
// after the write joins it, and nobody is shown its answer later.
func TestAReadThatOverlapsAWriteIsNotShared(t *testing.T) {
	t.Parallel()
	var holding atomic.Bool
	arrived, release := make(chan struct{}), make(chan struct{})
	w := newTenant(t, setup{toUpstream: cached, front: func(next http.Handler) http.Handler {
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
	item := w.undecidedItem(t)
	const query = `query ($id: ID!) { certification(id: $id) { decisionsMade } }`
	id := object{"id": sandbox.LargeCertification}
	made := func(a answer) float64 { return at(a.data(t), "certification", "decisionsMade").(float64) }

	holding.Store(true)
	early := make(chan answer)
	token := w.token(t, admin)
	go func() { early <- w.askWith(t, token, query, id) }()
	<-arrived
	wantRefusals(t, at(w.ask(t, "reviewer-1", decideOnly, decisions([]string{item}, nil)).data(t), "decideReviewItems"))
	if n := made(w.ask(t, admin, query, id)); n != 1 {
		t.Errorf("after the write, %v decisions are made", n)
	}
	close(release)
	if n := made(<-early); n != 0 {
		t.Errorf("the read before the write shows %v decisions: it proves nothing", n)
	}
	if n := made(w.ask(t, admin, query, id)); n != 1 {
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
	w := newTenant(t, setup{sandbox: sandbox.Config{Certifications: 60, Items: 2_000}, toUpstream: cached})
	var staged string
	for _, row := range w.list(t, admin, "/certifications", filters(`phase eq "STAGED"`)) {
		if at(row, "reviewer", "type") == "IDENTITY" && at(row, "campaign", "id") == sandbox.StagedCampaign {
			staged = row["id"].(string)
		}
	}
	item := w.list(t, admin, "/certifications/"+staged+"/access-review-items", nil)[0]["id"].(string)
	input := decidingOn(staged, object{"itemId": item, "decision": "APPROVE", "comments": "Needed"})
	w.seen(t, admin, staged, item)
	wantRefusals(t, at(w.ask(t, admin, decideOnly, input).data(t), "decideReviewItems"), object{"code": "NOT_ACTIVE", "field": nil, "ids": []any{item}})
	if err := w.sandbox.ActivateCampaign(sandbox.StagedCampaign); err != nil {
		t.Fatal(err)
	}
	wantRefusals(t, at(w.ask(t, admin, decideOnly, input).data(t), "decideReviewItems"))
	w.wantWritten(t, []string{item})
}
