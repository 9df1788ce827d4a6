package projection_test

import (
	"slices"
	"sync"
	"testing"

	"certql/graph/projection"
)

// Sets with the same selections select the same fields, wherever they are in memory, and are collected once. Sets
// that differ in one selection, or are selected of other types, are told apart.
func TestFieldsAreCollectedByWhatIsInASet(t *testing.T) {
	t.Parallel()
	operation, field := collect(t, `{ shelf { title ... on Book { pages } ... on Film { minutes } } }`, nil)
	collected := projection.NewCollected(operation.Doc, operation.Variables)
	set := field.Selections
	names := func(satisfies ...string) []string {
		var names []string
		for _, each := range collected.Fields(slices.Clone(set), satisfies) {
			names = append(names, each.Name)
		}
		return names
	}
	for _, test := range []struct{ satisfies, want []string }{
		{nil, []string{"title", "pages", "minutes"}},
		{[]string{"Book", "Item"}, []string{"title", "pages"}},
		{[]string{"Film", "Item"}, []string{"title", "minutes"}},
	} {
		if got := names(test.satisfies...); !slices.Equal(got, test.want) {
			t.Errorf("of %v: %v", test.satisfies, got)
		}
	}
	if first, again := collected.Fields(set, nil), collected.Fields(slices.Clone(set), nil); &first[0] != &again[0] {
		t.Error("the same set is collected twice")
	}
	if a, b := collected.Canonical(set), collected.Canonical(slices.Clone(set)); &a[0] != &b[0] {
		t.Error("there are two canonical sets")
	}
	if shorter := collected.Fields(set[:1], nil); len(shorter) != 1 {
		t.Errorf("of a part of the set: %d fields", len(shorter))
	}
	other := slices.Clone(set)
	other[1], other[2] = other[2], other[1]
	if fields := collected.Fields(other, nil); fields[1].Name != "minutes" {
		t.Errorf("in another order: %s", fields[1].Name)
	}
	if none := collected.Fields(nil, nil); none != nil {
		t.Errorf("of nothing: %v", none)
	}
}

// Operations collect from the same document at once.
func TestFieldsAreCollectedAtOnce(t *testing.T) {
	t.Parallel()
	operation, field := collect(t, `{ shelf { title ... on Book { pages } } }`, nil)
	planned := projection.NewPlanned(projection.NewCollected(operation.Doc, nil), nil)
	items, _ := libraryTypes()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			own := field
			own.Selections = slices.Clone(field.Selections)
			if plans := planned.Plans(&own, items); len(plans) != 2 || describe(plans[0]) != "{title:1 pages:2}" {
				t.Errorf("%d plans", len(plans))
			}
		})
	}
	group.Wait()
}
