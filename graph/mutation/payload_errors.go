package mutation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/upstream"
)

// payloadErrors are the errors of a mutation's payload: what keeps it from being sent or applied.
type payloadErrors []gen.MutationError

// addInput adds an error in a field of the input, with a sentence that does not name the field. ids are
// those that the error is about.
func (p *payloadErrors) addInput(path []string, sentence string, ids ...string) {
	*p = append(*p, gen.MutationError{
		Code:    gen.MutationErrorCodeBadUserInput,
		Message: sentence,
		Field:   path,
		Ids:     named(ids),
	})
}

// maxInputErrors is how many errors in the input of a mutation are listed. What comes after them in the input
// is not looked at.
const maxInputErrors = 50

// cutShort reports whether there are so many errors that no more are looked for, and adds one that says so.
func (p *payloadErrors) cutShort(list string) bool {
	if len(*p) < maxInputErrors {
		return false
	}
	p.addInput(fieldPath(list), fmt.Sprintf("There may be more errors: only the first %d are listed.", maxInputErrors))
	return true
}

// longestID is the most bytes that an id has which names anything, global ones included.
const longestID = 1000

// named returns the ids without those that name nothing: empty ones, and any that is longer than all ids.
// It is never nil.
func named(ids []string) []string {
	return slices.DeleteFunc(append([]string{}, ids...), func(id string) bool { return id == "" || len(id) > longestID })
}

// aboutID returns a sentence on an id of the input. The text of err continues one that begins with it.
func aboutID(err error) string { return "This id " + err.Error() + "." }

// addRefusal adds the upstream's refusal of a call with the given ids. It returns false, and adds
// nothing, if err is not a refusal but a fault, which the caller cannot correct.
func (p *payloadErrors) addRefusal(err error, ids []string) bool {
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
	p.add(code, apierror.UpstreamMessage(e), err, ids)
	return true
}

// add adds an error of a call with the given ids. The upstream's tracking id of the call is taken
// from err, which may be nil.
func (p *payloadErrors) add(code gen.MutationErrorCode, message string, err error, ids []string) {
	added := gen.MutationError{Code: code, Message: message, Ids: named(ids)}
	if e, ok := errors.AsType[*upstream.Error](err); ok && e.TrackingID != "" {
		added.TrackingID = &e.TrackingID
	}
	*p = append(*p, added)
}

// addNotSent adds the ids of calls that were not sent because one before them failed.
func (p *payloadErrors) addNotSent(ids []string) {
	if len(ids) > 0 {
		p.add(gen.MutationErrorCodeNotApplied, "Nothing was changed here, because an earlier part of the same request failed.", nil, ids)
	}
}

// addOutcome adds the ids that a call which ended with err did not apply, or may not have applied.
func (e *Executor) addOutcome(ctx context.Context, p *payloadErrors, err error, o outcome, call sentCall) {
	if len(o.refused) > 0 {
		e.addRefused(ctx, p, err, call)
	}
	message := faultMessage(err)
	if len(o.notApplied) > 0 {
		p.add(gen.MutationErrorCodeNotApplied, message+" Nothing was changed.", err, o.notApplied)
	}
	if len(o.pending) > 0 {
		p.add(gen.MutationErrorCodeOutcomeUnknown, message+" This was not applied so far, but may still be: read it again before you repeat it.", err, o.pending)
	}
	if len(o.unknown) > 0 {
		p.add(gen.MutationErrorCodeOutcomeUnknown, message+" It is not known whether this was applied: read it again before you repeat it.", err, o.unknown)
	}
}

// faultMessage returns a sentence for the caller on why a call failed, and one on when to try again
// if the upstream names a time.
func faultMessage(err error) string {
	e, ok := errors.AsType[*upstream.Error](err)
	switch {
	case ok && e.RetryAfter > 0:
		return fmt.Sprintf("%s Try again in %d s.", apierror.UpstreamMessage(e), int(math.Ceil(e.RetryAfter.Seconds())))
	case ok:
		return apierror.UpstreamMessage(e)
	case errors.Is(err, context.DeadlineExceeded):
		return "There was no time left to send this."
	case errors.Is(err, context.Canceled):
		return "The request was cancelled before this was sent."
	default:
		return "This could not be sent."
	}
}

// fieldPath returns the path of an input field, whose parts are names and indexes.
func fieldPath(parts ...any) []string {
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

// list returns the errors as a payload has them, in which no errors are an empty list.
func (p payloadErrors) list() []gen.MutationError {
	if p == nil {
		return []gen.MutationError{}
	}
	return p
}
