package sandbox

import (
	"time"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// decisionSummaryFields are the fields by which getIdentityDecisionSummary chooses the items that it counts.
var decisionSummaryFields = map[string]filter.Field[*item]{
	"identitySummary.id": filter.Exact(filter.Eq|filter.In, func(i *item) string { return i.summary.id }),
}

// getDecisionSummary serves getIdentityDecisionSummary. It counts the items that the filter leaves all together: those of
// an unknown summary are none.
func getDecisionSummary(c *call) (any, error) {
	found, err := c.personal()
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(c.r)
	if err != nil {
		return nil, err
	}
	text, err := q.text("filters")
	if err != nil {
		return nil, err
	}
	matches, err := filter.Parse(text, decisionSummaryFields, narrowing)
	if err != nil {
		return nil, response.Refuse(response.BadContent, "filters: %s", err)
	}
	var summary wireDecisionSummary
	c.state.read(func(time.Time) {
		for _, each := range found.items {
			if matches(each) {
				summary.count(each)
			}
		}
	})
	return &summary, nil
}

// count adds an item to the numbers of its type of access. What is of no type that the summary has is not counted.
func (s *wireDecisionSummary) count(on *item) {
	var made, total, approved, revoked *int
	switch on.access.kind {
	case entitlementAccess:
		made, total = &s.EntitlementDecisionsMade, &s.EntitlementDecisionsTotal
		approved, revoked = &s.EntitlementsApproved, &s.EntitlementsRevoked
	case accessProfileAccess:
		made, total = &s.AccessProfileDecisionsMade, &s.AccessProfileDecisionsTotal
		approved, revoked = &s.AccessProfilesApproved, &s.AccessProfilesRevoked
	case roleAccess:
		made, total = &s.RoleDecisionsMade, &s.RoleDecisionsTotal
		approved, revoked = &s.RolesApproved, &s.RolesRevoked
	case accountAccess:
		made, total = &s.AccountDecisionsMade, &s.AccountDecisionsTotal
		approved, revoked = &s.AccountsApproved, &s.AccountsRevoked
	default:
		return
	}
	*total++
	switch on.decision {
	case approve:
		*made++
		*approved++
	case revoke:
		*made++
		*revoked++
	}
}
