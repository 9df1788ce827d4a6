package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// An AccessReviewItem is the schema's AccessReviewItem. It knows the certification that it
// belongs to, which the upstream leaves to the caller.
type AccessReviewItem struct {
	*upstream.AccessReviewItem
	CertificationID string // REST identifier
}

// Connections and edges of review items.
type (
	AccessReviewItemConnection = relay.Connection[AccessReviewItem]
	AccessReviewItemEdge       = relay.Edge[AccessReviewItem]
)

// IsNode marks the type as a Node.
func (AccessReviewItem) IsNode() {}

// ID answers the global id, which carries the certification.
func (i AccessReviewItem) ID() string {
	return relay.EncodeID(itemType, i.CertificationID, i.RawID())
}

// RawID answers the identifier of the REST API.
func (i AccessReviewItem) RawID() string { return i.AccessReviewItem.ID }

// Access answers what is being reviewed, or nil where the upstream does not say.
func (i AccessReviewItem) Access() ReviewableAccess { return wrapAccess(i.AccessSummary) }

// MayHavePermissions says whether the item is an entitlement that does not deny having
// permissions: only of such an item need the upstream be asked.
func (i AccessReviewItem) MayHavePermissions() bool {
	s := i.AccessSummary
	if s == nil || s.Entitlement == nil {
		return false
	}
	has := s.Entitlement.HasPermissions
	return has == nil || *has
}

// WrapItem makes an AccessReviewItem of the certification with the given REST identifier,
// or nil of nil.
func WrapItem(i *upstream.AccessReviewItem, certificationID string) *AccessReviewItem {
	if i == nil {
		return nil
	}
	return &AccessReviewItem{AccessReviewItem: i, CertificationID: certificationID}
}
