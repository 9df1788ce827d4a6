package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A request is told of ten mistakes in its variables at most, and then that there are more.
func TestErrorsOfVariablesAreFew(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	for name, each := range map[string]struct {
		of, element string
		count, want int
	}{
		"values":        {"[Int!]", `"x"`, 10_000, 11},
		"as many":       {"[Int!]", `"x"`, 10, 10},
		"one more":      {"[Int!]", `"x"`, 11, 11},
		"nulls":         {"[Int!]", "null", 10_000, 11},
		"objects":       {"[Match]", `{"a": 1, "b": 2}`, 3_000, 11},
		"inputs":        {"[Match]", `"a"`, 100, 11},
		"nested inputs": {"[Match]", `{"in": [1.5, 1.5, 1.5]}`, 100, 11},
	} {
		elements := strings.Repeat(each.element+",", each.count)
		errs, _ := request{"query ($v: " + each.of + ") { f { __typename } f(a: $v) { __typename } }", json.RawMessage(`{"v": [` + strings.TrimSuffix(elements, ",") + `]}`)}.
			withoutRules(t, inspection)
		if len(errs) != each.want {
			t.Errorf("%s: %d errors, want %d", name, len(errs), each.want)
		}
		last := errs[len(errs)-1].Message
		if isEnd := last == "Too many errors processing variables, error limit reached. Execution aborted."; isEnd != (each.want == 11) {
			t.Errorf("%s: the last error is %q", name, last)
		}
	}
}

// withoutRules returns the errors of the variables of a request whose document need not be valid.
func (r request) withoutRules(t *testing.T, inspection Inspection) (gqlerror.List, map[string]any) {
	t.Helper()
	outline, err := inspection.limits.readOutline(r.Query)
	if err != nil {
		t.Fatal(err)
	}
	var given map[string]any
	decoder := json.NewDecoder(bytes.NewReader(r.Variables))
	decoder.UseNumber()
	if err := decoder.Decode(&given); err != nil {
		t.Fatal(err)
	}
	values, errs := inspection.inputs.variables(outline.document.Operations[0], given)
	return errs, values
}

// What an error repeats of a request is short, and the reason is whole.
func TestErrorsOfVariablesAreShort(t *testing.T) {
	t.Parallel()
	inspection := inspectionOf(inputSchema)
	const size = 200_000
	long, digits := strings.Repeat("é", size/2), strings.Repeat("7", size)
	many := make([]string, size/10)
	for i := range many {
		many[i] = fmt.Sprintf("%q: %d", fmt.Sprintf("member%d", i), i)
	}
	for name, each := range map[string]struct{ of, value, end string }{
		"text for a number":     {"Int", `"` + long + `"`, ""},
		"digits":                {"Int", digits, ""},
		"digits of a fraction":  {"Int", "0." + digits, ""},
		"an exponent":           {"Int", "1e" + digits, "Infinity"},
		"a value of an enum":    {"Color", `"` + long + `"`, `…" does not exist in "Color" enum.`},
		"a list for an enum":    {"Color", `["` + long + `"]`, "."},
		"a name":                {"Point", `{"x": 1, "` + long + `": 1}`, `…" is not defined by type "Point".`},
		"many names":            {"Point", `{"x": 1, ` + strings.Join(many, ", ") + `}`, "Execution aborted."},
		"a value beside others": {"Point", `{"label": "` + long + `"}`, `Field "x" of required type "Int!" was not provided.`},
		"nesting":               {"Int", strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000), "[[[Array]]]"},
		"a custom scalar":       {"Day", `"` + long + `"`, "Day must be a date such as 2026-11-23"},
	} {
		errs, _ := request{"query ($v: " + each.of + ") { f { __typename } }", json.RawMessage(`{"v": ` + each.value + `}`)}.withoutRules(t, inspection)
		if len(errs) == 0 {
			t.Errorf("%s: it is not refused", name)
			continue
		}
		for _, err := range errs {
			if len(err.Message) > 500 {
				t.Errorf("%s: %d bytes: %.600s", name, len(err.Message), err.Message)
			}
		}
		if last := errs[len(errs)-1].Message; !strings.HasSuffix(last, each.end) {
			t.Errorf("%s: %s does not end with %s", name, last, each.end)
		}
	}
}

// Variables that are right are not copied.
func TestVariablesThatAreRightAreNotCopied(t *testing.T) { //nolint:paralleltest // counts allocations
	reader := inspectionOf(inputSchema).inputs
	elements := make([]any, 10_000)
	for i := range elements {
		elements[i] = map[string]any{"key": "some text", "days": []any{"2026-11-23", nil}, "color": "RED", "points": []any{}}
	}
	operation := &ast.OperationDefinition{VariableDefinitions: ast.VariableDefinitionList{
		{Variable: "v", Type: ast.ListType(ast.NamedType("Shape", nil), nil)},
	}}
	given := map[string]any{"v": elements}
	if allocations := testing.AllocsPerRun(3, func() { _, _ = reader.variables(operation, given) }); allocations > float64(len(elements))/2 { // a copy of each input would be several
		t.Errorf("%v allocations for %d inputs", allocations, len(elements))
	}
}

// Whatever the values of variables are, reading them does not panic, and what is read is read the same.
func FuzzVariables(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"i": 1.0, "c": "RED", "sh": {"color": "RED", "points": {"x": 1}}}`, `{"m": {"eq": null}, "ml": [{}]}`,
		`{"id": 1e400, "ids": [1, "a"], "d": "2026-11-23"}`, `{"sh": {"parent": {"parent": null}}, "p": [1]}`,
	} {
		f.Add([]byte(seed))
	}
	inspection := inspectionOf(inputSchema)
	outline, err := inspection.limits.readOutline(
		"query ($i: Int, $id: ID, $ids: [ID!], $c: Color, $p: Point, $sh: Shape, $m: Match, $ml: [[Match!]], $d: Day, $f: Float) { f { __typename } }")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var given map[string]any
		if json.Unmarshal(text, &given) != nil {
			t.Skip()
		}
		values, errs := inspection.inputs.variables(outline.document.Operations[0], given)
		for _, err := range errs {
			if len(err.Message) > 1000 || len(errs) > 11 {
				t.Errorf("%d errors, %d bytes", len(errs), len(err.Message))
			}
		}
		if errs != nil {
			return
		}
		again, errs := inspection.inputs.variables(outline.document.Operations[0], values)
		if first, second := fmt.Sprint(values), fmt.Sprint(again); errs != nil || first != second {
			t.Errorf("%s is read as %s, and that as %s: %v", text, first, second, errs)
		}
	})
}
