package document

import (
	"fmt"
	"strings"
	"testing"
)

// The two bounds that are not settings are exact. One more than they allow is refused.
func TestTheWorkOfValidationIsBounded(t *testing.T) {
	t.Parallel()
	const plenty = 1 << 20
	limits := Limits{Tokens: plenty, Depth: plenty, Aliases: plenty, RootFields: plenty, Directives: plenty}
	var different strings.Builder
	for i := range maxSelections {
		fmt.Fprintf(&different, "f%d ", i)
	}
	same := func(name string, n int) string { return strings.Repeat(name+" ", n) }
	// The fields make 99,681 + 300 + 15 + 3 + 1 pairs.
	pairs := same("a", 447) + same("b", 25) + same("c", 6) + same("d", 3) + same("e", 2)
	for name, each := range map[string]struct{ within, over string }{
		"selections":  {different.String(), different.String() + "one "},
		"comparisons": {pairs, pairs + same("f", 2)},
	} {
		if _, err := limits.readDocument("{ " + each.within + "}"); err != nil {
			t.Errorf("%s: as many as allowed: %v", name, err)
		}
		if _, err := limits.readDocument("{ " + each.over + "}"); err == nil || err.Extensions["limit"] != name {
			t.Errorf("%s: one more than allowed: %v", name, err)
		}
	}
}
