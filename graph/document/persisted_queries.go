package document

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// entryBytes is about how many bytes a persisted query takes beside its hash and text.
const entryBytes = 256

// persistedQueries keeps the texts that clients have persisted by their hashes, as many as fit into a
// number of bytes. Which of them are evicted depends on how often each is requested, so that a client
// that persists any number of documents displaces hardly any that others use. A nil *persistedQueries
// is turned off and has none.
type persistedQueries struct {
	texts  *otter.Cache[string, persisted]
	others *secondLevel // what other replicas have; nil if there are none
}

// A persisted text is one that a client has sent with its hash.
type persisted struct {
	text string
	// keep is when the text is to be kept for other replicas, in nanoseconds of Unix time, if it is asked for
	// by its hash from then on; nil if there are none.
	keep *atomic.Int64
}

// newPersistedQueries returns an empty cache of at most maxBytes, or nil if that is not positive. It shares the
// texts with other replicas unless shared is nil.
func newPersistedQueries(maxBytes int64, shared SharedTexts) *persistedQueries {
	if maxBytes <= 0 {
		return nil
	}
	return &persistedQueries{otter.Must(&otter.Options[string, persisted]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(hash string, p persisted) uint32 { return uint32(len(hash) + len(p.text) + entryBytes) },
		Executor:      onCallersGoroutine,
	}), newSecondLevel(shared)}
}

// get returns the text with a hash, and whether this replica has it.
func (q *persistedQueries) get(hash string) (string, bool) {
	if q == nil {
		return "", false
	}
	found, ok := q.texts.GetIfPresent(hash)
	return found.text, ok
}

// find returns the text with a hash for a request without text, and whether there is one. If it is another
// replica's, elsewhere is when to keep it there again: it is to be put here once it has been checked. What this
// replica has is kept for the others when it is asked for first, so that what is sent once never is.
func (q *persistedQueries) find(ctx context.Context, hash string) (text string, elsewhere time.Time, known bool) {
	if q == nil {
		return "", time.Time{}, false
	}
	found, ok := q.texts.GetIfPresent(hash)
	if !ok {
		text, known = q.others.find(ctx, hash)
		return text, q.others.later(keepAgain), known
	}
	if found.keep != nil {
		due := found.keep.Load()
		if now := q.others.now().UnixNano(); now >= due && found.keep.CompareAndSwap(due, now+int64(keepAgain)) {
			found.keep.Store(q.others.keep(ctx, hash, found.text).UnixNano())
		}
	}
	return found.text, time.Time{}, true
}

// put keeps a text under its hash, and for other replicas from a time on, which may be the zero time.
func (q *persistedQueries) put(hash, text string, keep time.Time) {
	p := persisted{text: text}
	if q.others != nil {
		p.keep = new(atomic.Int64)
		if !keep.IsZero() {
			p.keep.Store(keep.UnixNano())
		}
	}
	q.texts.Set(hash, p)
}
