package graph_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"certql/graph/graphtest"
)

var update = flag.Bool("update", false, "write the golden schema")

// goldenFile is the schema that callers rely on, in one piece and without descriptions.
const goldenFile = "testdata/schema.golden.graphqls"

// A change of the schema shows in the golden file, so that none is made by accident. One that breaks what
// callers rely on is named.
func TestSchemaIsTheGoldenOne(t *testing.T) {
	var printed strings.Builder
	formatter.NewFormatter(&printed, formatter.WithoutDescription(), formatter.WithIndent("  ")).FormatSchema(publicSchema(t))
	if *update {
		if err := os.WriteFile(goldenFile, []byte(printed.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	golden := parseSchema(t, &ast.Source{Name: goldenFile, Input: string(text)})
	for _, breach := range breaches(golden, publicSchema(t)) {
		t.Error(breach)
	}
	if diff := gocmp.Diff(string(text), printed.String()); diff != "" {
		t.Errorf("the schema has changed; go test ./graph -run Schema -update writes %s (-golden +schema):\n%s", goldenFile, diff)
	}
}

func TestEverySchemaElementIsDescribedBySentences(t *testing.T) {
	for place, text := range descriptions(publicSchema(t)) {
		if problem := sentenceProblem(text); problem != "" {
			t.Errorf("the description of %s %s: %q", place, problem, text)
		}
	}
}

// What the schema says of itself holds together: it is described, each scalar of its own names what
// specifies it, and directives stand where introspection knows that they may.
func TestIntrospectionAgreesWithItself(t *testing.T) {
	w := graphtest.SharedTenant(t)
	a := w.Ask(t, graphtest.Admin, `{
		__schema { description directives { name description locations args { name description } } types { name kind specifiedByURL } }
		__type(name: "__DirectiveLocation") { enumValues(includeDeprecated: true) { name description } }
	}`, nil)
	var data struct {
		Schema struct {
			Description string
			Directives  []struct {
				Name, Description string
				Locations         []string
				Args              []struct{ Name, Description string }
			}
			Types []struct{ Name, Kind, SpecifiedByURL string }
		} `json:"__schema"`
		Type struct {
			EnumValues []struct{ Name, Description string }
		} `json:"__type"`
	}
	text, err := json.Marshal(a.OK(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	if problem := sentenceProblem(data.Schema.Description); problem != "" {
		t.Errorf("the description of the schema %s: %q", problem, data.Schema.Description)
	}
	known := map[string]bool{}
	for _, value := range data.Type.EnumValues {
		known[value.Name] = true
	}
	if len(known) != 19 || known["DIRECTIVE_DEFINITION"] {
		t.Errorf("the places for directives are not those of the specification: %v", known)
	}
	var names []string
	for _, directive := range data.Schema.Directives {
		names = append(names, directive.Name)
		for _, location := range directive.Locations {
			if !known[location] {
				t.Errorf("@%s stands at %s, which is no place", directive.Name, location)
			}
		}
	}
	if diff := gocmp.Diff([]string{"defer", "deprecated", "include", "oneOf", "skip", "specifiedBy"}, names); diff != "" {
		t.Errorf("the directives (-want +got):\n%s", diff)
	}
	for _, each := range data.Schema.Types {
		if each.Kind == "SCALAR" && (each.SpecifiedByURL != "") == slices.Contains([]string{"Boolean", "Float", "ID", "Int", "String"}, each.Name) {
			t.Errorf("%s is specified by %q", each.Name, each.SpecifiedByURL)
		}
	}
}

func TestPagingArgumentsAreDescribedAlikeEverywhere(t *testing.T) {
	texts := map[string]map[string]string{} // argument → description → one place that has it
	for _, definition := range publicSchema(t).Types {
		for _, field := range definition.Fields {
			if field.Arguments.ForName("after") == nil {
				continue
			}
			for _, name := range []string{"first", "after", "last", "before", "offset"} {
				place := fmt.Sprintf("%s.%s(%s:)", definition.Name, field.Name, name)
				argument := field.Arguments.ForName(name)
				if argument == nil {
					t.Errorf("%s is missing", place)
					continue
				}
				if texts[name] == nil {
					texts[name] = map[string]string{}
				}
				texts[name][argument.Description] = place
			}
		}
	}
	if len(texts) == 0 {
		t.Error("no field of the schema takes paging arguments")
	}
	for name, places := range texts {
		if len(places) > 1 {
			t.Errorf("the argument %q is described in %d ways: %q", name, len(places), places)
		}
	}
}

func TestSentenceProblemsAreFound(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"one sentence":          {"The name to show.", ""},
		"several lines":         {"The name to show;\nnull when there is none.", ""},
		"nothing":               {"", "is missing"},
		"blanks alone":          {" \n", "is missing"},
		"small first letter":    {"the name to show.", "does not begin with a capital letter"},
		"code before the words": {"`name` to show.", "does not begin with a capital letter"},
		"no full stop":          {"The name to show", "does not end with a full stop"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := sentenceProblem(test.text); got != test.want {
				t.Errorf("sentenceProblem(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestBreachesOfAContractAreFound(t *testing.T) {
	const contract = `
		type Query { rows(first: Int = 50, filter: Filter): [Row!]! row(id: ID!): Row }
		interface Node { id: ID! }
		type Row implements Node { id: ID! kind: Kind created: Date }
		input Filter @oneOf { kind: Kind, name: String }
		enum Kind { BIG SMALL }
		scalar Date
		scalar Colour`
	tests := map[string]struct {
		old, new string
		want     []string
	}{
		"nothing changed":         {"", "", nil},
		"added type":              {"scalar Date", "scalar Date scalar Time", nil},
		"added field":             {"kind: Kind created", "name: String kind: Kind created", nil},
		"added interface":         {"Row implements Node", "Row implements Node & Named", nil},
		"added optional argument": {"filter: Filter", "filter: Filter, size: Int", nil},
		"added default argument":  {"filter: Filter", "filter: Filter, size: Int! = 1", nil},
		"added optional input":    {"name: String }", "name: String, colour: Colour }", nil},
		"added enum value":        {"BIG SMALL", "BIG MIDDLE SMALL", nil},
		"other order":             {"BIG SMALL", "SMALL BIG", nil},

		"removed type":       {"scalar Colour", "", []string{"Colour is missing"}},
		"removed field":      {" row(id: ID!): Row", "", []string{"Query.row is missing"}},
		"removed argument":   {"first: Int = 50, ", "", []string{"Query.rows(first:) is missing"}},
		"removed enum value": {"BIG SMALL", "BIG", []string{"Kind.SMALL is missing"}},
		"removed interface":  {"Row implements Node", "Row", []string{"Row does not implement Node"}},
		"removed directive":  {" @oneOf", "", []string{"Filter does not have @oneOf"}},
		"removed default": {
			" = 50", "",
			[]string{"Query.rows(first:) is Int, want Int = 50"},
		},
		"changed kind of type": {
			"scalar Colour", "enum Colour { RED }",
			[]string{"Colour is of kind ENUM, want SCALAR"},
		},
		"changed field type":    {"[Row!]!", "[Row!]", []string{"Query.rows is [Row!], want [Row!]!"}},
		"changed argument type": {"id: ID!)", "id: ID)", []string{"Query.row(id:) is ID, want ID!"}},
		"changed default": {
			"= 50", "= 20",
			[]string{"Query.rows(first:) is Int = 20, want Int = 50"},
		},
		"added required argument": {
			"filter: Filter", "filter: Filter, size: Int!",
			[]string{"Query.rows(size:) is required, which no present caller gives"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(contract, test.old, test.new, 1) + " interface Named { id: ID! }"
			got := breaches(
				parseSchema(t, &ast.Source{Name: "contract", Input: contract}),
				parseSchema(t, &ast.Source{Name: "changed", Input: changed}),
			)
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}

// publicSchema returns the schema as the files of the repository hold it.
func publicSchema(t *testing.T) *ast.Schema {
	t.Helper()
	paths, err := filepath.Glob("../schema/*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var sources []*ast.Source
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: path, Input: string(text)})
	}
	return parseSchema(t, sources...)
}

func parseSchema(t *testing.T, sources ...*ast.Source) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// descriptions returns the description of every element that the schema itself declares, by the
// element's place, such as "Query.node(id:)".
func descriptions(schema *ast.Schema) map[string]string {
	texts := map[string]string{}
	arguments := func(place string, list ast.ArgumentDefinitionList) {
		for _, argument := range list {
			texts[place+"("+argument.Name+":)"] = argument.Description
		}
	}
	for name, definition := range schema.Types {
		if definition.BuiltIn {
			continue
		}
		texts[name] = definition.Description
		for _, value := range definition.EnumValues {
			texts[name+"."+value.Name] = value.Description
		}
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue // introspection, which every schema has
			}
			texts[name+"."+field.Name] = field.Description
			arguments(name+"."+field.Name, field.Arguments)
		}
	}
	texts["schema"] = schema.Description
	for name, directive := range schema.Directives {
		if directive.Position.Src.BuiltIn {
			continue
		}
		texts["@"+name] = directive.Description
		arguments("@"+name, directive.Arguments)
	}
	return texts
}

// sentenceProblem says what keeps a description from being full sentences; empty where nothing does.
func sentenceProblem(text string) string {
	text = strings.TrimSpace(text)
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case text == "":
		return "is missing"
	case !unicode.IsUpper(first):
		return "does not begin with a capital letter"
	case !strings.HasSuffix(text, "."):
		return "does not end with a full stop"
	}
	return ""
}

// breaches says, in a stable order, where a schema does not hold what a contract promises to the
// callers who rely on it. Additions are no breach, unless they demand something new of a caller.
func breaches(contract, schema *ast.Schema) []string {
	var found []string
	report := func(format string, values ...any) { found = append(found, fmt.Sprintf(format, values...)) }
	for _, want := range sortedTypes(contract) {
		got := schema.Types[want.Name]
		if got == nil {
			report("%s is missing", want.Name)
			continue
		}
		if got.Kind != want.Kind {
			report("%s is of kind %s, want %s", want.Name, got.Kind, want.Kind)
			continue
		}
		for _, name := range want.Interfaces {
			if !slices.Contains(got.Interfaces, name) {
				report("%s does not implement %s", want.Name, name)
			}
		}
		for _, directive := range want.Directives {
			if got.Directives.ForName(directive.Name) == nil {
				report("%s does not have @%s", want.Name, directive.Name)
			}
		}
		found = append(found, partBreaches(want.Name, ".%s", parts(want), parts(got))...)
		for _, field := range want.Fields {
			if other := got.Fields.ForName(field.Name); other != nil {
				place := want.Name + "." + field.Name
				found = append(found, partBreaches(place, "(%s:)", argumentParts(field), argumentParts(other))...)
			}
		}
	}
	return found
}

// sortedTypes returns the types that the schema itself declares, by name.
func sortedTypes(schema *ast.Schema) []*ast.Definition {
	var list []*ast.Definition
	for _, definition := range schema.Types {
		if !definition.BuiltIn {
			list = append(list, definition)
		}
	}
	slices.SortFunc(list, func(a, b *ast.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// A part is what types and fields are made of: a field, an enum value or an argument.
type part struct {
	name     string
	form     string // type and default as written; empty for an enum value
	required bool   // whether a caller has to give a value
}

func parts(definition *ast.Definition) []part {
	var list []part
	for _, value := range definition.EnumValues {
		list = append(list, part{name: value.Name})
	}
	for _, field := range definition.Fields {
		one := valuePart(field.Name, field.Type, field.DefaultValue)
		one.required = one.required && definition.Kind == ast.InputObject
		list = append(list, one)
	}
	return list
}

func argumentParts(field *ast.FieldDefinition) []part {
	var list []part
	for _, argument := range field.Arguments {
		list = append(list, valuePart(argument.Name, argument.Type, argument.DefaultValue))
	}
	return list
}

func valuePart(name string, kind *ast.Type, fallback *ast.Value) part {
	if fallback == nil {
		return part{name: name, form: kind.String(), required: kind.NonNull}
	}
	return part{name: name, form: kind.String() + " = " + fallback.String()}
}

// partBreaches compares the parts of one type or field; pattern turns a part's name into its place.
func partBreaches(place, pattern string, want, got []part) []string {
	var found []string
	find := func(list []part, name string) (part, bool) {
		i := slices.IndexFunc(list, func(p part) bool { return p.name == name })
		if i < 0 {
			return part{}, false
		}
		return list[i], true
	}
	for _, w := range want {
		at := place + fmt.Sprintf(pattern, w.name)
		if g, ok := find(got, w.name); !ok {
			found = append(found, at+" is missing")
		} else if g.form != w.form {
			found = append(found, fmt.Sprintf("%s is %s, want %s", at, g.form, w.form))
		}
	}
	for _, g := range got {
		if _, ok := find(want, g.name); !ok && g.required {
			at := place + fmt.Sprintf(pattern, g.name)
			found = append(found, at+" is required, which no present caller gives")
		}
	}
	return found
}
