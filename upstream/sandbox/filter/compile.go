package filter

import (
	"maps"
	"slices"
	"strings"
)

// A compiler turns expressions into tests of rows, under the rules of one operation.
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
