package document_test

import (
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream/sandbox"
)

// A request that is no valid operation of the schema is refused as a whole with the reason, and calls
// nothing upstream.
func TestRequestErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Token(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	for _, each := range []struct {
		name, query string
		variables   graphtest.Object
		code, word  string
	}{
		{"no document", "{ certifications(first: ) { totalCount } }", nil, "GRAPHQL_PARSE_FAILED", "Unexpected"},
		{"unknown field", "{ roles { id } }", nil, "GRAPHQL_VALIDATION_FAILED", "roles"},
		{"unknown argument", "{ certifications(search: 1) { totalCount } }", nil, "GRAPHQL_VALIDATION_FAILED", "search"},
		{"filter that the upstream lacks", "{ certifications(filter: {name: \"x\"}) { totalCount } }", nil, "GRAPHQL_VALIDATION_FAILED", "name"},
		{"missing variable", "query ($id: ID!) { certification(id: $id) { id } }", nil, "GRAPHQL_VALIDATION_FAILED", "id"},
		{"wrong type of variable", "query ($n: Int) { certifications(first: $n) { totalCount } }", graphtest.Object{"n": "many"}, "GRAPHQL_VALIDATION_FAILED", "n"},
		{"nothing selected", "{ certifications }", nil, "GRAPHQL_VALIDATION_FAILED", "certifications"},
		{"empty", "", nil, "", ""},
	} {
		t.Run(each.name, func(t *testing.T) {
			a := w.Ask(t, graphtest.Admin, each.query, each.variables)
			if a.Data != nil || len(a.Errors) != 1 {
				t.Fatalf("got %s", a.Text)
			}
			code, _ := a.Errors[0].Extensions["code"].(string)
			if code == "INTERNAL" || each.code != "" && code != each.code || !strings.Contains(a.Errors[0].Message+graphtest.PathText(a.Errors[0].Path), each.word) {
				t.Errorf("got %s", a.Text)
			}
		})
	}
	if after := w.Sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
}

// An input with @oneOf has exactly one member in documents too; for variables, see
// TestOneOfIsEnforcedInVariables.
func TestOneOfIsEnforcedInDocuments(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, literal := range []string{
		`{accessName: {eq: "a", startsWith: "b"}}`, `{accessName: {}}`, `{accessName: {eq: null}}`,
		`{pertainingTo: {roles: ["a"], entitlements: ["b"]}}`,
	} {
		a := w.Ask(t, graphtest.Admin, `{ certification(id: "`+sandbox.LargeCertification+`") { reviewItems(filter: `+literal+`) { totalCount } } }`, nil)
		if len(a.Errors) == 0 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || a.Data != nil {
			t.Errorf("%s is not refused: %s", literal, a.Text)
		}
	}
}

// A request chooses one of the operations of its document by its name, unless there is only one.
func TestRequestsChooseAnOperation(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: "type Query { a: Int }"})
	inspection := document.NewInspection(document.Limits{}.WithDefaults(), true, schema, nil, document.NewCache(nil, 1))
	for name, each := range map[string]struct{ query, operation, want string }{
		"the only one":    {"{ a }", "", ""},
		"by its name":     {"query A { a } query B { a }", "B", ""},
		"none of several": {"query A { a } query B { a }", "", "The document has several operations: name one of them in operationName."},
		"an unknown name": {"query A { a } query B { a }", "C", "The document has no operation with the name in operationName."},
		"no operation":    {"fragment F on Query { a }", "", "The document has no operation."},
	} {
		got := ""
		ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{})
		if err := inspection.MutateOperationParameters(ctx, &graphql.RawParams{Query: each.query, OperationName: each.operation}); err != nil {
			got = err.Message
		}
		if got != each.want {
			t.Errorf("%s: %q, want %q", name, got, each.want)
		}
	}
}
