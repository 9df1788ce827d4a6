package graph

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"certql/graph/gen"
	"certql/upstream"
)

// A refusals list collects what keeps a mutation from being sent or applied.
type refusals []gen.MutationError

// input adds something wrong with the input: where (below input), what, and the ids it is
// about.
func (r *refusals) input(field []string, err error, ids ...string) {
	*r = append(*r, gen.MutationError{
		Code:    gen.MutationErrorCodeBadUserInput,
		Message: strings.Join(field, ".") + " " + err.Error() + ".",
		Field:   field,
		Ids:     append([]string{}, ids...),
	})
}

// upstream adds the upstream's refusal of a call with the given ids. It answers false, and
// adds nothing, where the error is a fault that no caller can act on.
func (r *refusals) upstream(err error, ids []string) bool {
	e, ok := errors.AsType[*upstream.Error](err)
	if !ok {
		return false
	}
	var code gen.MutationErrorCode
	switch e.Kind {
	case upstream.KindForbidden:
		code = gen.MutationErrorCodeForbidden
	case upstream.KindNotFound:
		code = gen.MutationErrorCodeNotFound
	case upstream.KindBadRequest:
		code = gen.MutationErrorCodeRefused
	default:
		return false
	}
	refusal := gen.MutationError{Code: code, Message: upstreamMessage(e), Ids: ids}
	if e.TrackingID != "" {
		refusal.TrackingID = &e.TrackingID
	}
	*r = append(*r, refusal)
	return true
}

// notApplied adds the ids of calls that were not sent, since one before them failed.
func (r *refusals) notApplied(ids []string) {
	if len(ids) == 0 {
		return
	}
	*r = append(*r, gen.MutationError{
		Code:    gen.MutationErrorCodeNotApplied,
		Message: fmt.Sprintf("Not sent, since a call before it failed: %d ids.", len(ids)),
		Ids:     ids,
	})
}

// unsettled adds the ids of a call that ended in a fault after others had been applied. It
// says whether the call may have been applied all the same.
func (r *refusals) unsettled(err error, ids []string) {
	refusal := gen.MutationError{Ids: ids, Code: gen.MutationErrorCodeNotApplied}
	refusal.Message = "The call failed and was not applied."
	e, ok := errors.AsType[*upstream.Error](err)
	if ok {
		refusal.Message = upstreamMessage(e)
	}
	if ok && outcomeUnknown(e) {
		refusal.Code = gen.MutationErrorCodeOutcomeUnknown
		refusal.Message += " Whether the call was applied is not known: read the items before anything else."
	}
	*r = append(*r, refusal)
}

// outcomeUnknown says whether a failed write may have been applied all the same.
func outcomeUnknown(e *upstream.Error) bool {
	if e.Status == 0 {
		return e.Sent
	}
	return e.Kind == upstream.KindUnavailable || e.Kind == upstream.KindInvalid
}

// field makes the path of an input field.
func field(parts ...any) []string {
	path := make([]string, len(parts))
	for i, part := range parts {
		switch part := part.(type) {
		case int:
			path[i] = strconv.Itoa(part)
		default:
			path[i] = fmt.Sprint(part)
		}
	}
	return path
}

// list answers the refusals for a payload, where none is an empty list.
func (r refusals) list() []gen.MutationError {
	if r == nil {
		return []gen.MutationError{}
	}
	return r
}
