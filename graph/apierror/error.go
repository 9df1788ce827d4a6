package apierror

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The messages that are written in more than one place.
const (
	InternalMessage  = "Something went wrong inside the gateway."
	OutOfTimeMessage = "The operation ran out of time."
	cancelledMessage = "The operation was cancelled."
	// NoReasonMessage stands for a refusal of the upstream that says nothing of its reason.
	NoReasonMessage = "The upstream refuses this, and does not say why."
)

// New returns an error with one of the codes above and a message for callers, and without a path.
func New(code, message string) *gqlerror.Error {
	err := &gqlerror.Error{}
	show(err, code, message)
	return err
}

// TooLarge returns the error of a request that exceeds a limit, with the limit's name and value and a
// message for callers.
func TooLarge(limit string, allowed int, message string) *gqlerror.Error {
	err := New(CodeOperationTooLarge, message)
	err.Extensions["limit"], err.Extensions["allowed"] = limit, allowed
	return err
}

// Invalid returns the error of a document that cannot be executed, with a message for callers. Its
// code is gqlgen's GRAPHQL_VALIDATION_FAILED.
func Invalid(message string) *gqlerror.Error { return New(errcode.ValidationFailed, message) }

// A RowError reports that a row of a list cannot be shown, which leaves it out of the list.
type RowError struct {
	Offset int   // of the row in the list, counted from 0
	Cause  error // as the upstream client has it
}

// Error returns a sentence for callers.
func (e *RowError) Error() string {
	return fmt.Sprintf("The row at offset %d could not be read, and is left out of the list.", e.Offset)
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Cause }

// A NotAppliedError reports that the first call of a mutation failed, and that the upstream is known
// not to have applied it. What callers see of it is its cause, and that nothing was changed.
type NotAppliedError struct{ Cause error }

// Error returns the text of the cause, for logs.
func (e *NotAppliedError) Error() string { return "nothing was applied: " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *NotAppliedError) Unwrap() error { return e.Cause }
