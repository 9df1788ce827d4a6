package session

import (
	"sync"
	"time"
)

const (
	// copyFresh is how long a grant that was read is good for the calls of this replica.
	copyFresh = time.Second
	// copyKept is how long a session and its grant that were read are good while the store does not answer.
	copyKept = time.Minute
)

// copies are what a replica has read of a store that other replicas share, as it is there: sealed. They take
// a bounded number of bytes. The memory of the process needs none: nil copies keep nothing.
type copies struct {
	bytes int64 // 0 for any number

	mu      sync.Mutex
	taken   int64
	entries map[string]replicated
	swept   time.Time
}

// A replicated is the copy of a session or a grant.
type replicated struct {
	Record

	read  time.Time
	until time.Time // of a session: when it ends, as this replica has said last
	due   time.Time // of a session: when this replica says so again
}

// newCopies returns copies that take about so many bytes at most; 0 stands for any number.
func newCopies(bytes int64) *copies { return &copies{bytes: bytes, entries: map[string]replicated{}} }

// find returns the copy of a key, and whether there is one that was read within a time. Its version is 0 if
// what was kept under the key is known to be there no more.
func (c *copies) find(key string, within time.Duration) (Record, bool) {
	if c == nil {
		return Record{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e.Record, ok && time.Since(e.read) < within
}

// put keeps what was read under a key, unless that is known to be there no more, or was read later by another
// request.
func (c *copies) put(key string, record Record) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, size := time.Now(), weight(key, record.Data)
	if since := now.Sub(c.swept); since >= copyKept || since >= copyFresh && c.full(size) {
		c.sweep(now)
	}
	e, known := c.entries[key]
	if known && (e.Version == 0 || e.Version > record.Version && now.Sub(e.read) < copyFresh) {
		return
	}
	c.remove(key)
	if c.full(size) {
		return
	}
	e.Record, e.read = record, now
	c.taken += size
	c.entries[key] = e
}

// end notes that what was kept under a key is there no more.
func (c *copies) end(key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.entries[key]; known {
		c.remove(key)
		c.taken += weight(key, nil)
		c.entries[key] = replicated{read: time.Now()}
	}
}

// touched returns until when a session lasts, if this replica has said that lately.
func (c *copies) touched(session string) (until time.Time, lately bool) {
	if c == nil {
		return time.Time{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[session]
	return e.until, time.Now().Before(e.due)
}

// touch notes until when a session lasts, which this replica says again after a pause.
func (c *copies) touch(session string, until time.Time, pause time.Duration) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, known := c.entries[session]; known {
		e.until, e.due = until, time.Now().Add(pause)
		c.entries[session] = e
	}
}

// full reports whether there is no room for so many bytes more.
func (c *copies) full(more int64) bool { return c.bytes > 0 && c.taken+more > c.bytes }

// remove deletes the copy of a key, if there is one.
func (c *copies) remove(key string) {
	if e, known := c.entries[key]; known {
		c.taken -= weight(key, e.Data)
		delete(c.entries, key)
	}
}

// sweep deletes what is of no use any more.
func (c *copies) sweep(now time.Time) {
	c.swept = now
	for key, e := range c.entries {
		if now.Sub(e.read) >= copyKept {
			c.remove(key)
		}
	}
}
