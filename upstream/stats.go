package upstream

import (
	"sync/atomic"
	"time"
)

// A StatusClass sorts responses for counting.
type StatusClass int

// The status classes.
const (
	StatusNone      StatusClass = iota // no response came
	StatusSuccess                      // 2xx
	StatusRedirect                     // 3xx
	StatusRefused                      // 4xx but for 429
	StatusThrottled                    // 429
	StatusFailed                       // 5xx and anything that is no status
	StatusCanceled                     // no response came before nobody waited for it any more

	statusClasses int = iota
)

// String names the class as "none", "2xx", "3xx", "4xx", "429", "5xx" or "cancelled".
func (s StatusClass) String() string {
	if s < 0 || int(s) >= statusClasses {
		return "none"
	}
	return [statusClasses]string{"none", "2xx", "3xx", "4xx", "429", "5xx", "cancelled"}[s]
}

func statusClassOf(status int) StatusClass {
	switch {
	case status == 0:
		return StatusNone
	case status == 429:
		return StatusThrottled
	case status >= 200 && status < 300:
		return StatusSuccess
	case status >= 300 && status < 400:
		return StatusRedirect
	case status >= 400 && status < 500:
		return StatusRefused
	default:
		return StatusFailed
	}
}

// Stats is what a Client has done since it was made, and how its budgets stand.
type Stats struct {
	Calls     map[CallStats]uint64 // attempts: requests that went out
	Took      map[string]Durations // from sending them to the end of their responses, by operation
	Waits     Durations            // for a turn
	Rejected  uint64               // calls that were not let go, since the budget was used up
	Retries   uint64               // attempts among Calls that were not the first of their call
	Pauses    uint64               // pauses after a 429
	Coalesced uint64               // reads that joined one under way
	Cached    uint64               // reads that the cache answered
	Stale     uint64               // reads that it answered with what had expired

	CacheBytes uint64 // in the cache now
	Queued     int    // calls that wait for their turn now
	Budgets    int    // budgets that have been at work lately
	Paused     int    // those of them that are paused
	Limit      int    // calls that a budget has in a window; 0 if there is no limit
	// Remaining is how many calls may go at once now from the budget that has least left.
	Remaining int
}

// CallStats is what attempts are counted by: the vendor's operation and the status of the response.
type CallStats struct {
	Operation string
	Status    StatusClass
}

// statistics counts. Every field is counted up on its own.
type statistics struct {
	calls map[string]*callStatistics // by operation; the map never changes
	waits durations

	rejected, retries, pauses, coalesced, cached, stale atomic.Uint64

	// answered is when the last response came that was no failure, in nanoseconds since 1970; 0 before
	// there was one.
	answered atomic.Int64
}

type callStatistics struct {
	byStatus [statusClasses]atomic.Uint64
	took     durations
}

func newStatistics() *statistics {
	s := &statistics{calls: map[string]*callStatistics{}, waits: newDurations(waitBounds[:])}
	for _, op := range operations() {
		s.calls[op.name] = &callStatistics{took: newDurations(callBounds[:])}
	}
	return s
}

// observeCall notes a request that went out, with the class of its response's status, and how long it
// took.
func (s *statistics) observeCall(operation string, status StatusClass, took time.Duration) {
	call := s.calls[operation]
	call.byStatus[status].Add(1)
	call.took.observe(took)
}

func (s *statistics) snapshot() Stats {
	snapshot := Stats{
		Calls:     map[CallStats]uint64{},
		Took:      map[string]Durations{},
		Waits:     s.waits.snapshot(),
		Rejected:  s.rejected.Load(),
		Retries:   s.retries.Load(),
		Pauses:    s.pauses.Load(),
		Coalesced: s.coalesced.Load(),
		Cached:    s.cached.Load(),
		Stale:     s.stale.Load(),
	}
	for operation, call := range s.calls {
		for status := range call.byStatus {
			if n := call.byStatus[status].Load(); n > 0 {
				snapshot.Calls[CallStats{operation, StatusClass(status)}] = n
			}
		}
		if took := call.took.snapshot(); took.Count() > 0 {
			snapshot.Took[operation] = took
		}
	}
	return snapshot
}
