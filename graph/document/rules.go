package document

import (
	"cmp"
	"slices"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"certql/graph/apierror"
)

// validationRules returns the rules of validation, in the order in which they are asked: gqlparser's,
// with the project's own for literals and for fields that overlap (overlaps). If errors suggest no names
// of the schema, so do theirs.
func (r inputReader) validationRules() []core.Rule {
	list := rules.NewDefaultRules()
	list.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, r.valuesRule())
	list.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	if r.silent {
		for telling, silent := range map[string]core.Rule{
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		} {
			list.ReplaceRule(telling, silent.RuleFunc)
		}
	}
	var sorted []core.Rule
	for name, check := range list.GetInner() {
		sorted = append(sorted, core.Rule{Name: name, RuleFunc: check})
	}
	slices.SortFunc(sorted, func(a, b core.Rule) int { return cmp.Compare(a.Name, b.Name) })
	return sorted
}

// enough is what ends a validation that has found maxErrors errors: gqlparser's walk has no other way out.
type enough struct{}

// validate returns what is wrong with a document that has been parsed: the first ten errors, and one
// that says so if there are more.
func validate(schema *ast.Schema, document *ast.QueryDocument, list []core.Rule) (errs gqlerror.List) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case enough:
			errs = append(errs, apierror.Invalid("Too many validation errors, error limit reached. Validation aborted."))
		default:
			panic(reason)
		}
	}()
	var observers core.Events
	for _, rule := range list {
		rule.RuleFunc(&observers, func(options ...core.ErrorOption) {
			if len(errs) == maxErrors {
				panic(enough{})
			}
			err := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(err)
			}
			errcode.Set(err, errcode.ValidationFailed)
			errs = append(errs, err)
		})
	}
	core.Walk(schema, document, &observers)
	if errs == nil {
		errs = overlaps(schema, document)
	}
	return errs
}

// checkNames returns an error if names do not tell the operations of a document apart, or its fragments.
// It is for documents of which one operation alone is validated; the rules find this in others.
func checkNames(document *ast.QueryDocument) gqlerror.List {
	var errs gqlerror.List
	add := func(at *ast.Position, message string) {
		if len(errs) < maxErrors {
			err := apierror.Invalid(message)
			err.Locations = locations(at)
			errs = append(errs, err)
		}
	}
	seen := make(map[string]bool, len(document.Operations))
	for _, operation := range document.Operations {
		if operation.Name == "" && len(document.Operations) > 1 {
			add(operation.Position, "This anonymous operation must be the only defined operation.")
		}
		if seen[operation.Name] {
			add(operation.Position, `There can be only one operation named "`+operation.Name+`".`)
		}
		seen[operation.Name] = true
	}
	clear(seen)
	for _, fragment := range document.Fragments {
		if seen[fragment.Name] {
			add(fragment.Position, `There can be only one fragment named "`+fragment.Name+`".`)
		}
		seen[fragment.Name] = true
	}
	return errs
}

// serviceField is the field at the root of queries that shows the schema of a subgraph.
const serviceField = "_service"

// introspects reports whether a document asks for a schema anywhere, or for what a subgraph of a federated graph shows
// of it.
func introspects(document *ast.QueryDocument, schema *ast.Schema) bool {
	isSubgraph := schema.Query.Fields.ForName(serviceField) != nil
	var asks func(ast.SelectionSet) bool
	asks = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				if asksForSchema(selection) || isSubgraph && selection.Name == serviceField || asks(selection.SelectionSet) {
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
