package graph

import (
	"context"
	"errors"
	"log/slog"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// The values of extensions.code. Parsing and validation have gqlgen's own; those of requests that
// name a document are beside what finds it.
const (
	codeUnauthenticated     = "UNAUTHENTICATED"
	codeForbidden           = "FORBIDDEN"
	codeNotFound            = "NOT_FOUND"
	codeBadUserInput        = "BAD_USER_INPUT"
	codeGovernanceGroup     = "GOVERNANCE_GROUP_UNSUPPORTED"
	codeRateLimited         = "RATE_LIMITED"
	codeUpstreamTimeout     = "UPSTREAM_TIMEOUT"
	codeUpstreamUnavailable = "UPSTREAM_UNAVAILABLE"
	codeUpstreamInvalid     = "UPSTREAM_INVALID"
	codeCallsExceeded       = "UPSTREAM_CALLS_EXCEEDED"
	codeInternal            = "INTERNAL"
)

// Codes answers every value that extensions.code of an error may have.
func Codes() []string {
	return []string{
		codeUnauthenticated, codeForbidden, codeNotFound, codeBadUserInput, codeGovernanceGroup, codeRateLimited,
		codeUpstreamTimeout, codeUpstreamUnavailable, codeUpstreamInvalid, codeCallsExceeded, codeOperationTooLarge,
		codePersistedNotFound, codePersistedNotSupported, codeNotTrusted,
		codeInternal, errcode.ParseFailed, errcode.ValidationFailed,
	}
}

const outOfTime = "The operation ran out of time."

const groupMessage = "A governance group reviews this certification, which the upstream does not support for this operation."

// A groupError says that the upstream refused because a governance group reviews the
// certification.
type groupError struct{ cause error }

func (e *groupError) Error() string { return "reviewed by a governance group: " + e.cause.Error() }
func (e *groupError) Unwrap() error { return e.cause }

// presenter answers the function that decides what callers get to see of an error. What
// it does not know is logged, and shown as INTERNAL without its text.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var (
			known        *gqlerror.Error
			inputErr     *model.InputError
			argumentErr  *relay.ArgumentError
			groupErr     *groupError
			upstreamErr  *upstream.Error
			shown        = gqlerror.Error{Path: graphql.GetPath(ctx)}
			isKnown      = errors.As(err, &known)
			fromUpstream = errors.As(err, &upstreamErr)
		)
		if isKnown {
			shown.Path, shown.Locations = known.Path, known.Locations
		}
		switch {
		case errors.As(err, &inputErr):
			show(&shown, codeBadUserInput, inputErr.Error())
		case errors.As(err, &argumentErr):
			show(&shown, codeBadUserInput, argumentErr.Error())
		case errors.As(err, &groupErr):
			show(&shown, codeGovernanceGroup, groupMessage)
		case fromUpstream:
			show(&shown, upstreamCode(upstreamErr), upstreamMessage(upstreamErr))
		case errors.Is(err, context.DeadlineExceeded):
			show(&shown, codeUpstreamTimeout, outOfTime)
		case errors.Is(err, context.Canceled):
			show(&shown, codeInternal, "The operation was cancelled.")
		case isKnown && known.Err == nil:
			return known // gqlgen's own, about the document or its variables
		default:
			log.ErrorContext(ctx, "unexpected error", "path", shown.Path.String(), "error", err)
			show(&shown, codeInternal, "Something went wrong inside the gateway.")
		}
		if _, void := errors.AsType[*voidError](err); void {
			shown.Message += " Nothing was changed."
		}
		if fromUpstream {
			describeUpstream(&shown, upstreamErr)
		}
		return &shown
	}
}

func show(e *gqlerror.Error, code, message string) {
	e.Message = message
	e.Extensions = map[string]any{"code": code}
}

// coded answers an error of a request.
func coded(code, message string) *gqlerror.Error {
	err := &gqlerror.Error{}
	show(err, code, message)
	return err
}

// describeUpstream adds what the vendor's support needs to find the refused call.
func describeUpstream(e *gqlerror.Error, err *upstream.Error) {
	details := map[string]any{"operation": err.Operation}
	if err.Status != 0 {
		details["status"] = err.Status
	}
	if err.DetailCode != "" {
		details["detailCode"] = err.DetailCode
	}
	if err.TrackingID != "" {
		details["trackingId"] = err.TrackingID
	}
	e.Extensions["upstream"] = details
	if err.RetryAfter > 0 {
		e.Extensions["retryAfter"] = int(math.Ceil(err.RetryAfter.Seconds()))
	}
}

func upstreamCode(err *upstream.Error) string {
	switch err.Kind {
	case upstream.KindUnauthenticated:
		return codeUnauthenticated
	case upstream.KindForbidden:
		return codeForbidden
	case upstream.KindNotFound:
		return codeNotFound
	case upstream.KindBadRequest:
		return codeBadUserInput
	case upstream.KindRateLimited:
		return codeRateLimited
	case upstream.KindTimeout:
		return codeUpstreamTimeout
	case upstream.KindInvalid:
		return codeUpstreamInvalid
	case upstream.KindCallsExceeded:
		return codeCallsExceeded
	case upstream.KindCanceled:
		return codeInternal
	default:
		return codeUpstreamUnavailable
	}
}

// upstreamMessage answers a sentence for people: the upstream's own where it says what to
// change, ours otherwise.
func upstreamMessage(err *upstream.Error) string {
	switch err.Kind {
	case upstream.KindUnauthenticated:
		return "The upstream does not accept the credential: it is missing, expired or wrong."
	case upstream.KindForbidden:
		return "The upstream does not let this caller do that."
	case upstream.KindNotFound:
		return "The upstream knows no such object."
	case upstream.KindBadRequest:
		if text := err.Text(); text != "" {
			return text
		}
		return "The upstream refused the request as malformed."
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

// isKind says whether an error is the upstream's, of the given kind.
func isKind(err error, kind upstream.Kind) bool {
	e, ok := errors.AsType[*upstream.Error](err)
	return ok && e.Kind == kind
}

// found turns the upstream's "no such object" into no object and no error.
func found[T any](object *T, err error) (*T, error) {
	if isKind(err, upstream.KindNotFound) {
		return nil, nil
	}
	return object, err
}

// ofGroup marks the refusal of a read by id, which the upstream refuses as malformed only
// where a governance group reviews the certification.
func ofGroup(err error) error {
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.Kind == upstream.KindBadRequest && e.Status != 0 {
		return &groupError{err}
	}
	return err
}

// ofReviewer marks the refusal of a read below a certification whose reviewer is a
// governance group.
func ofReviewer(reviewer *upstream.Reviewer, err error) error {
	if reviewer != nil && reviewer.Type == upstream.ReviewerGovernanceGroup {
		return ofGroup(err)
	}
	return err
}
