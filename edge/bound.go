package edge

import "sync"

// A bound limits how much of something is under way, such as requests or bytes, by who has sent it and in
// all.
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

// enter counts more of a sender as under way, until left is called once. If there is no room for it, it
// returns nil, and whether it is the sender alone who has too much.
func (b *bound) enter(sender string, more int) (left func(), ofSender bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.of[sender]+more > b.mostOfSender:
		return nil, true
	case b.underWay+more > b.most:
		return nil, false
	}
	b.underWay += more
	b.of[sender] += more
	return func() { b.leave(sender, more) }, false
}

func (b *bound) leave(sender string, less int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.underWay -= less
	if b.of[sender] -= less; b.of[sender] == 0 {
		delete(b.of, sender)
	}
}
