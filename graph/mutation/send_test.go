package mutation

import (
	"context"
	"errors"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"certql/graph/load"
)

var errBroken = errors.New("broken")

// begin returns a context of an operation that has so much time.
func begin(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ctx, loaders := load.Begin(ctx, cancel, nil, nil)
	t.Cleanup(loaders.Close)
	return context.WithTimeout(ctx, d)
}

// taking returns a call that takes so long, and fails with an error at the end of its context.
func taking(d time.Duration) func(context.Context) (*int, error) {
	return func(ctx context.Context) (*int, error) {
		select {
		case <-time.After(d):
			return new(7), nil
		case <-ctx.Done():
			return nil, errBroken
		}
	}
}

// A call is sent if the operation has as much time left as the slowest call took, and not if it has less.
func TestACallIsSentIfItCanFinish(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]bool{time.Second: true, time.Second - 1: false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := begin(t, time.Second+left)
			defer cancel()
			var w writer
			if _, err := send(ctx, &w, taking(time.Second)); err != nil {
				t.Fatal(err)
			}
			_, err := send(ctx, &w, taking(time.Second))
			if sent := !errors.Is(err, context.DeadlineExceeded); sent != want {
				t.Errorf("with %s left: sent is %t", left, sent)
			}
		})
	}
}

// A call that waits ends with the operation, and the error says that it was not sent. A call that is
// under way does not.
func TestOnlyAWaitingCallEndsWithTheOperation(t *testing.T) {
	t.Parallel()
	for _, underWay := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := begin(t, time.Second)
			defer cancel()
			call := func(ctx context.Context) (*int, error) {
				if underWay {
					httptrace.ContextClientTrace(ctx).GotConn(httptrace.GotConnInfo{})
				}
				return taking(5 * time.Second)(ctx)
			}
			began := time.Now()
			got, err := send(ctx, new(writer), call)
			_, unsent := errors.AsType[*unsentError](err)
			switch took := time.Since(began); {
			case underWay && (err != nil || *got != 7 || took != 5*time.Second):
				t.Errorf("under way: %v after %s", err, took)
			case !underWay && (!unsent || !errors.Is(err, context.DeadlineExceeded) || took != time.Second):
				t.Errorf("waiting: %v after %s", err, took)
			}
		})
	}
}

// The error of a call that failed while the operation goes on is the call's own, and a response that
// arrives after the operation's end is kept.
func TestTheResultOfACallIsItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := begin(t, time.Minute)
		defer cancel()
		if _, err := send(ctx, new(writer), func(context.Context) (*int, error) { return nil, errBroken }); err != errBroken { //nolint:errorlint // it must be that error, and not one around it
			t.Errorf("got %v", err)
		}
		got, err := send(ctx, new(writer), func(context.Context) (*int, error) {
			cancel()
			synctest.Wait()
			return new(7), nil
		})
		if err != nil || *got != 7 {
			t.Errorf("after the end: %v", err)
		}
	})
}

// A call has the operation's remaining time, and ten seconds if that is less.
func TestACallHasTenSecondsAtLeast(t *testing.T) {
	t.Parallel()
	for operation, want := range map[time.Duration]time.Duration{time.Second: 10 * time.Second, 10 * time.Second: 10 * time.Second, 11 * time.Second: 11 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := begin(t, operation)
			defer cancel()
			began := time.Now()
			_, err := send(ctx, new(writer), func(ctx context.Context) (*int, error) {
				httptrace.ContextClientTrace(ctx).GotConn(httptrace.GotConnInfo{})
				return taking(time.Hour)(ctx)
			})
			if took := time.Since(began); took != want || !errors.Is(err, errBroken) {
				t.Errorf("of an operation of %s: %v after %s, want %s", operation, err, took, want)
			}
		})
	}
}
