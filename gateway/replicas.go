package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"certql/edge/config"
	"certql/edge/session"
	"certql/edge/telemetry"
	"certql/graph"
	"certql/shared"
	"certql/upstream"
)

// inspectPace is how often an engine that was away at the start is looked at again until it answers.
const inspectPace = time.Second

// A replicas is what this replica shares with others, by an engine.
type replicas struct {
	engine   *shared.Engine
	ledger   *shared.Ledger
	writes   *shared.Writes
	outage   time.Duration
	log      *slog.Logger
	unusable atomic.Pointer[error]
	stop     context.CancelFunc
	inspects sync.WaitGroup
}

// engineConfig returns what the settings say of the engine that replicas share. It reads the files of
// certificates.
func engineConfig(settings config.Serve, log *slog.Logger) (shared.Config, error) {
	certificates, err := settings.Redis.TLSConfig()
	if err != nil {
		return shared.Config{}, err
	}
	return shared.Config{
		URLs:             settings.Redis.URLs,
		SentinelMaster:   settings.Redis.SentinelMaster,
		Username:         settings.Redis.Username,
		Password:         settings.Redis.Password,
		SentinelPassword: settings.Redis.SentinelPassword,
		TLS:              certificates,
		Prefix:           settings.Redis.Prefix,
		Timeout:          settings.Redis.Timeout,
		Replica:          settings.Redis.Replica,
		Logger:           log,
	}, nil
}

// openReplicas opens the engine of the settings; it returns nil if they name none. An engine that answers and
// cannot be used is an error; one that does not answer is looked at once it does. Close has to follow.
func openReplicas(ctx context.Context, settings config.Serve, log *slog.Logger) (*replicas, error) {
	if !settings.Redis.Shared() {
		return nil, nil
	}
	cfg, err := engineConfig(settings, log)
	if err != nil {
		return nil, err
	}
	engine, err := shared.Open(cfg)
	if err != nil {
		return nil, err
	}
	r := &replicas{engine: engine, ledger: shared.NewLedger(engine), writes: shared.NewWrites(engine), outage: settings.Redis.Outage, log: log}
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	switch err := r.inspect(ctx); {
	case errors.Is(err, shared.ErrAway):
		r.inspects.Go(func() { r.await(ctx) })
	case err != nil:
		r.close()
		return nil, err
	}
	return r, nil
}

// close ends all connections to the engine. It may be called of nil.
func (r *replicas) close() {
	if r == nil {
		return
	}
	r.stop()
	r.inspects.Wait()
	r.writes.Close()
	r.engine.Close()
}

// inspect finds out whether the engine can be used, and warns of one that may lose what it is told to keep.
func (r *replicas) inspect(ctx context.Context) error {
	evicts, err := r.engine.Inspect(ctx)
	if err != nil {
		return err
	}
	_ = r.ledger.Ready(ctx, r.outage) // so that the engine counts from now on, and not from the first call
	if evicts != "" {
		r.log.WarnContext(ctx, "the engine that replicas share removes keys when its memory is full: set its maxmemory-policy to noeviction", "maxmemory-policy", evicts)
	}
	return nil
}

// await inspects an engine that was away at the start, once it answers.
func (r *replicas) await(ctx context.Context) {
	for {
		select {
		case <-time.After(inspectPace):
		case <-ctx.Done():
			return
		}
		switch err := r.inspect(ctx); {
		case err == nil:
			return
		case errors.Is(err, shared.ErrTooOld):
			r.log.ErrorContext(ctx, "the engine that replicas share cannot be used", "error", err)
			r.unusable.Store(&err)
			return
		}
	}
}

// upstream has the client of the upstream share its budgets, and tell of writes and hear of them.
func (r *replicas) upstream(cfg *upstream.Config) {
	if r != nil {
		cfg.Ledger, cfg.LedgerOutage, cfg.Writes = r.ledger, r.outage, r.writes
	}
}

// sessions returns the store of at most so many sessions; nil if this replica keeps them to itself.
func (r *replicas) sessions(most int) session.Store {
	if r == nil {
		return nil
	}
	return shared.NewSessions(r.engine, most)
}

// graph has the graph share persisted queries, and read watched tasks in turn.
func (r *replicas) graph(cfg *graph.Config) {
	if r != nil {
		cfg.Turns, cfg.SharedTexts = shared.NewTurns(r.engine), shared.NewDocuments(r.engine, cfg.PersistedBytes)
	}
}

// checks returns the check of whether the engine can be used, and calls may go by it. Nil has none.
func (r *replicas) checks() []telemetry.Check {
	if r == nil {
		return nil
	}
	return []telemetry.Check{{Name: "redis", Run: func(ctx context.Context) error {
		if unusable := r.unusable.Load(); unusable != nil {
			return *unusable
		}
		return r.ledger.Ready(ctx, r.outage)
	}}}
}

// stats returns what operators are told of the engine.
func (r *replicas) stats() telemetry.Shared {
	done := r.ledger.Stats()
	return telemetry.Shared{
		Visits:    map[string]uint64{telemetry.VisitAnswered: done.OK, telemetry.VisitLate: done.Outdated, telemetry.VisitFailed: done.Away},
		Took:      done.Took,
		Away:      r.engine.Away(),
		WarmingUp: done.WarmingUp,
		Part:      done.Part,
		Replicas:  done.Replicas,
	}
}
