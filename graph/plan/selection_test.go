package plan

import (
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"certql/graph/gen"
	"certql/graph/relay"
)

// operationOf parses an operation of the schema.
func operationOf(t *testing.T, query string) *graphql.OperationContext {
	t.Helper()
	document, err := gqlparser.LoadQueryWithRules(gen.NewExecutableSchema(gen.Config{}).Schema(), query, rules.NewDefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	return &graphql.OperationContext{RawQuery: query, Doc: document, Operation: document.Operations[0]}
}

// A selection has what is selected of a connection and of its rows, wherever it stands.
func TestASelectionHasWhatIsSelectedOfAConnection(t *testing.T) {
	t.Parallel()
	for selected, want := range map[string]struct {
		relay.Want
		row []string
	}{
		`__typename`:                      {},
		`totalCount`:                      {Want: relay.Want{Total: true}},
		`pageInfo { hasNextPage }`:        {Want: relay.Want{NextPage: true}},
		`pageInfo { hasPreviousPage }`:    {},
		`pageInfo { startCursor }`:        {Want: relay.Want{Rows: true, Cursors: true}},
		`pageInfo { n: endCursor }`:       {Want: relay.Want{Rows: true, Cursors: true}},
		`nodes { id name }`:               {Want: relay.Want{Rows: true}, row: []string{"id", "name"}},
		`edges { cursor }`:                {Want: relay.Want{Rows: true, Cursors: true}},
		`edges { cursor node { phase } }`: {Want: relay.Want{Rows: true, Cursors: true}, row: []string{"phase"}},
		`nodes { id } edges { n: node { i: id } } totalCount pageInfo { hasNextPage }`: {
			Want: relay.Want{Rows: true, NextPage: true, Total: true}, row: []string{"id", "i"},
		},
	} {
		operation := operationOf(t, "{ certifications { "+selected+" } }")
		got := ownSelection(operation, Roots(operation)[0])
		var row []string
		for _, field := range got.Row {
			row = append(row, field.Alias)
		}
		slices.Sort(want.row)
		slices.Sort(row)
		if got.Want != want.Want || !gocmp.Equal(row, want.row) {
			t.Errorf("%s: %+v of rows with %v", selected, got.Want, row)
		}
	}
}

func TestASubscriptionIsRecognized(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		`subscription { certificationTask(id: "t") { status } }`: true,
		`query { certificationTask(id: "t") { status } }`:        false,
	} {
		ctx := graphql.WithOperationContext(t.Context(), operationOf(t, query))
		if got := IsSubscription(ctx); got != want {
			t.Errorf("%s: %t", query, got)
		}
	}
	if IsSubscription(t.Context()) {
		t.Error("a context without an operation has a subscription")
	}
	if IsSubscription(graphql.WithOperationContext(t.Context(), &graphql.OperationContext{})) {
		t.Error("an operation without a document is a subscription")
	}
	if err := checkRoot(operationOf(t, `subscription { certificationTask(id: "t") { status } }`)); err != nil {
		t.Errorf("one field: %v", err)
	}
	if err := checkRoot(&graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Subscription}}); err == nil {
		t.Error("no field is accepted")
	}
}
