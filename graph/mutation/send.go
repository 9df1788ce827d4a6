package mutation

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/load"
	"certql/graph/model"
	"certql/graph/plan"
	"certql/upstream"
)

// writeTime is how long a call that writes may take even if the operation has less time left when the
// call begins.
const writeTime = 10 * time.Second

// A writer sends the calls of one mutation that write, one after another.
type writer struct {
	slowest time.Duration // of its calls so far
}

// send makes one call and returns the upstream's response. The end of ctx ends a call that still
// waits to be sent, but not one that is under way, whose outcome would be unknown to no purpose. A
// call is not sent if the operation's remaining time is less than the slowest call before it took.
// The error of a call that was not sent because of ctx is an *unsentError. Whatever comes of the
// call, the loaders forget what the operation has read.
func send[T any](ctx context.Context, w *writer, call func(context.Context) (*T, error)) (*T, error) {
	if err := ctx.Err(); err != nil {
		return nil, &unsentError{err}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < w.slowest {
		return nil, &unsentError{context.DeadlineExceeded}
	}
	began := time.Now()
	bound, ended, end := untilSent(ctx)
	defer end()
	response, err := call(bound)
	w.slowest = max(w.slowest, time.Since(began))
	load.From(ctx).Forget()
	if err != nil && ended() {
		return nil, &unsentError{ctx.Err()}
	}
	return response, err
}

// untilSent returns a context for one call, which ends with ctx only while the call waits to be
// sent. ended reports whether it ended in that way. The call has the rest of the operation's time,
// and at least writeTime. end releases the context.
func untilSent(ctx context.Context) (bound context.Context, ended func() bool, end func()) {
	const (
		waiting = iota
		sent
		abandoned
	)
	deadline, _ := ctx.Deadline()
	if least := time.Now().Add(writeTime); deadline.Before(least) {
		deadline = least
	}
	bound, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	var state atomic.Int32
	stop := context.AfterFunc(ctx, func() {
		if state.CompareAndSwap(waiting, abandoned) {
			cancel()
		}
	})
	bound = httptrace.WithClientTrace(bound, &httptrace.ClientTrace{
		// From here on it may be sent, even if it has just been abandoned.
		GotConn: func(httptrace.GotConnInfo) { state.Store(sent) },
	})
	return bound, func() bool { return state.Load() == abandoned }, func() { stop(); cancel() }
}

// An unsentError is the error of a call that was not sent because the operation's context had ended,
// or would end before the call.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return "not sent: " + e.cause.Error() }
func (e *unsentError) Unwrap() error { return e.cause }

// certificationAfter returns the certification of the payload after a write: the response to the
// write or, if that was lost and the payload's certification is selected, what is read now. An error
// of that read is added to the response at the field's path.
func certificationAfter(ctx context.Context, certificationID string, response *upstream.IdentityCertification) *model.Certification {
	certification := response
	if fields := plan.Named(plan.Collected(ctx), "certification"); certification == nil && len(fields) > 0 {
		var err error
		certification, err = freshCertification(ctx, certificationID)
		addErrorAt(ctx, fields, err)
	}
	return primed(ctx, certification)
}

// primed returns a certification as the payload shows it, and has the loaders remember it; nil if it is nil.
func primed(ctx context.Context, certification *upstream.IdentityCertification) *model.Certification {
	if certification != nil {
		load.From(ctx).Prime([]upstream.IdentityCertification{*certification})
	}
	return model.WrapCertification(certification)
}

// addErrorAt adds an error to the response, at each of the fields of the payload; none if it is nil.
func addErrorAt(ctx context.Context, fields []graphql.CollectedField, err error) {
	if err == nil {
		return
	}
	for _, field := range fields {
		graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithField(field.Alias)), err)
	}
}
