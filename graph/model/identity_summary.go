package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// An IdentitySummary is the schema's IdentitySummary. It holds the certification that it belongs to,
// which the upstream's summary does not name.
type IdentitySummary struct {
	*upstream.CertificationIdentitySummary
	CertificationID string // the certification's identifier in the REST API
}

// The connection of identities under review, and its edge.
type (
	IdentitySummaryConnection = relay.Connection[IdentitySummary]
	IdentitySummaryEdge       = relay.Edge[IdentitySummary]
)

// WrapIdentitySummary returns the upstream's summary as the schema's; nil if it is nil. certificationID is
// the identifier of its certification in the REST API.
func WrapIdentitySummary(s *upstream.CertificationIdentitySummary, certificationID string) *IdentitySummary {
	if s == nil {
		return nil
	}
	return &IdentitySummary{CertificationIdentitySummary: s, CertificationID: certificationID}
}

// IsNode marks the type as a Node.
func (IdentitySummary) IsNode() {}

// ID returns the summary's global id, which carries that of the certification too; empty if the upstream
// does not show its identifier.
func (s IdentitySummary) ID() string { return string(s.AppendID(nil)) }

// AppendID appends what ID returns.
func (s IdentitySummary) AppendID(text []byte) []byte {
	return appendID(text, identitySummaryType, s.CertificationID, s.RawID())
}

// RawID returns the summary's identifier in the REST API.
func (s IdentitySummary) RawID() string { return s.CertificationIdentitySummary.ID }

// Identity returns the person under review, without an e-mail address; nil if the upstream does not say who it is.
func (s IdentitySummary) Identity() *upstream.IdentityReference {
	if s.IdentityID == nil || *s.IdentityID == "" {
		return nil
	}
	return &upstream.IdentityReference{ID: *s.IdentityID, Name: s.Name}
}
