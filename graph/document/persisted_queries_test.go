package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// held returns how many bytes are kept: as the cache reckons, and counted.
func (q *persistedQueries) held() (reckoned, found int) {
	q.texts.CleanUp()
	for hash, p := range q.texts.All() {
		found += len(hash) + len(p.text) + entryBytes
	}
	return int(q.texts.WeightedSize()), found
}

func TestPersistedQueriesAreBoundedByTheirBytes(t *testing.T) {
	t.Parallel()
	const maxBytes = 64 << 10
	kept := newPersistedQueries(maxBytes, nil)
	last := ""
	for i := range 2_000 {
		text := strings.Repeat("x", i%3_000) + strconv.Itoa(i)
		last = Hash(text)
		kept.put(last, text, time.Time{})
		if reckoned, found := kept.held(); reckoned > maxBytes || found != reckoned {
			t.Fatalf("after %d texts, %d bytes are kept, and %d reckoned", i+1, found, reckoned)
		}
	}
	if reckoned, _ := kept.held(); reckoned < maxBytes/2 {
		t.Errorf("only %d of %d bytes are used", reckoned, maxBytes)
	}
	kept.put("longer than all", strings.Repeat("x", maxBytes), time.Time{})
	if _, ok := kept.get("longer than all"); ok {
		t.Error("a text is kept that is longer than all texts together may be")
	}
	if reckoned, found := kept.held(); reckoned > maxBytes || found != reckoned || reckoned < maxBytes/2 {
		t.Errorf("a text that is too long has displaced others: %d bytes are left", found)
	}
}

// Documents that are requested once, however many, displace hardly any of those that are requested
// again and again. That holds even if the latter are dropped at first, and if more documents than
// there is room for come between two requests for the same.
func TestPersistedQueriesInUseStayWhateverElseComes(t *testing.T) {
	t.Parallel()
	const (
		room, used = 1200, 100
		others     = 20 // between two of those in use
	)
	text := func(i int) string { return fmt.Sprintf("%-500d", i) }
	kept := newPersistedQueries(room*int64(len(Hash(""))+len(text(0))+entryBytes), nil)
	asked, missed := 0, 0
	for i := range 40 * room {
		kept.put(Hash(text(used+i)), text(used+i), time.Time{})
		if i%others > 0 {
			continue
		}
		again := text(i / others % used)
		_, ok := kept.get(Hash(again))
		if !ok {
			kept.put(Hash(again), again, time.Time{}) // as clients do
		}
		if i >= 20*room {
			asked++
			if !ok {
				missed++
			}
		}
	}
	if missed > asked/20 {
		t.Errorf("of %d requests for documents in use, %d found them displaced", asked, missed)
	}
}

// A trusted document is parsed once, at the start, and is never evicted.
func TestTrustedDocumentsAreKeptForGood(t *testing.T) {
	t.Parallel()
	const text = "{ __typename }"
	listed := new(checked)
	kept := NewCache(&Trusted{documents: map[string]*checked{text: listed}}, 1)
	for i := range 10 {
		kept.add(strconv.Itoa(i), new(checked))
	}
	if got, ok := kept.get(text, ""); !ok || got != listed {
		t.Error("it is gone")
	}
}

// FuzzManifests reads manifests of any content. Every document and every problem has a place in the
// manifest.
func FuzzManifests(f *testing.F) {
	for _, content := range []string{
		`{"a": "{ __typename }"}`, ` {"sha256:a" : "x" , "a" : "x" }`, "{\n\"\\u00e4\\n\": \"ü\\\"\",\n\"b\": 7}", `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","body":"b"}]}`,
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[7,{},{"id":"a","body":"b"},{"id":"","body":"b"},[{"id":"a"}]]}`,
		`{"format":{},"version":1.0,"operations":[]}`, `{"operations":"x"}`, `[]`, `null`, ``, `{`, "\xef\xbb\xbf{}", "{\"a\":\"\xff\"}", `{"a":"\ud800"}`, `{} {}`, strings.Repeat("[", 20_000), strings.Repeat(`{"operations":`, 9_000),
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		before := slices.Clone(content)
		m := readManifest("m", content)
		if !slices.Equal(before, content) {
			t.Fatal("the content has changed")
		}
		if len(m.documents) == 0 && len(m.problems) == 0 {
			t.Fatal("neither documents nor problems")
		}
		for _, listed := range m.documents {
			for at, want := range map[int]string{listed.idAt: listed.id, listed.textAt: listed.text} {
				var got string
				if err := json.NewDecoder(strings.NewReader(string(content[at:]))).Decode(&got); err != nil || got != want || listed.id == "" {
					t.Fatalf("at %d stands %q, %v, and not %q", at, got, err, want)
				}
			}
		}
		lines := strings.Count(string(content), "\n") + 1
		for _, problem := range m.problems {
			text := problem.err.Error()
			parts := strings.SplitN(text, ":", 4)
			if len(parts) != 4 || parts[0] != "m" || strings.ContainsAny(text, "\n\r\x1b") {
				t.Fatalf("a problem is %q", text)
			}
			line, _ := strconv.Atoi(parts[1])
			if column, _ := strconv.Atoi(parts[2]); line < 1 || line > lines || column < 1 || column > len(content)+1 {
				t.Fatalf("of %d lines, a problem is %q", lines, text)
			}
		}
		if len(m.problems) > 0 {
			return
		}
		var plain map[string]string
		if json.Unmarshal(content, &plain) != nil {
			return // Apollo's
		}
		listed := map[string]string{}
		for _, document := range m.documents {
			listed[document.id] = document.text
		}
		if diff := cmp.Diff(plain, listed); diff != "" {
			t.Fatalf("documents (-want +got):\n%s", diff)
		}
	})
}
