package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// checkPace is how long the result of a check is good for, however often it is asked for.
	checkPace = 5 * time.Second
	// checkTime bounds one check, since those who ask wait a few seconds at most.
	checkTime = 2 * time.Second
)

// A Check finds out whether something that the gateway needs is there.
type Check struct {
	// Name stands before the error in what operators read.
	Name string
	// Run returns why the gateway cannot do its work; nil if it can. Operators see the error.
	Run func(context.Context) error
}

// Health knows whether the gateway should be sent requests. It is safe for concurrent use.
type Health struct {
	log      *slog.Logger
	now      func() time.Time
	draining atomic.Bool
	unready  atomic.Bool // as the log has it
	checks   []*pacedCheck
}

// NewHealth returns the health of a gateway that needs what the checks look for. The log has a line
// when it becomes ready, or stops being so; now is the clock that the checks are paced by.
func NewHealth(log *slog.Logger, now func() time.Time, checks ...Check) *Health {
	h := &Health{log: log, now: now}
	for _, check := range checks {
		h.checks = append(h.checks, &pacedCheck{Check: check, turn: make(chan struct{}, 1)})
	}
	return h
}

// Drain notes that the gateway is about to end: from now on it is not ready.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining reports whether the gateway is about to end.
func (h *Health) Draining() bool { return h.draining.Load() }

var errDraining = errors.New("the gateway is ending")

// Ready returns why the gateway should not be sent requests, with a line for each reason; nil if it
// should.
func (h *Health) Ready(ctx context.Context) error {
	if h.draining.Load() {
		return errDraining
	}
	problems := make([]error, len(h.checks))
	var group sync.WaitGroup
	for i, check := range h.checks {
		group.Go(func() {
			if err := check.result(ctx, h.now); err != nil {
				problems[i] = fmt.Errorf("%s: %w", check.Name, err)
			}
		})
	}
	group.Wait()
	err := errors.Join(problems...)
	switch {
	case ctx.Err() != nil: // the caller has gone, which says nothing of the gateway
	case err != nil && !h.unready.Swap(true):
		h.log.WarnContext(ctx, "not ready", "reason", strings.ReplaceAll(err.Error(), "\n", "; "))
	case err == nil && h.unready.Swap(false):
		h.log.InfoContext(ctx, "ready")
	}
	return err
}

// A pacedCheck remembers its result for a while.
type pacedCheck struct {
	Check

	turn chan struct{} // a lock on what follows, which a context can give up waiting for
	at   time.Time     // of the last run; zero before
	err  error
}

// result returns the result of the last run, after another run if that was too long ago. Other
// callers wait for the one that runs.
func (c *pacedCheck) result(ctx context.Context, now func() time.Time) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if !c.at.IsZero() && now().Sub(c.at) < checkPace {
		return c.err
	}
	// The caller may go away, and the result is for others, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	c.err = c.Run(ctx)
	c.at = now()
	return c.err
}
