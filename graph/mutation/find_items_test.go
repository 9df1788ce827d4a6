package mutation

import (
	"testing"

	"certql/graph/plan"
	"certql/upstream"
)

// Whole pages are read if they are fewer than the lists of ids, and not too many.
func TestWholePagesAreReadIfTheyAreFewer(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		made, total, ids, pages int
		fewer                   bool
	}{
		{0, 250, 51, 1, true},
		{0, 251, 100, 2, false},
		{0, 250, 50, 1, false},
		{100, 350, 100, 1, true},
		{0, 24_751, 9_999, 100, true},
		{100, 25_100, 5_050, 100, true},
		{100, 25_101, 9_999, 101, false},
		{7, 7, 999, 0, false},
		{8, 7, 999, 0, false},
	} {
		certification := &upstream.IdentityCertification{DecisionsMade: &each.made, DecisionsTotal: &each.total}
		pages, fewer := undecidedItems("x", certification).pages(each.ids, plan.MaxGroupingReads, 250)
		if pages != each.pages || fewer != each.fewer {
			t.Errorf("%+v: %d pages, %t", each, pages, fewer)
		}
	}
	for _, certification := range []*upstream.IdentityCertification{nil, {}, {DecisionsMade: new(0)}, {DecisionsTotal: new(9)}} {
		if _, fewer := undecidedItems("x", certification).pages(9_999, plan.MaxGroupingReads, 250); fewer {
			t.Errorf("the pages of %+v are fewer", certification)
		}
	}
	if pages, fewer := allItems("x", &upstream.IdentityCertification{DecisionsMade: new(3), DecisionsTotal: new(1_150)}).pages(1_150, 23, 250); pages != 5 || !fewer {
		t.Errorf("of all items: %d pages, %t", pages, fewer)
	}
}
