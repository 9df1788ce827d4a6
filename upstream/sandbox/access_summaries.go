package sandbox

import (
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// A reviewedAccess is one piece of access that a certification reviews, whoever holds it.
type reviewedAccess struct {
	*access
	open int // decisions still to make about it
}

// completed reports whether the access is decided for every holder.
func (a *reviewedAccess) completed() bool { return a.open == 0 }

// accessSummaryCollection says how getIdentityAccessSummaries may be filtered and sorted. The source of an access profile
// is that of its entitlements.
var accessSummaryCollection = collection[*reviewedAccess]{
	rules: narrowing,
	fields: map[string]filter.Field[*reviewedAccess]{
		"completed":                filter.Flag(filter.Eq|filter.Ne, (*reviewedAccess).completed),
		"access.id":                filter.Exact(filter.Eq|filter.In, func(a *reviewedAccess) string { return a.id }),
		"access.name":              filter.Text(filter.Eq|filter.Sw, func(a *reviewedAccess) string { return a.name }),
		"entitlement.sourceName":   filter.NullableText(filter.Eq|filter.Sw, func(a *reviewedAccess) (string, bool) { return a.entitlementSource() }),
		"accessProfile.sourceName": filter.NullableText(filter.Eq|filter.Sw, func(a *reviewedAccess) (string, bool) { return a.accessProfileSource() }),
	},
	keys: map[string]func(*reviewedAccess) (string, bool){
		"access.name": func(a *reviewedAccess) (string, bool) { return a.name, true },
	},
}

// listAccessSummaries serves getIdentityAccessSummaries: one row for each piece of access of a kind that is under review
// by itself, in the order in which the certification has it first.
func listAccessSummaries(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	kind := accessType(c.r.PathValue("type"))
	switch kind {
	case roleAccess, accessProfileAccess, entitlementAccess:
	default:
		return nil, response.Refuse(response.IllegalValue, "type: %.60q is none of ROLE, ACCESS_PROFILE, ENTITLEMENT.", string(kind))
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	chosen, err := accessSummaryCollection.parse(q)
	if err != nil {
		return nil, err
	}
	var page []*reviewedAccess
	c.state.read(func(time.Time) {
		var total int
		page, total = chosen.page(found.reviewed(kind))
		c.announce(chosen.count, total)
	})
	rows := make([]wireAccessSummary, len(page))
	for i, each := range page {
		rows[i] = each.unheld()
	}
	return rows, nil
}

// reviewed returns the access of a kind that the items of the certification are about.
func (c *certification) reviewed(kind accessType) []*reviewedAccess {
	var all []*reviewedAccess
	byID := make(map[string]*reviewedAccess)
	for _, each := range c.items {
		if each.access.kind != kind {
			continue
		}
		known, ok := byID[each.access.id]
		if !ok {
			known = &reviewedAccess{access: each.access}
			byID[each.access.id] = known
			all = append(all, known)
		}
		if each.decision == undecided {
			known.open++
		}
	}
	return all
}

// unheld returns the access as it is sent if nobody holds it: without the account and the end date, at any depth.
func (a *access) unheld() wireAccessSummary {
	row := wireAccessSummary{Access: wireAccess{Type: a.kind, ID: a.id, Name: a.name}}
	switch {
	case a.entitlement != nil:
		row.Entitlement = a.entitlement.wire.unheld()
	case a.accessProfile != nil:
		row.AccessProfile = a.accessProfile.wire.unheld()
	case a.role != nil:
		row.Role = a.role.wire.unheld()
	}
	return row
}

func (e wireEntitlement) unheld() *wireEntitlement {
	e.Account = nil
	return &e
}

func (p wireAccessProfile) unheld() *wireAccessProfile {
	p.EndDate = nil
	p.Entitlements = converted(p.Entitlements, wireEntitlement.unheld)
	return &p
}

func (r wireRole) unheld() *wireRole {
	r.EndDate = ""
	r.AccessProfiles = converted(r.AccessProfiles, wireAccessProfile.unheld)
	r.Entitlements = converted(r.Entitlements, wireEntitlement.unheld)
	return &r
}

// converted returns what a conversion makes of each element.
func converted[T any](list []*T, convert func(T) *T) []*T {
	made := make([]*T, len(list))
	for i, element := range list {
		made[i] = convert(*element)
	}
	return made
}
