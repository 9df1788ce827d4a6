package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A Certification is the schema's Certification.
type Certification struct {
	*upstream.IdentityCertification
}

// Connections and edges of certifications.
type (
	CertificationConnection = relay.Connection[Certification]
	CertificationEdge       = relay.Edge[Certification]
)

// WrapCertification makes a Certification, or nil of nil.
func WrapCertification(c *upstream.IdentityCertification) *Certification {
	if c == nil {
		return nil
	}
	return &Certification{c}
}

// IsNode marks the type as a Node.
func (Certification) IsNode() {}

// ID answers the global id.
func (c Certification) ID() string { return relay.EncodeID(certificationType, c.RawID()) }

// RawID answers the identifier of the REST API.
func (c Certification) RawID() string { return c.IdentityCertification.ID }
