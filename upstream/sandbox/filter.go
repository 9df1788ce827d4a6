package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// operators is a set of comparison operators of the filter language.
type operators uint16

// The comparison operators, each under the name that it has on the wire.
const (
	opEq     operators = 1 << iota // equals
	opNe                           // does not equal
	opGt                           // is greater than
	opGe                           // is greater than or equal to
	opLt                           // is less than
	opLe                           // is less than or equal to
	opIn                           // equals one value of a list
	opCo                           // contains a text
	opSw                           // starts with a text
	opCa                           // contains all values of a list
	opPr                           // is present; stands before its field
	opIsNull                       // is null; stands after its field
)

// operatorNames lists the comparison operators in the order in which the vendor documents them.
var operatorNames = [...]struct {
	operator operators
	name     string
}{
	{opEq, "eq"},
	{opNe, "ne"},
	{opGt, "gt"},
	{opGe, "ge"},
	{opLt, "lt"},
	{opLe, "le"},
	{opIn, "in"},
	{opCo, "co"},
	{opSw, "sw"},
	{opCa, "ca"},
	{opPr, "pr"},
	{opIsNull, "isnull"},
}

// operatorNamed returns the comparison operator of that name, or 0 where there is none. Names are lower case only.
func operatorNamed(name string) operators {
	for _, entry := range operatorNames {
		if entry.name == name {
			return entry.operator
		}
	}
	return 0
}

// String lists the names of the operators in the set, separated by commas.
func (o operators) String() string {
	var names []string
	for _, entry := range operatorNames {
		if o&entry.operator != 0 {
			names = append(names, entry.name)
		}
	}
	return strings.Join(names, ", ")
}

// composites says by which means an operation lets comparisons be combined.
type composites uint8

// The means of combination. allowParentheses admits them around what is allowed
// without them.
const (
	allowAnd composites = 1 << iota
	allowOr
	allowNot
	allowParentheses
	// oneAcrossFields limits a filter to one "and" or "or" that joins two comparisons of different fields.
	oneAcrossFields
)

// The rules of the operations: permissions may join a target filter and a rights filter, all others only narrow.
const (
	narrowing      = allowAnd | allowParentheses
	targetAndRight = allowAnd | allowOr | allowParentheses | oneAcrossFields
)

// A filterError says why a filter was refused and where.
type filterError struct {
	offset int // of the offending character, in bytes
	text   string
	filter string // the whole filter, set by parseFilter
}

// Error returns the position, in characters from 1, and a sentence that quotes what was found there.
func (e *filterError) Error() string {
	return fmt.Sprintf("character %d: %s", utf8.RuneCountInString(e.filter[:e.offset])+1, e.text)
}

// refuseAt returns a *filterError for the byte offset.
func refuseAt(offset int, format string, args ...any) *filterError {
	return &filterError{offset: offset, text: fmt.Sprintf(format, args...)}
}

// A filterField describes one field by which an operation lets its callers filter rows of type R.
type filterField[R any] struct {
	operators operators // those that the operation documents for the field
	kind      fieldKind
	// text returns the values of the field in a row: one for a plain field, any number for a collection, none for
	// null. It is called for exactText and foldedText.
	text func(R) []string
	// flag returns the value of the field in a row, and false where it is null. It is called for boolean.
	flag func(R) (value, ok bool)
}

// A fieldKind is the type of a field, which decides what values it is compared with and how.
type fieldKind uint8

const (
	exactText  fieldKind = iota // letter case counts: identifiers and enum values
	foldedText                  // letter case does not count
	boolean
)

// parseFilter compiles text into a predicate over rows. fields are those that the operation supports, by their name in
// the filter; rules are the combinations that it supports. A blank text matches every row. Whatever is no filter, or
// asks for more than the operation supports, is refused with a *filterError.
//
// Where a field is null, only isnull and ne hold. Of a collection, eq, in, sw, co and the orderings hold if they hold
// for one of its values, ne if no value is equal, and ca if each listed value is in it.
func parseFilter[R any](text string, fields map[string]filterField[R], rules composites) (func(R) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(R) bool { return true }, nil
	}
	matches, err := compileFilter(text, fields, rules)
	if refused, ok := errors.AsType[*filterError](err); ok {
		refused.filter = text
	}
	return matches, err
}

func compileFilter[R any](text string, fields map[string]filterField[R], rules composites) (func(R) bool, error) {
	parsed, err := parseExpression(text)
	if err != nil {
		return nil, err
	}
	compiler := &filterCompiler[R]{fields, rules}
	return compiler.compile(parsed)
}

// A filterCompiler turns expressions into predicates under the rules of one operation.
type filterCompiler[R any] struct {
	fields map[string]filterField[R]
	rules  composites
}

func (c *filterCompiler[R]) compile(parsed expression) (func(R) bool, error) {
	if parsed.connective == comparison {
		return c.comparison(parsed)
	}
	if err := c.allowed(parsed); err != nil {
		return nil, err
	}
	operands := make([]func(R) bool, len(parsed.operands))
	for i, operand := range parsed.operands {
		var err error
		if operands[i], err = c.compile(operand); err != nil {
			return nil, err
		}
	}
	switch parsed.connective {
	case conjunction:
		return func(row R) bool {
			return !slices.ContainsFunc(operands, func(matches func(R) bool) bool { return !matches(row) })
		}, nil
	case disjunction:
		return func(row R) bool {
			return slices.ContainsFunc(operands, func(matches func(R) bool) bool { return matches(row) })
		}, nil
	case negation:
		return func(row R) bool { return !operands[0](row) }, nil
	}
	return operands[0], nil
}

