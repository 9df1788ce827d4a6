package document

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// plentiful are limits that leave the bounds that are no settings.
var plentiful = Limits{Tokens: 1 << 20, Depth: 1 << 20, Aliases: 1 << 20, RootFields: 1 << 20, Directives: 1 << 20}

// ask returns the limit that refuses a request for an operation, or the message of its first error.
func ask(t *testing.T, inspection Inspection, query, operation string, variables map[string]any) string {
	t.Helper()
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{})
	err := inspection.MutateOperationParameters(ctx, &graphql.RawParams{Query: query, OperationName: operation, Variables: variables})
	switch {
	case err == nil:
		return ""
	case err.Extensions["limit"] != nil:
		return err.Extensions["limit"].(string)
	default:
		return err.Message
	}
}

// The bounds that are not settings are exact. One more than they allow is refused.
func TestTheWorkOfADocumentIsBounded(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	inspection.limits = plentiful
	values := func(n int) string { return "il: [" + strings.Repeat("1 ", n) + "]" }
	for name, each := range map[string]struct {
		limit string
		query func(n int) string
		n     int // that is allowed
	}{
		// f, its argument, the list, and __typename.
		"values": {"selections", func(n int) string { return "{ f(" + values(n) + ") { __typename } }" }, maxSelections - 4},
		"fields": {"selections", func(n int) string { return "{ f {" + strings.Repeat("__typename ", n) + "} }" }, maxSelections - 1},
		"defaults": {"selections", func(n int) string {
			return "query ($v: [Int!] = [" + strings.Repeat("1 ", n) + "]) { f(il: $v) { __typename } }"
		}, maxSelections - 5},
		"values of a fragment": {"selections", func(n int) string { // a, ...F, f, its argument, the list, and __typename, ten times
			return "{ " + numbered(10, "a#: f { ...F } ") + "} fragment F on Query { f(" + values(n) + ") { __typename } }"
		}, maxSelections/10 - 6 - 1}, // a fragment makes what is in it cost one more
	} {
		if got := ask(t, inspection, each.query(each.n), "", nil); got != "" {
			t.Errorf("%s: as many as allowed: %s", name, got)
		}
		if got := ask(t, inspection, each.query(each.n+1), "", nil); got != each.limit {
			t.Errorf("%s: one more than allowed: %s", name, got)
		}
	}
}

