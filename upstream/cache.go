package upstream

import (
	"bytes"
	"context"
	"hash/crc32"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// DefaultCacheBytes is how many bytes of memory the responses in a cache take unless Config says otherwise.
const DefaultCacheBytes = 64 << 20

const (
	// entryBytes is about what an entry takes beside its key and the body.
	entryBytes = 384
	// writeStripes is how many counters of writes the certifications share.
	writeStripes = 1024
)

// A cache keeps the responses to reads for a short time, as they came: what is decoded of one depends on who asks.
// Its key includes the caller's, so that no caller ever sees what another one was shown. What is in it is shared and
// must not be changed. A nil cache is one that is turned off.
//
// What a write touches is not looked for. Each response is kept with the count of writes to what it
// shows, taken before the request went out, and is good only while that count stands.
type cache struct {
	entries *otter.Cache[string, entry]
	ttl     time.Duration
	now     func() time.Time
	others  Writes // of other replicas; nil if there are none

	writes [writeStripes]atomic.Uint64 // to the certifications of a stripe
	any    atomic.Uint64               // to any certification
	all    atomic.Uint64               // to certifications that are not known
}

// An entry is one response.
type entry struct {
	shown   *shown
	expires time.Time
	version version
}

// A subject is what a response shows of certifications, and so which writes make it out of date.
type subject struct {
	of            extent
	certification string // of oneCertification
}

// An extent says how many certifications a subject is about.
type extent int

const (
	anyCertifications extent = iota // any number of them, or what is counted of them
	oneCertification                // one and what is below it
	noCertification                 // none: no write changes what is shown
)

// changes reports whether any write may change what is shown.
func (s subject) changes() bool { return s.of != noCertification }

// A version counts the writes to a subject.
type version [2]uint64

// newCache returns a cache that takes at most maxBytes of memory, and keeps a response for ttl. What has expired stays
// for another keep, for callers who accept stale results. While others are not heard, if there are others,
// it keeps and returns nothing that a write may change.
func newCache(maxBytes int64, ttl, keep time.Duration, now func() time.Time, others Writes) (*cache, error) {
	entries, err := otter.New(&otter.Options[string, entry]{
		MaximumWeight:    uint64(maxBytes),
		Weigher:          func(key string, e entry) uint32 { return uint32(len(key) + cap(e.shown.body) + entryBytes) },
		ExpiryCalculator: otter.ExpiryWriting[string, entry](ttl + keep),
		Clock:            cacheClock(now),
		// On the caller's goroutine, so that a client has none of its own that must be stopped.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, err
	}
	return &cache{entries: entries, ttl: ttl, now: now, others: others}, nil
}

// get returns what is kept under a key, and whether it is fresh; nil if nothing is.
func (c *cache) get(key string, of subject) (kept *shown, fresh bool) {
	if !c.current(of) {
		return nil, false
	}
	e, ok := c.entries.GetIfPresent(key)
	if !ok || e.version != c.version(of) {
		return nil, false
	}
	return e.shown, c.now().Before(e.expires)
}

// put keeps a copy of what a response shows of a subject, as it was at a version.
func (c *cache) put(key string, of subject, at version, came *shown) {
	if c.current(of) && at == c.version(of) {
		c.entries.Set(key, entry{&shown{came.status, came.total, bytes.Clone(came.body)}, c.now().Add(c.ttl), at})
	}
}

// version returns the current version of a subject.
func (c *cache) version(of subject) version {
	switch {
	case c == nil, !of.changes():
		return version{}
	case of.of == oneCertification:
		return version{c.writes[stripeOf(of.certification)].Load(), c.all.Load()}
	default:
		return version{c.any.Load(), c.all.Load()}
	}
}

// drop makes everything that shows a certification of a stripe out of date, for every caller. That is
// everything that shows any certification for AllStripes.
func (c *cache) drop(stripe int) {
	switch {
	case c == nil:
	case stripe < 0 || stripe >= writeStripes:
		c.all.Add(1)
	default:
		c.writes[stripe].Add(1)
		c.any.Add(1)
	}
}

// stripeOf returns the stripe of a certification. It is the same on all replicas.
func stripeOf(certification string) int {
	return int(crc32.ChecksumIEEE([]byte(certification)) % writeStripes)
}

// current reports whether the cache is on, and knows of all writes to a subject.
func (c *cache) current(of subject) bool {
	return c != nil && (c.others == nil || !of.changes() || c.others.Hears())
}

// bytes returns how many bytes of memory are taken.
func (c *cache) bytes() uint64 {
	if c == nil {
		return 0
	}
	c.entries.CleanUp()
	return c.entries.WeightedSize()
}

// A cacheClock is the clock of a cache. It never ticks: what has expired is removed when the cache
// is used.
type cacheClock func() time.Time

// NowNano returns the time.
func (c cacheClock) NowNano() int64 { return c().UnixNano() }

// Tick returns a channel on which nothing ever comes.
func (cacheClock) Tick(time.Duration) <-chan time.Time { return nil }

type noCacheKey struct{}

// A demand is one call of NoCache. It has a size, so that no two are the same.
type demand struct{ _ byte }

// NoCache returns a context for reads that show what is true from now on, as a caller asks for by
// Cache-Control: no-cache. They are served neither by the cache nor by a read that was under way
// before; with each other they share a call.
func NoCache(ctx context.Context) context.Context {
	return context.WithValue(ctx, noCacheKey{}, new(demand))
}

// demandOf returns the demand for which the reads of a context go past the cache; nil if they do
// not.
func demandOf(ctx context.Context) *demand {
	d, _ := ctx.Value(noCacheKey{}).(*demand)
	return d
}
