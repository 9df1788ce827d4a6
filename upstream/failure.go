package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"

	"certql/upstream/throttle"
)

// An inputError says what is wrong with an argument. It is the only kind of cause that is
// meant for people to read.
type inputError string

func (e inputError) Error() string { return string(e) }

// errCallsExceeded says that an operation may make no more calls.
var errCallsExceeded = errors.New("the operation has made as many calls as it may")

// refusal answers the error for a call that is not worth sending.
func refusal(operation string, err error) *Error {
	e := &Error{Operation: operation, Kind: KindBadRequest, cause: err}
	if _, ok := errors.AsType[inputError](err); ok {
		e.cause = inputError(err.Error()) // with the name of the argument
		e.Messages = []ErrorMessage{{Locale: "en", LocaleOrigin: LocaleDefault, Text: err.Error()}}
	}
	return e
}

// noTurn returns the error for a call that the throttle does not let go.
func noTurn(operation string, e *throttle.UsedUpError) *Error {
	return &Error{Operation: operation, Kind: KindRateLimited, RetryAfter: e.Wait, cause: e}
}

// isUsedUp reports whether the throttle did not let a call go.
func isUsedUp(e *Error) bool {
	if e == nil {
		return false
	}
	_, ok := errors.AsType[*throttle.UsedUpError](e.cause)
	return ok
}

// failure answers the error for a call that ended without a status.
func failure(ctx context.Context, operation string, err error) *Error {
	e := &Error{Operation: operation, Kind: KindUnavailable, cause: err}
	var timeout interface{ Timeout() bool }
	switch {
	// The context is asked first, since what the transport answers then varies.
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.cause = KindCanceled, context.Canceled
	case ctx.Err() != nil:
		e.Kind, e.cause = KindTimeout, context.DeadlineExceeded
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Kind = KindTimeout
	}
	return e
}

// bodyFailure answers the error for an answer that broke off.
func bodyFailure(ctx context.Context, operation string, status int, err error) *Error {
	e := failure(ctx, operation, err)
	if e.Kind == KindUnavailable {
		e.Kind = KindInvalid
	}
	e.Status, e.Sent = status, true
	return e
}

// unreadable answers the error for an answer that came whole but makes no sense.
func unreadable(operation string, status int, err error) *Error {
	return &Error{Operation: operation, Kind: KindInvalid, Status: status, Sent: true, cause: err}
}

// tokenFailure answers the error for a call that could not be sent for want of a token.
func tokenFailure(ctx context.Context, operation string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if ctx.Err() != nil {
		return failure(ctx, operation, err)
	}
	return &Error{Operation: operation, Kind: KindUnauthenticated, cause: err}
}

// reason describes a cause in words of this package and of the operating system alone.
// Other texts are left out, since those of net/http repeat URLs and parts of answers.
func reason(err error) string {
	if input, ok := errors.AsType[inputError](err); ok {
		return string(input)
	}
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, errNoCredential, errTooLarge, errNotJSON, errNotToken, errRedirect,
		errCallsExceeded,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if usedUp, ok := errors.AsType[*throttle.UsedUpError](err); ok {
		return usedUp.Error()
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "the host is not known"
		}
		return "the host's address could not be looked up"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not trusted"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS"
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return alert.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was cut"
	}
	return ""
}
