package document

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/testenv"
)

// inputSchema has an input of every kind.
const inputSchema = `
	scalar Day
	scalar Anything
	enum Color { RED GREEN DARK_GREEN BLUE }
	input Point { x: Int! y: Int! = 0 label: String }
	input Shape { color: Color! points: [Point!]! grid: [[Int]] weight: Float parent: Shape days: [Day] active: Boolean! = true key: ID }
	input Match @oneOf { eq: String in: [ID!] color: Color }
	type Query {
		f(i: Int, il: [Int!], ill: [[Int]], f: Float, s: String, b: Boolean, id: ID, ids: [ID!], c: Color, cl: [Color!], p: Point, sh: Shape, m: Match, ml: [Match], d: Day, a: Anything): Query
		must(i: Int! = 5, c: Color! = RED, b: Boolean! = false, ids: [ID!]! = ["1"], p: Point! = {x: 1}): [Query]
	}`

// inspectionOf returns the inspection of requests for a schema, in which Day is a scalar with a check.
func inspectionOf(schema string) Inspection {
	day := regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	return NewInspection(Limits{Directives: 1000}.WithDefaults(), true, gqlparser.MustLoadSchema(&ast.Source{Input: schema}), Scalars{
		"Day": func(value any) error {
			if text, ok := value.(string); ok && day.MatchString(text) {
				return nil
			}
			return errors.New("must be a date such as 2026-11-23")
		},
	}, NewCache(nil, 1<<20))
}

// A request is a document and its variables as JSON.
type request struct {
	Query     string          `json:"query"`
	Variables json.RawMessage `json:"variables"`
}

// A verdict is what is wrong with a request, or the values of its variables.
type verdict struct {
	Errors []problem       `json:"errors"`
	Values json.RawMessage `json:"values"`
}

type problem struct {
	Message   string              `json:"message"`
	Locations []gqlerror.Location `json:"locations"`
	Path      []string            `json:"path"`
}

// compare orders problems by their messages and places.
func (p problem) compare(other problem) int {
	return cmp.Or(cmp.Compare(p.Message, other.Message), slices.CompareFunc(p.Locations, other.Locations, func(a, b gqlerror.Location) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	}))
}

// inspect returns the errors of a request, and its variables as they are executed with.
func (r request) inspect(t *testing.T, inspection Inspection) (gqlerror.List, map[string]any) {
	t.Helper()
	params := &graphql.RawParams{Query: r.Query}
	decoder := json.NewDecoder(bytes.NewReader(r.Variables))
	decoder.UseNumber()
	if err := decoder.Decode(&params.Variables); err != nil {
		t.Fatal(err)
	}
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{})
	if err := inspection.MutateOperationParameters(ctx, params); err != nil {
		return apierror.Shorten(gqlerror.List{err}), nil
	}
	return nil, params.Variables
}

