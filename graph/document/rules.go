package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// ValidationRules returns the function that lists the rules of validation, as gqlgen wants it. Without
// introspection, no error message suggests a name of the schema.
func ValidationRules(introspection bool) func() *rules.Rules {
	return func() *rules.Rules {
		list := rules.NewDefaultRules()
		if introspection {
			return list
		}
		for telling, silent := range map[string]core.Rule{
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			list.RemoveRule(telling)
			list.AddRule(silent.Name, silent.RuleFunc)
		}
		return list
	}
}

// introspects reports whether a document asks for the schema anywhere.
func introspects(document *ast.QueryDocument) bool {
	var asks func(ast.SelectionSet) bool
	asks = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				if selection.Name == "__schema" || selection.Name == "__type" || asks(selection.SelectionSet) {
					return true
				}
			case *ast.InlineFragment:
				if asks(selection.SelectionSet) {
					return true
				}
			}
		}
		return false
	}
	for _, operation := range document.Operations {
		if asks(operation.SelectionSet) {
			return true
		}
	}
	for _, fragment := range document.Fragments {
		if asks(fragment.SelectionSet) {
			return true
		}
	}
	return false
}
