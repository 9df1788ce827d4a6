package upstream

import "context"

// The most references that one reassignment takes.
const (
	MaxReassignReferences      = 50  // ReassignIdentityCertifications
	MaxReassignAsyncReferences = 500 // SubmitReassignCertsAsync
)

// A ReviewReassign asks to move review items to another reviewer. All three fields are
// mandatory.
type ReviewReassign struct {
	Reassign   []ReassignReference `json:"reassign"`
	ReassignTo string              `json:"reassignTo"` // an identity id
	Reason     string              `json:"reason"`
}

// A ReassignReference names what is to move.
type ReassignReference struct {
	ID   string                `json:"id"`
	Type ReassignReferenceType `json:"type"`
}

// ReassignReferenceType says what the id of a ReassignReference is.
type ReassignReferenceType string

// What can be reassigned.
const (
	ReassignItem            ReassignReferenceType = "ITEM"             // a review item
	ReassignIdentitySummary ReassignReferenceType = "IDENTITY_SUMMARY" // all items of an identity
	ReassignTargetSummary   ReassignReferenceType = "TARGET_SUMMARY"   // the newer name of the same
)

// ReassignIdentityCertifications moves at most MaxReassignReferences references and returns
// the certification in the path as it is after the move (vendor operation
// reassignIdentityCertifications, POST /certifications/{id}/reassign).
func (c *Client) ReassignIdentityCertifications(ctx context.Context, certificationID string, r ReviewReassign) (*IdentityCertification, error) {
	return post[IdentityCertification](ctx, c, opReassignIdentityCertifications, r, certificationID)
}

// SubmitReassignCertsAsync queues the move of at most MaxReassignAsyncReferences references
// and returns the task that will do it (vendor operation submitReassignCertsAsync,
// POST /certifications/{id}/reassign-async).
func (c *Client) SubmitReassignCertsAsync(ctx context.Context, certificationID string, r ReviewReassign) (*CertificationTask, error) {
	return post[CertificationTask](ctx, c, opSubmitReassignCertsAsync, r, certificationID)
}
