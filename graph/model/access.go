package model

import (
	"reflect"

	"certql/upstream"
)

// ReviewableAccess is the schema's interface of that name: an Entitlement, AccessProfile, Role or
// OtherAccess.
type ReviewableAccess interface{ IsReviewableAccess() }

// An Entitlement is the schema's Entitlement.
type Entitlement struct {
	*upstream.ReviewableEntitlement
}

// IsReviewableAccess marks the type as reviewable.
func (Entitlement) IsReviewableAccess() {}

// Type returns ENTITLEMENT.
func (Entitlement) Type() upstream.DtoType { return upstream.TypeEntitlement }

// DataAccess returns the sensitive data that the entitlement gives access to, or nil.
func (e Entitlement) DataAccess() *DataAccess {
	if e.ReviewableEntitlement.DataAccess == nil {
		return nil
	}
	return &DataAccess{e.ReviewableEntitlement.DataAccess}
}

// DataAccess is the schema's DataAccess.
type DataAccess struct{ *upstream.DataAccess }

// ImpactScore returns the value of the upstream's impact score; empty if there is none.
func (d DataAccess) ImpactScore() string {
	if d.DataAccess.ImpactScore == nil {
		return ""
	}
	return d.DataAccess.ImpactScore.Value
}

// An AccessProfile is the schema's AccessProfile.
type AccessProfile struct {
	*upstream.ReviewableAccessProfile
}

// IsReviewableAccess marks the type as reviewable.
func (AccessProfile) IsReviewableAccess() {}

// Type returns ACCESS_PROFILE.
func (AccessProfile) Type() upstream.DtoType { return upstream.TypeAccessProfile }

// Entitlements returns the entitlements that the profile bundles.
func (p AccessProfile) Entitlements() []Entitlement {
	return wrapAll(p.ReviewableAccessProfile.Entitlements, func(e *upstream.ReviewableEntitlement) Entitlement {
		return Entitlement{e}
	})
}

// A Role is the schema's Role.
type Role struct{ *upstream.ReviewableRole }

// IsReviewableAccess marks the type as reviewable.
func (Role) IsReviewableAccess() {}

// Type returns ROLE.
func (Role) Type() upstream.DtoType { return upstream.TypeRole }

// AccessProfiles returns the profiles that the role bundles.
func (r Role) AccessProfiles() []AccessProfile {
	return wrapAll(r.ReviewableRole.AccessProfiles, func(p *upstream.ReviewableAccessProfile) AccessProfile {
		return AccessProfile{p}
	})
}

// Entitlements returns the entitlements that the role bundles directly, outside of profiles.
func (r Role) Entitlements() []Entitlement {
	return wrapAll(r.ReviewableRole.Entitlements, func(e *upstream.ReviewableEntitlement) Entitlement {
		return Entitlement{e}
	})
}

// OtherAccess is the schema's OtherAccess: access of which the upstream gives a reference alone.
type OtherAccess struct{ *upstream.AccessReference }

// IsReviewableAccess marks the type as reviewable.
func (OtherAccess) IsReviewableAccess() {}

// Description returns the empty text: a reference has none.
func (OtherAccess) Description() string { return "" }

// Privileged returns nil: a reference does not say.
func (OtherAccess) Privileged() *bool { return nil }

// Owner returns nil: a reference has none.
func (OtherAccess) Owner() *upstream.IdentityReference { return nil }

// wrapAccess returns the access that a summary describes, or nil if it describes none. Of several
// detailed objects it is the one of the kind that the reference names, and otherwise the first with
// an identifier. An object that says nothing hides no other, and not the reference.
func wrapAccess(s *upstream.AccessSummary) ReviewableAccess {
	if s == nil {
		return nil
	}
	if wrapped := wrapKind(s, kindOf(s)); wrapped != nil {
		return wrapped
	}
	if s.Access != nil {
		return OtherAccess{s.Access}
	}
	return nil
}

// kindOf returns the kind of the detailed object that describes the access; empty if none does.
func kindOf(s *upstream.AccessSummary) upstream.DtoType {
	kinds := [...]upstream.DtoType{upstream.TypeEntitlement, upstream.TypeAccessProfile, upstream.TypeRole}
	if s.Access != nil && saysOf(s, s.Access.Type) >= something {
		return s.Access.Type
	}
	most, kind := nothing, upstream.DtoType("")
	for _, each := range kinds {
		if says := saysOf(s, each); says > most {
			most, kind = says, each
		}
	}
	if most == emptyObject && s.Access != nil {
		return "" // the reference says more
	}
	return kind
}

// How much a detailed object says, in rising order.
const (
	nothing     = iota // there is none
	emptyObject        // there is one without a member that can be read
	something
	identifier // and more, as a rule
)

// saysOf returns how much is said of the access in the detailed object of a kind.
func saysOf(s *upstream.AccessSummary, kind upstream.DtoType) int {
	switch kind {
	case upstream.TypeEntitlement:
		return says(s.Entitlement, func(e *upstream.ReviewableEntitlement) string { return e.ID })
	case upstream.TypeAccessProfile:
		return says(s.AccessProfile, func(p *upstream.ReviewableAccessProfile) string { return p.ID })
	case upstream.TypeRole:
		return says(s.Role, func(r *upstream.ReviewableRole) string { return r.ID })
	default:
		return nothing
	}
}

func says[T any](object *T, id func(*T) string) int {
	switch {
	case object == nil:
		return nothing
	case id(object) != "":
		return identifier
	case reflect.ValueOf(object).Elem().IsZero():
		return emptyObject
	default:
		return something
	}
}

// wrapKind returns the detailed object of a kind; nil if the summary has none.
func wrapKind(s *upstream.AccessSummary, kind upstream.DtoType) ReviewableAccess {
	switch kind {
	case upstream.TypeEntitlement:
		return Entitlement{s.Entitlement}
	case upstream.TypeAccessProfile:
		return AccessProfile{s.AccessProfile}
	case upstream.TypeRole:
		return Role{s.Role}
	default:
		return nil
	}
}