// What validation walks through is counted beforehand, from what each fragment weighs.
func TestValidationIsCountedBeforehand(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	g := generator{rand.New(rand.NewPCG(5, 6))}
	for range 300 {
		query := g.document()
		outline, err := plentiful.readOutline(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		walked := 0
		var observers core.Events
		observers.OnField(func(*core.Walker, *ast.Field) { walked++ })
		observers.OnInlineFragment(func(*core.Walker, *ast.InlineFragment) { walked++ })
		observers.OnFragmentSpread(func(*core.Walker, *ast.FragmentSpread) { walked++ })
		observers.OnDirective(func(*core.Walker, *ast.Directive) { walked++ })
		observers.OnValue(func(*core.Walker, *ast.Value) { walked++ })
		core.Walk(inspection.inputs.schema, outline.document, &observers)
		if counted := outline.validation(1 << 30); counted < walked || counted > 3*walked+100 {
			t.Fatalf("%s: %d steps were counted, and %d taken", query, counted, walked)
		}
	}
}

// document returns a document of several operations and fragments that spread each other, which need not
// be valid.
func (g generator) document() string {
	var text strings.Builder
	fragments := g.IntN(12)
	var set func(depth, from int) string
	set = func(depth, from int) string {
		var selections []string
		for range 1 + g.IntN(4) {
			switch n := g.IntN(8); {
			case n < 3 && from < fragments:
				selections = append(selections, fmt.Sprintf("...F%d", from+g.IntN(fragments-from)))
			case n < 4 && depth < 4:
				selections = append(selections, "... @include(if: true) { "+set(depth+1, from)+" }")
			case n < 7 && depth < 4:
				selections = append(selections, fmt.Sprintf("a%d: f(%s: %s) { %s }", g.IntN(3), g.pick("il", "sh", "zz"), g.pick("[1, 2, 3]", "{color: RED, points: [{x: 1}]}", "$v", "1"), set(depth+1, from)))
			default:
				selections = append(selections, "__typename")
			}
		}
		return strings.Join(selections, " ")
	}
	for i := range 1 + g.IntN(5) {
		fmt.Fprintf(&text, "query q%d ($v: Int = 1) { %s }\n", i, set(0, 0))
	}
	for i := range fragments {
		fmt.Fprintf(&text, "fragment F%d on Query { %s }\n", i, set(0, i+1))
	}
	return text.String()
}

// Of a document that is too large to be validated as a whole, only the operation is validated that is
// asked for. One that is far larger is refused whatever is asked for.
func TestOnlyTheOperationThatIsAskedForIsValidatedInALargeDocument(t *testing.T) {
	t.Parallel()
	shared := func(operations, values int, more string) string {
		return numbered(operations, "query q# { ...F } ") + more + "fragment F on Query { f(il: [" + strings.Repeat("1 ", values) + "]) { __typename } }"
	}
	const (
		wrong   = "query wrong { nothing } "
		unused  = "fragment U on Query { nothing } "
		unknown = `Cannot query field "nothing" on type "Query".`
	)
	for name, each := range map[string]struct{ query, operation, want string }{
		"small":                    {shared(3, 100, ""), "q1", ""},
		"small, another is wrong":  {shared(3, 100, wrong), "q1", unknown},
		"small, a fragment unused": {shared(3, 100, "fragment U on Query { __typename } "), "q1", `Fragment "U" is never used.`},
		"large":                    {shared(30, 4_000, ""), "q1", ""},
		"large, another is wrong":  {shared(30, 4_000, wrong), "q1", ""},
		"large, it is wrong":       {shared(30, 4_000, wrong), "wrong", unknown},
		"large, a fragment unused": {shared(30, 4_000, unused), "q1", ""},
		"large, none is named":     {shared(30, 4_000, ""), "", "The document has several operations: name one of them in operationName."},
		"large, two of one name":   {shared(30, 4_000, "query q1 { __typename } "), "q2", `There can be only one operation named "q1".`},
		"large, one has no name":   {shared(30, 4_000, "{ __typename } "), "q2", "This anonymous operation must be the only defined operation."},
		"large, two fragments":     {shared(30, 4_000, "fragment F on Query { __typename } "), "q2", `There can be only one fragment named "F".`},
		"far larger":               {shared(60, 4_000, ""), "q1", "validation"},
		"large by fragments":       {"{ " + numbered(100, "f { ...F# } ") + "} " + numbered(100, "fragment F# on Query { ...G } ") + "fragment G on Query { f(il: [" + strings.Repeat("1 ", 500) + "]) { __typename } }", "", "validation"},
		"shared, expanded":         {numbered(20, "query q# { "+strings.Repeat("f { ...F } ", 1)+"} ") + "fragment F on Query { " + numbered(40, "a#: f { ...G }") + "} fragment G on Query { " + strings.Repeat("f { __typename } ", 20) + "}", "q3", ""},
	} {
		inspection := inspectionOf(inputSchema)
		for _, when := range []string{"at first", "again"} {
			if got := ask(t, inspection, each.query, each.operation, nil); got != each.want {
				t.Errorf("%s, %s: %q, want %q", name, when, got, each.want)
			}
		}
	}
}

// A value that several fields use counts for each of them.
func TestVariablesCountWhereverTheyAreUsed(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	uses := func(n int) string {
		return "query ($v: [Int!]) { " + numbered(n, "a#: f(il: $v) { __typename } ") + "}"
	}
	values := map[string]any{"v": slices.Repeat([]any{int64(1)}, 9_000)}
	for n, want := range map[int]string{1: "", 3: "", 4: "selections"} {
		if got := ask(t, inspection, uses(n), "", values); got != want {
			t.Errorf("%d fields: %q, want %q", n, got, want)
		}
	}
}

// Ten errors of a document are reported, and then that there are more.
func TestErrorsOfADocumentAreFew(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	inspection.limits.RootFields = 1_000
	for n, want := range map[int]int{1: 1, 10: 10, 11: 11, 200: 11} {
		for name, query := range map[string]string{
			"fields":    "{ " + numbered(n, "x# ") + "}",
			"arguments": "{ f(" + numbered(n, "x#: 1 ") + ") { __typename } }",
			"values":    "{ f(il: [" + strings.Repeat("{} ", n) + "]) { __typename } }",
			"overlaps":  "{ " + numbered(n, "x#: f { __typename } x#: f(i: 1) { __typename } ") + "}",
		} {
			inspection.limits.Aliases, inspection.limits.Directives = 10_000, 10_000
			errs, _ := request{query, []byte("{}")}.inspect(t, inspection)
			if len(errs) != want && (name != "overlaps" || len(errs) != min(want, 10)) { // of which no more are looked for
				t.Errorf("%d %s: %d errors, want %d", n, name, len(errs), want)
			}
		}
	}
}
