package upstream

import (
	"cmp"
	"context"
	"fmt"
)

// AccessSummaryType is a kind of access that getIdentityAccessSummaries lists, one at a time. It is part
// of a path, so that no other value than these is ever sent.
type AccessSummaryType string

// The kinds of access that getIdentityAccessSummaries lists.
const (
	AccessSummaryRole          AccessSummaryType = "ROLE"
	AccessSummaryAccessProfile AccessSummaryType = "ACCESS_PROFILE"
	AccessSummaryEntitlement   AccessSummaryType = "ENTITLEMENT"
)

// errSummaryType says that a kind of access is not one of those that are listed.
const errSummaryType = inputError("must be one of ROLE, ACCESS_PROFILE, ENTITLEMENT")

// Check returns an *Error of KindInvalid if neither the reference to the access nor what is said of it in
// detail has an identifier that could be sent (CheckID).
func (s *AccessSummary) Check() error { return checkRow(opGetIdentityAccessSummaries, s.AccessID()) }

// AccessID returns the first identifier of the access that can be used; empty if there is none.
func (s *AccessSummary) AccessID() string {
	var reference, entitlement, profile, role string
	if s.Access != nil {
		reference = s.Access.ID
	}
	if s.Entitlement != nil {
		entitlement = s.Entitlement.ID
	}
	if s.AccessProfile != nil {
		profile = s.AccessProfile.ID
	}
	if s.Role != nil {
		role = s.Role.ID
	}
	return cmp.Or(usable(reference), usable(entitlement), usable(profile), usable(role))
}

// dropHolder leaves out what belongs to one holder of the access, at every depth: the account that has an
// entitlement, and when the access ends. The row stands for all holders, and would show it of each.
func (s *AccessSummary) dropHolder() {
	if s.Entitlement != nil {
		s.Entitlement.Account = nil
	}
	if s.AccessProfile != nil {
		s.AccessProfile.dropHolder()
	}
	if s.Role == nil {
		return
	}
	s.Role.EndDate = Time{}
	dropAccounts(s.Role.Entitlements)
	for i := range s.Role.AccessProfiles {
		s.Role.AccessProfiles[i].dropHolder()
	}
}

func (p *ReviewableAccessProfile) dropHolder() {
	p.EndDate = Time{}
	dropAccounts(p.Entitlements)
}

func dropAccounts(entitlements []ReviewableEntitlement) {
	for i := range entitlements {
		entitlements[i].Account = nil
	}
}

// AccessSummaryFilter narrows getIdentityAccessSummaries; set fields are joined by "and". A nil
// list does not filter; an empty one is refused.
type AccessSummaryFilter struct {
	Completed               *bool // whether it is decided for every holder
	AccessIDs               []string
	AccessName              *TextMatch
	EntitlementSourceName   *TextMatch
	AccessProfileSourceName *TextMatch
}

func (f AccessSummaryFilter) expression() expression {
	return all(
		is("completed", f.Completed),
		in("access.id", f.AccessIDs),
		match("access.name", f.AccessName),
		match("entitlement.sourceName", f.EntitlementSourceName),
		match("accessProfile.sourceName", f.AccessProfileSourceName),
	)
}

// AccessSummarySortField is a field that getIdentityAccessSummaries can order by.
type AccessSummarySortField string

// SortAccessSummariesByName is the one field that getIdentityAccessSummaries can order by.
const SortAccessSummariesByName AccessSummarySortField = "access.name"

// GetIdentityAccessSummariesParams are the parameters of getIdentityAccessSummaries. The type is
// mandatory.
type GetIdentityAccessSummariesParams struct {
	Type    AccessSummaryType
	Filter  AccessSummaryFilter
	Sorters []Sorter[AccessSummarySortField]
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them. The type is not among them: it is part of
// the path.
func (p GetIdentityAccessSummariesParams) Query() string { return p.query().text }

func (p GetIdentityAccessSummariesParams) query() rawQuery {
	kind := queryParameter{name: "type"} // a part of the path
	if !p.Type.Known() {
		kind.err = fmt.Errorf("type: %w", errSummaryType)
	}
	return query(p.Paging, p.Filter.expression(), sorters(p.Sorters), kind)
}

// GetIdentityAccessSummaries returns a page of the access of one kind that is under review in a
// certification (vendor operation getIdentityAccessSummaries, GET
// /certifications/{id}/access-summaries/{type}). A row stands for all who have the access: it never shows
// an account or an end date, which belong to one of them.
func (c *Client) GetIdentityAccessSummaries(ctx context.Context, certificationID string, p GetIdentityAccessSummariesParams) (Page[AccessSummary], error) {
	return list[AccessSummary](ctx, c, opGetIdentityAccessSummaries, p.query(), certificationID, string(p.Type))
}
