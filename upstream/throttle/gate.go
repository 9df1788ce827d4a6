package throttle

import (
	"context"
	"slices"
	"sync"
)

// A Gate bounds how many requests are under way at once, in all and for each operation, and is
// fair: operations that wait take turns, whatever the number of requests that each of them has
// waiting. It is safe for concurrent use.
type Gate struct {
	limit     int // in all
	laneLimit int // for each operation

	mu       sync.Mutex
	underWay int
	lanes    map[any]*lane
	spare    *lane   // that nobody has; nil for none
	turns    []*lane // lanes whose next request could go if there were room, in turn
}

// A lane is the requests of one operation.
type lane struct {
	underWay int
	waiting  []chan struct{} // closed when the request may go
	inTurns  bool
}

// NewGate returns a gate that lets limit requests be under way in all, and laneLimit of each
// operation.
func NewGate(limit, laneLimit int) *Gate {
	return &Gate{limit: limit, laneLimit: laneLimit, lanes: map[any]*lane{}}
}

// Limit returns how many requests may be under way in all.
func (g *Gate) Limit() int { return g.limit }

// Enter waits until a request of the operation may go, and fails with the error of ctx. If it does not
// fail, Leave has to follow. Requests with the same key belong to one operation.
func (g *Gate) Enter(ctx context.Context, operation any) error {
	g.mu.Lock()
	l := g.lane(operation)
	if g.underWay < g.limit && l.underWay < g.laneLimit && len(l.waiting) == 0 {
		g.underWay++
		l.underWay++
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.waiting = append(l.waiting, turn)
	g.queue(l)
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(l.waiting, turn); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
		g.tidy(operation, l)
	} else {
		g.release(operation, l) // its turn came while it was leaving
	}
	return ctx.Err()
}

// Leave gives back what Enter gave.
func (g *Gate) Leave(operation any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release(operation, g.lane(operation))
}

func (g *Gate) lane(operation any) *lane {
	l, ok := g.lanes[operation]
	if ok {
		return l
	}
	if l, g.spare = g.spare, nil; l == nil {
		l = &lane{}
	}
	g.lanes[operation] = l
	return l
}

// queue gives a lane its turn, behind those that have theirs already, if it could go.
func (g *Gate) queue(l *lane) {
	if !l.inTurns && len(l.waiting) > 0 && l.underWay < g.laneLimit {
		l.inTurns = true
		g.turns = append(g.turns, l)
	}
}

func (g *Gate) release(operation any, l *lane) {
	g.underWay--
	l.underWay--
	g.queue(l)
	for g.underWay < g.limit && len(g.turns) > 0 {
		next := g.turns[0]
		g.turns = g.turns[1:]
		next.inTurns = false
		if len(next.waiting) == 0 {
			continue // the requests that waited are gone
		}
		close(next.waiting[0])
		next.waiting = next.waiting[1:]
		next.underWay++
		g.underWay++
		g.queue(next)
	}
	g.tidy(operation, l)
}

// tidy forgets a lane that is empty.
func (g *Gate) tidy(operation any, l *lane) {
	if l.underWay == 0 && len(l.waiting) == 0 {
		delete(g.lanes, operation)
		if !l.inTurns {
			g.spare = l
		}
	}
}
