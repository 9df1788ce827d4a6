package graph

import (
	"container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// documents keeps parsed and validated documents by their text: the trusted ones for good, and of
// others those used last, as long as their texts together are within a number of bytes. A parsed
// document takes ten to a hundred times its text.
type documents struct {
	trusted  *TrustedDocuments
	maxBytes int

	mu     sync.Mutex
	bytes  int
	byText map[string]*list.Element
	recent *list.List // of *keptDocument, the one used last in front
}

type keptDocument struct {
	text     string
	document *ast.QueryDocument
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)

func newDocuments(trusted *TrustedDocuments, maxBytes int) *documents {
	return &documents{trusted: trusted, maxBytes: maxBytes, byText: make(map[string]*list.Element), recent: list.New()}
}

// Get answers the document of a text, where it is kept.
func (d *documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	if document, ok := d.trusted.document(text); ok {
		return document, true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	element, ok := d.byText[text]
	if !ok {
		return nil, false
	}
	d.recent.MoveToFront(element)
	return element.Value.(*keptDocument).document, true
}

// Add keeps the document of a text, unless the text alone is too long.
func (d *documents) Add(_ context.Context, text string, document *ast.QueryDocument) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.byText[text]; ok || len(text) > d.maxBytes {
		return
	}
	d.bytes += len(text)
	d.byText[text] = d.recent.PushFront(&keptDocument{text, document})
	for d.bytes > d.maxBytes {
		oldest := d.recent.Remove(d.recent.Back()).(*keptDocument)
		delete(d.byText, oldest.text)
		d.bytes -= len(oldest.text)
	}
}
