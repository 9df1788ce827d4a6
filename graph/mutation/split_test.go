package mutation

import (
	"math/rand/v2"
	"testing"
)

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
