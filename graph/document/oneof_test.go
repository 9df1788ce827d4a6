package document

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// An input with @oneOf is found wherever it lies in the variables, and the error names the place.
func TestOneOfIsFoundInListsAndInputs(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		input One @oneOf { a: Int b: Int }
		input Many { one: One ones: [One!] many: [[Many]] count: Int }
		type Query { f(one: One, ones: [One!], many: Many): Int }`})
	document, err := parser.ParseQuery(&ast.Source{Input: `query ($one: One, $ones: [One!], $many: Many, $other: Unknown) { f }`})
	if err != nil {
		t.Fatal(err)
	}
	for variables, path := range map[string]string{
		`{}`: "", `{"one": null, "ones": null, "many": null}`: "", `{"one": 7, "ones": [7], "many": [{}], "other": {}}`: "",
		`{"one": {"a": 1}, "ones": [{"a": 1}, {"b": 2}], "many": {"one": {"b": 1}, "many": [[{"ones": [{"a": 1}]}, null]], "count": 1}}`: "",
		`{"one": {}}`:                             "variable.one",
		`{"one": {"a": null}}`:                    "variable.one",
		`{"one": {"a": 1, "b": 2}}`:               "variable.one",
		`{"ones": [{"a": 1}, {}]}`:                "variable.ones[1]",
		`{"ones": {}}`:                            "variable.ones",
		`{"many": {"one": {}, "ones": [{}]}}`:     "variable.many.one",
		`{"many": {"ones": [{"a": 1}, {}]}}`:      "variable.many.ones[1]",
		`{"many": {"many": [[], [{"one": {}}]]}}`: "variable.many.many[1][0].one",
	} {
		var values map[string]any
		if err := json.NewDecoder(strings.NewReader(variables)).Decode(&values); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := checkOneOf(schema, document.Operations[0], values); err != nil {
			got = err.Path.String()
		}
		if got != path {
			t.Errorf("%s: wrong at %q, want %q", variables, got, path)
		}
	}
}
