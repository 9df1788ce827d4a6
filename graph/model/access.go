package model

import "certql/upstream"

// ReviewableAccess is an Entitlement, AccessProfile, Role or OtherAccess.
type ReviewableAccess interface{ IsReviewableAccess() }

// An Entitlement is the schema's Entitlement.
type Entitlement struct {
	*upstream.ReviewableEntitlement
}

// IsReviewableAccess marks the type as reviewable.
func (Entitlement) IsReviewableAccess() {}

// Type answers ENTITLEMENT.
func (Entitlement) Type() upstream.DtoType { return upstream.TypeEntitlement }

// DataAccess answers the sensitive data that the entitlement opens, or nil.
func (e Entitlement) DataAccess() *DataAccess {
	if e.ReviewableEntitlement.DataAccess == nil {
		return nil
	}
	return &DataAccess{e.ReviewableEntitlement.DataAccess}
}

// DataAccess is the schema's DataAccess.
type DataAccess struct{ *upstream.DataAccess }

// ImpactScore answers the rating alone.
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

// Type answers ACCESS_PROFILE.
func (AccessProfile) Type() upstream.DtoType { return upstream.TypeAccessProfile }

// Entitlements answers what the profile bundles.
func (p AccessProfile) Entitlements() []Entitlement {
	return wrapAll(p.ReviewableAccessProfile.Entitlements, func(e *upstream.ReviewableEntitlement) Entitlement {
		return Entitlement{e}
	})
}

// A Role is the schema's Role.
type Role struct{ *upstream.ReviewableRole }

// IsReviewableAccess marks the type as reviewable.
func (Role) IsReviewableAccess() {}

// Type answers ROLE.
func (Role) Type() upstream.DtoType { return upstream.TypeRole }

// AccessProfiles answers the profiles that the role bundles.
func (r Role) AccessProfiles() []AccessProfile {
	return wrapAll(r.ReviewableRole.AccessProfiles, func(p *upstream.ReviewableAccessProfile) AccessProfile {
		return AccessProfile{p}
	})
}

// Entitlements answers those that the role bundles directly.
func (r Role) Entitlements() []Entitlement {
	return wrapAll(r.ReviewableRole.Entitlements, func(e *upstream.ReviewableEntitlement) Entitlement {
		return Entitlement{e}
	})
}

// OtherAccess is access of which only the reference is known.
type OtherAccess struct{ *upstream.AccessReference }

// IsReviewableAccess marks the type as reviewable.
func (OtherAccess) IsReviewableAccess() {}

// Description is never known.
func (OtherAccess) Description() string { return "" }

// Privileged is never known.
func (OtherAccess) Privileged() *bool { return nil }

// Owner is never known.
func (OtherAccess) Owner() *upstream.IdentityReference { return nil }

// wrapAccess answers the one detail that a summary holds, else its reference, else nil.
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
