package apierror

import (
	"errors"
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
		return CodeInternal
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
		return "The upstream does not accept the credential: it is missing, expired or wrong."
	case upstream.KindForbidden:
		return "The upstream does not let this caller do that."
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
		return "The upstream did not answer in time."
	case upstream.KindInvalid:
		return "The upstream's answer could not be read."
	case upstream.KindCallsExceeded:
		return "The operation has made all the upstream calls that one may make: ask for less, or split it."
	case upstream.KindCanceled:
		return "The operation was cancelled."
	default:
		return "The upstream is not available."
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
