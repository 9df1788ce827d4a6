package apierror

import (
	"errors"

	"certql/upstream"
)

// GovernanceGroupMessage tells callers why the upstream refuses what is reviewed by a group.
const GovernanceGroupMessage = "A governance group reviews this certification, which the upstream does not support for this operation."

// A GovernanceGroupError says that the upstream refused because a governance group reviews the
// certification.
type GovernanceGroupError struct{ cause error }

func (e *GovernanceGroupError) Error() string {
	return "reviewed by a governance group: " + e.cause.Error()
}
func (e *GovernanceGroupError) Unwrap() error { return e.cause }

// OfGovernanceGroup marks the refusal of a read by id, which the upstream refuses as malformed only
// where a governance group reviews the certification.
func OfGovernanceGroup(err error) error {
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.Kind == upstream.KindBadRequest && e.Status != 0 {
		return &GovernanceGroupError{err}
	}
	return err
}

// OfReviewer marks the refusal of a read below a certification whose reviewer is a
// governance group.
func OfReviewer(reviewer *upstream.Reviewer, err error) error {
	if reviewer != nil && reviewer.Type == upstream.ReviewerGovernanceGroup {
		return OfGovernanceGroup(err)
	}
	return err
}
