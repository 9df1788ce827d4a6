package plan

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// withoutDefers returns the document and the operation without @defer, and the fragments of it that are put off,
// with their labels; none if nothing is. Gqlgen's executor would put off some fields only, and write null for
// them until then, as if they could not be read. The document is another one then, since others share the one
// that was parsed.
func withoutDefers(operation *graphql.OperationContext, variables map[string]any) (*ast.QueryDocument, *ast.OperationDefinition, map[ast.Selection]string) {
	if !strings.Contains(operation.RawQuery, "defer") {
		return operation.Doc, operation.Operation, nil
	}
	taking := deferTaker{
		variables: variables,
		fragments: map[string]*ast.FragmentDefinition{}, putOff: map[ast.Selection]string{},
	}
	own := *operation.Operation
	own.SelectionSet = taking.set(own.SelectionSet)
	if len(taking.putOff) == 0 {
		return operation.Doc, operation.Operation, nil
	}
	document := *operation.Doc
	document.Operations, document.Fragments = ast.OperationList{&own}, nil
	for _, fragment := range taking.fragments {
		document.Fragments = append(document.Fragments, fragment)
	}
	return &document, &own, taking.putOff
}

// A deferTaker copies the selections of an operation without @defer.
type deferTaker struct {
	variables map[string]any
	fragments map[string]*ast.FragmentDefinition // the copies, by name
	putOff    map[ast.Selection]string           // the copies that are put off, with their labels
}

func (t *deferTaker) set(set ast.SelectionSet) ast.SelectionSet {
	if set == nil {
		return nil
	}
	copied := make(ast.SelectionSet, len(set))
	for i, selection := range set {
		copied[i] = t.selection(selection)
	}
	return copied
}

func (t *deferTaker) selection(selection ast.Selection) ast.Selection {
	switch selection := selection.(type) {
	case *ast.Field:
		own := *selection
		own.SelectionSet = t.set(own.SelectionSet)
		return &own
	case *ast.InlineFragment:
		own := *selection
		own.SelectionSet = t.set(own.SelectionSet)
		own.Directives = t.directives(&own, own.Directives)
		return &own
	case *ast.FragmentSpread:
		own := *selection
		own.Definition = t.fragment(own.Definition)
		own.Directives = t.directives(&own, own.Directives)
		return &own
	default:
		return selection
	}
}

// fragment returns the copy of a fragment. Validation has seen to it that none spreads itself.
func (t *deferTaker) fragment(definition *ast.FragmentDefinition) *ast.FragmentDefinition {
	if own := t.fragments[definition.Name]; own != nil {
		return own
	}
	own := *definition
	own.SelectionSet = t.set(own.SelectionSet)
	t.fragments[definition.Name] = &own
	return &own
}

// directives returns the directives of a fragment without @defer, and notes whether it is put off.
func (t *deferTaker) directives(fragment ast.Selection, given ast.DirectiveList) ast.DirectiveList {
	var others ast.DirectiveList
	for _, directive := range given {
		if directive.Name != "defer" {
			others = append(others, directive)
			continue
		}
		arguments := directive.ArgumentMap(t.variables)
		if wanted, ok := arguments["if"].(bool); !ok || wanted { // null and no condition are as true
			label, _ := arguments["label"].(string)
			t.putOff[fragment] = label
		}
	}
	return others
}
