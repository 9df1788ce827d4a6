package document

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"certql/testenv"
)

// held returns how many bytes are kept: as the cache reckons, and counted.
func (c *Cache) held() (reckoned, found int) {
	c.others.CleanUp()
	for key, each := range c.others.All() {
		found += len(key) + each.bytes + entryOverhead
	}
	return int(c.others.WeightedSize()), found
}

func TestDocumentsAreKeptByWhatTheyTake(t *testing.T) {
	t.Parallel()
	const room = 10_000
	each := &checked{bytes: room/3 - entryOverhead - 1}
	kept := NewCache(nil, room)
	get := func(name string) bool {
		_, ok := kept.get(name, "")
		return ok
	}
	for _, name := range []string{"a", "b", "c", "a"} {
		kept.add(name, each)
	}
	if !get("a") || !get("b") || !get("c") {
		t.Fatal("a document that fits is not kept")
	}
	if reckoned, found := kept.held(); reckoned != room/3*3 || found != reckoned {
		t.Errorf("%d bytes are kept, and %d reckoned, want %d", found, reckoned, room/3*3)
	}
	kept.add("e", &checked{bytes: room})
	kept.add(strings.Repeat("f", room), &checked{})
	if reckoned, found := kept.held(); reckoned != room/3*3 || found != reckoned || !get("a") || !get("b") || !get("c") {
		t.Errorf("a document that does not fit has changed what is kept: %d bytes, %d reckoned", found, reckoned)
	}
}

func TestTheFirstDocumentOfATextStays(t *testing.T) {
	t.Parallel()
	kept, first := NewCache(nil, 10_000), &checked{}
	kept.add("{ a }", first)
	kept.add("{ a }", &checked{})
	if got, _ := kept.get("{ a }", ""); got != first {
		t.Error("a document that others may be executing was replaced")
	}
}

// An operation that was validated alone is found for requests that ask for it, and for no others.
func TestAnOperationIsKeptAlone(t *testing.T) {
	t.Parallel()
	kept, alone := NewCache(nil, 10_000), &checked{}
	kept.addAlone("text", "A", alone)
	if got, _ := kept.get("text", "A"); got != alone {
		t.Error("it is not kept")
	}
	for _, other := range []string{"", "B"} {
		if _, ok := kept.get("text", other); ok {
			t.Errorf("it is found for %q", other)
		}
	}
}

func TestDocumentsInUseStayWhateverElseComes(t *testing.T) {
	t.Parallel()
	const maxBytes = 20_000
	kept := NewCache(nil, maxBytes)
	inUse := strings.Repeat("x", 1_000)
	kept.add(inUse, &checked{})
	for i := range 2_000 {
		kept.get(inUse, "")
		kept.add(strings.Repeat("y", 500)+strconv.Itoa(i), &checked{})
		if reckoned, found := kept.held(); reckoned > maxBytes || found != reckoned {
			t.Fatalf("after %d documents, %d bytes are kept, and %d reckoned", i+1, found, reckoned)
		}
	}
	if _, ok := kept.get(inUse, ""); !ok {
		t.Error("documents that were requested once have displaced one that is requested all the time")
	}
}

// Whatever documents are of, the cache takes about as much memory as it may.
func TestTheCacheTakesNoMoreMemoryThanItMay(t *testing.T) { //nolint:paralleltest // measures the heap
	testenv.Long(t, "the heap is measured, which the race detector changes")
	const room = 4 << 20
	list := func(element string, n int) string {
		return "{ f(il: [" + strings.Repeat(element, n) + "]) { __typename } }"
	}
	for name, text := range map[string]string{
		"numbers":              list("1 ", 9_000),
		"lists":                "{ f(ill: [" + strings.Repeat("[] ", 4_500) + "]) { __typename } }",
		"few numbers":          list("1 ", 50),
		"fields":               "{ f { " + strings.Repeat("__typename ", 9_000) + "} }",
		"names":                "{ f { " + strings.Repeat("f{...F} ", 1_900) + "} } fragment F on Query { __typename }",
		"inputs":               "{ f(sh: {color: RED points: [" + strings.Repeat("{x: 1} ", 1_700) + "]}) { __typename } }",
		"comments":             "{ f(i: " + strings.Repeat("#\n", 9_900) + "1) { __typename } }",
		"comments, everywhere": "#\nquery #\n{ #\nf #\n{ " + strings.Repeat("#\n__typename ", 2_500) + "} }",
		"directives":           "{ f { " + strings.Repeat("__typename @skip(if: false) ", 900) + "} }",
		"variables":            "query (" + numbered(900, "$a#: Int ") + ") { f(il: [" + numbered(900, "$a# ") + "]) { __typename } }",
		"operations":           numbered(1_200, "query q# { f { __typename } } "),
		"short":                "{ __typename }",
		"deep":                 "{ f(a: " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ") { __typename } }",
		"long strings":         list(`"`+strings.Repeat("a", 2_000)+`" `, 50),
	} {
		inspection := inspectionOf(inputSchema)
		inspection.documents = NewCache(nil, room)
		inspection.limits.Directives = 10_000
		before := heap()
		reckoned := 0
		for i := 0; i < 4_000 && reckoned < 2*room; i++ {
			query := fmt.Sprintf("%s # %d", text, i)
			outline, err := inspection.limits.readOutline(query)
			if err != nil {
				t.Fatal(name, err)
			}
			_ = validate(inspection.inputs.schema, outline.document, inspection.rules)
			inspection.documents.add(query, newChecked(outline.document, nil, outline.bytes()))
			reckoned += outline.bytes() + len(query)
		}
		taken := heap() - before
		if taken > room*5/4 || reckoned > room && taken < room/4 {
			t.Errorf("%s: the cache takes %.1f MB, and may take %.1f MB", name, float64(taken)/1e6, float64(room)/1e6)
		}
		runtime.KeepAlive(inspection)
	}
}

// heap returns how many bytes are in use.
func heap() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// numbered returns a text n times, each time with its number in place of #.
func numbered(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", strconv.Itoa(i)))
	}
	return b.String()
}
