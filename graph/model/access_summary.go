package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// An AccessSummary is the schema's AccessSummary. It holds the certification that it belongs to, which the
// upstream's summary does not name.
type AccessSummary struct {
	*upstream.AccessSummary
	CertificationID string // the certification's identifier in the REST API
}

// The connection of access under review, and its edge.
type (
	AccessSummaryConnection = relay.Connection[AccessSummary]
	AccessSummaryEdge       = relay.Edge[AccessSummary]
)

// Access returns the access, or nil if the upstream does not describe it.
func (s AccessSummary) Access() ReviewableAccess { return wrapAccess(s.AccessSummary) }
