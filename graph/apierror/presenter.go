package apierror

import (
	"context"
	"errors"
	"log/slog"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// NewPresenter returns the function that decides what callers see of an error: a code, a message for
// people and, if the upstream has failed, what its vendor's support needs to find the call. An error
// of an unknown kind is logged, and shown as INTERNAL without its text. missing tells callers who are not
// known how to say who they are; if it is empty, they are told that they have sent no access token.
func NewPresenter(log *slog.Logger, missing string) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var (
			known        *gqlerror.Error
			inputErr     *model.InputError
			argumentErr  *relay.ArgumentError
			groupErr     *GovernanceGroupError
			rowErr       *RowError
			nullErr      *graphql.InvalidNullError
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
			show(&shown, CodeBadUserInput, inputErr.Error())
		case errors.As(err, &argumentErr):
			show(&shown, CodeBadUserInput, argumentErr.Error())
		case errors.As(err, &groupErr):
			show(&shown, CodeGovernanceGroup, GovernanceGroupMessage)
		case missing != "" && errors.Is(err, upstream.ErrNoCredential):
			show(&shown, CodeUnauthenticated, missing)
		case errors.As(err, &rowErr):
			show(&shown, CodeUpstreamInvalid, rowErr.Error())
		case errors.As(err, &nullErr) && nullErr.Source == graphql.NullSourceMarshaler:
			show(&shown, CodeUpstreamInvalid, "The upstream did not report what this field promises to show.")
		case fromUpstream:
			show(&shown, upstreamCode(upstreamErr), UpstreamMessage(upstreamErr))
		case errors.Is(err, context.DeadlineExceeded):
			show(&shown, CodeUpstreamTimeout, OutOfTimeMessage)
		case errors.Is(err, context.Canceled):
			show(&shown, CodeCancelled, cancelledMessage)
		case isKnown && known.Err == nil:
			return known // gqlgen's own, about the document or its variables
		default:
			log.ErrorContext(ctx, "unexpected error", "path", shown.Path.String(), "error", err)
			show(&shown, CodeInternal, InternalMessage)
		}
		if _, notApplied := errors.AsType[*NotAppliedError](err); notApplied {
			shown.Message += " Nothing was changed."
		}
		if fromUpstream {
			describeUpstream(&shown, upstreamErr)
		}
		return &shown
	}
}

// show gives an error a code and a message.
func show(e *gqlerror.Error, code, message string) {
	e.Message = message
	e.Extensions = map[string]any{"code": code}
}

// describeUpstream adds what the vendor's support needs to find the call that failed, and after how
// many seconds the caller may try again.
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
