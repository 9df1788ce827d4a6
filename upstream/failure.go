package upstream

import (
	"context"
	"errors"

	"certql/upstream/throttle"
)

// asError returns an error of a call as an *Error: one that is one already, or that of a context that
// has ended, of the throttle, of an operation that may make no more calls, or of a panic.
func asError(ctx context.Context, operation string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, errCallsExceeded) {
		return &Error{Operation: operation, Kind: KindCallsExceeded, cause: err}
	}
	if e, ok := errors.AsType[*throttle.UsedUpError](err); ok {
		return &Error{Operation: operation, Kind: KindRateLimited, RetryAfter: e.Wait, cause: e}
	}
	return failure(ctx, operation, err)
}

// isUsedUp reports whether the throttle did not let a call go. The error may be nil.
func isUsedUp(e *Error) bool {
	if e == nil {
		return false
	}
	_, ok := errors.AsType[*throttle.UsedUpError](e.cause)
	return ok
}

// badInput returns the error for a call whose arguments cannot be sent.
func badInput(operation string, err error) *Error {
	e := &Error{Operation: operation, Kind: KindBadRequest, cause: err}
	if _, ok := errors.AsType[inputError](err); ok {
		e.cause = inputError(err.Error()) // with the name of the argument
		e.Messages = []ErrorMessage{{Locale: "en", LocaleOrigin: LocaleDefault, Text: err.Error()}}
	}
	return e
}

// failure returns the error for a call that ended without a status.
func failure(ctx context.Context, operation string, err error) *Error {
	e := &Error{Operation: operation, Kind: KindUnavailable, cause: err}
	var timeout interface{ Timeout() bool }
	switch {
	// The context is asked first, since what the transport returns then varies.
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.cause = KindCanceled, context.Canceled
	case ctx.Err() != nil:
		e.Kind, e.cause = KindTimeout, context.DeadlineExceeded
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Kind = KindTimeout
	}
	return e
}

// bodyFailure returns the error for a response that broke off.
func bodyFailure(ctx context.Context, operation string, status int, err error) *Error {
	e := failure(ctx, operation, err)
	if e.Kind == KindUnavailable {
		e.Kind = KindInvalid
	}
	e.Status, e.Sent = status, true
	return e
}

// unreadable returns the error for a response that came whole but makes no sense.
func unreadable(operation string, status int, err error) *Error {
	return &Error{Operation: operation, Kind: KindInvalid, Status: status, Sent: true, cause: err}
}

// tokenFailure returns the error for a call that could not be sent for want of a token.
func tokenFailure(ctx context.Context, operation string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if ctx.Err() != nil {
		return failure(ctx, operation, err)
	}
	return &Error{Operation: operation, Kind: KindUnauthenticated, cause: err}
}
