package load

import "sync"

// A gathering holds back the reads of people and of campaigns by their ids as long as other reads of the
// operation are under way, since these may show more of them: so that they are read together, in as few
// calls as possible.
type gathering struct {
	mu      sync.Mutex
	under   int // reads under way
	held    []func()
	running sync.WaitGroup // goroutines of the operation, gathered or not
}

// begin notes that a read is under way. Its end is called once what it has shown was announced.
func (g *gathering) begin() {
	g.mu.Lock()
	g.under++
	g.mu.Unlock()
}

func (g *gathering) end() {
	g.mu.Lock()
	var held []func()
	if g.under--; g.under == 0 {
		held, g.held = g.held, nil
	}
	g.mu.Unlock()
	for _, start := range held {
		start()
	}
}

// hold has start called when no read is under way any more, and reports whether one is.
func (g *gathering) hold(start func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.under == 0 {
		return false
	}
	g.held = append(g.held, start)
	return true
}

// run runs f in a goroutine of its own, as a read that is under way.
func (g *gathering) run(f func()) {
	g.begin()
	g.running.Go(func() {
		defer g.end()
		f()
	})
}
