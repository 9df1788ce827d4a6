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
	call    int64 // as a ledger knows it; 0 as long as it was not asked
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

// heads returns the calls that go next, at most n, in the order in which pop would return them if all
// callers were admitted.
func (q *queue) heads(n int) []*waiter {
	var heads []*waiter
	for class, turns := range q.turns {
		for depth, more := 0, true; more; depth++ {
			more = false
			for _, c := range turns {
				if len(heads) == n {
					return heads
				}
				if depth < len(c.lanes[class]) {
					heads, more = append(heads, c.lanes[class][depth]), true
				}
			}
		}
	}
	return heads
}

// callers returns how many callers have calls waiting.
func (q *queue) callers() int {
	n := 0
	for class, turns := range q.turns {
		for _, c := range turns {
			if !slices.ContainsFunc(c.lanes[:class], func(lane []*waiter) bool { return len(lane) > 0 }) {
				n++
			}
		}
	}
	return n
}

// remove takes a call off the queue, wherever it stands, and reports whether it was there.
func (q *queue) remove(w *waiter) bool {
	lane := &w.caller.lanes[w.class]
	i := slices.Index(*lane, w)
	if i < 0 {
		return false
	}
	*lane = slices.Delete(*lane, i, i+1)
	q.length--
	if len(*lane) == 0 {
		turns := &q.turns[w.class]
		i := slices.Index(*turns, w.caller)
		*turns = slices.Delete(*turns, i, i+1)
	}
	return true
}

// take takes a call off the queue that gets its turn, as pop does, and reports whether it was there. Its
// caller's next turn comes after those of all others.
func (q *queue) take(w *waiter) bool {
	if !q.remove(w) {
		return false
	}
	if len(w.caller.lanes[w.class]) > 0 {
		turns := &q.turns[w.class]
		i := slices.Index(*turns, w.caller)
		*turns = append(slices.Delete(*turns, i, i+1), w.caller)
	}
	return true
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
