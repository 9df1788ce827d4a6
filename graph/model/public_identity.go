package model

import (
	"certql/graph/relay"
	"certql/upstream"
)

// A PublicIdentity is the schema's PublicIdentity.
type PublicIdentity struct{ *upstream.PublicIdentity }

// The connection of people, and its edge.
type (
	PublicIdentityConnection = relay.Connection[PublicIdentity]
	PublicIdentityEdge       = relay.Edge[PublicIdentity]
)

// WrapPublicIdentity returns the upstream's identity as the schema's; nil if it is nil.
func WrapPublicIdentity(i *upstream.PublicIdentity) *PublicIdentity {
	if i == nil {
		return nil
	}
	return &PublicIdentity{i}
}

// IsNode marks the type as a Node.
func (PublicIdentity) IsNode() {}

// ID returns the person's global id.
func (i PublicIdentity) ID() string { return string(i.AppendID(nil)) }

// AppendID appends what ID returns.
func (i PublicIdentity) AppendID(text []byte) []byte {
	return appendID(text, publicIdentityType, i.RawID())
}

// RawID returns the identity's identifier in the REST API.
func (i PublicIdentity) RawID() string { return i.PublicIdentity.ID }

// Identity returns the person as whoever refers to them knows them.
func (i PublicIdentity) Identity() *upstream.IdentityReference {
	return &upstream.IdentityReference{ID: i.RawID(), Name: i.Name, Email: i.Email}
}
