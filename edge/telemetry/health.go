package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// checkPace is how long what a check has found out is good for, however often it is asked for.
	checkPace = 5 * time.Second
	// checkTime bounds one check: who asks waits a few seconds at most.
	checkTime = 2 * time.Second
)

// A Check finds out whether something is there that the gateway needs. Its error goes to operators.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Health is whether the gateway should be sent requests. It is safe for concurrent use.
type Health struct {
	log      *slog.Logger
	now      func() time.Time
	draining atomic.Bool
	unready  atomic.Bool // as it was told last
	checks   []*pacedCheck
}

// NewHealth answers the health of a gateway that needs what the checks look for. Log is told when
// it becomes ready, or stops being so; now is the clock that the checks are paced by.
func NewHealth(log *slog.Logger, now func() time.Time, checks ...Check) *Health {
	h := &Health{log: log, now: now}
	for _, check := range checks {
		h.checks = append(h.checks, &pacedCheck{Check: check, turn: make(chan struct{}, 1)})
	}
	return h
}

// Drain says that the gateway is about to end: from now on it is not ready.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining says whether the gateway is about to end.
func (h *Health) Draining() bool { return h.draining.Load() }

var errDraining = errors.New("the gateway is ending")

// Ready answers why the gateway should not be sent requests, with a line for each reason; nil
// where it should.
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
	case ctx.Err() != nil: // who asked has gone, which says nothing
	case err != nil && !h.unready.Swap(true):
		h.log.WarnContext(ctx, "not ready", "reason", strings.ReplaceAll(err.Error(), "\n", "; "))
	case err == nil && h.unready.Swap(false):
		h.log.InfoContext(ctx, "ready")
	}
	return err
}

// A pacedCheck remembers for a while what it has found out.
type pacedCheck struct {
	Check

	turn chan struct{} // has room for the one who looks at what follows
	at   time.Time     // of the last run; zero before
	err  error
}

// result answers what the last run has found out, after another one if that is too long ago. Who
// asks meanwhile waits for it.
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
	// Whoever asks may go away, and what was found out is for others, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	c.err = c.Run(ctx)
	c.at = now()
	return c.err
}

// NewAdmin answers what operators and their programs ask, which callers must not reach: whether the
// gateway lives (/livez) and is ready (/readyz), what it is (/version), and its metrics (/metrics).
func NewAdmin(health *Health, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { answerText(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := health.Ready(r.Context()); err != nil {
			answerText(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answerText(w, http.StatusOK, "ready")
	})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(ThisBuild().json()) // where it fails, there is nobody left to tell
	})
	return mux
}

func answerText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}
