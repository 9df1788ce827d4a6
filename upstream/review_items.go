package upstream

import "context"

// An AccessReviewItem is one piece of access of one identity that a reviewer decides on.
type AccessReviewItem struct {
	ID        string `json:"id"`
	Completed *bool  `json:"completed"`
	NewAccess *bool  `json:"newAccess"`
	// Decision is empty until there is one.
	Decision        CertificationDecision         `json:"decision"`
	Comments        string                        `json:"comments"`
	AccessSummary   *AccessSummary                `json:"accessSummary"`
	IdentitySummary *CertificationIdentitySummary `json:"identitySummary"`
}

// Check returns an *Error of KindInvalid if the item has no identifier by which it could be read again
// (CheckID).
func (i *AccessReviewItem) Check() error { return checkRow(opListIdentityAccessReviewItems, i.ID) }

func (i *AccessReviewItem) isAmbiguous() bool { return i.AccessSummary.isAmbiguous() }

// AccessReviewItemFilter narrows listIdentityAccessReviewItems; set fields are joined by
// "and". A nil list does not filter; an empty one is refused.
type AccessReviewItemFilter struct {
	IDs                     []string
	AccessType              DtoType
	Completed               *bool
	IdentitySummaryIDs      []string
	IdentityName            *TextMatch
	AccessIDs               []string
	AccessName              *TextMatch
	EntitlementSourceName   *TextMatch
	AccessProfileSourceName *TextMatch
}

func (f AccessReviewItemFilter) expression() expression {
	return all(
		in("id", f.IDs),

		eq("access.type", string(f.AccessType)),
		is("completed", f.Completed),
		in("identitySummary.id", f.IdentitySummaryIDs),
		match("identitySummary.name", f.IdentityName),
		in("access.id", f.AccessIDs),
		match("access.name", f.AccessName),
		match("entitlement.sourceName", f.EntitlementSourceName),
		match("accessProfile.sourceName", f.AccessProfileSourceName),
	)
}

// AccessReviewItemSortField is a field that listIdentityAccessReviewItems can order by.
type AccessReviewItemSortField string

// The fields that listIdentityAccessReviewItems can order by.
const (
	SortItemsByIdentityName            AccessReviewItemSortField = "identitySummary.name"
	SortItemsByAccessName              AccessReviewItemSortField = "access.name"
	SortItemsByAccessType              AccessReviewItemSortField = "access.type"
	SortItemsByEntitlementSourceName   AccessReviewItemSortField = "entitlement.sourceName"
	SortItemsByAccessProfileSourceName AccessReviewItemSortField = "accessProfile.sourceName"
)

// ListIdentityAccessReviewItemsParams are the parameters of listIdentityAccessReviewItems.
type ListIdentityAccessReviewItemsParams struct {
	Filter  AccessReviewItemFilter
	Sorters []Sorter[AccessReviewItemSortField]
	// Entitlements, AccessProfiles and Roles narrow the list to items that pertain to any
	// of the given ids. The service accepts at most one of the three.
	Entitlements   []string
	AccessProfiles []string
	Roles          []string
	Paging
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p ListIdentityAccessReviewItemsParams) Query() string { return p.query().text }

func (p ListIdentityAccessReviewItemsParams) query() rawQuery {
	return query(
		p.Paging, p.Filter.expression(), sorters(p.Sorters),
		idList("entitlements", p.Entitlements),
		idList("access-profiles", p.AccessProfiles),
		idList("roles", p.Roles),
	)
}

// ListIdentityAccessReviewItems returns a page of a certification's review items (vendor
// operation listIdentityAccessReviewItems, GET /certifications/{id}/access-review-items).
func (c *Client) ListIdentityAccessReviewItems(ctx context.Context, certificationID string, p ListIdentityAccessReviewItemsParams) (Page[AccessReviewItem], error) {
	return list[AccessReviewItem](ctx, c, opListIdentityAccessReviewItems, p.query(), certificationID)
}
