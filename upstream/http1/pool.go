package http1

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Config says how the connections of a Pool are made, and how many there may be. All of it is mandatory.
type Config struct {
	// Dial makes a connection.
	Dial func(ctx context.Context) (Connection, error)
	// MaxConnections bounds the connections; calls beyond wait for one.
	MaxConnections int
	// HeaderTimeout is how long after a request the header of its response may take at least (it may take a 64th
	// more), and MaxHeaderBytes how long that may be, with those of informational responses before it.
	HeaderTimeout  time.Duration
	MaxHeaderBytes int64
	// IdleTimeout is how long an unused connection is kept.
	IdleTimeout time.Duration
}

// A Pool is an http.RoundTripper for one server, to which it keeps connections. It is safe for concurrent use.
type Pool struct {
	config Config

	mu      sync.Mutex
	open    int       // connections that are in use, idle or being made
	idle    []*conn   // the one used last at the end
	waiting []*waiter // calls without a connection, in the order in which they came
	timer   *time.Timer
	timed   bool // the timer is set
}

// A waiter is a call that waits for a connection. It takes the first that there is, whether that was made for it
// or comes back from another call.
type waiter struct {
	ready   chan delivery      // has room for one
	dial    context.Context    //nolint:containedctx // of the connection that is made for it
	cancel  context.CancelFunc // ends that
	dialing bool
}

// A delivery is what a waiter gets.
type delivery struct {
	conn *conn
	err  error // of its own dial
}

// NewPool returns a pool without connections.
func NewPool(config Config) *Pool { return &Pool{config: config} }

// Add gives the pool a connection that was made elsewhere.
func (p *Pool) Add(connection Connection) {
	p.mu.Lock()
	p.open++
	p.mu.Unlock()
	p.put(p.newConn(connection))
}

// CloseIdleConnections closes the connections that no call is using now.
func (p *Pool) CloseIdleConnections() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		p.discard(c)
	}
}

// get returns a connection for a call: the one that was used last, if it still stands; otherwise a new one, or
// the first that another call gives back. It fails with the error of ctx or of the dial.
func (p *Pool) get(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	for last := len(p.idle) - 1; last >= 0; last = len(p.idle) - 1 {
		c := p.idle[last]
		p.idle[last], p.idle = nil, p.idle[:last]
		p.mu.Unlock()
		if c.stands() {
			return c, nil
		}
		p.discard(c)
		p.mu.Lock()
	}
	w := &waiter{ready: make(chan delivery, 1)}
	w.dial, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.waiting = append(p.waiting, w)
	p.makeMore()
	p.mu.Unlock()
	select {
	case got := <-w.ready:
		return got.conn, got.err
	case <-ctx.Done():
		p.leave(w)
		return nil, ctx.Err()
	}
}

// makeMore begins a connection for each call that waits, as far as there may be more. It is called with the lock.
func (p *Pool) makeMore() {
	for _, w := range p.waiting {
		if p.open >= p.config.MaxConnections {
			return
		}
		if w.dialing {
			continue
		}
		p.open++
		w.dialing = true
		go p.make(w)
	}
}

// make makes a connection for a call that waits. If that fails, the next one may try.
func (p *Pool) make(w *waiter) {
	defer w.cancel()
	connection, err := p.config.Dial(w.dial)
	if err == nil {
		p.put(p.newConn(connection))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	if p.unlist(w) {
		w.ready <- delivery{err: err}
	}
	p.makeMore()
}

// leave takes a call that waits no longer from those that do, and ends the dial for it.
func (p *Pool) leave(w *waiter) {
	p.mu.Lock()
	left := p.unlist(w)
	p.mu.Unlock()
	if left {
		w.cancel()
	} else if got := <-w.ready; got.conn != nil { // it came too late
		p.put(got.conn)
	}
}

// unlist takes a call from those that wait, and reports whether it was one.
func (p *Pool) unlist(w *waiter) bool {
	i := slices.Index(p.waiting, w)
	if i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	}
	return i >= 0
}

// put gives a connection that nothing is under way on to the call that has waited longest, or keeps it.
func (p *Pool) put(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		w := p.waiting[0]
		p.waiting = slices.Delete(p.waiting, 0, 1)
		w.ready <- delivery{conn: c}
		return
	}
	c.since = time.Now()
	p.idle = append(p.idle, c)
	p.arm(p.config.IdleTimeout)
}

// discard closes a connection, in place of which a call that waits may have another one.
func (p *Pool) discard(c *conn) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.makeMore()
}

// arm sets the timer, unless it is. It is called with the lock.
func (p *Pool) arm(after time.Duration) {
	switch {
	case p.timed:
		return
	case p.timer == nil:
		p.timer = time.AfterFunc(after, p.sweep)
	default:
		p.timer.Reset(after)
	}
	p.timed = true
}

// sweep closes the connections that have not been used for long.
func (p *Pool) sweep() {
	p.mu.Lock()
	p.timed = false
	now, n := time.Now(), 0
	for n < len(p.idle) && now.Sub(p.idle[n].since) >= p.config.IdleTimeout {
		n++
	}
	old := slices.Clone(p.idle[:n])
	p.idle = slices.Delete(p.idle, 0, n)
	if len(p.idle) > 0 {
		p.arm(p.config.IdleTimeout - now.Sub(p.idle[0].since))
	}
	p.mu.Unlock()
	for _, c := range old {
		p.discard(c)
	}
}
