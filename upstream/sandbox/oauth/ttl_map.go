package oauth

import "time"

// A ttlMap is a map whose entries expire, and which holds no more than limit of them: if it is full, the entry that would
// expire first makes room. It is not safe for concurrent use.
type ttlMap[V any] struct {
	limit   int
	clock   func() time.Time
	entries map[string]ttlEntry[V]
}

type ttlEntry[V any] struct {
	value   V
	expires time.Time
}

func newTTLMap[V any](limit int, clock func() time.Time) *ttlMap[V] {
	return &ttlMap[V]{limit: limit, clock: clock, entries: make(map[string]ttlEntry[V])}
}

// put keeps the value under the key until it expires, in place of the value that is there.
func (m *ttlMap[V]) put(key string, value V, expires time.Time) {
	if _, replaces := m.entries[key]; !replaces && len(m.entries) >= m.limit {
		m.makeRoom()
	}
	m.entries[key] = ttlEntry[V]{value, expires}
}

// makeRoom forgets what has expired or, if nothing has, what expires first.
func (m *ttlMap[V]) makeRoom() {
	now := m.clock()
	var first string
	var earliest time.Time
	for key, entry := range m.entries {
		if !now.Before(entry.expires) {
			delete(m.entries, key)
		} else if earliest.IsZero() || entry.expires.Before(earliest) {
			first, earliest = key, entry.expires
		}
	}
	if len(m.entries) >= m.limit {
		delete(m.entries, first)
	}
}

// get returns what is kept under the key.
func (m *ttlMap[V]) get(key string) (value V, ok bool) {
	entry, ok := m.entries[key]
	if !ok || !m.clock().Before(entry.expires) {
		return value, false
	}
	return entry.value, true
}

// remove forgets the key.
func (m *ttlMap[V]) remove(key string) { delete(m.entries, key) }
