package sandbox

import (
	"maps"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// publicIdentityCollection says how getPublicIdentities may be filtered and sorted: by names that no row has, too.
var publicIdentityCollection = collection[*identity]{
	rules: filter.And | filter.Or | filter.Parentheses,
	fields: map[string]filter.Field[*identity]{
		"id":        filter.Exact(filter.Eq|filter.In, func(i *identity) string { return i.id }),
		"alias":     filter.NullableText(filter.Eq|filter.Sw, func(i *identity) (string, bool) { return i.login, i.login != "" }),
		"email":     filter.NullableText(filter.Eq|filter.Sw, (*identity).address),
		"firstname": filter.NullableText(filter.Eq|filter.Sw, func(i *identity) (string, bool) { return i.firstName, i.firstName != "" }),
		"lastname":  filter.NullableText(filter.Eq|filter.Sw, func(i *identity) (string, bool) { return i.lastName, i.lastName != "" }),
	},
	keys: map[string]func(*identity) (string, bool){
		"name": func(i *identity) (string, bool) { return i.name, true },
	},
}

// namedPublicIdentities is the same for tenants that filter by name as well.
var namedPublicIdentities = func() collection[*identity] {
	also := publicIdentityCollection
	also.fields = maps.Clone(also.fields)
	also.fields["name"] = filter.Text(filter.Eq|filter.Sw, func(i *identity) string { return i.name })
	return also
}()

// listPublicIdentities serves getPublicIdentities, to anybody who is a user. The people never change, so this needs no
// lock.
func listPublicIdentities(c *call) (any, error) {
	if c.caller.IdentityID == "" {
		return nil, response.ErrForbidden
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	core, err := q.flag("add-core-filters")
	if err != nil {
		return nil, err
	}
	allowed := publicIdentityCollection
	if c.config.PublicNameFilter {
		allowed = namedPublicIdentities
	}
	chosen, err := allowed.parse(q)
	if err != nil {
		return nil, err
	}
	if matches := chosen.matches; core {
		chosen.matches = func(i *identity) bool { return i.isCore() && matches(i) }
	}
	page, total := chosen.page(c.state.directory)
	c.announce(chosen.count, total)
	rows := make([]*wirePublicIdentity, len(page))
	for i, each := range page {
		rows[i] = &each.public
	}
	return rows, nil
}

// The user names of the accounts that every tenant comes with.
const (
	supportAdmin = "spadmin"
	cloudAdmin   = "cloudadmin"
)

// isCore reports whether the parameter add-core-filters leaves the identity in the list.
func (i *identity) isCore() bool {
	return (!i.uncorrelated || i.protected) && i.login != supportAdmin && i.login != cloudAdmin &&
		i.login != "" && i.lastName != "" && i.email != ""
}
