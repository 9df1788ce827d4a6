package apierror

import (
	"errors"

	"certql/upstream"
)

// GovernanceGroupMessage tells callers why the upstream refuses a request for a certification that
// a governance group reviews.
const GovernanceGroupMessage = "A governance group reviews this certification, which the upstream does not support for this operation."

// A GovernanceGroupError reports that the upstream refused a request because a governance group
// reviews the certification.
type GovernanceGroupError struct{ cause error }

// Error returns the text of the upstream's error, for logs.
func (e *GovernanceGroupError) Error() string {
	return "reviewed by a governance group: " + e.cause.Error()
}

// Unwrap returns the upstream's error.
func (e *GovernanceGroupError) Unwrap() error { return e.cause }

// MarkGovernanceGroup returns a *GovernanceGroupError if err is the upstream's refusal of a malformed
// request, and err itself otherwise. It is for reads by id: the upstream refuses those as malformed
// only if a governance group reviews the certification.
func MarkGovernanceGroup(err error) error {
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.Kind == upstream.KindBadRequest && e.Status != 0 {
		return &GovernanceGroupError{err}
	}
	return err
}

// MarkGovernanceGroupOf is MarkGovernanceGroup for reads of a certification's lists. Those may be
// malformed for other reasons, so it returns err itself unless the certification's reviewer is a
// governance group.
func MarkGovernanceGroupOf(reviewer *upstream.Reviewer, err error) error {
	if reviewer != nil && reviewer.Type == upstream.ReviewerGovernanceGroup {
		return MarkGovernanceGroup(err)
	}
	return err
}
