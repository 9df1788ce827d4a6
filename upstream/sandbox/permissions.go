package sandbox

import (
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// permissionCollection says how getIdentityCertificationItemPermissions may be filtered. There are no sorters.
var permissionCollection = collection[wirePermission]{
	rules: filter.And | filter.Or | filter.Parentheses | filter.OneAcrossFields,
	fields: map[string]filter.Field[wirePermission]{
		"target": filter.Text(filter.Eq|filter.Sw, func(p wirePermission) string { return p.Target }),
		"rights": filter.Texts(filter.Ca, func(p wirePermission) []string { return p.Rights }),
	},
}

// listPermissions serves getIdentityCertificationItemPermissions. Only entitlements have permissions; of other items
// the list is empty. The operation serves certifications of governance groups under every version.
func listPermissions(c *call) (any, error) {
	found, err := c.certification()
	if err != nil {
		return nil, err
	}
	reviewed := c.state.accessOf(found, c.r.PathValue("itemId"))
	if reviewed == nil {
		return nil, response.ErrNotFound
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	chosen, err := permissionCollection.parse(q)
	if err != nil {
		return nil, err
	}
	var permissions []wirePermission
	if reviewed.entitlement != nil {
		permissions = reviewed.entitlement.permissions
	}
	page, total := chosen.page(permissions)
	c.announce(chosen.count, total)
	return page, nil
}

// accessOf returns what an item of a certification is about, or nil if the certification has no such item.
func (s *state) accessOf(c *certification, itemID string) *access {
	var found *access
	s.read(func(time.Time) {
		if on := c.item(itemID); on != nil {
			found = on.access
		}
	})
	return found
}
