package shared

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/shared/enginetest"
)

var _ document.SharedTexts = (*Documents)(nil)

// finds reports whether there is a text under its hash.
func finds(t *testing.T, d *Documents, text string) bool {
	t.Helper()
	got, found, err := d.Find(t.Context(), document.Hash(text))
	if err != nil || found && got != text {
		t.Errorf("%.20q, %v", got, err)
	}
	return found
}

func keeps(t *testing.T, d *Documents, text string) {
	t.Helper()
	if err := d.Keep(t.Context(), document.Hash(text), text); err != nil {
		t.Error(err)
	}
}

// What one replica keeps, another finds.
func TestDocumentsAreFoundOnOtherReplicas(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, url string) {
		a, b := NewDocuments(patient(t, url), 1<<20), NewDocuments(patient(t, url), 1<<20)
		text := "{ \x00 \xff " + strings.Repeat("ä", 1000) + " }"
		if finds(t, b, text) {
			t.Error("it is there before it was kept")
		}
		keeps(t, a, text)
		keeps(t, a, text)
		if !finds(t, b, text) {
			t.Error("it is not found")
		}
		if finds(t, b, "bytes") {
			t.Error("the count of bytes is a text")
		}
	})
}

// However many texts are kept, they take at most four times the bytes of one replica's; those stay that were
// asked for last. The bytes that are reckoned are those that there are.
func TestDocumentsAreBoundedByTheirBytes(t *testing.T) {
	t.Parallel()
	const most = 10_000
	onEachEngine(t, func(t *testing.T, url string) {
		engine := patient(t, url)
		d := NewDocuments(engine, most)
		used := "in use"
		keeps(t, d, used)
		for i := range 500 {
			keeps(t, d, strings.Repeat("x", i*7%3000)+strconv.Itoa(i%400))
			if i%5 == 0 && !finds(t, d, used) {
				t.Fatalf("after %d texts, the one in use is gone", i)
			}
			if i%50 > 0 {
				continue
			}
			texts, err := engine.client.HGetAll(t.Context(), d.keys[0]).Result()
			if err != nil {
				t.Fatal(err)
			}
			bytes := 0
			for hash, text := range texts {
				if hash != "bytes" {
					bytes += len(text) + documentBytes
				}
			}
			if reckoned := texts["bytes"]; reckoned != strconv.Itoa(bytes) || bytes > documentShare*most {
				t.Fatalf("%d bytes, %s are reckoned", bytes, reckoned)
			}
			if n := engine.client.ZCard(t.Context(), d.keys[1]).Val(); int(n) != len(texts)-1 {
				t.Fatalf("%d texts, %d known", len(texts)-1, n)
			}
		}
		keeps(t, d, strings.Repeat("x", most+1))
		if finds(t, d, strings.Repeat("x", most+1)) {
			t.Error("a text is kept that no replica has room for")
		}
	})
}

// A text goes a day after it was last asked for, and so does the last of all.
func TestDocumentsGoAfterADay(t *testing.T) {
	t.Parallel()
	url, engine := enginetest.Memory(t)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	pass := func(d time.Duration) {
		now = now.Add(d)
		engine.SetTime(now)
		engine.FastForward(d)
	}
	pass(0)
	d := NewDocuments(patient(t, url), 1<<20)
	keeps(t, d, "old")
	pass(20 * time.Hour)
	keeps(t, d, "new")
	pass(5 * time.Hour)
	keeps(t, d, "newer")
	if finds(t, d, "old") || !finds(t, d, "new") {
		t.Error("not what was asked for within a day is there")
	}
	pass(documentTime + time.Second)
	if keys := engine.Keys(); len(keys) > 0 {
		t.Errorf("kept: %v", keys)
	}
}

// A text that nobody could have kept is not even fetched.
func TestLongForeignTextsAreNotFetched(t *testing.T) {
	t.Parallel()
	url, _ := enginetest.Memory(t)
	engine := patient(t, url)
	d := NewDocuments(engine, 1000)
	text := strings.Repeat("x", 1001)
	engine.client.HSet(t.Context(), d.keys[0], document.Hash(text), text)
	if finds(t, d, text) {
		t.Error("it is")
	}
}

// Without an engine nothing is known.
func TestDocumentsWithoutAnEngine(t *testing.T) {
	t.Parallel()
	d := NewDocuments(opened(t, "redis://127.0.0.1:1"), 1000)
	for range 100 {
		if _, found, err := d.Find(t.Context(), "x"); found || !errors.Is(err, ErrAway) {
			t.Fatal(err)
		}
		if err := d.Keep(t.Context(), "x", "x"); !errors.Is(err, ErrAway) {
			t.Fatal(err)
		}
	}
}

// G12: a document that is persisted on A is found on B, once it is in use; and not what was sent once. A text
// that does not have its hash is not used. While the engine is away, clients send the text.
func TestG12DocumentsPersistedOnAAreFoundOnB(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	limited(t, server)
	gateway := func() *graphtest.Tenant {
		documents := NewDocuments(patient(t, server.URL()), 1<<20)
		return graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.PersistedBytes, c.SharedTexts = 1<<20, documents }})
	}
	a, b, c := gateway(), gateway(), gateway()
	query := func(alias string) (text string, byHash graphtest.Object) {
		text = fmt.Sprintf("{ %s: rateLimit { limit } }", alias)
		return text, graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}
	}
	send := func(w *graphtest.Tenant, alias string) {
		t.Helper()
		text, parameters := query(alias)
		parameters["query"] = text
		w.Post(t, "", parameters).Answer(t).WantLimit(t, "with the text", alias)
	}
	found := func(w *graphtest.Tenant, alias string) {
		t.Helper()
		_, byHash := query(alias)
		w.Post(t, "", byHash).Answer(t).WantLimit(t, "by hash", alias)
	}
	missing := func(w *graphtest.Tenant, alias string) {
		t.Helper()
		_, byHash := query(alias)
		w.Post(t, "", byHash).Answer(t).WantRefusal(t, "by hash", "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
	}
	missing(a, "one")
	send(a, "one")
	missing(c, "one") // it was sent once
	found(a, "one")
	found(b, "one")
	found(b, "one")

	text, _ := query("two")
	foreign := patient(t, server.URL())
	if err := foreign.client.HSet(t.Context(), foreign.key("{documents}", "texts"), document.Hash(text), "{ two: __typename }").Err(); err != nil {
		t.Fatal(err)
	}
	missing(b, "two")
	send(b, "two")
	found(b, "two") // which mends what is kept
	found(c, "two")

	server.Kill()
	missing(a, "two")
	send(a, "two")
	found(a, "two")
	found(a, "one")
}
