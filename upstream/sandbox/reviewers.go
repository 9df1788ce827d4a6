package sandbox

import (
	"strings"

	"certql/upstream/sandbox/filter"
)

// reviewerCollection says how listCertificationReviewers may be filtered and sorted.
var reviewerCollection = collection[*identity]{
	rules: narrowing,
	fields: map[string]filter.Field[*identity]{
		"id":    filter.Exact(filter.Eq|filter.In, func(i *identity) string { return i.id }),
		"name":  filter.Text(filter.Eq|filter.Sw, func(i *identity) string { return i.name }),
		"email": filter.NullableText(filter.Eq|filter.Sw, (*identity).address),
	},
	keys: map[string]func(*identity) (string, bool){
		"name":  func(i *identity) (string, bool) { return i.name, true },
		"email": (*identity).address,
	},
}

// listReviewers serves listCertificationReviewers: the reviewing identity or the members of the governance group, under
// every version. The reviewer of a certification never changes, so this needs no lock.
func listReviewers(c *call) (any, error) {
	found, err := c.certification()
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	chosen, err := reviewerCollection.parse(q)
	if err != nil {
		return nil, err
	}
	page, total := chosen.page(found.reviewer.people())
	c.announce(chosen.count, total)
	rows := make([]wireIdentityReference, len(page))
	for i, each := range page {
		rows[i] = each.reference()
		if each.email == "" && strings.HasPrefix(c.version, "v20") {
			rows[i].Email = new(*string) // null: the yearly versions declare the member nullable
		}
	}
	return rows, nil
}
