package projection_test

import (
	"bytes"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const library = `
	type Query { shelf: [Item!]! loan: Loan }
	interface Item { title: String! }
	type Book implements Item { title: String! pages: Int author: Author }
	type Film implements Item { title: String! minutes: Int }
	type Author { name: String loans: [Loan!] }
	type Loan { reader: String book: Book }
`

// collect parses an operation on the library and returns the one field at its root.
func collect(t *testing.T, query string, variables map[string]any) (*graphql.OperationContext, graphql.CollectedField) {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: library})
	document, err := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	operation := &graphql.OperationContext{RawQuery: query, Variables: variables, Doc: document, Operation: document.Operations[0]}
	fields := graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{"Query"})
	if len(fields) != 1 {
		t.Fatalf("%d fields at the root", len(fields))
	}
	return operation, fields[0]
}

// written returns what a marshaler writes into a buffer of the executor's kind.
func written(m graphql.Marshaler) string {
	var buffer bytes.Buffer
	m.MarshalGQL(&buffer)
	return buffer.String()
}

// field returns a field of the document with the given alias.
func field(alias string) *ast.Field { return &ast.Field{Alias: alias, Name: "any"} }
