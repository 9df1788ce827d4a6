package document

import (
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// A Cache keeps parsed and validated documents by their texts: the trusted ones for good, and as many
// others as fit into a number of bytes of text. Which of those are evicted depends on how often each
// is requested. A parsed document takes ten to a hundred times the memory of its text.
type Cache struct {
	trusted *Trusted
	others  *otter.Cache[string, *ast.QueryDocument]
}

// NewCache returns a cache of the trusted documents, which may be nil, and of others with at most
// maxBytes of text in all, which must be positive.
func NewCache(trusted *Trusted, maxBytes int) *Cache {
	return &Cache{trusted, otter.Must(&otter.Options[string, *ast.QueryDocument]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(text string, _ *ast.QueryDocument) uint32 { return uint32(len(text)) },
		Executor:      onCallersGoroutine,
	})}
}

// onCallersGoroutine runs the maintenance of a cache at once, so that there is no goroutine to stop.
func onCallersGoroutine(task func()) { task() }

// Get returns the document with a text, and whether the cache has it.
func (c *Cache) Get(text string) (*ast.QueryDocument, bool) {
	if document, ok := c.trusted.Document(text); ok {
		return document, true
	}
	return c.others.GetIfPresent(text)
}

// Add keeps a document under its text, unless the cache has one or the text alone is too long.
func (c *Cache) Add(text string, document *ast.QueryDocument) {
	c.others.SetIfAbsent(text, document)
}