// allowed refuses a connective that the operation does not support.
func (c *filterCompiler[R]) allowed(parsed expression) error {
	needed, name := allowParentheses, "parentheses"
	switch parsed.connective {
	case conjunction:
		needed, name = allowAnd, "and"
	case disjunction:
		needed, name = allowOr, "or"
	case negation:
		needed, name = allowNot, "not"
	}
	switch {
	case c.rules&needed == 0:
		return refuseAt(parsed.at, "this operation does not support %s.", name)
	case c.rules&oneAcrossFields == 0 || parsed.connective == parenthesized || parsed.connective == negation:
		return nil
	case len(parsed.operands) > 2:
		return refuseAt(parsed.at, "this operation supports a single and or or.")
	}
	left, right := ungrouped(parsed.operands[0]), ungrouped(parsed.operands[1])
	switch {
	case left.connective != comparison || right.connective != comparison:
		return refuseAt(parsed.at, "this operation supports a single and or or.")
	case left.field.text == right.field.text:
		return refuseAt(parsed.at, "this operation supports %s only between filters of different fields.", name)
	}
	return nil
}

// ungrouped returns what stands inside the parentheses, however many there are.
func ungrouped(parsed expression) expression {
	for parsed.connective == parenthesized {
		parsed = parsed.operands[0]
	}
	return parsed
}

func (c *filterCompiler[R]) comparison(parsed expression) (func(R) bool, error) {
	field, known := c.fields[parsed.field.text]
	if !known {
		return nil, refuseAt(parsed.field.at, "%s is no field that this operation filters by; there are %s.",
			parsed.field, strings.Join(slices.Sorted(maps.Keys(c.fields)), ", "))
	}
	if field.operators&parsed.operator == 0 {
		return nil, refuseAt(parsed.at, "the operator %s is not supported for the field %s; it supports %s.",
			parsed.operator, parsed.field.text, field.operators)
	}
	wanted, called := textLiteral, "a text in double quotes"
	if field.kind == boolean {
		wanted, called = booleanLiteral, "true or false"
	}
	for _, value := range parsed.values {
		if value.literal() != wanted {
			return nil, refuseAt(value.at, "the field %s is compared with %s, not with %s.", parsed.field.text, called, value)
		}
	}
	if field.kind == boolean {
		return compareFlag(field.flag, parsed)
	}
	return compareText(field.text, field.kind == foldedText, parsed)
}

// compareFlag returns the predicate of a comparison of a boolean field.
func compareFlag[R any](flag func(R) (value, ok bool), parsed expression) (func(R) bool, error) {
	wanted := make([]bool, len(parsed.values))
	for i, value := range parsed.values {
		wanted[i] = value.text == "true"
	}
	switch parsed.operator {
	case opEq, opIn:
		return func(row R) bool { value, ok := flag(row); return ok && slices.Contains(wanted, value) }, nil
	case opNe:
		return func(row R) bool { value, ok := flag(row); return !ok || value != wanted[0] }, nil
	case opPr:
		return func(row R) bool { _, ok := flag(row); return ok }, nil
	case opIsNull:
		return func(row R) bool { _, ok := flag(row); return !ok }, nil
	}
	return nil, refuseAt(parsed.at, "the operator %s does not apply to true and false.", parsed.operator)
}

// compareText returns the predicate of a comparison of a field of texts. With fold on, letter case does not count.
func compareText[R any](texts func(R) []string, fold bool, parsed expression) (func(R) bool, error) {
	folded := func(text string) string { return text }
	if fold {
		folded = strings.ToLower
	}
	wanted := make(map[string]bool, len(parsed.values))
	var first string
	for i, value := range parsed.values {
		wanted[folded(value.text)] = true
		if i == 0 {
			first = folded(value.text)
		}
	}
	some := func(holds func(string) bool) (func(R) bool, error) {
		return func(row R) bool {
			return slices.ContainsFunc(texts(row), func(text string) bool { return holds(folded(text)) })
		}, nil
	}
	switch parsed.operator {
	case opEq, opIn:
		return some(func(text string) bool { return wanted[text] })
	case opNe:
		return func(row R) bool {
			return !slices.ContainsFunc(texts(row), func(text string) bool { return folded(text) == first })
		}, nil
	case opGt:
		return some(func(text string) bool { return text > first })
	case opGe:
		return some(func(text string) bool { return text >= first })
	case opLt:
		return some(func(text string) bool { return text < first })
	case opLe:
		return some(func(text string) bool { return text <= first })
	case opCo:
		return some(func(text string) bool { return strings.Contains(text, first) })
	case opSw:
		return some(func(text string) bool { return strings.HasPrefix(text, first) })
	case opPr:
		return func(row R) bool { return len(texts(row)) > 0 }, nil
	case opIsNull:
		return func(row R) bool { return len(texts(row)) == 0 }, nil
	}
	// What is left is opCa.
	return func(row R) bool {
		present := texts(row)
		for text := range wanted {
			if !slices.ContainsFunc(present, func(candidate string) bool { return folded(candidate) == text }) {
				return false
			}
		}
		return true
	}, nil
}
