package model

import "certql/upstream"

// DecisionSummary is the schema's DecisionSummary.
type DecisionSummary struct {
	*upstream.IdentityCertDecisionSummary
}

// DecisionCounts are the schema's DecisionCounts. A number is nil if the upstream does not report it.
type DecisionCounts struct{ Made, Total, Approved, Revoked *int }

// NoDecisions returns the summary of no decisions at all, of which every number is 0.
func NoDecisions() *DecisionSummary {
	return &DecisionSummary{&upstream.IdentityCertDecisionSummary{
		EntitlementDecisionsMade: new(0), EntitlementDecisionsTotal: new(0), EntitlementsApproved: new(0), EntitlementsRevoked: new(0),
		AccessProfileDecisionsMade: new(0), AccessProfileDecisionsTotal: new(0), AccessProfilesApproved: new(0), AccessProfilesRevoked: new(0),
		RoleDecisionsMade: new(0), RoleDecisionsTotal: new(0), RolesApproved: new(0), RolesRevoked: new(0),
		AccountDecisionsMade: new(0), AccountDecisionsTotal: new(0), AccountsApproved: new(0), AccountsRevoked: new(0),
	}}
}

// Entitlements returns the numbers of decisions about entitlements.
func (s DecisionSummary) Entitlements() DecisionCounts {
	return DecisionCounts{s.EntitlementDecisionsMade, s.EntitlementDecisionsTotal, s.EntitlementsApproved, s.EntitlementsRevoked}
}

// AccessProfiles returns the numbers of decisions about access profiles.
func (s DecisionSummary) AccessProfiles() DecisionCounts {
	return DecisionCounts{s.AccessProfileDecisionsMade, s.AccessProfileDecisionsTotal, s.AccessProfilesApproved, s.AccessProfilesRevoked}
}

// Roles returns the numbers of decisions about roles.
func (s DecisionSummary) Roles() DecisionCounts {
	return DecisionCounts{s.RoleDecisionsMade, s.RoleDecisionsTotal, s.RolesApproved, s.RolesRevoked}
}

// Accounts returns the numbers of decisions about accounts.
func (s DecisionSummary) Accounts() DecisionCounts {
	return DecisionCounts{s.AccountDecisionsMade, s.AccountDecisionsTotal, s.AccountsApproved, s.AccountsRevoked}
}

// All returns the numbers of all decisions together.
func (s DecisionSummary) All() DecisionCounts {
	var all DecisionCounts
	for _, kind := range [...]DecisionCounts{s.Entitlements(), s.AccessProfiles(), s.Roles(), s.Accounts()} {
		all.Made, all.Total = plus(all.Made, kind.Made), plus(all.Total, kind.Total)
		all.Approved, all.Revoked = plus(all.Approved, kind.Approved), plus(all.Revoked, kind.Revoked)
	}
	return all
}

// plus adds two numbers, of which one that is not known counts as 0; nil if neither is known.
func plus(a, b *int) *int {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	default:
		return new(*a + *b)
	}
}
