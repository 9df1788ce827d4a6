package oauth

import "time"

// An expiring is a map whose entries are gone after a time, and which holds no more than a number of them: where it is
// full, the one that would be gone first makes room. Whoever uses one from several goroutines has to guard it.
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

// put keeps the value under the key until it expires, in place of what is there.
func (e *ttlMap[V]) put(key string, value V, expires time.Time) {
	if _, replaces := e.entries[key]; !replaces && len(e.entries) >= e.limit {
		e.makeRoom()
	}
	e.entries[key] = ttlEntry[V]{value, expires}
}

// makeRoom forgets what has expired or, where nothing has, what expires first.
func (e *ttlMap[V]) makeRoom() {
	now := e.clock()
	var first string
	var earliest time.Time
	for key, entry := range e.entries {
		if !now.Before(entry.expires) {
			delete(e.entries, key)
		} else if earliest.IsZero() || entry.expires.Before(earliest) {
			first, earliest = key, entry.expires
		}
	}
	if len(e.entries) >= e.limit {
		delete(e.entries, first)
	}
}

// get returns what is kept under the key.
func (e *ttlMap[V]) get(key string) (value V, ok bool) {
	entry, ok := e.entries[key]
	if !ok || !e.clock().Before(entry.expires) {
		return value, false
	}
	return entry.value, true
}

// remove forgets the key.
func (e *ttlMap[V]) remove(key string) { delete(e.entries, key) }
