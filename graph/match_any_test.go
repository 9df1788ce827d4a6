package graph_test

import (
	"testing"

	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// Where one of several texts is enough, a text that everything begins with leaves nobody out.
func TestATextThatEverythingBeginsWithLeavesNobodyOut(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	a := w.Ask(t, graphtest.Admin, `{
		all: identities { totalCount }
		any: identities(filter: {match: ANY, alias: {startsWith: ""}, email: {eq: "olivia.grant@example.com"}}) { totalCount }
		both: identities(filter: {alias: {startsWith: ""}, email: {eq: "olivia.grant@example.com"}}) { totalCount }
	}`, nil)
	a.OK(t)
	if all, any, both := a.At("all", "totalCount"), a.At("any", "totalCount"), a.At("both", "totalCount"); any != all || both != 1.0 {
		t.Errorf("%v of %v, and %v", any, all, both)
	}
}

func TestATextThatEverythingBeginsWithLeavesNoPermissionOut(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	a := w.Ask(t, graphtest.Admin, `{ node(id: "`+graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)+`") { ... on AccessReviewItem {
		all: permissions { totalCount }
		any: permissions(filter: {match: ANY, target: {startsWith: ""}, rights: ["NO SUCH RIGHT"]}) { totalCount }
		both: permissions(filter: {target: {startsWith: ""}, rights: ["NO SUCH RIGHT"]}) { totalCount }
	} } }`, nil)
	a.OK(t)
	if all, any, both := a.At("node", "all", "totalCount"), a.At("node", "any", "totalCount"), a.At("node", "both", "totalCount"); any != all || all == 0.0 || both != 0.0 {
		t.Errorf("%v of %v, and %v", any, all, both)
	}
}
