package graph_test

import (
	"bufio"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"certql/graph/graphtest"
	"certql/graph/load"
	"certql/graph/relay"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// What belongs to one of those who have a piece of access is not shown of the access itself, whatever the
// upstream returns, at any depth.
func TestAccessUnderReviewBelongsToNobody(t *testing.T) {
	t.Parallel()
	w, x := graphtest.NewTenant(t, graphtest.Setup{}), graphtest.NewExpectation()
	const end, secret = "2031-05-17T00:00:00Z", "account-of-somebody"
	within := func(field string) (fields []string) {
		for _, holder := range []string{"entitlement", "accessProfile", "role", "accessProfiles", "entitlements"} {
			fields = append(fields, holder+"."+field)
		}
		return fields
	}
	for _, value := range []string{`{"id":"` + secret + `","name":"` + secret + `"}`, `"` + end + `"`} {
		w.Fault(t, sandbox.Fault{Operation: "getIdentityAccessSummaries", Kind: sandbox.FaultValues, Fields: append(within("account"), within("endDate")...), Value: []byte(value)})
		for _, kind := range []string{"ROLE", "ACCESS_PROFILE", "ENTITLEMENT"} {
			p := graphtest.AccessSummariesPlace(kind)
			_, _, body := w.Get(t, graphtest.Admin, p.Rest, nil)
			if !strings.Contains(fmt.Sprint(body), end) && !strings.Contains(fmt.Sprint(body), secret) {
				t.Fatal("the fault did not strike")
			}
			a := w.Ask(t, graphtest.Admin, p.Open+p.Field+"("+p.Arguments("first: 100")+") { nodes "+x.Selection("AccessSummary")+"}"+p.Close, nil)
			a.OK(t)
			if strings.Contains(a.Text, secret) || strings.Contains(a.Text, end[:10]) || !strings.Contains(a.Text, `"account":null`) && kind == "ENTITLEMENT" {
				t.Errorf("%s: %.1000s", kind, a.Text)
			}
		}
	}
}

// A list that comes in the other form than was asked for shows what it has.
func TestCampaignsInTheOtherForm(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	const query = `{ campaigns(first: 50) { nodes { id name type mandatoryCommentRequirement details { status deadline totalCertifications } settings { modified sunsetCommentsRequired search { type } } } } }`
	whole := w.Ask(t, graphtest.Admin, query, nil)
	whole.OK(t)
	for detail, lost := range map[string][]string{"SLIM": {"settings", "modified"}, "FULL": {"details", "totalCertifications"}} {
		w.Fault(t, sandbox.Fault{Operation: "getActiveCampaigns", Kind: sandbox.FaultQuery, Query: map[string]string{"detail": detail}})
		a := w.Ask(t, graphtest.Admin, query, nil)
		a.OK(t)
		for i, node := range a.At("campaigns", "nodes").([]any) {
			if graphtest.At(node, lost[0]) == nil || graphtest.At(node, lost[0], lost[1]) != nil {
				t.Errorf("all %s: %v", detail, node)
			}
			for _, kept := range []string{"id", "name", "type"} {
				graphtest.Same(t, kept, whole.At("campaigns", "nodes", i, kept), graphtest.At(node, kept))
			}
			graphtest.Same(t, "status", whole.At("campaigns", "nodes", i, "details", "status"), graphtest.At(node, "details", "status"))
		}
	}
}

// What a list of ids leaves out is null without an error, and is not asked for again.
func TestWhatListsOfIDsLeaveOutIsNull(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	people := w.List(t, graphtest.Admin, "/public-identities", nil)[:20]
	campaigns := w.List(t, graphtest.Admin, "/campaigns", nil)
	campaigns = campaigns[:min(20, len(campaigns))]
	summaries := w.List(t, graphtest.Admin, graphtest.IdentitySummariesPlace.Rest, nil)[:20]
	ids := func(typeName string, rows []graphtest.Object, within ...string) (ids []string) {
		for _, id := range texts(rows, "id") {
			ids = append(ids, relay.EncodeID(typeName, append(slices.Clone(within), id)...))
		}
		return ids
	}
	for operation, ids := range map[string][]string{
		"getPublicIdentities": ids("PublicIdentity", people), "getActiveCampaigns": ids("Campaign", campaigns),
		"getIdentitySummaries": ids("IdentitySummary", summaries, sandbox.LargeCertification),
	} {
		w.Fault(t, sandbox.Fault{Operation: operation, Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 2}})
		before := w.Calls()
		a := w.Ask(t, graphtest.Admin, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", graphtest.Object{"ids": ids})
		nodes := graphtest.At(a.OK(t), "nodes").([]any)
		found := 0
		for i, node := range nodes {
			if node != nil {
				found++
				graphtest.Same(t, operation, any(ids[i]), graphtest.At(node, "id"))
			}
		}
		if found != len(ids)-len(ids)/2 || w.Calls()-before != 1 {
			t.Errorf("%s: %d of %d, by %d calls", operation, found, len(ids), w.Calls()-before)
		}
	}
	w.Fault(t, sandbox.Fault{Operation: "getPublicIdentities", Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 1}})
	before := w.Calls()
	a := w.Ask(t, "reviewer-1", `{ viewer { identityId publicIdentity { name } } certifications(first: 3) { nodes { name reviewer { name publicIdentity { name } } } } }`, nil)
	a.OK(t)
	if a.At("viewer", "publicIdentity") != nil || a.At("certifications", "nodes", 0, "reviewer", "publicIdentity") != nil || a.At("certifications", "nodes", 0, "reviewer", "name") == nil {
		t.Errorf("got %s", a.Text)
	}
	if n := w.Calls() - before; n > 3 {
		t.Errorf("%d calls", n)
	}
}

