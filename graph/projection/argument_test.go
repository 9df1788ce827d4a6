package projection_test

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"certql/graph/projection"
)

// An argument is the same as in the map that the parser's library makes of all arguments, or missing there too.
func TestAnArgumentIsTheOneOfTheLibrarysMap(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { f(number: Int = 7, id: ID, texts: [String!] = ["x"], kind: Kind = A, box: Box): Int }
		enum Kind { A B }
		input Box { a: Int b: [Int] }`})
	for _, document := range []string{
		`{ f }`,
		`{ f(number: null, id: null, texts: null, kind: null, box: null) }`,
		`{ f(number: 3, id: "i", texts: "one", kind: B, box: {a: 1, b: [1, 2]}) }`,
		`query ($n: Int, $i: ID, $t: [String!], $k: Kind, $x: Int) { f(number: $n, id: $i, texts: $t, kind: $k, box: {a: $x, b: [$x]}) }`,
		`query ($n: Int = 9, $i: ID = "d", $t: [String!] = [], $k: Kind = B, $x: Int = 4) { f(number: $n, id: $i, texts: $t, kind: $k, box: {a: $x, b: [$x]}) }`,
	} {
		parsed, errs := gqlparser.LoadQueryWithRules(schema, document, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		field := &graphql.CollectedField{Field: parsed.Operations[0].SelectionSet[0].(*ast.Field)}
		for _, variables := range []map[string]any{
			nil,
			{"n": int64(1), "i": "v", "t": []any{"y"}, "k": "A", "x": int64(2)},
			{"n": nil, "i": nil, "t": nil, "k": nil, "x": nil},
		} {
			got := map[string]any{}
			for _, definition := range field.Definition.Arguments {
				value, given, err := projection.Argument(field, definition.Name, variables)
				if err != nil {
					t.Errorf("%s: %v", document, err)
				}
				if given {
					got[definition.Name] = value
				}
			}
			if diff := gocmp.Diff(field.ArgumentMap(variables), got); diff != "" {
				t.Errorf("%s with %v (-map +got):\n%s", document, variables, diff)
			}
		}
	}
}
