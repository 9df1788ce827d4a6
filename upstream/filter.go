package upstream

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An expression is a filter in the service's language. It is made by the functions below
// alone, which quote every value, so that no value can become part of the language. The zero
// expression does not filter.
type expression struct {
	text string
	join string // "and" or "or", if text is composed by it at its top level
	err  error  // why it cannot be sent; text is not empty then
}

// A TextMatch is a condition on a text: that it equals another or starts with it. The
// service ignores case when it compares names, addresses and rights.
type TextMatch struct {
	operator string
	text     string
}

// Equals returns the condition that a text is the given one.
func Equals(text string) *TextMatch { return &TextMatch{"eq", text} }

// StartsWith returns the condition that a text starts with the given one.
func StartsWith(text string) *TextMatch { return &TextMatch{"sw", text} }

// all joins conditions by "and".
func all(conditions ...expression) expression { return compose("and", conditions) }

// anyOf joins conditions by "or".
func anyOf(conditions ...expression) expression { return compose("or", conditions) }

func compose(join string, conditions []expression) expression {
	var e expression
	parts := 0
	for _, c := range conditions {
		switch {
		case c.text == "":
			continue
		case parts == 0:
			e.text, e.join = c.text, c.join
		default:
			e.text = e.nested(join) + " " + join + " " + c.nested(join)
			e.join = join
		}
		if e.err == nil {
			e.err = c.err
		}
		parts++
	}
	return e
}

// nested returns the expression's text as a part of one that is joined by join.
func (e expression) nested(join string) string {
	if e.join == "" || e.join == join {
		return e.text
	}
	return "(" + e.text + ")"
}

// eq compares a field with a value; the empty value makes no condition.
func eq(field, value string) expression {
	if value == "" {
		return expression{}
	}
	return compare(field, "eq", value)
}

// is compares a field with a boolean; nil makes no condition.
func is(field string, value *bool) expression {
	if value == nil {
		return expression{}
	}
	return expression{text: fmt.Sprintf("%s eq %t", field, *value)}
}

// match compares a field as m says; nil makes no condition.
func match(field string, m *TextMatch) expression {
	switch {
	case m == nil:
		return expression{}
	case m.operator == "":
		return compare(field, "eq", m.text)
	default:
		return compare(field, m.operator, m.text)
	}
}

// in asks for any of the values; nil makes no condition.
func in[V ~string](field string, values []V) expression {
	if len(values) == 1 {
		return compare(field, "eq", string(values[0]))
	}
	return compareList(field, "in", values)
}

// containsAll asks for a list that has all of the values; nil makes no condition.
func containsAll[V ~string](field string, values []V) expression {
	return compareList(field, "ca", values)
}

func compare(field, operator, value string) expression {
	e := expression{text: field + " " + operator + " " + quote(value)}
	e.check(field, value)
	return e
}

func compareList[V ~string](field, operator string, values []V) expression {
	if values == nil {
		return expression{}
	}
	var e expression
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(string(value))
		e.check(field, string(value))
	}
	e.text = field + " " + operator + " (" + strings.Join(quoted, ",") + ")"
	if len(values) == 0 {
		e.err = fmt.Errorf("filter on %s: %w", field, inputError("the list of values must not be empty"))
	}
	return e
}

// check notes why a value cannot be sent, if so. The language knows two escapes, \" and \\,
// and so has no way to write a control character.
func (e *expression) check(field, value string) {
	switch {
	case e.err != nil:
	case !utf8.ValidString(value):
		e.err = fmt.Errorf("filter on %s: %w", field, inputError("a value must be valid UTF-8"))
	case strings.ContainsFunc(value, unicode.IsControl):
		e.err = fmt.Errorf("filter on %s: %w", field, inputError("a value must not contain control characters"))
	}
}

// quote returns value as a string of the service's language.
func quote(value string) string {
	return `"` + quoting.Replace(value) + `"`
}

var quoting = strings.NewReplacer(`"`, `\"`, `\`, `\\`)
