package graph_test

import (
	"encoding/json"
	"flag"
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
// callers rely on has to be named in docs/schema-changes.md.
func TestSchemaIsTheGoldenOne(t *testing.T) {
	printed := printedSchema(t)
	if *update {
		if err := os.WriteFile(goldenFile, []byte(printed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff(readText(t, goldenFile), printed); diff != "" {
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

// pagingArguments are the arguments of every connection, in their order.
var pagingArguments = []string{"first", "after", "last", "before", "offset"}

func TestPagingArgumentsComeLastAndAreDescribedAlikeEverywhere(t *testing.T) {
	texts := map[string]map[string]string{} // argument → description → one place that has it
	for _, definition := range publicSchema(t).Types {
		for _, field := range definition.Fields {
			place := definition.Name + "." + field.Name
			var names []string
			for _, argument := range field.Arguments {
				names = append(names, argument.Name)
			}
			if paged := slices.ContainsFunc(pagingArguments, func(name string) bool { return slices.Contains(names, name) }); !paged {
				if strings.HasSuffix(field.Type.Name(), "Connection") {
					t.Errorf("%s is a connection without paging arguments", place)
				}
				continue
			}
			if others := len(names) - len(pagingArguments); others < 0 || !slices.Equal(names[others:], pagingArguments) {
				t.Errorf("the arguments of %s are %v, want %v at the end", place, names, pagingArguments)
				continue
			}
			for _, name := range pagingArguments {
				if texts[name] == nil {
					texts[name] = map[string]string{}
				}
				texts[name][field.Arguments.ForName(name).Description] = place
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

// A cache stores objects of different types by what id says, so that an id which is not global makes one
// object of two.
func TestWhatHasAnIDIsANode(t *testing.T) {
	for _, definition := range publicSchema(t).Types {
		if definition.Kind != ast.Object && definition.Kind != ast.Interface {
			continue
		}
		node := definition.Name == "Node" || slices.Contains(definition.Interfaces, "Node")
		switch {
		case definition.Fields.ForName("id") != nil && !node:
			t.Errorf("%s has an id, and is no Node: the identifier of the REST API is rawId", definition.Name)
		case definition.Kind == ast.Object && node && definition.Fields.ForName("rawId") == nil:
			t.Errorf("%s is a Node without the identifier of the REST API in rawId", definition.Name)
		}
	}
}

// What only the upstream may send is in no enum that callers send: clients generate types from the
// schema, and a value that is always refused would be one that they may send.
func TestNoInputHasAValueThatIsNotKnown(t *testing.T) {
	schema := publicSchema(t)
	sent := map[string]string{} // enum → one place that takes it
	note := func(place string, of *ast.Type) {
		if schema.Types[of.Name()].Kind == ast.Enum {
			sent[of.Name()] = place
		}
	}
	for _, definition := range schema.Types {
		for _, field := range definition.Fields {
			if definition.Kind == ast.InputObject {
				note(definition.Name+"."+field.Name, field.Type)
			}
			for _, argument := range field.Arguments {
				note(definition.Name+"."+field.Name+"("+argument.Name+":)", argument.Type)
			}
		}
	}
	if len(sent) == 0 {
		t.Error("no input takes an enum")
	}
	for name, place := range sent {
		values := namesOfValues(schema.Types[name])
		if slices.Contains(values, unrecognized) {
			t.Errorf("%s takes %s, which has %s", place, name, unrecognized)
		}
		twin := schema.Types[strings.TrimSuffix(name, "Input")]
		if twin == nil || twin.Name == name {
			continue
		}
		if shown := namesOfValues(twin); !slices.Equal(shown, append(values, unrecognized)) {
			t.Errorf("%s has %v, and %s has %v", name, values, twin.Name, shown)
		}
	}
}

// unrecognized is the last value of each enum that the upstream may extend.
const unrecognized = "UNRECOGNIZED"

func namesOfValues(enum *ast.Definition) []string {
	var names []string
	for _, value := range enum.EnumValues {
		names = append(names, value.Name)
	}
	return names
}

// A connection is named after the type of its rows, and so is its edge.
func TestConnectionsAreNamedAfterTheirRows(t *testing.T) {
	schema := publicSchema(t)
	found := 0
	for name := range schema.Types {
		of, isConnection := strings.CutSuffix(name, "Connection")
		if !isConnection {
			continue
		}
		found++
		for member, want := range map[string]string{
			name + ".nodes": "[" + of + "!]!", name + ".edges": "[" + of + "Edge!]!", name + ".pageInfo": "PageInfo!", name + ".totalCount": "Int",
			of + "Edge.node": of + "!", of + "Edge.cursor": "String!",
		} {
			owner, field, _ := strings.Cut(member, ".")
			if schema.Types[owner] == nil || schema.Types[owner].Fields.ForName(field) == nil {
				t.Errorf("%s is missing", member)
			} else if got := schema.Types[owner].Fields.ForName(field).Type.String(); got != want {
				t.Errorf("%s is %s, want %s", member, got, want)
			}
		}
	}
	if found == 0 {
		t.Error("the schema has no connections")
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
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// printedSchema returns it in one piece and without descriptions.
func printedSchema(t *testing.T) string {
	t.Helper()
	var printed strings.Builder
	formatter.NewFormatter(&printed, formatter.WithoutDescription(), formatter.WithIndent("  ")).FormatSchema(publicSchema(t))
	return printed.String()
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
