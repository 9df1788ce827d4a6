package load

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Batches are as large as they may be, keep the order, and make no URL that is not sent.
func TestBatches(t *testing.T) {
	t.Parallel()
	many := func(n int, id func(int) string) []string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = id(i)
		}
		return ids
	}
	for name, each := range map[string]struct {
		ids  []string
		want []int // sizes
	}{
		"none":                      {nil, nil},
		"one":                       {many(1, func(int) string { return "x" }), []int{1}},
		"usual ones":                {many(50, func(i int) string { return fmt.Sprintf("%036d", i) }), []int{50}},
		"more than one batch":       {many(120, func(i int) string { return fmt.Sprintf("%032d", i) }), []int{50, 50, 20}},
		"of letters that are long":  {many(50, func(i int) string { return strings.Repeat("特", 36) + fmt.Sprint(i) }), []int{18, 18, 14}},
		"of quotes":                 {many(20, func(int) string { return strings.Repeat(`"`, 256) }), slices.Repeat([]int{3}, 6)},
		"one that alone is so long": {[]string{strings.Repeat("x", maxListBytes+1), "y"}, []int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sizes []int
			for _, batch := range Batches(each.ids) {
				sizes = append(sizes, len(batch))
				quoted := make([]string, len(batch))
				for i, id := range batch {
					quoted[i] = `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(id) + `"`
				}
				encoded := strings.ReplaceAll(url.QueryEscape(strings.Join(quoted, ",")), "+", "%20")
				if len(batch) > 1 && len(encoded) > maxListBytes {
					t.Errorf("%d ids take %d bytes", len(batch), len(encoded))
				}
			}
			if name == "of quotes" {
				each.want = append(each.want, 2)
			}
			if !slices.Equal(sizes, each.want) {
				t.Errorf("batches of %v, want %v", sizes, each.want)
			}
			if !slices.Equal(slices.Concat(Batches(each.ids)...), each.ids) {
				t.Error("they are not the ids in order")
			}
		})
	}
}