// A batch that fails costs the fields alone that it would have filled, each of which says so.
func TestABatchThatFailsCostsItsOwnFields(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		operation, selection string
		path                 []any
	}{
		{"getPublicIdentities", "reviewer { name publicIdentity { name } }", []any{"reviewer", "publicIdentity"}},
		{"getActiveCampaigns", "campaign { name details { status } }", []any{"campaign", "details"}},
		{"getActiveCampaigns", "campaign { name settings { modified } }", []any{"campaign", "settings"}},
	} {
		for _, r := range refusals {
			if r.code == "" || r.fault.Status == http.StatusTooManyRequests {
				continue
			}
			t.Run(each.operation+" "+r.name, func(t *testing.T) {
				t.Parallel()
				w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 12, Items: 120}})
				w.Spoil(t, each.operation, r.fault)
				a := w.Ask(t, graphtest.Admin, "{ certifications(first: 4) { nodes { rawId reviewer { type } "+each.selection+" } } }", nil)
				var want []string
				for i, node := range a.At("certifications", "nodes").([]any) {
					if graphtest.At(node, "reviewer", "type") == "GOVERNANCE_GROUP" && each.path[0] == "reviewer" {
						continue
					}
					want = append(want, r.code+" at "+graphtest.PathText(append([]any{"certifications", "nodes", float64(i)}, each.path...)))
					if graphtest.At(node, each.path[0], "name") == nil || graphtest.At(node, each.path...) != nil {
						t.Errorf("got %s", a.Text)
					}
				}
				a.WantProblems(t, want...)
			})
		}
	}
}

