// Package filter is the vendor's language for filters and sorters. Parse turns a filter into a test for rows, and
// ParseSorters turns sorters into an order of rows. The caller says which fields its rows have and which operators the
// vendor documents for each; whatever goes beyond that is refused with a sentence for the client.
//
// The package imports nothing of the project, and rows may be of any type.
package filter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Operators is a set of comparison operators of the filter language.
type Operators uint16

// The comparison operators, each under the name that it has on the wire.
const (
	Eq     Operators = 1 << iota // equals
	Ne                           // does not equal
	Gt                           // is greater than
	Ge                           // is greater than or equal to
	Lt                           // is less than
	Le                           // is less than or equal to
	In                           // equals one value of a list
	Co                           // contains a text
	Sw                           // starts with a text
	Ca                           // contains all values of a list
	Pr                           // is present; stands before its field
	IsNull                       // is null; stands after its field
)

// operatorNames lists the comparison operators in the order in which the vendor documents them.
var operatorNames = [...]struct {
	operator Operators
	name     string
}{
	{Eq, "eq"},
	{Ne, "ne"},
	{Gt, "gt"},
	{Ge, "ge"},
	{Lt, "lt"},
	{Le, "le"},
	{In, "in"},
	{Co, "co"},
	{Sw, "sw"},
	{Ca, "ca"},
	{Pr, "pr"},
	{IsNull, "isnull"},
}

// operatorNamed returns the comparison operator of that name, or 0 where there is none. Names are lower case only.
func operatorNamed(name string) Operators {
	for _, entry := range operatorNames {
		if entry.name == name {
			return entry.operator
		}
	}
	return 0
}

// String lists the names of the operators in the set, separated by commas.
func (o Operators) String() string {
	var names []string
	for _, entry := range operatorNames {
		if o&entry.operator != 0 {
			names = append(names, entry.name)
		}
	}
	return strings.Join(names, ", ")
}

// Rules says by which means an operation lets comparisons be combined.
type Rules uint8

// The means of combination. Parentheses admits them around what is allowed
// without them.
const (
	And Rules = 1 << iota
	Or
	Not
	Parentheses
	// OneAcrossFields limits a filter to one "and" or "or" that joins two comparisons of different fields.
	OneAcrossFields
)

// A refusal says why a filter was refused and where.
type refusal struct {
	offset int // of the offending character, in bytes
	text   string
	filter string // the whole filter, set by Parse
}

// Error returns the position, in characters from 1, and a sentence that quotes what was found there.
func (e *refusal) Error() string {
	return fmt.Sprintf("character %d: %s", utf8.RuneCountInString(e.filter[:e.offset])+1, e.text)
}

// refuseAt returns a *refusal for the byte offset.
func refuseAt(offset int, format string, args ...any) *refusal {
	return &refusal{offset: offset, text: fmt.Sprintf(format, args...)}
}

// A Field describes one field by which an operation lets its callers filter rows of type R.
type Field[R any] struct {
	operators Operators // those that the operation documents for the field
	kind      kind
	// text returns the values of the field in a row: one for a plain field, any number for a collection, none for
	// null. It is called for exactText and foldedText.
	text func(R) []string
	// flag returns the value of the field in a row, and false where it is null. It is called for boolean.
	flag func(R) (value, ok bool)
}

// A kind is the type of a field, which decides what values it is compared with and how.
type kind uint8

const (
	exactText  kind = iota // letter case counts: identifiers and enum values
	foldedText             // letter case does not count
	boolean
)

// Exact describes a field of identifiers or enumeration values, whose letter case counts. It is never null.
func Exact[R any](supported Operators, value func(R) string) Field[R] {
	return Field[R]{operators: supported, kind: exactText, text: func(row R) []string { return []string{value(row)} }}
}

// Text describes a field whose letter case does not count. It is never null.
func Text[R any](supported Operators, value func(R) string) Field[R] {
	return Texts(supported, func(row R) []string { return []string{value(row)} })
}

// NullableText describes a field whose letter case does not count, and which is null if value returns false.
func NullableText[R any](supported Operators, value func(R) (text string, ok bool)) Field[R] {
	return Texts(supported, func(row R) []string {
		if text, ok := value(row); ok {
			return []string{text}
		}
		return nil
	})
}

