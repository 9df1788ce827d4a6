package load

import (
	"context"
	"errors"
	"sync"
)

// errReadEnded is the error of callers that waited for a read that panicked.
var errReadEnded = errors.New("load: the read came to no end")

// A memo runs the read of each key once and remembers its result. A caller that needs what is being
// read waits for it, but no longer than its own context lasts.
type memo[V any] struct {
	mu    sync.Mutex
	reads map[string]*reading[V]
}

// A reading is a read that is under way or over.
type reading[V any] struct {
	over  bool
	done  chan struct{} // closed when value and err are set; nil if the caller who reads is the only one
	value V
	err   error
	// abandoned is true if the reader's own context ended the read, so that its error means nothing
	// to others.
	abandoned bool
}

// do returns the result of read, or that of an earlier read of the same key. The read runs in the
// context of the first caller. If that ends before the read does, the next caller reads again, unless
// it only reads ahead.
func (m *memo[V]) do(ctx context.Context, key string, read func() (V, error)) (V, error) {
	for {
		current, done, begins := m.reading(key)
		if begins {
			m.run(ctx, key, current, read)
			return current.value, current.err
		}
		select {
		case <-done:
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
		if !current.abandoned || ctx.Err() != nil || IsAhead(ctx) {
			return current.value, current.err
		}
	}
}

// reading returns the reading of a key, and a channel that is closed when it is over. If it begins now, that
// is reported, and there is no channel.
func (m *memo[V]) reading(key string) (current *reading[V], done <-chan struct{}, begins bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if current, ok := m.reads[key]; ok {
		if current.done == nil {
			current.done = make(chan struct{})
			if current.over {
				close(current.done)
			}
		}
		return current, current.done, false
	}
	if m.reads == nil {
		m.reads = map[string]*reading[V]{}
	}
	current = &reading[V]{err: errReadEnded}
	m.reads[key] = current
	return current, nil, true
}

// run reads, sets the result of the reading, and drops the reading if it was abandoned.
func (m *memo[V]) run(ctx context.Context, key string, current *reading[V], read func() (V, error)) {
	defer m.end(key, current)
	current.value, current.err = read()
	current.abandoned = current.err != nil && ctx.Err() != nil
}

// end tells those who wait that a reading is over.
func (m *memo[V]) end(key string, current *reading[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if current.abandoned && m.reads[key] == current { // and has not been forgotten
		delete(m.reads, key)
	}
	current.over = true
	if current.done != nil {
		close(current.done)
	}
}

// forget drops everything that was read.
func (m *memo[V]) forget() {
	m.mu.Lock()
	clear(m.reads)
	m.mu.Unlock()
}

type aheadKey struct{}

// Ahead returns a context for reads whose results may turn out not to be needed. With it, a read that
// another caller began and abandoned is not repeated, since it would be abandoned too.
func Ahead(ctx context.Context) context.Context {
	return context.WithValue(ctx, aheadKey{}, lasting(ctx))
}

// IsAhead reports whether what is read in a context may turn out not to be needed.
func IsAhead(ctx context.Context) bool { return ctx.Value(aheadKey{}) != nil }

// lasting returns the context in which one was made by Ahead, or else the context itself. Whatever others may
// join is read in it, so that nobody who turns out not to need it takes it away from them.
func lasting(ctx context.Context) context.Context {
	if behind, ok := ctx.Value(aheadKey{}).(context.Context); ok {
		return behind
	}
	return ctx
}
