package model

import "certql/upstream"

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

// wrapAccess returns the access that a summary describes: the one detailed object that it holds, else
// its reference, else nil.
func wrapAccess(s *upstream.AccessSummary) ReviewableAccess {
	switch {
	case s == nil:
		return nil
	case s.Entitlement != nil:
		return Entitlement{s.Entitlement}
	case s.AccessProfile != nil:
		return AccessProfile{s.AccessProfile}
	case s.Role != nil:
		return Role{s.Role}
	case s.Access != nil:
		return OtherAccess{s.Access}
	default:
		return nil
	}
}