// The summaries of a certification that a group reviews are refused as such, each at its own field.
func TestSummariesOfAGroupsCertification(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	var group string
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		if graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP" {
			group = row["id"].(string)
			break
		}
	}
	const code = "GOVERNANCE_GROUP_UNSUPPORTED at "
	a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $summary: ID!) {
		certifications(filter: {ids: [$id]}) { nodes { name reviewer { name publicIdentity { name } } identitySummaries { nodes { name } } accessSummaries(type: ROLE) { totalCount } decisionSummary { all { total } } } }
		node(id: $summary) { id } identities(first: 1) { nodes { name } }
	}`, graphtest.Object{"id": group, "summary": relay.EncodeID("IdentitySummary", group, "x")})
	const at = "certifications.nodes.0."
	a.WantProblems(t, code+at+"identitySummaries", code+at+"accessSummaries", code+at+"decisionSummary", code+"node")
	if a.At("certifications", "nodes", 0, "reviewer", "name") == nil || a.At("certifications", "nodes", 0, "reviewer", "publicIdentity") != nil || a.At("identities", "nodes", 0, "name") == nil {
		t.Errorf("got %s", a.Text)
	}
}

// People are read for all who ask for them, though a certification whose items show some turns out to be
// refused.
func TestARefusedCertificationTakesNobodyElseAway(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 12, Items: 240}})
	w.Spoil(t, "getIdentityCertification", graphtest.Failing(500))
	for range 60 {
		a := w.Ask(t, "reviewer-1", `{ viewer { publicIdentity { name } } certifications(first: 2) { nodes { reviewer { publicIdentity { name } } } }
			certification(id: "`+sandbox.LargeCertification+`") { reviewItems(first: 20) { nodes { identity { publicIdentity { name } } } } identitySummaries(first: 20) { nodes { publicIdentity { name } } } } }`, nil)
		a.WantProblems(t, "UPSTREAM_UNAVAILABLE at certification")
		if a.At("viewer", "publicIdentity", "name") != "Priya Raman" || a.At("certifications", "nodes", 0, "reviewer", "publicIdentity", "name") == nil {
			t.Fatalf("got %s", a.Text)
		}
	}
}

// A write's payload leads to people by as few calls as a query.
func TestPayloadsLeadToPeople(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 60, Items: 1_500}})
	items := w.List(t, graphtest.Admin, graphtest.ItemsPlace.Rest, graphtest.Filters("completed eq false"))[:120]
	decide := func(rows []graphtest.Object, selection string) int {
		decisions := []any{}
		for _, id := range texts(rows, "id") {
			decisions = append(decisions, graphtest.Object{"itemId": id, "decision": "APPROVE", "comment": "Still needed"})
		}
		before := w.Calls()
		a := w.Ask(t, graphtest.Admin, `mutation ($input: DecideReviewItemsInput!) { decideReviewItems(input: $input) { errors { message } decidedItems { identity { name `+selection+` } } certification { name reviewer { name `+selection+` } } } }`,
			graphtest.Object{"input": graphtest.Object{"certificationId": sandbox.LargeCertification, "decisions": decisions}})
		if errors := graphtest.At(a.OK(t), "decideReviewItems", "errors").([]any); len(errors) > 0 || a.At("decideReviewItems", "decidedItems", len(rows)-1, "identity", "name") == nil {
			t.Errorf("got %.1000s", a.Text)
		}
		if selection != "" && (a.At("decideReviewItems", "decidedItems", 0, "identity", "publicIdentity", "name") == nil || a.At("decideReviewItems", "certification", "reviewer", "publicIdentity", "name") == nil) {
			t.Errorf("got %.1000s", a.Text)
		}
		return w.Calls() - before
	}
	without := decide(items[:60], "")
	with := decide(items[60:], "publicIdentity { name }")
	people := people{}.of(items[60:], "identitySummary", "identityId")
	if most := few(len(people)) + 1; with-without > most || with-without < few(len(people)) {
		t.Errorf("%d people took %d calls more, want at most %d", len(people), with-without, most)
	}
}

// Pages that come from the cache, at once, lead to people together as others do.
func TestCachedPagesLeadToPeopleTogether(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{
		Sandbox:    sandbox.Config{Certifications: sandbox.DefaultCertifications},
		ToUpstream: func(c *upstream.Config) { c.CacheTTL = time.Hour },
	})
	const pages = `{ certifications(first: 20, orderBy: {field: NAME}) { nodes { identitySummaries(first: 10) { nodes { name %s } } } } }`
	warm := w.Ask(t, graphtest.Admin, fmt.Sprintf(pages, "identityId"), nil)
	who := people{}
	for _, node := range warm.At("certifications", "nodes").([]any) {
		list, _ := graphtest.At(node, "identitySummaries", "nodes").([]any)
		for _, row := range list {
			who[graphtest.At(row, "identityId").(string)] = true
		}
	}
	if len(who) <= load.BatchSize {
		t.Fatalf("%d people", len(who))
	}
	before := w.Sandbox.Requests().Count("getPublicIdentities")
	w.Ask(t, graphtest.Admin, fmt.Sprintf(pages, "publicIdentity { name }"), nil)
	if n := w.Sandbox.Requests().Count("getPublicIdentities") - before; n != few(len(who)) {
		t.Errorf("%d calls for %d people, want %d", n, len(who), few(len(who)))
	}
}

// What is put off keeps nobody waiting: people whom the first response shows are read before pages that are
// not for it.
func TestWhatIsPutOffHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"below a certification": `{ certification(id: "` + sandbox.LargeCertification + `") { reviewer { publicIdentity { name } } ... @defer { reviewItems(first: 5) { nodes { identity { publicIdentity { name } } } } } } }`,
		"below a list":          `{ certifications(first: 5, reviewer: "` + graphtest.Reviewer1 + `") { nodes { reviewer { publicIdentity { name } } ... @defer { reviewItems(first: 5) { nodes { identity { publicIdentity { name } } } } } } } }`,
		"at the root":           `{ viewer { publicIdentity { name } } ... @defer { certifications(first: 2, filter: {ids: "` + sandbox.LargeCertification + `"}) { nodes { reviewItems(first: 5) { nodes { identity { publicIdentity { name } } } } } } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown := make(chan struct{})
			w := graphtest.NewTenant(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/access-review-items") {
						select {
						case <-shown:
						case <-r.Context().Done():
						}
					}
					next.ServeHTTP(w, r)
				})
			}})
			response := w.Open(t, "text/event-stream", query)
			defer response.Body.Close()
			stream := bufio.NewReader(response.Body)
			first, err := graphtest.ReadEvent(stream)
			close(shown)
			if err != nil || len(first.Errors) > 0 || !strings.Contains(first.Text, `"publicIdentity":{"name":`) {
				t.Fatalf("%v: %s", err, first.Text)
			}
			if rest := w.ReadEvents(t, stream); len(rest) == 0 {
				t.Error("nothing followed")
			}
		})
	}
}
