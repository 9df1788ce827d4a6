package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// valuesRule returns the rule that literals in documents are values of their types. It replaces the one
// of gqlparser, which lets some pass that cannot be read: an integer of 40 bits, an object in the place
// of a number. The errors have the words of graphql-js.
func (r inputReader) valuesRule() core.RuleFunc {
	return func(observers *core.Events, report core.AddErrFunc) {
		observers.OnValue(func(_ *core.Walker, value *ast.Value) {
			if value.ExpectedType == nil || value.Definition == nil {
				return // in the place of something unknown, or within a wrong value
			}
			r.checkLiteral(value, func(position *ast.Position, format string, arguments ...any) {
				report(core.Message(format, arguments...), core.At(position))
			})
		})
	}
}

// checkLiteral reports what is wrong with a literal, apart from what is wrong with its children.
func (r inputReader) checkLiteral(value *ast.Value, report func(at *ast.Position, format string, arguments ...any)) {
	switch {
	case value.Kind == ast.Variable:
	case value.Kind == ast.NullValue:
		if value.ExpectedType.NonNull {
			report(value.Position, `Expected value of type "%s", found null.`, value.ExpectedType)
		}
	case value.Kind == ast.ListValue && value.ExpectedType.Elem != nil:
	case value.Kind == ast.ListValue && value.Definition.Kind == ast.InputObject:
		report(value.Position, `Expected value of type "%s", found %s.`, value.Definition.Name, printLiteral(value))
	case value.Kind == ast.ObjectValue && value.Definition.Kind == ast.InputObject:
		r.checkObject(value, report)
	case value.Definition.Kind == ast.InputObject:
		report(startOf(value), `Expected value of type "%s", found %s.`, value.ExpectedType, printLiteral(value))
	default:
		if reason := r.literalReason(value.Definition, value); reason != "" {
			report(startOf(value), "%s", reason)
		}
	}
}

// startOf returns where a literal begins. Gqlparser has the position of a text without its quote.
func startOf(value *ast.Value) *ast.Position {
	if value.Kind != ast.StringValue {
		return value.Position
	}
	position := *value.Position
	position.Column--
	return &position
}

func (r inputReader) checkObject(value *ast.Value, report func(at *ast.Position, format string, arguments ...any)) {
	definition := value.Definition
	for _, field := range definition.Fields {
		if field.Type.NonNull && field.DefaultValue == nil && value.Children.ForName(field.Name) == nil {
			report(value.Position, `Field "%s.%s" of required type "%s" was not provided.`, definition.Name, field.Name, field.Type)
		}
	}
	if isOneOf(definition) {
		switch {
		case len(value.Children) != 1:
			report(value.Position, `OneOf Input Object "%s" must specify exactly one key.`, definition.Name)
		case value.Children[0].Value.Kind == ast.NullValue:
			report(value.Position, `Field "%s.%s" must be non-null.`, definition.Name, value.Children[0].Name)
		}
	}
	for _, child := range value.Children {
		if definition.Fields.ForName(child.Name) == nil {
			report(child.Position, `Field "%s" is not defined by type "%s".%s`,
				short(child.Name, maxPrinted), definition.Name, r.didYouMean("", child.Name, fieldNames(definition)))
		}
	}
}
