package edge

import "sync"

// A bound limits how many of something are under way, by who has sent them and in all.
type bound struct {
	most, mostOfSender int

	mu       sync.Mutex
	underWay int
	of       map[string]int // by sender; none of them is 0
}

// newBound returns a bound on nothing so far.
func newBound(most, mostOfSender int) *bound {
	return &bound{most: most, mostOfSender: mostOfSender, of: map[string]int{}}
}

// enter counts one more of a sender as under way, until left is called once. If there are as many as there
// may be, it returns nil, and whether they are those of the sender alone.
func (b *bound) enter(sender string) (left func(), ofSender bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.of[sender] >= b.mostOfSender:
		return nil, true
	case b.underWay >= b.most:
		return nil, false
	}
	b.underWay++
	b.of[sender]++
	return func() { b.leave(sender) }, false
}

func (b *bound) leave(sender string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.underWay--
	if b.of[sender]--; b.of[sender] == 0 {
		delete(b.of, sender)
	}
}
