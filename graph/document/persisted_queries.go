package document

import (
	"github.com/maypok86/otter/v2"
)

// entryBytes is about how many bytes a persisted query takes beside its hash and text.
const entryBytes = 256

// persistedQueries keeps the texts that clients have persisted by their hashes, as many as fit into a
// number of bytes. Which of them are evicted depends on how often each is requested, so that a client
// that persists any number of documents displaces hardly any that others use. A nil *persistedQueries
// is turned off and has none.
type persistedQueries struct{ texts *otter.Cache[string, string] }

// newPersistedQueries returns an empty cache of at most maxBytes, or nil if that is not positive.
func newPersistedQueries(maxBytes int64) *persistedQueries {
	if maxBytes <= 0 {
		return nil
	}
	return &persistedQueries{otter.Must(&otter.Options[string, string]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(hash, text string) uint32 { return uint32(len(hash) + len(text) + entryBytes) },
		Executor:      onCallersGoroutine,
	})}
}

// get returns the text with a hash, and whether there is one.
func (q *persistedQueries) get(hash string) (string, bool) {
	if q == nil {
		return "", false
	}
	return q.texts.GetIfPresent(hash)
}

// put keeps a text under its hash.
func (q *persistedQueries) put(hash, text string) { q.texts.Set(hash, text) }
