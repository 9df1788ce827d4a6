package projection

import (
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

// fill resolves the values of holes at the same time.
func fill(holes []hole) {
	if len(holes) == 0 {
		return
	}
	f := filling{holes: holes}
	f.fill()
	f.group.Wait()
}

// A filling is holes that are being resolved. Whoever resolves one has another goroutine ready for the next, which
// begins as soon as it may run: holes that wait take a goroutine each, but for one of them, and those whose values are
// there are resolved by as few as there are processors.
type filling struct {
	holes []hole
	next  atomic.Int64 // the first that nobody has taken
	group sync.WaitGroup
	ready atomic.Bool // a goroutine is about to begin
}

// begin is what a goroutine of its own does.
func (f *filling) begin() {
	f.ready.Store(false)
	if f.left() {
		stack.Grow16KB()
		f.fill()
	}
}

// fill resolves holes as long as there are any that nobody has taken.
func (f *filling) fill() {
	for {
		i := int(f.next.Add(1)) - 1
		if i >= len(f.holes) {
			return
		}
		if f.left() && f.ready.CompareAndSwap(false, true) {
			f.group.Go(f.begin)
		}
		f.holes[i].value = f.holes[i].resolve()
	}
}

func (f *filling) left() bool { return int(f.next.Load()) < len(f.holes) }