// Texts describes a collection of texts, whose letter case does not count. An empty collection is null.
func Texts[R any](supported Operators, values func(R) []string) Field[R] {
	return Field[R]{operators: supported, kind: foldedText, text: values}
}

// Flag describes a boolean field. It is never null.
func Flag[R any](supported Operators, value func(R) bool) Field[R] {
	return Field[R]{operators: supported, kind: boolean, flag: func(row R) (bool, bool) { return value(row), true }}
}

// RequiredValues returns values of which a row must have one in the field to match the filter, or false if the filter
// demands no such list. The field has to be an Exact one.
func RequiredValues(text, field string) ([]string, bool) {
	parsed, err := parse(text)
	if err != nil {
		return nil, false
	}
	return parsed.requiredValues(field)
}

func (e expression) requiredValues(field string) ([]string, bool) {
	switch {
	case e.connective == conjunction || e.connective == parenthesized:
		for _, operand := range e.operands {
			if values, ok := operand.requiredValues(field); ok {
				return values, true
			}
		}
	case e.connective == comparison && e.field.text == field && e.operator&(Eq|In) != 0:
		var values []string
		for _, value := range e.values {
			values = append(values, value.text)
		}
		return values, true
	}
	return nil, false
}

// Parse compiles text into a predicate over rows. fields are those that the operation supports, by their name in
// the filter; rules are the combinations that it supports. A blank text matches every row. Whatever is no filter, or
// asks for more than the operation supports, is refused with a *refusal.
//
// Where a field is null, only isnull and ne hold. Of a collection, eq, in, sw, co and the orderings hold if they hold
// for one of its values, ne if no value is equal, and ca if each listed value is in it.
func Parse[R any](text string, fields map[string]Field[R], rules Rules) (func(R) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(R) bool { return true }, nil
	}
	matches, err := compile(text, fields, rules)
	if refused, ok := errors.AsType[*refusal](err); ok {
		refused.filter = text
	}
	return matches, err
}

func compile[R any](text string, fields map[string]Field[R], rules Rules) (func(R) bool, error) {
	parsed, err := parse(text)
	if err != nil {
		return nil, err
	}
	compiler := &compiler[R]{fields, rules}
	return compiler.compile(parsed)
}

// A compiler turns expressions into predicates under the rules of one operation.
type compiler[R any] struct {
	fields map[string]Field[R]
	rules  Rules
}

func (c *compiler[R]) compile(parsed expression) (func(R) bool, error) {
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
func (c *compiler[R]) allowed(parsed expression) error {
	needed, name := Parentheses, "parentheses"
	switch parsed.connective {
	case conjunction:
		needed, name = And, "and"
	case disjunction:
		needed, name = Or, "or"
	case negation:
		needed, name = Not, "not"
	}
	switch {
	case c.rules&needed == 0:
		return refuseAt(parsed.at, "this operation does not support %s.", name)
	case c.rules&OneAcrossFields == 0 || parsed.connective == parenthesized || parsed.connective == negation:
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

func (c *compiler[R]) comparison(parsed expression) (func(R) bool, error) {
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
	case Eq, In:
		return func(row R) bool { value, ok := flag(row); return ok && slices.Contains(wanted, value) }, nil
	case Ne:
		return func(row R) bool { value, ok := flag(row); return !ok || value != wanted[0] }, nil
	case Pr:
		return func(row R) bool { _, ok := flag(row); return ok }, nil
	case IsNull:
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
	case Eq, In:
		return some(func(text string) bool { return wanted[text] })
	case Ne:
		return func(row R) bool {
			return !slices.ContainsFunc(texts(row), func(text string) bool { return folded(text) == first })
		}, nil
	case Gt:
		return some(func(text string) bool { return text > first })
	case Ge:
		return some(func(text string) bool { return text >= first })
	case Lt:
		return some(func(text string) bool { return text < first })
	case Le:
		return some(func(text string) bool { return text <= first })
	case Co:
		return some(func(text string) bool { return strings.Contains(text, first) })
	case Sw:
		return some(func(text string) bool { return strings.HasPrefix(text, first) })
	case Pr:
		return func(row R) bool { return len(texts(row)) > 0 }, nil
	case IsNull:
		return func(row R) bool { return len(texts(row)) == 0 }, nil
	}
	// What is left is Ca.
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
