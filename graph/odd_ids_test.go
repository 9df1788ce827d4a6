package graph_test

import (
	"slices"
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// textsOf returns a member of each object of a list, which has to be a text.
func textsOf(nodes any, name string) []string {
	var list []string
	for _, value := range graphtest.Column(nodes, name) {
		list = append(list, value.(string))
	}
	return list
}

// Identifiers with characters that mean something in paths, queries, filters and JSON are used as they
// are: in paths, in filters, in global ids and in writes.
func TestOddIdentifiersTravel(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{OddIDs: true, Certifications: 60, Items: 900}})
	all := w.Ask(t, graphtest.Admin, `{ certifications(first: 100) { nodes { id rawId campaign { id } reviewer { rawId } } } }`, nil)
	all.OK(t)
	certifications := textsOf(all.At("certifications", "nodes"), "rawId")
	if len(certifications) != 60 || !slices.Contains(certifications, ".") || !slices.Contains(certifications, "..") {
		t.Fatalf("the certifications are %q", certifications)
	}
	const fields = `{ id rawId reviewItems(first: 1) { totalCount } reviewers(first: 1) { totalCount } pendingTasks { totalCount nodes { id } } }`
	t.Run("certifications", func(t *testing.T) {
		for i, raw := range certifications {
			global := all.At("certifications", "nodes", i, "id").(string)
			campaign := all.At("certifications", "nodes", i, "campaign", "id").(string)
			for _, id := range []string{raw, global} {
				a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { rawId } }`, graphtest.Object{"id": id})
				if len(a.Errors) == 0 && a.At("certification", "rawId") != raw {
					t.Errorf("%q: %s", raw, a.Text)
				}
			}
			a := w.Ask(t, graphtest.Admin, `query ($raw: ID!, $global: ID!, $campaign: ID!) {
				node(id: $global) { id }
				of: certifications(filter: {ids: [$raw], campaignIds: [$campaign]}) { nodes { rawId } }
				both: certifications(filter: {ids: [$raw, "other"]}) { nodes `+fields+` }
				pendingCertificationTasks(filter: {targetIds: [$raw, "other"]}) { totalCount }
			}`, graphtest.Object{"raw": raw, "global": global, "campaign": campaign})
			if len(a.Errors) > 0 && a.Errors[0].Extensions["code"] == "GOVERNANCE_GROUP_UNSUPPORTED" {
				continue
			}
			a.OK(t)
			if a.At("node", "id") != global || a.At("of", "nodes", 0, "rawId") != raw || a.At("both", "nodes", 0, "rawId") != raw {
				t.Errorf("%q: %s", raw, a.Text)
			}
		}
		var globals []any
		for i := range certifications {
			globals = append(globals, all.At("certifications", "nodes", i, "id"))
		}
		a := w.Ask(t, graphtest.Admin, `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, graphtest.Object{"ids": globals})
		if diff := slices.Compare(textsOf(a.At("nodes"), "id"), textsOf(all.At("certifications", "nodes"), "id")); diff != 0 {
			t.Errorf("nodes: %s", a.Text)
		}
	})
	t.Run("items and what is in them", func(t *testing.T) {
		a := w.Ask(t, graphtest.Admin, `query ($id: ID!) { certification(id: $id) { reviewItems(first: 100) { nodes {
			id rawId identity { id identityId } access { rawId ... on Entitlement { hasPermissions } } permissions(first: 1) { totalCount }
		} } } }`, graphtest.Object{"id": sandbox.LargeCertification})
		a.OK(t)
		nodes := a.At("certification", "reviewItems", "nodes")
		raws, globals := textsOf(nodes, "rawId"), textsOf(nodes, "id")
		if !slices.Contains(raws, ".") || !slices.Contains(raws, "..") {
			t.Errorf("the items are %q", raws)
		}
		again := w.Ask(t, graphtest.Admin, `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on AccessReviewItem { rawId certification { rawId } } } }`, graphtest.Object{"ids": globals})
		again.OK(t)
		if got := textsOf(again.At("nodes"), "rawId"); !slices.Equal(got, raws) {
			t.Errorf("read again: %q, want %q", got, raws)
		}
		for i, raw := range raws {
			item := graphtest.At(nodes, i)
			access, summary := graphtest.At(item, "access", "rawId").(string), graphtest.At(item, "identity", "id").(string)
			a := w.Ask(t, graphtest.Admin, `query ($id: ID!, $ids: [ID!], $access: [ID!], $summary: [ID!]) { certification(id: $id) {
				reviewItems(filter: {ids: $ids, accessIds: $access, identitySummaryIds: $summary}) { nodes { rawId } }
			} }`, graphtest.Object{"id": sandbox.LargeCertification, "ids": raw, "access": access, "summary": summary})
			a.OK(t)
			if got := textsOf(a.At("certification", "reviewItems", "nodes"), "rawId"); !slices.Equal(got, []string{raw}) {
				t.Errorf("%q is found as %q", raw, got)
			}
		}
	})
	t.Run("tasks", func(t *testing.T) {
		a := w.Ask(t, graphtest.Admin, `{ pendingCertificationTasks(first: 100) { nodes { id rawId targetId certification { rawId } } } }`, nil)
		a.OK(t)
		nodes := a.At("pendingCertificationTasks", "nodes")
		for i, raw := range textsOf(nodes, "rawId") {
			one := w.Ask(t, graphtest.Admin, `query ($raw: ID!, $id: ID!) { certificationTask(id: $raw) { id targetId } node(id: $id) { id } }`,
				graphtest.Object{"raw": raw, "id": graphtest.At(nodes, i, "id")})
			one.OK(t)
			if one.At("certificationTask", "id") != graphtest.At(nodes, i, "id") || one.At("node", "id") != graphtest.At(nodes, i, "id") {
				t.Errorf("%q: %s", raw, one.Text)
			}
		}
	})
}

