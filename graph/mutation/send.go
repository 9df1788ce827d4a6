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

// writeTime is how long a call that writes may take at least, even where the operation has less
// time left when it begins.
const writeTime = 10 * time.Second

// A writer sends the upstream calls of one mutation that write, one after another.
type writer struct {
	slowest time.Duration // of its calls so far
}

// send sends one call. The caller of the operation may end it before it is on its way, but
// not afterwards, since its outcome would be unknown for nothing. A call that cannot finish
// before the operation's deadline, going by the calls before it, is not sent at all. What the
// operation has read until then is forgotten, whatever comes of the call.
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
	answer, err := call(bound)
	w.slowest = max(w.slowest, time.Since(began))
	load.From(ctx).Forget()
	if err != nil && ended() {
		return nil, &unsentError{ctx.Err()}
	}
	return answer, err
}

// untilSent answers a context for one call that ends with ctx only while the call waits to be
// sent. ended tells whether it ended so. The call has the rest of the operation's time, and at
// least writeTime.
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
		// It may be sent from here on, also where it has just been abandoned.
		GotConn: func(httptrace.GotConnInfo) { state.Store(sent) },
	})
	return bound, func() bool { return state.Load() == abandoned }, func() { stop(); cancel() }
}

// An unsentError says why a call was not sent: the operation's context had ended, or would
// have before the call.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return "not sent: " + e.cause.Error() }
func (e *unsentError) Unwrap() error { return e.cause }

// written answers the certification of a write for the payload: as the upstream answered or,
// where that answer was lost, read again if the payload shows it.
func written(ctx context.Context, certificationID string, answer *upstream.IdentityCertification) *model.Certification {
	if fields := plan.Named(graphql.CollectFieldsCtx(ctx, nil), "certification"); answer == nil && len(fields) > 0 {
		var err error
		if answer, err = certificationNow(ctx, certificationID); err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithField(fields[0].Alias)), err)
		}
	}
	if answer != nil {
		load.From(ctx).Knows(ctx, []upstream.IdentityCertification{*answer})
	}
	return model.WrapCertification(answer)
}
