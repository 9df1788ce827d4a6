package projection_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/projection"
)

// libraryTypes returns the objects of the library. An author's loans are left to the executor.
func libraryTypes() (items, loans []*projection.Object) {
	author := &projection.Object{Name: "Author", Satisfies: []string{"Author"}}
	book := &projection.Object{Name: "Book", Satisfies: []string{"Book", "Item"}, Fields: map[string]projection.Field{
		"title": {Index: 1}, "pages": {Index: 2}, "author": {Index: 3, Types: []*projection.Object{author}},
	}}
	film := &projection.Object{Name: "Film", Satisfies: []string{"Film", "Item"}, Fields: map[string]projection.Field{
		"title": {Index: 1}, "minutes": {Index: 2},
	}}
	loan := &projection.Object{Name: "Loan", Satisfies: []string{"Loan"}, Fields: map[string]projection.Field{
		"reader": {Index: 1}, "book": {Index: 2, Types: []*projection.Object{book}},
	}}
	author.Fields = map[string]projection.Field{"name": {Index: 1}, "loans": {Index: 2, Resolved: true}}
	return []*projection.Object{book, film}, []*projection.Object{loan}
}

// describe writes a plan in one line: each step as alias:index, what is below it in braces, and an
// exclamation mark for holes.
func describe(plan *projection.Plan) string {
	var steps []string
	for _, step := range plan.Steps {
		text := fmt.Sprintf("%s:%d", step.Field.Alias, step.Index)
		for _, below := range step.Plans {
			text += describe(below)
		}
		steps = append(steps, text)
	}
	text := "{" + strings.Join(steps, " ") + "}"
	if plan.Holes {
		text += "!"
	}
	return text
}

func plansOf(t *testing.T, query string, variables map[string]any, types []*projection.Object) ([]*projection.Plan, *projection.Planner, *graphql.CollectedField) {
	t.Helper()
	operation, field := collect(t, query, variables)
	planner := projection.NewPlanner(operation, nil)
	return planner.Plans(&field, types), planner, &field
}

func TestAPlanHasWhatIsSelectedOfEachType(t *testing.T) {
	t.Parallel()
	items, loans := libraryTypes()
	for _, test := range []struct {
		name, query string
		types       []*projection.Object
		want        []string
	}{
		{"of an interface", `{ shelf { title } }`, items, []string{"{title:1}", "{title:1}"}},
		{"by type", `{ shelf { title ... on Book { pages } ...film } } fragment film on Film { m: minutes }`, items, []string{"{title:1 pages:2}", "{title:1 m:2}"}},
		{"of an object type", `{ loan { __typename reader } }`, loans, []string{"{__typename:0 reader:1}"}},
		{"of the interface's fragment", `{ loan { book { ... on Item { title } } } }`, loans, []string{"{book:2{title:1}}"}},
		{"under conditions", `query ($no: Boolean!) { loan { reader @include(if: $no) book { pages title @skip(if: true) } } }`, loans, []string{"{book:2{pages:2}}"}},
		{"with a hole", `{ loan { book { author { loans { reader } } } } }`, loans, []string{"{book:2{author:3{loans:2}!}!}!"}},
		{"with a hole before others", `{ shelf { ... on Book { author { loans { reader } name } pages } title } }`, items, []string{"{author:3{loans:2 name:1}! pages:2 title:1}!", "{title:1}"}},
	} {
		plans, _, _ := plansOf(t, test.query, map[string]any{"no": false}, test.types)
		var got []string
		for _, plan := range plans {
			got = append(got, describe(plan))
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// The size is that of the names, and of so many bytes for each value, through all levels.
func TestThePlansSizeIsThatOfItsValues(t *testing.T) {
	t.Parallel()
	items, loans := libraryTypes()
	const value = 24
	for query, want := range map[string]int{
		`{ loan { reader } }`:                                 len("reader") + value,
		`{ loan { r: reader book { title } } }`:               len("r") + value + len("book") + value + len("title") + value,
		`{ loan { book { __typename long: pages } reader } }`: len("book__typenamelongreader") + 4*value,
	} {
		plans, _, _ := plansOf(t, query, nil, loans)
		if got := plans[0].Size; got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	plans, _, _ := plansOf(t, `{ shelf { title } }`, nil, items)
	if len(plans) != 2 || plans[1].Size != len("title")+value {
		t.Errorf("plans of an interface: %+v", plans)
	}
}

// A plan is made once for the same selection and types, and anew for other types.
func TestAPlanIsMadeOnce(t *testing.T) {
	t.Parallel()
	items, loans := libraryTypes()
	first, planner, field := plansOf(t, `{ shelf { title } }`, nil, items)
	if again := planner.Plans(field, items); again[0] != first[0] || again[1] != first[1] {
		t.Error("the plan of the same selection is another")
	}
	if other := planner.Plans(field, loans); len(other) != 1 || other[0] == first[0] {
		t.Error("the plan of another type is the same")
	}
	if again := planner.Plans(field, items); again[0] != first[0] {
		t.Error("the plan is forgotten once another is made")
	}
}

// Within and At make a context only if something below has to be resolved in it.
func TestContextsAreThoseOfHoles(t *testing.T) {
	t.Parallel()
	_, loans := libraryTypes()
	whole, _, _ := plansOf(t, `{ loan { book { title } } }`, nil, loans)
	withHole, _, _ := plansOf(t, `{ loan { book { author { loans { reader } } } } }`, nil, loans)
	if ctx := projection.Within(t.Context(), "Loan", &whole[0].Steps[0]); ctx != t.Context() {
		t.Error("an object without holes has a context of its own")
	}
	if ctx := projection.At(t.Context(), 3, whole); ctx != t.Context() {
		t.Error("an element without holes has a context of its own")
	}
	within := graphql.GetFieldContext(projection.Within(t.Context(), "Loan", &withHole[0].Steps[0]))
	if within == nil || within.Object != "Loan" || within.Field.Alias != "book" {
		t.Errorf("within an object: %+v", within)
	}
	at := graphql.GetFieldContext(projection.At(t.Context(), 3, withHole))
	if at == nil || at.Index == nil || *at.Index != 3 {
		t.Errorf("at an element: %+v", at)
	}
}
