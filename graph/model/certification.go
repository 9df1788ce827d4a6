package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A Certification is the schema's Certification.
type Certification struct {
	*upstream.IdentityCertification
}

// The connection of certifications, and its edge.
type (
	CertificationConnection = relay.Connection[Certification]
	CertificationEdge       = relay.Edge[Certification]
)

// WrapCertification returns the upstream's certification as the schema's; nil if it is nil.
func WrapCertification(c *upstream.IdentityCertification) *Certification {
	if c == nil {
		return nil
	}
	return &Certification{c}
}

// IsNode marks the type as a Node.
func (Certification) IsNode() {}

// ID returns the certification's global id.
func (c Certification) ID() string { return string(c.AppendID(nil)) }

// AppendID appends what ID returns.
func (c Certification) AppendID(text []byte) []byte {
	return appendID(text, certificationType, c.RawID())
}

// RawID returns the certification's identifier in the REST API.
func (c Certification) RawID() string { return c.IdentityCertification.ID }

// Campaign returns what the certification tells of its campaign; nil if it tells nothing.
func (c Certification) Campaign() *Campaign {
	if c.IdentityCertification.Campaign == nil {
		return nil
	}
	return &Campaign{CampaignReference: c.IdentityCertification.Campaign}
}
