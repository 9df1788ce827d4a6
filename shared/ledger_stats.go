package shared

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"certql/upstream"
	"certql/upstream/throttle"
)

// visitBounds are the upper bounds of what visits are counted by. They are never changed.
var visitBounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
}

// LedgerStats is what a Ledger has done since it was made.
type LedgerStats struct {
	// Visits that were carried out, that were not answered, and that came late.
	OK, Away, Outdated uint64
	Took               upstream.Durations // of those that were answered
	// Of the last reply for the budget that known callers spent last. Strangers make budgets up, of which each
	// is one replica's alone.
	Part, Replicas int
	WarmingUp      bool // no call may go, since the ledger has lost what it knew
}

// ledgerStatistics counts. Every field is counted up on its own.
type ledgerStatistics struct {
	ok, away, outdated atomic.Uint64
	took               [len(visitBounds) + 1]atomic.Uint64
	sum                atomic.Int64
	part, replicas     atomic.Int64
	warming            atomic.Bool
	known              atomic.Value // string: the budget of part, replicas and warming
}

// observe notes a visit. One that nobody waited for any more is none.
func (l *Ledger) observe(budget string, took time.Duration, reply throttle.Reply, err error) {
	s := &l.ledgerStatistics
	switch {
	case errors.Is(err, ErrAway):
		s.away.Add(1)
		return
	case err != nil:
		return
	case reply.Why == throttle.Outdated:
		s.outdated.Add(1)
	default:
		s.ok.Add(1)
		if reply.Callers > 0 {
			s.known.Store(budget)
		}
		if known := s.known.Load(); known == nil || known == budget {
			s.part.Store(int64(reply.Part))
			s.replicas.Store(int64(reply.Replicas))
			l.warm(reply.Why == throttle.WarmUp)
		}
	}
	i, _ := slices.BinarySearch(visitBounds[:], took)
	s.took[i].Add(1)
	s.sum.Add(int64(took))
}

// Stats returns what the ledger has done.
func (l *Ledger) Stats() LedgerStats {
	s := &l.ledgerStatistics
	stats := LedgerStats{
		OK: s.ok.Load(), Away: s.away.Load(), Outdated: s.outdated.Load(),
		Took: upstream.Durations{Bounds: slices.Clone(visitBounds[:]), Sum: time.Duration(s.sum.Load())},
		Part: int(s.part.Load()), Replicas: int(s.replicas.Load()), WarmingUp: s.warming.Load(),
	}
	for i := range s.took {
		stats.Took.Counts = append(stats.Took.Counts, s.took[i].Load())
	}
	return stats
}
