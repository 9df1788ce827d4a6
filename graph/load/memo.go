package load

import (
	"context"
	"errors"
	"sync"
)

// errReadEnded is what those are answered who waited for a read that panicked.
var errReadEnded = errors.New("load: the read came to no end")

// A memo runs each read once for a key and remembers what it answered. Who asks for what is
// being read waits for it, but not beyond the end of their own context.
type memo[V any] struct {
	mu    sync.Mutex
	reads map[string]*reading[V]
}

// A reading is a read that is under way or over.
type reading[V any] struct {
	done  chan struct{} // closed when value and err are there
	value V
	err   error
	// abandoned says that the reader's own context ended the read, so that it says nothing of
	// what is read.
	abandoned bool
}

// do answers what read answers, or what it answered for the same key before. It runs in the
// context of whoever asks first. Where that ends before the read does, the next one reads anew,
// unless that would be ahead of need again.
func (m *memo[V]) do(ctx context.Context, key string, read func() (V, error)) (V, error) {
	for {
		current, begins := m.reading(key)
		if begins {
			m.run(ctx, key, current, read)
			return current.value, current.err
		}
		select {
		case <-current.done:
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
		if !current.abandoned || ctx.Err() != nil || isAhead(ctx) {
			return current.value, current.err
		}
	}
}

// reading answers the reading of a key, and whether it begins now.
func (m *memo[V]) reading(key string) (current *reading[V], begins bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if current, ok := m.reads[key]; ok {
		return current, false
	}
	if m.reads == nil {
		m.reads = map[string]*reading[V]{}
	}
	current = &reading[V]{done: make(chan struct{}), err: errReadEnded}
	m.reads[key] = current
	return current, true
}

func (m *memo[V]) run(ctx context.Context, key string, current *reading[V], read func() (V, error)) {
	defer close(current.done)
	current.value, current.err = read()
	if current.err == nil || ctx.Err() == nil {
		return
	}
	current.abandoned = true
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.reads[key] == current { // and has not been forgotten
		delete(m.reads, key)
	}
}

func (m *memo[V]) forget() {
	m.mu.Lock()
	clear(m.reads)
	m.mu.Unlock()
}

type aheadKey struct{}

// Ahead answers a context for reads of what may be needed. Nothing is read for it that somebody
// else was reading and gave up: the same fate awaits those who read ahead.
func Ahead(ctx context.Context) context.Context {
	return context.WithValue(ctx, aheadKey{}, true)
}

func isAhead(ctx context.Context) bool { return ctx.Value(aheadKey{}) != nil }
