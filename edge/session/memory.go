package session

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// errFull says that there is no room for another session.
var errFull = errors.New("there are as many sessions as there may be")

// A memory is a store of sessions in the memory of the process. It holds a bounded number of entries,
// and has no goroutine: what has expired is deleted when entries are added. It is safe for concurrent
// use.
type memory struct {
	limit int

	mu      sync.Mutex
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

// newMemory returns a store that holds at most limit entries.
func newMemory(limit int) *memory {
	return &memory{limit: limit, entries: map[string]entry{}, sweepAt: min(firstSweep, limit)}
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

// Commit keeps data under a key until expiry. The error is errFull if there is no room for it.
func (m *memory) Commit(key string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.entries[key]; !known && len(m.entries) >= m.sweepAt {
		m.sweep()
		if len(m.entries) >= m.limit {
			return errFull
		}
	}
	m.entries[key] = entry{slices.Clone(data), expiry}
	return nil
}

// Delete deletes the entry of a key.
func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	return nil
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
			delete(m.entries, key)
		}
	}
	m.sweepAt = min(max(firstSweep, 2*len(m.entries)), m.limit)
}
