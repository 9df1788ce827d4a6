package document

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Scalars check values of the scalars that GraphQL does not define, by the names of the scalars. A
// check returns what is wrong with a value as a sentence that begins after the name of the scalar. A
// scalar without a check takes every value.
type Scalars map[string]func(value any) error

// leaf returns a value of a variable as one of a scalar or an enum, or the reason why it is none.
func (r inputReader) leaf(definition *ast.Definition, given any) (value any, reason string) {
	if definition.Kind == ast.Enum {
		return given, r.enumReason(definition, given)
	}
	switch definition.Name {
	case "Int":
		n, ok := numberOf(given)
		switch {
		case !ok || n.float != math.Trunc(n.float) || math.IsInf(n.float, 0):
			return nil, "Int cannot represent non-integer value: " + inspect(given)
		case n.float < math.MinInt32 || n.float > math.MaxInt32:
			return nil, "Int cannot represent non 32-bit signed integer value: " + inspect(given)
		}
		return int64(n.float), ""
	case "Float":
		n, ok := numberOf(given)
		if !ok || math.IsInf(n.float, 0) {
			return nil, "Float cannot represent non numeric value: " + inspect(given)
		}
		return n.float, ""
	case "String":
		if _, ok := given.(string); !ok {
			return nil, "String cannot represent a non string value: " + inspect(given)
		}
	case "Boolean":
		if _, ok := given.(bool); !ok {
			return nil, "Boolean cannot represent a non boolean value: " + inspect(given)
		}
	case "ID":
		if _, ok := given.(string); ok {
			return given, ""
		}
		n, ok := numberOf(given)
		if !ok || n.float != math.Trunc(n.float) || math.IsInf(n.float, 0) {
			return nil, "ID cannot represent value: " + inspect(given)
		}
		return n.String(), ""
	default:
		return given, r.scalarReason(definition, given)
	}
	return given, ""
}

// enumReason returns why a value of a variable is not one of an enum's, and an empty text if it is.
func (r inputReader) enumReason(definition *ast.Definition, given any) string {
	name, ok := given.(string)
	if !ok {
		text := inspect(given)
		return fmt.Sprintf(`Enum "%s" cannot represent non-string value: %s.`, definition.Name, text) + r.didYouMeanValue(text, definition)
	}
	if definition.EnumValues.ForName(name) == nil {
		return fmt.Sprintf(`Value "%s" does not exist in "%s" enum.`, short(name, maxPrinted), definition.Name) + r.didYouMeanValue(name, definition)
	}
	return ""
}

// scalarReason returns why a value is not one of a scalar that GraphQL does not define.
func (r inputReader) scalarReason(definition *ast.Definition, given any) string {
	check := r.scalars[definition.Name]
	if check == nil {
		return ""
	}
	if err := check(given); err != nil {
		return definition.Name + " " + err.Error()
	}
	return ""
}

// literalReason returns why a literal of a document is not one of a scalar or an enum, and an empty
// text if it is.
func (r inputReader) literalReason(definition *ast.Definition, literal *ast.Value) string {
	if definition.Kind == ast.Enum {
		switch {
		case literal.Kind != ast.EnumValue:
			text := printLiteral(literal)
			return fmt.Sprintf(`Enum "%s" cannot represent non-enum value: %s.`, definition.Name, text) + r.didYouMeanValue(text, definition)
		case definition.EnumValues.ForName(literal.Raw) == nil:
			return fmt.Sprintf(`Value "%s" does not exist in "%s" enum.`, short(literal.Raw, maxPrinted), definition.Name) + r.didYouMeanValue(literal.Raw, definition)
		}
		return ""
	}
	isText := literal.Kind == ast.StringValue || literal.Kind == ast.BlockValue
	switch definition.Name {
	case "Int":
		if literal.Kind != ast.IntValue {
			return "Int cannot represent non-integer value: " + printLiteral(literal)
		}
		if _, err := strconv.ParseInt(literal.Raw, 10, 32); err != nil {
			return "Int cannot represent non 32-bit signed integer value: " + printLiteral(literal)
		}
	case "Float":
		_, err := strconv.ParseFloat(literal.Raw, 64)
		if literal.Kind != ast.IntValue && literal.Kind != ast.FloatValue || err != nil {
			return "Float cannot represent non numeric value: " + printLiteral(literal)
		}
	case "String":
		if !isText {
			return "String cannot represent a non string value: " + printLiteral(literal)
		}
	case "Boolean":
		if literal.Kind != ast.BooleanValue {
			return "Boolean cannot represent a non boolean value: " + printLiteral(literal)
		}
	case "ID":
		// Gqlgen reads integers in documents as 64 bits, whatever they stand for.
		_, err := strconv.ParseInt(literal.Raw, 10, 64)
		if !isText && (literal.Kind != ast.IntValue || err != nil) {
			return "ID cannot represent a non-string and non-integer value: " + printLiteral(literal)
		}
	default:
		value, err := literal.Value(nil)
		if err != nil { // a number that Go has no room for
			value = json.Number(literal.Raw)
		}
		return r.scalarReason(definition, value)
	}
	return ""
}

// A number is a number in JSON.
type number struct {
	text  string
	float float64 // infinite if there is no room for it
}

// numberOf returns a value as a number, and whether it is one.
func numberOf(value any) (number, bool) {
	var text string
	switch value := value.(type) {
	case json.Number:
		text = string(value)
	case int64: // a literal that is the default of a variable
		text = strconv.FormatInt(value, 10)
	case float64:
		text = strconv.FormatFloat(value, 'g', -1, 64)
	default:
		return number{}, false
	}
	float, _ := strconv.ParseFloat(text, 64) // the error is that the float is infinite
	return number{text, float}, true
}
