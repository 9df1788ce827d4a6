package apierror

import (
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Messages that more than one place shows.
const (
	InternalMessage  = "Something went wrong inside the gateway."
	OutOfTimeMessage = "The operation ran out of time."
)

// New returns an error with a code and a message for callers, and no path.
func New(code, message string) *gqlerror.Error {
	err := &gqlerror.Error{}
	show(err, code, message)
	return err
}

// Invalid returns the error of a document that cannot be executed.
func Invalid(message string) *gqlerror.Error { return New(errcode.ValidationFailed, message) }

// A NotAppliedError is a fault of a mutation's first call, of which it is known that it was not
// applied.
type NotAppliedError struct{ Cause error }

func (e *NotAppliedError) Error() string { return "nothing was applied: " + e.Cause.Error() }

// Unwrap returns the fault.
func (e *NotAppliedError) Unwrap() error { return e.Cause }
