package graphtest

import (
	"testing"
)

// everywhere reads a certification and one of its items in every way that there is.
const everywhere = `query ($id: ID!, $node: ID!, $item: ID!, $raw: ID!) {
	certification(id: $id) { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {ids: [$raw]}) { totalCount nodes { decision comments completed } } }
	node(id: $node) { ... on Certification { phase decisionsMade decisionsTotal } }
	certifications(filter: {ids: [$id]}) { nodes { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {completed: true}) { totalCount } } }
	item: node(id: $item) { ... on AccessReviewItem { decision comments completed certification { decisionsMade } } }
}`

// Seen answers what a caller sees of a certification and an item, in the same shape as the
// plain REST reads of the same.
func (w *Tenant) Seen(t *testing.T, caller, certification, item string) any {
	t.Helper()
	a := w.Ask(t, caller, everywhere, Object{
		"id": certification, "node": CertificationID(certification), "item": ItemID(certification, item), "raw": item,
	})
	return a.OK(t)
}

// Expected answers what everywhere has to show, from plain REST reads.
func (w *Tenant) Expected(t *testing.T, certification, item string) any {
	t.Helper()
	c := w.Read(t, Admin, "/certifications/"+certification)
	items := "/certifications/" + certification + "/access-review-items"
	own := Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"]}
	rows, found := []any{}, any(nil)
	for _, row := range w.List(t, Admin, items, Filters(`id eq "`+item+`"`)) {
		shown := Object{"decision": row["decision"], "comments": row["comments"], "completed": row["completed"]}
		rows = append(rows, shown)
		found = Object{
			"decision": row["decision"], "comments": row["comments"], "completed": row["completed"],
			"certification": Object{"decisionsMade": c["decisionsMade"]},
		}
	}
	with := func(reviewItems Object) Object {
		return Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"], "reviewItems": reviewItems}
	}
	return Object{
		"certification": with(Object{"totalCount": float64(len(rows)), "nodes": rows}),
		"node":          own,
		"certifications": Object{"nodes": []any{with(Object{
			"totalCount": float64(len(w.List(t, Admin, items, Filters("completed eq true")))),
		})}},
		"item": found,
	}
}
