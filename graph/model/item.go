package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// An AccessReviewItem is the schema's AccessReviewItem. It holds the certification that it belongs
// to, which the upstream's item does not name.
type AccessReviewItem struct {
	*upstream.AccessReviewItem
	CertificationID string // the certification's identifier in the REST API
}

// The connection of review items, and its edge.
type (
	AccessReviewItemConnection = relay.Connection[AccessReviewItem]
	AccessReviewItemEdge       = relay.Edge[AccessReviewItem]
)

// IsNode marks the type as a Node.
func (AccessReviewItem) IsNode() {}

// ID returns the item's global id, which carries that of the certification too.
func (i AccessReviewItem) ID() string { return string(i.AppendID(nil)) }

// AppendID appends what ID returns.
func (i AccessReviewItem) AppendID(text []byte) []byte {
	return appendID(text, itemType, i.CertificationID, i.RawID())
}

// RawID returns the item's identifier in the REST API.
func (i AccessReviewItem) RawID() string { return i.AccessReviewItem.ID }

// Access returns the access that is reviewed, or nil if the upstream does not describe it.
func (i AccessReviewItem) Access() ReviewableAccess { return wrapAccess(i.AccessSummary) }

// IdentitySummary returns the identity under review, or nil if the upstream does not describe it.
func (i AccessReviewItem) IdentitySummary() *IdentitySummary {
	return WrapIdentitySummary(i.AccessReviewItem.IdentitySummary, i.CertificationID)
}

// MayHavePermissions reports whether the item may be an entitlement, and the upstream does not say that
// it has no permissions. Only if it says either need the permissions not be read.
func (i AccessReviewItem) MayHavePermissions() bool {
	s := i.AccessSummary
	if s == nil {
		return true
	}
	switch kind := kindOf(s); {
	case kind == upstream.TypeEntitlement:
		has := s.Entitlement.HasPermissions
		return has == nil || *has
	case kind == "" && s.Access != nil:
		return s.Access.Type == "" || s.Access.Type == upstream.TypeEntitlement
	default:
		return kind == ""
	}
}

// WrapItem returns the upstream's item as the schema's; nil if it is nil. certificationID is the
// identifier of its certification in the REST API.
func WrapItem(i *upstream.AccessReviewItem, certificationID string) *AccessReviewItem {
	if i == nil {
		return nil
	}
	return &AccessReviewItem{AccessReviewItem: i, CertificationID: certificationID}
}
