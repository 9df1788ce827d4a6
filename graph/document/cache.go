package document

import (
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/kept"
)

// A checked document has been validated, with all of its operations and fragments: those of the text
// that it was read from, or one operation with the fragments that it reaches.
type checked struct {
	document *ast.QueryDocument
	extents  map[*ast.OperationDefinition]extent
	kept     map[*ast.OperationDefinition]*kept.Values
	bytes    int // about what it takes in memory, without the text
}

// newChecked returns a document that has been validated, of which the operations have the given extents. It
// takes so many bytes, without what is kept of the operations.
func newChecked(document *ast.QueryDocument, extents map[*ast.OperationDefinition]extent, bytes int) *checked {
	all, more := keepAll(extents)
	return &checked{document, extents, all, bytes + more}
}

// A Cache keeps documents that have been validated by their texts: the trusted ones for good, and as many
// others as fit into a number of bytes. What counts is about what a document takes once it has been parsed,
// which is ten to two hundred times its text. Which of them are evicted depends on how often each is
// requested.
type Cache struct {
	trusted *Trusted
	others  *otter.Cache[string, *checked]
}

// entryOverhead is about how many bytes the cache takes for an entry beside the document and its text.
const entryOverhead = 512

// NewCache returns a cache of the trusted documents, which may be nil, and of others that take at most
// about maxBytes in all, which must be positive.
func NewCache(trusted *Trusted, maxBytes int) *Cache {
	return &Cache{trusted, otter.Must(&otter.Options[string, *checked]{
		MaximumWeight: uint64(maxBytes),
		Weigher: func(key string, found *checked) uint32 {
			return uint32(len(key) + found.bytes + entryOverhead)
		},
		Executor: onCallersGoroutine,
	})}
}

// onCallersGoroutine runs the maintenance of a cache at once, so that there is no goroutine to stop.
func onCallersGoroutine(task func()) { task() }

// get returns the document with a text, and whether the cache has it: as a whole, or the operation of the
// given name alone.
func (c *Cache) get(text, operationName string) (*checked, bool) {
	if found, ok := c.trusted.document(text); ok {
		return found, true
	}
	found, ok := c.others.GetIfPresent(text)
	if !ok {
		found, ok = c.others.GetIfPresent(keyAlone(text, operationName))
	}
	return found, ok
}

// add keeps a whole document under its text, unless the cache has one or it is too large.
func (c *Cache) add(text string, found *checked) { c.others.SetIfAbsent(text, found) }

// addAlone keeps one operation of a document, which is the only one that was validated.
func (c *Cache) addAlone(text, operationName string, found *checked) {
	c.others.SetIfAbsent(keyAlone(text, operationName), found)
}

// keyAlone returns the key of one operation of a document. No document has a zero byte.
func keyAlone(text, operationName string) string { return text + "\x00" + operationName }