// Certifications and items with odd identifiers are decided, reassigned and signed off.
func TestOddIdentifiersAreWrittenTo(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{OddIDs: true, Certifications: 60, Items: 900}})
	all := w.Ask(t, graphtest.Admin, `{ certifications(first: 100, filter: {phase: ACTIVE}) { nodes { rawId reviewer { type } reviewItems(first: 100, filter: {completed: false}) { nodes { rawId id } } } } }`, nil)
	var signed []string
	for _, row := range all.At("certifications", "nodes").([]any) {
		certification := graphtest.At(row, "rawId").(string)
		items := textsOf(graphtest.At(row, "reviewItems", "nodes"), "rawId")
		if graphtest.At(row, "reviewer", "type") != "IDENTITY" || len(items) < 3 || certification == sandbox.LargeCertification {
			continue
		}
		moved := w.Ask(t, graphtest.Admin, graphtest.ReassignMutation, graphtest.Object{"input": graphtest.Object{
			"certificationId": certification, "reassignTo": graphtest.Reviewer2, "reason": "Moved", "references": graphtest.ItemReferences(items[:1]),
		}})
		queued := w.Ask(t, graphtest.Admin, graphtest.ReassignAsyncMutation, graphtest.Object{"input": graphtest.Object{
			"certificationId": certification, "reassignTo": graphtest.Reviewer2, "reason": "Moved", "references": graphtest.ItemReferences(items[1:2]),
		}})
		if code := graphtest.At(moved.OK(t), "reassignReviewItems", "errors", 0, "code"); code != nil && code != "BAD_USER_INPUT" && code != "REFUSED" {
			t.Errorf("%q: %s", certification, moved.Text)
		}
		if code := graphtest.At(queued.OK(t), "reassignReviewItemsAsync", "errors", 0, "code"); code != nil && code != "BAD_USER_INPUT" && code != "REFUSED" {
			t.Errorf("%q: %s", certification, queued.Text)
		}
		if code := graphtest.At(moved.Data, "reassignReviewItems", "errors", 0, "code"); code == nil {
			items = items[1:]
		}
		var given []any
		for _, item := range items {
			given = append(given, graphtest.Object{"itemId": item, "decision": "APPROVE", "comment": "Fine"})
		}
		decided := w.Ask(t, graphtest.Admin, graphtest.DecideMutation, graphtest.Object{"input": graphtest.Object{"certificationId": certification, "decisions": given}})
		payload := graphtest.At(decided.OK(t), "decideReviewItems")
		if !slices.Equal(textsOf(graphtest.At(payload, "decidedItems"), "rawId"), items) || graphtest.At(payload, "certification", "rawId") != certification {
			t.Errorf("%q: %s", certification, decided.Text)
		}
		a := w.Ask(t, graphtest.Admin, graphtest.SignOffMutation, graphtest.Object{"input": graphtest.Object{"certificationId": graphtest.CertificationID(certification)}})
		if graphtest.At(a.OK(t), "signOffCertification", "certification", "phase") != "SIGNED" {
			t.Errorf("%q: %s", certification, a.Text)
		}
		signed = append(signed, certification)
	}
	if len(signed) < 20 || !slices.Contains(signed, ".") || !slices.Contains(signed, "..") {
		t.Errorf("signed off are only %q", signed)
	}
}
