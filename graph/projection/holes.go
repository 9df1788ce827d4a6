package projection

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"

	"certql/stack"
)

// A hole is the position of a value that is resolved.
type hole struct {
	offset  int // in the text
	resolve func() graphql.Marshaler
	value   graphql.Marshaler // nil before it is resolved
}

// Workers are the goroutines in which values are resolved. Those who have values to resolve share them evenly, so that
// many operations at once do not have a goroutine for each of their rows, most of which could only wait for a call. The
// zero value has any number. It is safe for concurrent use.
type Workers struct {
	// Most is how many there are at most, beside one for each of those who share them; 0 stands for any number.
	Most  int
	share atomic.Int64 // how many share them now
}

// each returns how many workers each of those has that share them now.
func (w *Workers) each() int64 {
	if w == nil || w.Most == 0 {
		return math.MaxInt64
	}
	return max(1, int64(w.Most)/max(1, w.share.Load()))
}

// fill resolves the values of holes at the same time, as far as the workers allow.
func (w *Workers) fill(holes []hole) {
	switch len(holes) {
	case 0:
		return
	case 1:
		holes[0].fill()
		return
	}
	if w != nil {
		w.share.Add(1)
		defer w.share.Add(-1)
	}
	f := filling{holes: holes, workers: w}
	for f.fillNext() {
	}
	f.group.Wait()
}

// A filling is holes that are being resolved. Whoever resolves one has another goroutine ready for the next, which
// begins as soon as it may run: holes that wait take a goroutine each, but for one of them, and those whose values are
// there are resolved by as few as there are processors.
type filling struct {
	holes   []hole
	workers *Workers
	next    atomic.Int64 // the first that nobody has taken
	group   sync.WaitGroup
	ready   atomic.Bool  // a goroutine is about to begin
	working atomic.Int64 // goroutines that have begun or are about to
}

// begin is what a goroutine of its own does.
func (f *filling) begin() {
	f.ready.Store(false)
	if f.left() {
		stack.Grow8KB()
		for f.fillNext() {
			if f.retires() {
				return
			}
		}
	}
	f.working.Add(-1)
}

// fillNext resolves a hole that nobody has taken. It returns false if there is none.
func (f *filling) fillNext() bool {
	i := int(f.next.Add(1)) - 1
	if i >= len(f.holes) {
		return false
	}
	if f.left() && f.working.Load() < f.workers.each() && f.ready.CompareAndSwap(false, true) {
		if f.working.Add(1) <= f.workers.each() {
			f.group.Go(f.begin)
		} else { // another came first
			f.working.Add(-1)
			f.ready.Store(false)
		}
	}
	f.holes[i].fill()
	return true
}

// retires reports whether there are more goroutines than there may be by now, so that the one that asks has to end.
func (f *filling) retires() bool {
	for {
		n := f.working.Load()
		if n <= f.workers.each() {
			return false
		}
		if f.working.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

func (f *filling) left() bool { return int(f.next.Load()) < len(f.holes) }

func (h *hole) fill() { h.value = h.resolve() }
