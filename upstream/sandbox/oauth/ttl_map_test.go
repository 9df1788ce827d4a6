package oauth

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestExpiringForgetsWhatIsOldAndWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	kept := newTTLMap[int](3, clock.time)
	put := func(key string, lifetime time.Duration) { kept.put(key, len(key), clock.time().Add(lifetime)) }
	holds := func(when, want string) {
		t.Helper()
		var got []string
		for _, key := range []string{"a", "bb", "ccc", "dddd", "eeeee"} {
			if value, ok := kept.get(key); ok && value == len(key) {
				got = append(got, key)
			}
		}
		if !slices.Equal(got, strings.Fields(want)) || len(kept.entries) > 3 {
			t.Errorf("%s: it holds %q of %d entries, want %s", when, got, len(kept.entries), want)
		}
	}
	put("a", time.Minute)
	put("bb", time.Second)
	put("ccc", time.Hour)
	holds("full", "a bb ccc")
	put("a", 2*time.Hour)
	holds("replaced", "a bb ccc")
	put("dddd", 30*time.Minute)
	holds("one more", "a ccc dddd")
	clock.advance(30 * time.Minute)
	holds("expired", "a ccc")
	put("eeeee", 3*time.Hour)
	holds("in the place of what has expired", "a ccc eeeee")
	kept.remove("a")
	holds("removed", "ccc eeeee")
}
