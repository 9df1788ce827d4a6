package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// formatted returns a document in one line.
func formatted(document *ast.QueryDocument) string {
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("")).FormatQueryDocument(document)
	return strings.Join(strings.Fields(text.String()), " ")
}

// takeDefers gives an operation its document without @defer, and returns what is put off.
func takeDefers(operation *graphql.OperationContext) (putOff map[ast.Selection]string) {
	operation.Doc, operation.Operation, putOff = withoutDefers(operation, operation.Variables)
	return putOff
}

// What @defer puts off is known beside the document, and the directive is gone from it. The document
// that was parsed, which other operations share, stays as it is.
func TestDeferIsTakenOut(t *testing.T) {
	t.Parallel()
	const fragment = " fragment F on Certification { name @include(if: true) }"
	for query, want := range map[string]struct {
		labels []string // of what is put off
		taken  string   // the document; empty if it stays
	}{
		`{ certification(id: "c") { id ... @defer { name } } }`: {[]string{""}, `query { certification(id: "c") { id ... { name } } }`},
		`{ certification(id: "c") { ...F @defer(label: "f") @skip(if: false) ...F ... on Node @defer(label: "n") { id } } }` + fragment: {
			[]string{"f", "n"}, `query { certification(id: "c") { ... F @skip(if: false) ... F ... on Node { id } } }` + fragment,
		},
		`query ($yes: Boolean = true, $no: Boolean) { ... @defer(if: $yes, label: "a") { a: __typename } ... @defer(if: $no, label: "b") { b: __typename } ... @defer(if: false, label: "c") { c: __typename } }`: {
			[]string{"a"}, `query ($yes: Boolean = true, $no: Boolean) { ... { a: __typename } ... { b: __typename } ... { c: __typename } }`,
		},
		`{ ... @defer(if: false) { defer: __typename } }`: {},
		`{ defer: __typename }`:                           {},
		`{ __typename }`:                                  {},
	} {
		operation := operationOf(t, query)
		operation.Variables = map[string]any{"yes": true, "no": false}
		document, parsed := operation.Doc, formatted(operation.Doc)
		var labels []string
		for selection, label := range takeDefers(operation) {
			if reflect.ValueOf(selection).IsNil() {
				t.Errorf("%s: %s is of nothing", query, label)
			}
			labels = append(labels, label)
		}
		slices.Sort(labels)
		if fmt.Sprint(labels) != fmt.Sprint(want.labels) {
			t.Errorf("%s: %q is put off", query, labels)
		}
		if now := formatted(document); now != parsed {
			t.Errorf("the document has become %s", now)
		}
		switch {
		case want.taken == "" && operation.Doc != document:
			t.Errorf("%s: there is another document", query)
		case want.taken != "" && formatted(operation.Doc) != want.taken:
			t.Errorf("%s: the document is %s", query, formatted(operation.Doc))
		case operation.Operation != operation.Doc.Operations[0]:
			t.Errorf("%s: the operation is not of the document", query)
		}
	}
}

// What is selected of a connection in several places is wanted in each.
func TestEachPlaceOfAConnectionWantsWhatAllDo(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{ // how many places
		`{ certifications { nodes { id } } ... @defer { certifications { totalCount } } }`:                                                                                     2,
		`{ certifications { nodes { id } ... @defer { totalCount } } }`:                                                                                                        0,
		`{ certifications { nodes { reviewers { nodes { rawId } } ...F @defer ...F } } } fragment F on Certification { reviewers { totalCount } r: reviewers { totalCount } }`: 2,
		`{ certification(id: "c") { reviewers { nodes { rawId } } ... on Certification @defer { reviewers { totalCount } campaign { id } } campaign { name } } }`:              2,
		`{ a: certifications { nodes { id } } ... @defer { a: certifications { totalCount } b: certifications { pageInfo { hasNextPage } } } }`:                                3,
	} {
		operation := operationOf(t, query)
		takeDefers(operation)
		shared := findSharedPages(operation).withRepeated(operation)
		if len(shared) != want {
			t.Errorf("%s: %d places share", query, len(shared))
		}
		for field, wants := range shared {
			var all struct{ rows, total bool }
			for _, each := range wants {
				all.rows, all.total = all.rows || each.Rows, all.total || each.Total
			}
			if !all.rows || !all.total {
				t.Errorf("%s: at line %d, column %d it wants %+v", query, field.Position.Line, field.Position.Column, wants)
			}
		}
	}
}
