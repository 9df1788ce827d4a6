package session

import (
	"context"
	"sync"
	"time"
)

// A memory is a store of sessions in the memory of the process. It holds a bounded number of sessions, which
// take a bounded number of bytes, and has no goroutine: what has expired is deleted when sessions are added.
// It never fails.
type memory struct {
	limit int
	bytes int64 // 0 for any number

	mu       sync.Mutex
	taken    int64 // bytes
	sessions map[string]entry
	grants   map[string]entry
	locks    map[string]lock
	sweepAt  int // how many sessions there are before those that have expired are looked for
}

type entry struct {
	Record

	expiry time.Time
}

type lock struct {
	owner  string
	expiry time.Time
}

var _ Store = (*memory)(nil)

const (
	// firstSweep is how many sessions there are before expired ones are looked for at first.
	firstSweep = 64
	// entryBytes is about what an entry takes beside its key and its data.
	entryBytes = 160
	// maxLocks bounds the locks that are kept.
	maxLocks = 10_000
)

// weight returns about how many bytes an entry takes.
func weight(key string, data []byte) int64 { return int64(len(key) + len(data) + entryBytes) }

// newMemory returns a store that holds at most limit sessions, which take about so many bytes at most; 0
// stands for any number.
func newMemory(limit int, bytes int64) *memory {
	return &memory{
		limit: limit, bytes: bytes, sessions: map[string]entry{}, grants: map[string]entry{}, locks: map[string]lock{},
		sweepAt: min(firstSweep, limit),
	}
}

// Begin implements Store.
func (m *memory) Begin(_ context.Context, keys Keys, session, grant []byte, lifetime time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	more := weight(keys.Session, session) + weight(keys.Grant, grant)
	if len(m.sessions) >= m.sweepAt || m.full(more) {
		m.sweep()
		if len(m.sessions) >= m.limit || m.full(more) {
			return ErrFull
		}
	}
	expiry := time.Now().Add(lifetime)
	m.taken += more
	m.sessions[keys.Session] = entry{Record{1, session}, expiry}
	m.grants[keys.Grant] = entry{Record{1, grant}, expiry}
	return nil
}

// Session implements Store.
func (m *memory) Session(_ context.Context, session string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return live(m.sessions, session).Data, nil
}

// Grant implements Store.
func (m *memory) Grant(_ context.Context, grant string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return live(m.grants, grant), nil
}

// live returns the record of a key, unless it has expired.
func live(entries map[string]entry, key string) Record {
	e, ok := entries[key]
	if !ok || !time.Now().Before(e.expiry) {
		return Record{}
	}
	return e.Record
}

// Touch implements Store.
func (m *memory) Touch(_ context.Context, keys Keys, lifetime time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	expiry := time.Now().Add(lifetime)
	touch(m.sessions, keys.Session, expiry)
	touch(m.grants, keys.Grant, expiry)
	return nil
}

// touch keeps the record of a key, unless it has expired, until expiry.
func touch(entries map[string]entry, key string, expiry time.Time) {
	if record := live(entries, key); record.Version > 0 {
		entries[key] = entry{record, expiry}
	}
}

// Swap implements Store. There always is room for a longer grant, so that whoever is signed in stays so.
func (m *memory) Swap(_ context.Context, grant string, version int64, data []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	record := live(m.grants, grant)
	switch {
	case record.Version != version || version == 0:
		return false, nil
	case data == nil:
		m.remove(m.grants, grant)
	default:
		m.taken += int64(len(data) - len(record.Data))
		m.grants[grant] = entry{Record{version + 1, data}, m.grants[grant].expiry}
	}
	return true, nil
}

// End implements Store.
func (m *memory) End(_ context.Context, keys Keys) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ended := live(m.grants, keys.Grant)
	m.remove(m.sessions, keys.Session)
	m.remove(m.grants, keys.Grant)
	return ended, nil
}

// Lock implements Store. If there are too many locks, it keeps no other.
func (m *memory) Lock(_ context.Context, name, owner string, lease time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if held, ok := m.locks[name]; ok && held.owner != owner && now.Before(held.expiry) {
		return false, nil
	}
	if len(m.locks) >= maxLocks {
		for other, held := range m.locks {
			if !now.Before(held.expiry) {
				delete(m.locks, other)
			}
		}
	}
	if len(m.locks) < maxLocks {
		m.locks[name] = lock{owner, now.Add(lease)}
	}
	return true, nil
}

// Unlock implements Store.
func (m *memory) Unlock(_ context.Context, name, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[name].owner == owner {
		delete(m.locks, name)
	}
	return nil
}

// Count implements Store.
func (m *memory) Count(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, now := 0, time.Now()
	for _, e := range m.sessions {
		if now.Before(e.expiry) {
			n++
		}
	}
	return n, nil
}

// full reports whether there is no room for so many bytes more.
func (m *memory) full(more int64) bool { return m.bytes > 0 && m.taken+more > m.bytes }

// remove deletes the entry of a key, if there is one.
func (m *memory) remove(entries map[string]entry, key string) {
	if e, known := entries[key]; known {
		m.taken -= weight(key, e.Data)
		delete(entries, key)
	}
}

// sweep deletes what has expired. The next sweep comes when there are twice as many sessions, so that on
// average each Begin looks at a few.
func (m *memory) sweep() {
	now := time.Now()
	for _, entries := range []map[string]entry{m.sessions, m.grants} {
		for key, e := range entries {
			if !now.Before(e.expiry) {
				m.remove(entries, key)
			}
		}
	}
	m.sweepAt = min(max(firstSweep, 2*len(m.sessions)), m.limit)
}
