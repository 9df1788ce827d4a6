package graph

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/graph/outgoing"
	"certql/graph/plan"
)

// bound counts what was not counted of a response while it was made. One that is too large, or for which
// there is no room, becomes an error.
func bound(ctx context.Context, made *plan.Plan, response *graphql.Response) {
	if operation, ok := ctx.Value(deferredKey{}).(*deferred); ok {
		ctx = endsWith{ctx, operation.ctx} // gqlgen does not know that it ends
	}
	answer := &made.Answer
	_ = answer.Settle(ctx, len(response.Data)) // ctx ends if nobody waits for the response
	if err := answer.Err(); err != nil {
		response.Data = []byte("null")
		response.Errors = gqlerror.List{boundError(graphql.GetOperationContext(ctx).Operation.Operation, err)}
		return
	}
	if n := answer.Omitted(); n > 0 {
		more := &gqlerror.Error{Message: fmt.Sprintf("There are %d more errors.", n)}
		if last := len(response.Errors) - 1; last >= 0 {
			more.Extensions = map[string]any{"code": response.Errors[last].Extensions["code"]}
		}
		response.Errors = append(response.Errors, more)
	}
}

// boundError returns the error of a response that has failed, for callers.
func boundError(kind ast.Operation, failure error) *gqlerror.Error {
	var shown *gqlerror.Error
	tooLarge, isTooLarge := errors.AsType[*outgoing.TooLargeError](failure)
	noRoom, isNoRoom := errors.AsType[*outgoing.NoRoomError](failure)
	switch {
	case isTooLarge && tooLarge.Own:
		shown = apierror.TooLarge("response", tooLarge.Allowed, fmt.Sprintf(
			"The response has more than %d bytes, the most that is allowed if none of it comes from the upstream. Ask for less.", tooLarge.Allowed))
	case isTooLarge:
		shown = apierror.TooLarge("response", tooLarge.Allowed, fmt.Sprintf(
			"The response has more than %d bytes, the most that the gateway's setting --max-response allows: ask for fewer rows or fields.", tooLarge.Allowed))
	case isNoRoom:
		shown = apierror.New(apierror.CodeRateLimited, "Too many responses are waiting to be read: see the gateway's setting --max-unsent. Try again later.")
		shown.Extensions["limit"], shown.Extensions["allowed"] = "unsent", noRoom.Allowed
		if kind != ast.Mutation { // which a client that waits would otherwise execute again
			shown.Extensions["retryAfter"] = 1
		}
	default:
		shown = apierror.New(apierror.CodeInternal, apierror.InternalMessage)
	}
	if kind == ast.Mutation {
		shown.Message += " The mutation was executed all the same: read what has become of it."
	}
	return shown
}

// boundErrors returns a presenter that leaves out what is too much: errors of a response that has failed,
// which shows nothing else, and those beyond a number of bytes, which are counted.
func boundErrors(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		made := plan.From(ctx)
		if made == nil {
			return present(ctx, err)
		}
		if !made.Answer.SpendError(0) { // before it is worded, which is most of what it costs
			return nil
		}
		shown := present(ctx, err)
		if !made.Answer.SpendError(errorSize(shown)) {
			return nil
		}
		return shown
	}
}

// errorSize returns how many bytes an error takes in a response, roughly.
func errorSize(err *gqlerror.Error) int {
	const (
		around  = 100 // with its code
		element = 8
		details = 200 // of the upstream's response
	)
	size := around + len(err.Message)
	for _, step := range err.Path {
		size += element
		if name, ok := step.(ast.PathName); ok {
			size += len(name)
		}
	}
	if err.Extensions["upstream"] != nil {
		size += details
	}
	return size
}
