package apierror

import (
	"errors"
	"net/http"
	"strings"

	"certql/upstream"
)

// upstreamCode returns the code of an upstream error.
func upstreamCode(err *upstream.Error) string {
	switch err.Kind {
	case upstream.KindUnauthenticated:
		return CodeUnauthenticated
	case upstream.KindForbidden:
		return CodeForbidden
	case upstream.KindNotFound:
		return CodeNotFound
	case upstream.KindBadRequest:
		return CodeBadUserInput
	case upstream.KindRateLimited:
		return CodeRateLimited
	case upstream.KindTimeout:
		return CodeUpstreamTimeout
	case upstream.KindInvalid:
		return CodeUpstreamInvalid
	case upstream.KindCallsExceeded:
		return CodeCallsExceeded
	case upstream.KindCanceled:
		return CodeCancelled
	default:
		return CodeUpstreamUnavailable
	}
}

// generalRefusal begins the text that the upstream has for most of what it does not accept. It tells
// callers nothing.
const generalRefusal = "The request was syntactically correct"

// UpstreamMessage returns a sentence for people: the upstream's own if it says what to change in the
// request, the gateway's otherwise.
func UpstreamMessage(err *upstream.Error) string {
	switch err.Kind {
	case upstream.KindUnauthenticated:
		return unauthenticatedMessage(err)
	case upstream.KindForbidden:
		return "The upstream does not allow this caller to do that."
	case upstream.KindNotFound:
		return "The upstream knows no such object."
	case upstream.KindBadRequest:
		if text := err.Text(); text != "" && !strings.HasPrefix(text, generalRefusal) {
			return text
		}
		return NoReasonMessage
	case upstream.KindRateLimited:
		return "The upstream's request budget is used up."
	case upstream.KindTimeout:
		return "The upstream did not respond in time."
	case upstream.KindInvalid:
		return "The upstream's response could not be read."
	case upstream.KindCallsExceeded:
		return "The operation has made as many upstream calls as it may: ask for less, or split it."
	case upstream.KindCanceled:
		return cancelledMessage
	default:
		return "The upstream is not available."
	}
}

// unauthenticatedMessage tells apart why a call was not made, or refused, for want of a good token: the
// caller has a different thing to do about each.
func unauthenticatedMessage(err *upstream.Error) string {
	switch {
	case errors.Is(err, upstream.ErrNoCredential):
		return "No access token was sent: send one in the Authorization header, as a bearer token."
	case errors.Is(err, upstream.ErrSessionEnded):
		return "The session has ended: sign in again, at /auth/login."
	case err.Status == http.StatusUnauthorized && err.Operation != upstream.TokenOperation:
		return "The access token was refused: it has expired, was revoked, or is not from this tenant. Get a new one, or sign in again."
	default:
		return "The gateway itself was refused an access token: its operator has to fix that."
	}
}

// IsKind reports whether an error is, or wraps, one of the upstream client's of the given kind.
func IsKind(err error, kind upstream.Kind) bool {
	e, ok := errors.AsType[*upstream.Error](err)
	return ok && e.Kind == kind
}

// OrNil returns the result of a read by id, but neither an object nor an error if the upstream knows
// no such object: GraphQL shows that as null.
func OrNil[T any](object *T, err error) (*T, error) {
	if IsKind(err, upstream.KindNotFound) {
		return nil, nil
	}
	return object, err
}
