package throttle

import "slices"

// A queue holds the calls that wait for one budget: a lane for each caller in each class.
// Callers of a class take turns, whatever the number of calls that each of them has waiting.
type queue struct {
	length int
	turns  [classes][]*caller // those that have calls waiting, next first
}

// A waiter is a call that waits.
type waiter struct {
	caller  *caller
	class   Class
	ready   chan struct{} // closed when the turn is given
	granted bool
	turn    Turn
}

// push puts a call at the end of its caller's lane. In front, for a call that had its turn before,
// it goes to the beginning of the lane, and its caller is the next of its class.
func (q *queue) push(w *waiter, front bool) {
	q.length++
	lane := &w.caller.lanes[w.class]
	turns := &q.turns[w.class]
	waiting := len(*lane) > 0
	switch {
	case front:
		*lane = slices.Insert(*lane, 0, w)
		if waiting {
			i := slices.Index(*turns, w.caller)
			*turns = slices.Delete(*turns, i, i+1)
		}
		*turns = slices.Insert(*turns, 0, w.caller)
	default:
		*lane = append(*lane, w)
		if !waiting {
			*turns = append(*turns, w.caller)
		}
	}
}

// pop takes the next call whose caller is admitted off the queue and returns it; nil if there is
// none. Its caller's next turn comes after those of all others.
func (q *queue) pop(admits func(*caller) bool) *waiter {
	for class, turns := range q.turns {
		i := slices.IndexFunc(turns, admits)
		if i < 0 {
			continue
		}
		c := turns[i]
		lane := &c.lanes[class]
		w := (*lane)[0]
		*lane = slices.Delete(*lane, 0, 1)
		turns = slices.Delete(turns, i, i+1)
		if len(*lane) > 0 {
			turns = append(turns, c)
		}
		q.turns[class] = turns
		q.length--
		return w
	}
	return nil
}

// remove takes a call off the queue, wherever it stands.
func (q *queue) remove(w *waiter) {
	lane := &w.caller.lanes[w.class]
	i := slices.Index(*lane, w)
	if i < 0 {
		return
	}
	*lane = slices.Delete(*lane, i, i+1)
	q.length--
	if len(*lane) == 0 {
		turns := &q.turns[w.class]
		i := slices.Index(*turns, w.caller)
		*turns = slices.Delete(*turns, i, i+1)
	}
}

// ahead returns how many calls go before one that would be pushed now.
func (q *queue) ahead(c *caller, of Class, front bool) int {
	n := 0
	for class := range of {
		for _, other := range q.turns[class] {
			n += len(other.lanes[class])
		}
	}
	if front {
		return n
	}
	own := len(c.lanes[of])
	n += own
	for _, other := range q.turns[of] {
		if other != c {
			n += min(len(other.lanes[of]), own+1)
		}
	}
	return n
}
