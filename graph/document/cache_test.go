package document

import (
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// held returns how many bytes of text are kept: as the cache reckons, and counted.
func (c *Cache) held() (reckoned, found int) {
	c.others.CleanUp()
	for text := range c.others.All() {
		found += len(text)
	}
	return int(c.others.WeightedSize()), found
}

func TestDocumentsAreKeptByTheirLength(t *testing.T) {
	t.Parallel()
	const length = 100
	kept := NewCache(nil, 3*length)
	text := func(name string) string { return strings.Repeat(name, length) }
	get := func(name string) bool {
		_, ok := kept.Get(text(name))
		return ok
	}
	for _, name := range []string{"a", "b", "c", "a"} {
		kept.Add(text(name), &ast.QueryDocument{})
	}
	if !get("a") || !get("b") || !get("c") {
		t.Fatal("a text that fits is not kept")
	}
	if reckoned, found := kept.held(); reckoned != 3*length || found != reckoned {
		t.Errorf("%d bytes are kept, and %d reckoned, want %d", found, reckoned, 3*length)
	}
	kept.Add(strings.Repeat("e", 4*length), &ast.QueryDocument{})
	if reckoned, found := kept.held(); reckoned != 3*length || found != reckoned || !get("a") || !get("b") || !get("c") {
		t.Errorf("a text that does not fit has changed what is kept: %d bytes, %d reckoned", found, reckoned)
	}
}

func TestTheFirstDocumentOfATextStays(t *testing.T) {
	t.Parallel()
	kept, first := NewCache(nil, 100), &ast.QueryDocument{}
	kept.Add("{ a }", first)
	kept.Add("{ a }", &ast.QueryDocument{})
	if got, _ := kept.Get("{ a }"); got != first {
		t.Error("a document that others may be executing was replaced")
	}
}

func TestDocumentsInUseStayWhateverElseComes(t *testing.T) {
	t.Parallel()
	const maxBytes = 10_000
	kept := NewCache(nil, maxBytes)
	inUse := strings.Repeat("x", 1_000)
	kept.Add(inUse, &ast.QueryDocument{})
	for i := range 2_000 {
		kept.Get(inUse)
		kept.Add(strings.Repeat("y", 500)+strconv.Itoa(i), &ast.QueryDocument{})
		if reckoned, found := kept.held(); reckoned > maxBytes || found != reckoned {
			t.Fatalf("after %d documents, %d bytes are kept, and %d reckoned", i+1, found, reckoned)
		}
	}
	if _, ok := kept.Get(inUse); !ok {
		t.Error("documents that were requested once have displaced one that is requested all the time")
	}
}
