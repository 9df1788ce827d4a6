package sandbox

import (
	"slices"
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// itemCollection says how listIdentityAccessReviewItems may be filtered and sorted. Its field names are shorthands: a
// bare type is the type of the access, and the source of an access profile is that of its entitlements.
var itemCollection = collection[*item]{
	rules: narrowing,
	fields: map[string]filter.Field[*item]{
		"id":                       filter.Exact(filter.Eq|filter.In, func(i *item) string { return i.id }),
		"type":                     filter.Exact(filter.Eq, (*item).accessType),
		"access.type":              filter.Exact(filter.Eq, (*item).accessType),
		"completed":                filter.Flag(filter.Eq|filter.Ne, func(i *item) bool { return i.decision != undecided }),
		"identitySummary.id":       filter.Exact(filter.Eq|filter.In, func(i *item) string { return i.summary.id }),
		"identitySummary.name":     filter.Text(filter.Eq|filter.Sw, func(i *item) string { return i.summary.name }),
		"access.id":                filter.Exact(filter.Eq|filter.In, func(i *item) string { return i.access.id }),
		"access.name":              filter.Text(filter.Eq|filter.Sw, func(i *item) string { return i.access.name }),
		"entitlement.sourceName":   filter.NullableText(filter.Eq|filter.Sw, (*item).entitlementSource),
		"accessProfile.sourceName": filter.NullableText(filter.Eq|filter.Sw, (*item).accessProfileSource),
	},
	keys: map[string]func(*item) (string, bool){
		"identitySummary.name":     func(i *item) (string, bool) { return i.summary.name, true },
		"access.name":              func(i *item) (string, bool) { return i.access.name, true },
		"access.type":              func(i *item) (string, bool) { return i.accessType(), true },
		"entitlement.sourceName":   (*item).entitlementSource,
		"accessProfile.sourceName": (*item).accessProfileSource,
	},
}

func (i *item) accessType() string { return string(i.access.kind) }

func (i *item) entitlementSource() (string, bool) { return i.access.entitlementSource() }

func (i *item) accessProfileSource() (string, bool) { return i.access.accessProfileSource() }

// listItems serves listIdentityAccessReviewItems.
func listItems(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	chosen, err := itemCollection.parse(q)
	if err != nil {
		return nil, err
	}
	pertains, err := pertaining(q)
	if err != nil {
		return nil, err
	}
	if matches := chosen.matches; pertains != nil {
		chosen.matches = func(i *item) bool { return pertains(i.access) && matches(i) }
	}
	var rows []wireItem
	c.state.read(func(time.Time) {
		page, total := chosen.page(found.items)
		c.announce(chosen.count, total)
		rows = make([]wireItem, len(page))
		for i, each := range page {
			each.render(&rows[i], found.campaign)
		}
	})
	return rows, nil
}

// pertaining reads the parameters that narrow review items to those of some access, of which one may be given. An
// item pertains to what it is itself and to what it contains.
func pertaining(q query) (func(*access) bool, error) {
	var kind accessType
	var ids []string
	for _, parameter := range [...]struct {
		name string
		kind accessType
	}{{"entitlements", entitlementAccess}, {"access-profiles", accessProfileAccess}, {"roles", roleAccess}} {
		given, err := q.list(parameter.name)
		if err != nil {
			return nil, err
		}
		if given == nil {
			continue
		}
		if ids != nil {
			return nil, response.Refuse(response.BadContent, "Only one of entitlements, access-profiles and roles can be used at a time.")
		}
		kind, ids = parameter.kind, given
	}
	if ids == nil {
		return nil, nil
	}
	return func(on *access) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return on.pertainsTo(kind, id) })
	}, nil
}

// render writes the item into row as it is sent.
func (i *item) render(row *wireItem, of *campaign) {
	row.ID = i.id
	row.Completed = i.decision != undecided
	row.NewAccess = i.newAccess
	row.Decision = i.decision
	row.Comments = i.comments
	row.IdentitySummary = i.summary.render()
	row.AccessSummary.Access = wireAccess{Type: i.access.kind, ID: i.access.id, Name: i.access.name}
	switch {
	case i.access.entitlement != nil:
		wire := i.access.entitlement.wire // a copy, since the account differs by item
		if i.summary.identity != nil {
			wire.Account = new(accountOf(i.summary.identity, i.access.entitlement.source, of.wire.CampaignType == machineAccountCampaign))
		}
		row.AccessSummary.Entitlement = &wire
	case i.access.accessProfile != nil:
		row.AccessSummary.AccessProfile = &i.access.accessProfile.wire
	case i.access.role != nil:
		row.AccessSummary.Role = &i.access.role.wire
	}
}
