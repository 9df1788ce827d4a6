package load

import "sync"

// A memo runs each read once for a key and remembers what it answered.
type memo[V any] struct {
	mu    sync.Mutex
	reads map[string]func() (V, error)
}

// do answers what read answers, or what it answered for the same key before.
func (m *memo[V]) do(key string, read func() (V, error)) (V, error) {
	m.mu.Lock()
	once, ok := m.reads[key]
	if !ok {
		if m.reads == nil {
			m.reads = map[string]func() (V, error){}
		}
		once = sync.OnceValues(read)
		m.reads[key] = once
	}
	m.mu.Unlock()
	return once()
}

func (m *memo[V]) forget() {
	m.mu.Lock()
	clear(m.reads)
	m.mu.Unlock()
}
