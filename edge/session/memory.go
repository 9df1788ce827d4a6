package session

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// errFull says that there is no room for another session.
var errFull = errors.New("there are as many sessions as there may be, or they take as much memory as they may")

// A memory is a store of sessions in the memory of the process. It holds a bounded number of entries, which
// take a bounded number of bytes, and has no goroutine: what has expired is deleted when entries are
// added. It is safe for concurrent use.
type memory struct {
	limit int
	bytes int64 // 0 for any number

	mu      sync.Mutex
	taken   int64 // bytes
	entries map[string]entry
	sweepAt int // how many entries there are before those that have expired are looked for
}

type entry struct {
	data   []byte
	expiry time.Time
}

var _ scs.Store = (*memory)(nil)

// firstSweep is how many entries there are before expired ones are looked for at first.
const firstSweep = 64

// entryBytes is about what an entry takes beside its key and its data.
const entryBytes = 160

// weight returns about how many bytes an entry takes.
func weight(key string, data []byte) int64 { return int64(len(key) + len(data) + entryBytes) }

// newMemory returns a store that holds at most limit entries, which take about so many bytes at most; 0
// stands for any number.
func newMemory(limit int, bytes int64) *memory {
	return &memory{limit: limit, bytes: bytes, entries: map[string]entry{}, sweepAt: min(firstSweep, limit)}
}

// Find returns what was committed under a key, unless it has expired.
func (m *memory) Find(key string) (data []byte, found bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok || !time.Now().Before(e.expiry) {
		return nil, false, nil
	}
	return slices.Clone(e.data), true, nil
}

// Commit keeps data under a key until expiry. The error is errFull if there is no room for it. There always is
// for a key that is known, so that whoever is signed in stays so.
func (m *memory) Commit(key string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, known := m.entries[key]
	if !known && (len(m.entries) >= m.sweepAt || m.full(weight(key, data))) {
		m.sweep()
		if len(m.entries) >= m.limit || m.full(weight(key, data)) {
			return errFull
		}
	}
	if known {
		m.taken -= weight(key, old.data)
	}
	m.taken += weight(key, data)
	m.entries[key] = entry{slices.Clone(data), expiry}
	return nil
}

// Delete deletes the entry of a key.
func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(key)
	return nil
}

// full reports whether there is no room for so many bytes more.
func (m *memory) full(more int64) bool { return m.bytes > 0 && m.taken+more > m.bytes }

// remove deletes the entry of a key, if there is one.
func (m *memory) remove(key string) {
	if e, known := m.entries[key]; known {
		m.taken -= weight(key, e.data)
		delete(m.entries, key)
	}
}

// count returns how many entries have not expired.
func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, now := 0, time.Now()
	for _, e := range m.entries {
		if now.Before(e.expiry) {
			n++
		}
	}
	return n
}

// sweep deletes what has expired. The next sweep comes when there are twice as many entries, so that on
// average each Commit looks at a few.
func (m *memory) sweep() {
	now := time.Now()
	for key, e := range m.entries {
		if !now.Before(e.expiry) {
			m.remove(key)
		}
	}
	m.sweepAt = min(max(firstSweep, 2*len(m.entries)), m.limit)
}
