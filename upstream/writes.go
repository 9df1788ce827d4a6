package upstream

import (
	"context"
	"sync"
	"time"
)

// HeardWithin is how soon after a write on another replica a client shows nothing from before it.
const HeardWithin = 200 * time.Millisecond

// AllStripes stands for every certification.
const AllStripes = -1

// Writes carry word of writes between the clients of several replicas. Certifications are told by their
// stripes, which are numbers that many of them share: no identifier leaves the process. One client has it
// to itself.
type Writes interface {
	// Tell tells all other replicas that something was written to the certifications of a stripe, or of
	// AllStripes. It returns when they have been told, or cannot be told now.
	Tell(ctx context.Context, stripe int)
	// Hear has a function called with each stripe that another replica tells of, and with AllStripes if
	// something may have been missed. The client calls it once, when it is made.
	Hear(heard func(stripe int))
	// Hears reports whether everything has been heard that was told more than HeardWithin ago. As long as
	// it has not, the client shows nothing from its cache, and reads do not join what went out before.
	Hears() bool
}

// tell begins to tell other replicas, unless there are none, of a write. The function that it returns tells
// them once more, when the write is over, and waits until they have been told.
func tell(ctx context.Context, writes Writes, stripe int) (over func()) {
	if writes == nil {
		return func() {}
	}
	ctx = context.WithoutCancel(ctx) // the write may have come about, whether or not its caller still waits
	var before sync.WaitGroup
	before.Go(func() { writes.Tell(ctx, stripe) })
	return func() {
		writes.Tell(ctx, stripe)
		before.Wait()
	}
}
