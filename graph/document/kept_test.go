package document

import (
	"maps"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/kept"
)

// keptOf returns what is kept of the only operation of a document.
func keptOf(t *testing.T, query string) *kept.Values {
	t.Helper()
	limits := Limits{}.WithDefaults()
	outline, err := limits.readOutline(query)
	if err != nil {
		t.Fatal(err)
	}
	extents, err := limits.expand(outline)
	if err != nil {
		t.Fatal(err)
	}
	return newChecked(outline.document, extents, 0).kept[outline.document.Operations[0]]
}

// What is worked out is kept for the variables in directives, wherever these stand, and for no others.
func TestWhatIsWorkedOutIsKeptForItsConditions(t *testing.T) {
	t.Parallel()
	for query, test := range map[string]struct {
		conditions []string // the variables that work is handed
		works      int      // how often it works for the operations below
	}{
		`{ a }`:                        {nil, 1},
		`query ($x: Int) { a(x: $x) }`: {nil, 1},
		`query ($c: Boolean!) { a @skip(if: $c)}`:                                                {[]string{"c"}, 2},
		`query ($c: Boolean!) { ...F } fragment F on Query { b { ... @include(if: $c) { a } } }`: {[]string{"c"}, 2},
		`query ($c: Boolean!, $d: Boolean) { ... @defer(if: $d) { a } b @skip(if: $c) { a } }`:   {[]string{"c"}, 2},
		`query ($l: String) { ... @defer(label: $l) { a } }`:                                     {[]string{"l"}, 4},
		`query ($c: Boolean!) { a @include(if: $c) b c(x: {y: [$c]}) }`:                          {[]string{"c"}, 2},
	} {
		kept, works := keptOf(t, query), 0
		for _, variables := range []map[string]any{
			{"c": true, "x": 1, "l": "one"}, {"c": true, "x": 2, "l": "one"}, {"c": false, "x": 1, "l": "two"}, {"c": false, "x": 3, "l": "two"},
		} {
			kept.Value(variables, func(conditions map[string]any) any {
				works++
				if len(test.conditions) > 0 && test.conditions[0] != "l" && !slices.Equal(slices.Sorted(maps.Keys(conditions)), test.conditions) {
					t.Errorf("%s: the conditions are %v", query, conditions)
				}
				return works
			})
		}
		if works != test.works {
			t.Errorf("%s: it works %d times", query, works)
		}
	}
}

// The weight of a document includes what is kept of its operations, for as many conditions as it is kept for; of
// a large operation nothing is.
func TestWhatIsKeptHasAWeight(t *testing.T) {
	t.Parallel()
	for want, of := range map[int]extent{
		10 * keptBytes:           {selections: 10},
		10 * keptBytes * maxKept: {selections: 10, conditions: []string{"c"}},
		0:                        {selections: maxKeptSelections + 1},
	} {
		if all, bytes := keepAll(map[*ast.OperationDefinition]extent{{}: of}); len(all) != 1 || bytes != want {
			t.Errorf("%+v: %d bytes, want %d", of, bytes, want)
		}
	}
}
