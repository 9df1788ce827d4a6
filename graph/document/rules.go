package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules returns the rules of validation: gqlparser's, with the project's own for literals. If
// errors suggest no names of the schema, so do theirs.
func (r inputReader) validationRules() *rules.Rules {
	list := rules.NewDefaultRules()
	list.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, r.valuesRule())
	if !r.silent {
		return list
	}
	for telling, silent := range map[string]core.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
	} {
		list.ReplaceRule(telling, silent.RuleFunc)
	}
	return list
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
