package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

const (
	// maxMisfits is how many mistakes of one call are told.
	maxMisfits = 10
	// maxShown is how many characters of a wrong value are repeated.
	maxShown = 40
)

// check returns what is wrong with the arguments of a call, with what is allowed instead; nil if they fit the
// tool's input. Null stands for nothing given. What depends on more than the kinds of values, such as that
// a text is a date, is left to the operation.
func (t *tool) check(arguments json.RawMessage) error {
	given := make(map[string]any)
	decoder := json.NewDecoder(bytes.NewReader(arguments))
	decoder.UseNumber()
	if err := decoder.Decode(&given); err != nil {
		return errors.New("the arguments must be an object: " + allowedOf(t.input))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the object of arguments")
	}
	var wrong misfits
	wrong.object("", given, t.input)
	if len(wrong) == 0 {
		return nil
	}
	if more := len(wrong) - maxMisfits; more > 0 {
		wrong = append(wrong[:maxMisfits], fmt.Sprintf("and %d more", more))
	}
	return errors.New(strings.Join(wrong, "; "))
}

// misfits are the mistakes in the arguments of a call.
type misfits []string

func (m *misfits) note(format string, args ...any) { *m = append(*m, fmt.Sprintf(format, args...)) }

// value notes what is wrong with a value, which is at a place in the arguments.
func (m *misfits) value(at string, value any, schema *jsonschema.Schema) {
	types := schema.Types
	if schema.Type != "" {
		types = []string{schema.Type}
	}
	switch value := value.(type) {
	case map[string]any:
		if slices.Contains(types, typeObject) {
			m.object(at, value, schema)
			return
		}
	case []any:
		if slices.Contains(types, typeArray) {
			for i, element := range value {
				m.value(at+"["+strconv.Itoa(i)+"]", element, schema.Items)
			}
			return
		}
	default:
		if slices.ContainsFunc(types, func(kind string) bool { return isA(kind, value) }) && (schema.Enum == nil || slices.Contains(schema.Enum, value)) {
			return
		}
	}
	m.note("%s must be %s, not %s", at, wanted(types, schema.Enum), shown(value))
}

// object notes what is wrong with an object, which is at a place in the arguments.
func (m *misfits) object(at string, object map[string]any, schema *jsonschema.Schema) {
	below := func(name string) string { return strings.TrimPrefix(at+"."+name, ".") }
	for _, name := range schema.Required {
		if _, ok := object[name]; !ok {
			m.note("%s is missing: %s", below(name), allowedOf(schema))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		property, value := schema.Properties[name], object[name]
		switch {
		case property == nil:
			m.note("%s is not known: %s", below(fmt.Sprintf("%.*q", maxShown, name)), allowedOf(schema))
		case value == nil && schema.OneOf == nil && !slices.Contains(schema.Required, name):
			// as if it were not given
		default:
			m.value(below(name), value, property)
		}
	}
	if schema.OneOf != nil && len(object) != 1 {
		m.note("%s must have exactly one of %s", at, strings.Join(schema.PropertyOrder, " and "))
	}
}

// isA reports whether a value that is neither object nor array has a type.
func isA(kind string, value any) bool {
	switch value := value.(type) {
	case nil:
		return kind == typeNull
	case bool:
		return kind == typeBoolean
	case string:
		return kind == typeString
	case json.Number:
		_, err := strconv.ParseInt(value.String(), 10, 32)
		return kind == typeNumber || kind == typeInteger && err == nil
	default:
		return false
	}
}

// wanted returns which values are allowed, in words.
func wanted(types []string, enum []any) string {
	var all []string
	for _, value := range enum {
		if value != nil {
			all = append(all, fmt.Sprint(value))
		}
	}
	for _, kind := range types {
		switch kind {
		case typeString:
			if enum == nil {
				all = append(all, "a string")
			}
		case typeInteger:
			all = append(all, "a whole number of 32 bits")
		case typeNumber:
			all = append(all, "a number")
		case typeBoolean:
			all = append(all, "true or false")
		case typeArray:
			all = append(all, "a list")
		case typeObject:
			all = append(all, "an object")
		default:
			all = append(all, kind)
		}
	}
	last := len(all) - 1
	if last < 1 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:last], ", ") + " or " + all[last]
}

// allowedOf returns which properties an object may have, in words.
func allowedOf(schema *jsonschema.Schema) string {
	if len(schema.PropertyOrder) == 0 {
		return "there are none"
	}
	names := slices.Clone(schema.PropertyOrder)
	for i, name := range names {
		if slices.Contains(schema.Required, name) {
			names[i] += " (required)"
		}
	}
	return "there are " + strings.Join(names, ", ")
}

// shown returns a value as it is repeated: as JSON, and not all of a long one.
func shown(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "that"
	}
	if runes := []rune(string(text)); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return string(text)
}
