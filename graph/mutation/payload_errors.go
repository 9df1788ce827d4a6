package mutation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/upstream"
)

var errEmptyList = errors.New("must not be empty")

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
	r.add(code, apierror.UpstreamMessage(e)+detailOf(e), err, ids)
	return true
}

// detailOf names the upstream's own code of a refusal, of which only the number is dependable.
func detailOf(e *upstream.Error) string {
	if code, _, _ := strings.Cut(e.DetailCode, " "); code != "" {
		return " (" + code + ")"
	}
	return ""
}

// add adds a refusal of a call with the given ids. The error says which call it was.
func (r *refusals) add(code gen.MutationErrorCode, message string, err error, ids []string) {
	refusal := gen.MutationError{Code: code, Message: message, Ids: ids}
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.TrackingID != "" {
		refusal.TrackingID = &e.TrackingID
	}
	*r = append(*r, refusal)
}

// notSent adds the ids of calls that were not sent, since one before them failed.
func (r *refusals) notSent(ids []string) {
	if len(ids) > 0 {
		r.add(gen.MutationErrorCodeNotApplied, fmt.Sprintf("Not sent, since a call before it failed: %d ids.", len(ids)), nil, ids)
	}
}

// failed adds the ids of a call that was refused or ended in a fault, by what became of them.
func (r *refusals) failed(err error, s settlement) {
	if len(s.refused) > 0 {
		r.upstream(err, s.refused)
	}
	message := faultMessage(err)
	if len(s.notApplied) > 0 {
		r.add(gen.MutationErrorCodeNotApplied, message+" Nothing was changed.", err, s.notApplied)
	}
	if len(s.unknown) > 0 {
		r.add(gen.MutationErrorCodeOutcomeUnknown, message+" Whether the call was applied is not known: read again before anything else.", err, s.unknown)
	}
}

// faultMessage says for people why a call failed, and when to come back.
func faultMessage(err error) string {
	e, ok := errors.AsType[*upstream.Error](err)
	switch {
	case ok && e.RetryAfter > 0:
		return fmt.Sprintf("%s Try again in %d s.", apierror.UpstreamMessage(e), int(math.Ceil(e.RetryAfter.Seconds())))
	case ok:
		return apierror.UpstreamMessage(e)
	case errors.Is(err, context.DeadlineExceeded):
		return "The operation has no time left for this call, so that it was not sent."
	case errors.Is(err, context.Canceled):
		return "The operation was cancelled before this call was sent."
	default:
		return "The call could not be sent."
	}
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
