// Package filter is the vendor's language of filters and sorters. Parse turns a filter into a test of rows, and
// ParseSorters turns sorters into an order of rows. The caller says which fields its rows have and which operators the
// vendor documents for each; what goes beyond that is refused with a sentence that the service can send.
//
// The package imports nothing of the project, and rows may be of any type.
package filter

import (
	"errors"
	"strings"
)

// Rules says by which means an operation lets comparisons be combined.
type Rules uint8

// The means of combination.
const (
	And Rules = 1 << iota
	Or
	Not
	// Parentheses may stand around whatever is allowed without them.
	Parentheses
	// OneAcrossFields limits a filter to one "and" or "or" that joins two comparisons of different fields.
	OneAcrossFields
)

// Parse returns the test that a filter describes. fields are those that the operation supports, by their name in the
// filter; rules are the combinations that it supports. A blank text matches every row. What is no filter, or asks for
// more than the operation supports, is an error that says where it stands and what is allowed there.
//
// If a field is null, only isnull and ne hold. Of a collection, eq, in, sw, co and the orderings hold if they hold for
// one of its values, ne if no value is equal, and ca if each listed value is in it.
func Parse[R any](text string, fields map[string]Field[R], rules Rules) (matches func(R) bool, err error) {
	if strings.TrimSpace(text) == "" {
		return func(R) bool { return true }, nil
	}
	parsed, err := parse(text)
	if err == nil {
		matches, err = (&compiler[R]{fields, rules}).compile(parsed)
	}
	if refused, ok := errors.AsType[*refusal](err); ok {
		refused.filter = text
	}
	return matches, err
}

// RequiredValues returns the values that a filter lists for a field: a row can match only if its field is one of them.
// It returns false if the text is no filter, or matches rows with other values too. The field has to be one made by
// Exact.
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
