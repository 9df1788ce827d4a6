package upstream

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A short text can have very many rows, which nothing can have asked for. It takes no more memory than a page.
func TestListsOfVeryManyRowsTakeNoMoreThanAPage(t *testing.T) {
	const rows = 1_000_000
	for name, row := range map[string]string{"rows that say nothing": `{}`, "nulls": `null`, "numbers": `1`, "lists": `[]`} {
		t.Run(name, func(t *testing.T) {
			text := []byte("[" + strings.Repeat(row+",", rows-1) + row + "]")
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			list, err := decodeList[AccessReviewItem](nil, text, nil)
			runtime.ReadMemStats(&after)
			if err != nil || len(list) != MaxLimit {
				t.Fatalf("%d rows are read (%v), want %d", len(list), err, MaxLimit)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
				t.Errorf("%d bytes are allocated for %d rows", took, rows)
			}
		})
	}
}

// Rows beyond those of a page are left out however much they say, and what follows them still has to be JSON.
func TestRowsBeyondAPageAreLeftOut(t *testing.T) {
	long := fmt.Sprintf(`{"id":"x","comments":%q}`, strings.Repeat("y", 1000))
	for name, row := range map[string]string{"long": long, "short": `{"id":"x"}`, "one that does not fit": `{"id":{}}`} {
		for _, rows := range []int{1, MaxLimit - 1, MaxLimit, MaxLimit + 1, 100_000} {
			text := "[" + strings.Repeat(row+",", rows-1) + row
			if len(text) > 8<<20 {
				continue
			}
			list, err := decodeList[AccessReviewItem](nil, []byte(text+"]"), nil)
			if err != nil || len(list) != min(rows, MaxLimit) {
				t.Errorf("%s: of %d rows %d are read (%v)", name, rows, len(list), err)
			}
			for _, end := range []string{"", "]]", ",]", "}"} {
				if _, err := decodeList[AccessReviewItem](nil, []byte(text+end), nil); err == nil {
					t.Errorf("%s: %d rows that end in %q are read", name, rows, end)
				}
			}
		}
	}
}
