package mutation

import (
	"math/rand/v2"
	"testing"

	"certql/upstream"
)

// Whole pages are read if they are fewer than the lists of ids, and not too many.
func TestWholePagesAreReadIfTheyAreFewer(t *testing.T) {
	for _, each := range []struct {
		made, total, reads, pages int
		fewer                     bool
	}{
		{0, 250, 2, 1, true},
		{0, 251, 2, 2, false},
		{100, 350, 2, 1, true},
		{0, 24_751, 200, 100, true},
		{100, 25_100, 101, 100, true},
		{100, 25_101, 200, 101, false},
		{7, 7, 1, 0, true},
	} {
		certification := &upstream.IdentityCertification{DecisionsMade: &each.made, DecisionsTotal: &each.total}
		if pages, fewer := undecidedPages(certification, each.reads); pages != each.pages || fewer != each.fewer {
			t.Errorf("%+v: %d pages, %t", each, pages, fewer)
		}
	}
	for _, certification := range []*upstream.IdentityCertification{nil, {}, {DecisionsMade: new(0)}, {DecisionsTotal: new(9)}} {
		if _, fewer := undecidedPages(certification, 100); fewer {
			t.Errorf("the pages of %+v are fewer", certification)
		}
	}
}

// Whatever the groups, nothing is lost or doubled, no bin is too large, no group is cut that fits into
// a bin, and there are few bins.
func TestPackKeepsGroupsTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		size := 1 + random.IntN(20)
		groups := make([][]int, random.IntN(30))
		groupOf, total := map[int]int{}, 0
		for n := range groups {
			for range random.IntN(2*size + 1) {
				groupOf[total] = n
				groups[n] = append(groups[n], total)
				total++
			}
		}
		bins := pack(groups, size)
		seen, binsOf := map[int]bool{}, map[int]map[int]bool{}
		for at, bin := range bins {
			if len(bin) == 0 || len(bin) > size {
				t.Fatalf("a bin of %d for %d", len(bin), size)
			}
			for _, each := range bin {
				if seen[each] {
					t.Fatalf("%d is there twice", each)
				}
				seen[each] = true
				n := groupOf[each]
				if binsOf[n] == nil {
					binsOf[n] = map[int]bool{}
				}
				binsOf[n][at] = true
			}
			// The elements of a bin did not fit into the one before.
			if at > 0 && len(bin)+len(bins[at-1]) <= size {
				t.Fatalf("bins of %d and %d fit into one of %d", len(bins[at-1]), len(bin), size)
			}
		}
		if len(seen) != total {
			t.Fatalf("%d of %d are there", len(seen), total)
		}
		for n, in := range binsOf {
			if least := (len(groups[n]) + size - 1) / size; len(in) != least {
				t.Fatalf("a group of %d is in %d bins of %d", len(groups[n]), len(in), size)
			}
		}
	}
}
