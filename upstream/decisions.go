package upstream

import "context"

// CertificationDecision is what a reviewer decided on an item.
type CertificationDecision string

// The decisions that the vendor documents. None takes a decision back.
const (
	Approve CertificationDecision = "APPROVE"
	Revoke  CertificationDecision = "REVOKE"
)

// MaxDecisions is the most decisions that one call of MakeIdentityDecision takes.
const MaxDecisions = 250

// A ReviewDecision is one decision on one review item.
type ReviewDecision struct {
	ID       string                `json:"id"` // of the review item
	Decision CertificationDecision `json:"decision"`
	// ProposedEndDate goes with Revoke only and lies in the future.
	ProposedEndDate Time `json:"proposedEndDate,omitzero"`
	// Bulk marks the decision as part of a bulk action for the audit.
	Bulk           bool                  `json:"bulk"`
	Recommendation *ReviewRecommendation `json:"recommendation,omitzero"`
	Comments       string                `json:"comments,omitzero"`
}

// A ReviewRecommendation records what was recommended to the reviewer. It is write-only.
type ReviewRecommendation struct {
	Recommendation string   `json:"recommendation,omitzero"`
	Reasons        []string `json:"reasons,omitzero"`
	Timestamp      Time     `json:"timestamp,omitzero"`
}

// MakeIdentityDecision sends 1 to MaxDecisions decisions, all of which apply or none
// (vendor operation makeIdentityDecision, POST /certifications/{id}/decide), and returns
// the certification as it is afterwards.
func (c *Client) MakeIdentityDecision(ctx context.Context, certificationID string, decisions []ReviewDecision) (*IdentityCertification, error) {
	return post[IdentityCertification](ctx, c, opMakeIdentityDecision, decisions, certificationID)
}