// verdictsOf returns the verdicts of graphql-js.
func verdictsOf(t *testing.T, schema string, requests []request) []verdict {
	t.Helper()
	const folder = "../transport/clients"
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(folder + "/node_modules/graphql"); err != nil || missing != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node or graphql is not installed")
		}
		t.Skip("node or graphql is not installed: npm ci --prefix graph/transport/clients")
	}
	input, err := json.Marshal(map[string]any{"schema": schema, "requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, folder+"/validate.mjs")
	command.Stdin, command.Stderr = bytes.NewReader(input), os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []verdict
	if err := json.Unmarshal(output, &verdicts); err != nil || len(verdicts) != len(requests) {
		t.Fatalf("%d verdicts on %d requests: %v", len(verdicts), len(requests), err)
	}
	return verdicts
}

// compare holds the errors of requests, and the values of variables, against those of graphql-js.
func compare(t *testing.T, requests []request) {
	t.Helper()
	inspection := inspectionOf(inputSchema)
	refused := 0
	for i, want := range verdictsOf(t, inputSchema, requests) {
		errs, values := requests[i].inspect(t, inspection)
		var got []problem
		for _, err := range errs {
			p := problem{Message: err.Message, Locations: err.Locations, Path: []string{}}
			if err.Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("%s: the code of %q is %v", requests[i].Query, err.Message, err.Extensions["code"])
			}
			for _, step := range err.Path {
				if name, ok := step.(ast.PathName); ok && err.Path[0] != ast.PathName("variable") {
					p.Path = append(p.Path, string(name))
				}
			}
			if p.Locations == nil {
				p.Locations = []gqlerror.Location{}
			}
			got = append(got, p)
		}
		if len(want.Errors) > 0 {
			refused++
		}
		ofVariables := len(got) > 0 && strings.HasPrefix(got[0].Message, "Variable")
		if !ofVariables { // gqlparser has an order of its own
			if len(want.Errors) > maxErrors {
				want.Errors = among(want.Errors, got)
			}
			slices.SortFunc(got, problem.compare)
			slices.SortFunc(want.Errors, problem.compare)
		} else if len(want.Errors) > maxErrors {
			want.Errors = append(want.Errors[:maxErrors], problem{
				Message:   "Too many errors processing variables, error limit reached. Execution aborted.",
				Locations: []gqlerror.Location{}, Path: []string{},
			})
		}
		for n := range min(len(got), len(want.Errors)) {
			if isShortened(want.Errors[n].Message, got[n].Message) {
				want.Errors[n].Message = got[n].Message
			}
		}
		if diff := gocmp.Diff(want.Errors, got); diff != "" {
			t.Errorf("%s\n%s\ngraphql-js -, certql +\n%s", requests[i].Query, requests[i].Variables, diff)
		} else if got == nil {
			compareValues(t, requests[i], want.Values, values)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d of %d requests are refused", refused, len(requests))
}

// among returns ten of the problems, if they are among those that were found, and the one that there are more.
func among(all, found []problem) []problem {
	var some []problem
	for _, each := range all {
		if len(some) < maxErrors && slices.ContainsFunc(found, func(other problem) bool {
			return each.compare(other) == 0 || slices.Equal(each.Locations, other.Locations) && isShortened(each.Message, other.Message)
		}) {
			some = append(some, each)
		}
	}
	return append(some, problem{
		Message:   "Too many validation errors, error limit reached. Validation aborted.",
		Locations: []gqlerror.Location{}, Path: []string{},
	})
}

// isShortened reports whether a message is another one with parts left out.
func isShortened(whole, message string) bool {
	parts := strings.Split(message, "…")
	for i, part := range parts {
		at := strings.Index(whole, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		whole = whole[at+len(part):]
	}
	return len(parts) > 1 && whole == ""
}

// compareValues compares values of variables. The defaults of the fields of inputs are left out.
func compareValues(t *testing.T, of request, wanted json.RawMessage, values map[string]any) {
	t.Helper()
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if json.Unmarshal(wanted, &want) != nil || json.Unmarshal(text, &got) != nil {
		t.Fatal("values are no JSON")
	}
	if want, ok := want.(map[string]any); ok && values == nil && len(want) == 0 {
		return
	}
	sameMembers := gocmp.FilterPath(func(p gocmp.Path) bool {
		return strings.HasSuffix(p.GoString(), `["y"]`) || strings.HasSuffix(p.GoString(), `["active"]`)
	}, gocmp.Ignore())
	if diff := gocmp.Diff(want, got, sameMembers); diff != "" {
		t.Errorf("%s\n%s\ngraphql-js -, certql +\n%s", of.Query, of.Variables, diff)
	}
}

// usable are types of variables, each with an argument of the field f that takes it.
var usable = []struct{ of, argument string }{
	{"Int", "i"},
	{"[Int!]", "il"},
	{"[[Int]]", "ill"},
	{"Float", "f"},
	{"String", "s"},
	{"Boolean", "b"},
	{"ID", "id"},
	{"[ID!]", "ids"},
	{"Color", "c"},
	{"[Color!]", "cl"},
	{"Point", "p"},
	{"Shape", "sh"},
	{"Match", "m"},
	{"[Match]", "ml"},
	{"Day", "d"},
	{"Anything", "a"},
}

// A generator makes values that are often right, and wrong in one of many ways otherwise.
type generator struct{ *rand.Rand }

func (g generator) pick(texts ...string) string { return texts[g.IntN(len(texts))] }

// value returns a value as JSON for a type of inputSchema.
func (g generator) value(of string, depth int) string {
	if g.IntN(12) == 0 && of != "Anything" {
		return g.pick("null", `"x"`, "1", "1.5", "true", "[]", "{}", `{"x": 1}`, `[1, "a", null]`, "1e3", "-0", "1e400", "2147483648", "[[[]]]", `{"a":{"b":{"c":{"d":1}}}}`)
	}
	inner, isList := strings.CutPrefix(strings.TrimSuffix(of, "!"), "[")
	if isList {
		inner = strings.TrimSuffix(inner, "]")
		if g.IntN(6) == 0 {
			return g.value(inner, depth)
		}
		elements := make([]string, g.IntN(4))
		for i := range elements {
			elements[i] = g.value(inner, depth)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	}
	switch inner {
	case "Int":
		return g.pick("0", "1", "-7", "1.0", "2e0", "1.25e2", "2147483647", "-2147483648", "2147483648", "-2147483649", `"1"`, "1.5", "1e10", "1e-7")
	case "Float":
		return g.pick("0", "1", "1.5", "-2e-3", `"1.5"`, "true")
	case "String":
		return g.pick(`""`, `"some text"`, `"a \"quoted\" \\ one\n\u0001 é"`, "1", "false")
	case "Boolean":
		return g.pick("true", "false", `"true"`, "1", "0")
	case "ID":
		return g.pick(`"abc"`, "4", "4.0", "1e2", "4.5", "true", `""`, "-3")
	case "Color":
		return g.pick(`"RED"`, `"GREEN"`, `"red"`, `"Blue"`, `"GERN"`, `"GREE"`, `"darkgreen"`, `"nothing like it"`, `"ÉD"`, "1", `["RED"]`)
	case "Day":
		return g.pick(`"2026-11-23"`, `"today"`, "20261123", `{"day": 1}`)
	case "Point":
		return g.object(depth, "x", "Int!", "y", "Int!", "label", "String")
	case "Match":
		return g.object(depth, "eq", "String", "in", "[ID!]", "color", "Color")
	case "Shape":
		return g.object(depth, "color", "Color!", "points", "[Point!]!", "grid", "[[Int]]", "weight", "Float", "parent", "Shape", "days", "[Day]", "active", "Boolean!", "key", "ID")
	default: // Anything
		return g.pick("1", `"x"`, "null", `{"a": [1, 2.5]}`, "[]")
	}
}

// object returns an object with some of the fields, which are names and types, and seldom others.
func (g generator) object(depth int, fields ...string) string {
	var members []string
	for field := range slices.Chunk(fields, 2) {
		name, of := field[0], field[1]
		required := strings.HasSuffix(of, "!")
		if depth > 2 && of == "Shape" || g.IntN(10) < 5 && (!required || g.IntN(8) == 0) {
			continue
		}
		members = append(members, fmt.Sprintf("%q: %s", name, g.value(of, depth+1)))
	}
	if g.IntN(12) == 0 {
		members = append(members, `"Labl": 1`)
	}
	if g.IntN(12) == 0 {
		members = append(members, fmt.Sprintf("%q: %s", g.pick("colour", "wieght", "zzz"), g.value("Int", depth+1)))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// Variables are refused when graphql-js refuses them and with its words, and otherwise have its values.
func TestVariablesAreReadAsGraphQLJSReadsThem(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "many requests are compared with graphql-js, in node")
	g := generator{rand.New(rand.NewPCG(1, 2))}
	requests := make([]request, 3000)
	for i := range requests {
		var definitions, arguments, variables []string
		for n := range 1 + g.IntN(3) {
			each := usable[g.IntN(len(usable))]
			name, of := fmt.Sprintf("v%d", n), each.of
			switch g.IntN(5) {
			case 0:
				of += "!"
			case 1:
				of += map[string]string{"Int": " = 3", "[Int!]": " = 4", "ID": " = 7", "Color": " = BLUE", "Point": " = {x: 1, y: 2}"}[each.of]
			}
			definitions = append(definitions, "$"+name+": "+of)
			arguments = append(arguments, fmt.Sprintf("a%d: f(%s: $%s) { __typename }", n, each.argument, name))
			if g.IntN(8) > 0 {
				variables = append(variables, fmt.Sprintf("%q: %s", name, g.value(each.of, 0)))
			}
		}
		requests[i] = request{
			Query:     "query (\n" + strings.Join(definitions, ",\n ") + ") { " + strings.Join(arguments, " ") + " }",
			Variables: json.RawMessage("{" + strings.Join(variables, ", ") + "}"),
		}
	}
	compare(t, requests)
}

// Literals are refused when graphql-js refuses them, and with its words.
func TestLiteralsAreReadAsGraphQLJSReadsThem(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "many requests are compared with graphql-js, in node")
	g := generator{rand.New(rand.NewPCG(3, 4))}
	name, number := regexp.MustCompile(`"([A-Za-z]\w*)":`), regexp.MustCompile(`e400|e-7|e10|\b0+[1-9]`)
	enum := regexp.MustCompile(`"(RED|GREEN|red|Blue|GERN|GREE|darkgreen)"`)
	var requests []request
	for len(requests) < 2000 {
		each := usable[g.IntN(len(usable))]
		literal := name.ReplaceAllString(g.value(each.of, 0), "$1:")
		if g.IntN(6) > 0 {
			literal = enum.ReplaceAllString(literal, "$1")
		}
		if number.MatchString(literal) || each.of == "Anything" {
			continue
		}
		requests = append(requests, request{"{\n  f(" + each.argument + ": " + literal + ") { __typename }\n}", json.RawMessage("{}")})
	}
	compare(t, requests)
}

// A variable that is null is refused where the type of what it is used for forbids it, although that or
// the variable has a default.
func TestVariablesThatAreNullAreRefusedAsGraphQLJSDoes(t *testing.T) {
	t.Parallel()
	var requests []request
	for _, query := range []string{
		`query ($v: Int) { must(i: $v) { __typename } }`,
		`query ($v: Int = 3) { must(i: $v) { __typename } }`,
		`query ($v: Int!) { must(i: $v) { __typename } }`,
		`query ($v: Int! = 3) { must(i: $v) { __typename } }`,
		`query ($v: Color) { must(c: $v) { __typename } }`,
		`query ($v: Int) { a: must(p: {x: 1, y: $v}) { __typename } }`,
		`query ($v: Int = 1) { a: must(p: {x: $v, y: 2}) { __typename } }`,
		`query ($v: ID = 1) { a: must(ids: ["a", $v]) { __typename } }`,
		`query ($v: ID) { f(ids: null) { must(ids: ["a"]) { f(id: $v) { __typename } } } }`,
		`query ($v: Boolean) { f { deep: must { must(b: $v, i: 1) { __typename } } } }`,
		`query ($v: Boolean = true) { f @include(if: $v) { __typename } }`,
		`query ($v: Boolean = true) { f { f @skip(if: $v) { __typename } } }`,
		`query ($v: Boolean = true) { f { ... @include(if: $v) { __typename } } }`,
		`query ($v: Boolean = true) { f { ...F @include(if: $v) } } fragment F on Query { __typename }`,
		`query ($v: Int) { f @skip(if: true) { must(i: $v) { __typename } } __typename }`,
		`query ($v: Int) { f @include(if: false) { must(i: $v) { __typename } } __typename }`,
		`query ($v: Int) { f { ...F ...G } } fragment F on Query { x: must(i: $v) { __typename } } fragment G on Query { ...F y: __typename }`,
		`query ($v: Int) { g: f { ...F } } fragment F on Query { x: must(i: $v) { __typename } x: must(i: $v) { y: __typename } }`,
		`query ($v: Color! = RED) { f(m: {color: $v}) { __typename } }`,
		`query ($v: [Int]) { f(ill: [[1], $v]) { __typename } }`,
		`query ($v: Boolean) { f(sh: {color: RED, points: [{x: 1}], active: $v}) { __typename } }`,
	} {
		for _, variables := range []string{`{}`, `{"v": null}`, `{"v": true}`, `{"v": 2}`, `{"v": "RED"}`} {
			requests = append(requests, request{query, json.RawMessage(variables)})
		}
	}
	compare(t, requests)
}
