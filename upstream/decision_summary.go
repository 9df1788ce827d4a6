package upstream

import "context"

// An IdentityCertDecisionSummary counts the decisions of one certification, by kind of access: those made,
// those to make in all (made or not), and how many of those made keep the access or take it away. A number is
// nil if the service does not say.
type IdentityCertDecisionSummary struct {
	EntitlementDecisionsMade    *int `json:"entitlementDecisionsMade"`
	EntitlementDecisionsTotal   *int `json:"entitlementDecisionsTotal"`
	EntitlementsApproved        *int `json:"entitlementsApproved"`
	EntitlementsRevoked         *int `json:"entitlementsRevoked"`
	AccessProfileDecisionsMade  *int `json:"accessProfileDecisionsMade"`
	AccessProfileDecisionsTotal *int `json:"accessProfileDecisionsTotal"`
	AccessProfilesApproved      *int `json:"accessProfilesApproved"`
	AccessProfilesRevoked       *int `json:"accessProfilesRevoked"`
	RoleDecisionsMade           *int `json:"roleDecisionsMade"`
	RoleDecisionsTotal          *int `json:"roleDecisionsTotal"`
	RolesApproved               *int `json:"rolesApproved"`
	RolesRevoked                *int `json:"rolesRevoked"`
	AccountDecisionsMade        *int `json:"accountDecisionsMade"`
	AccountDecisionsTotal       *int `json:"accountDecisionsTotal"`
	AccountsApproved            *int `json:"accountsApproved"`
	AccountsRevoked             *int `json:"accountsRevoked"`
}

// GetIdentityDecisionSummaryParams are the parameters of getIdentityDecisionSummary.
type GetIdentityDecisionSummaryParams struct {
	// IdentitySummaryIDs narrows what is counted to the decisions about these identities, all counted
	// together. Nil does not; an empty list is refused.
	IdentitySummaryIDs []string
}

// Query returns the parameters of the URL, as url.Values writes them.
func (p GetIdentityDecisionSummaryParams) Query() string { return p.query().text }

func (p GetIdentityDecisionSummaryParams) query() rawQuery {
	return unpaged(in("identitySummary.id", p.IdentitySummaryIDs))
}

// GetIdentityDecisionSummary counts the decisions of a certification (vendor operation
// getIdentityDecisionSummary, GET /certifications/{id}/decision-summary).
func (c *Client) GetIdentityDecisionSummary(ctx context.Context, certificationID string, p GetIdentityDecisionSummaryParams) (*IdentityCertDecisionSummary, error) {
	return get[IdentityCertDecisionSummary](ctx, c, opGetIdentityDecisionSummary, p.query(), certificationID)
}
