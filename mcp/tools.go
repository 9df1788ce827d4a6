package mcp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/document"
)

// Tools are what assistants can call: one operation each, of a document that the operator has listed.
type Tools struct {
	list  []*tool
	texts map[string]bool // of their documents
}

// A tool is an operation with a description, its input and its output.
type tool struct {
	name, description string
	document          string // the id
	write             bool
	input, output     *jsonschema.Schema
	payloads          []payload // of a write
}

// A payload is a field at the root of a mutation.
type payload struct{ key, errors string } // of the response

// NewTools returns the tools that documents are, which have to be valid for the schema. Mutations are left out
// unless writes is set. The error has a line for each document that is no tool, with where it is listed and
// what it lacks.
func NewTools(listed []document.Listed, schema *ast.Schema, writes bool) (*Tools, error) {
	tools := &Tools{texts: make(map[string]bool)}
	var problems []error
	places := make(map[string]string)
	for _, each := range listed {
		made, err := newTool(each.Text, schema)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", each.Place, err))
		case places[made.name] != "":
			problems = append(problems, fmt.Errorf("%s: the operation %s has the name of the one at %s: tools are known by the names of their operations", each.Place, made.name, places[made.name]))
		default:
			places[made.name] = each.Place
			if writes || !made.write {
				tools.list = append(tools.list, made)
				tools.texts[each.Text] = true
			}
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if len(tools.list) == 0 {
		return nil, errNoTools
	}
	return tools, nil
}

// errNoTools reports that there is nothing to offer.
var errNoTools = errors.New("the documents of --mcp-documents have no query, and mutations are tools only with --mcp-writes")

// Len returns how many tools there are.
func (t *Tools) Len() int { return len(t.list) }

// Has reports whether a tool's document has a text.
func (t *Tools) Has(text string) bool { return t.texts[text] }

// maxToolName is how many characters the protocol allows in the name of a tool.
const maxToolName = 128

// newTool returns the tool that a document is. The error says what it lacks.
func newTool(text string, schema *ast.Schema) (*tool, error) {
	parsed, errs := gqlparser.LoadQueryWithRules(schema, text, nil)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	if len(parsed.Operations) != 1 {
		return nil, fmt.Errorf("the document has %d operations: a tool is one, in a document of its own", len(parsed.Operations))
	}
	operation := parsed.Operations[0]
	said := descriptionOf(operation.Description, operation.Comment)
	switch {
	case operation.Name == "":
		return nil, errors.New("the operation has no name, which would be the tool's")
	case len(operation.Name) > maxToolName:
		return nil, fmt.Errorf("the operation's name has %d characters: that of a tool has at most %d", len(operation.Name), maxToolName)
	case said == "":
		return nil, fmt.Errorf("the operation %s has no comment above it: an assistant chooses a tool by what it says there", operation.Name)
	case operation.Operation == ast.Subscription:
		return nil, fmt.Errorf("the operation %s is a subscription: a tool has one response", operation.Name)
	case defers(operation.SelectionSet):
		return nil, fmt.Errorf("the operation %s has @defer: a tool has one response", operation.Name)
	}
	made := &tool{name: operation.Name, description: said, document: document.Hash(text), write: operation.Operation == ast.Mutation}
	if made.write {
		var err error
		if made.payloads, err = payloadsOf(operation); err != nil {
			return nil, err
		}
		made.description += changes(operation)
	}
	made.input = inputs{schema}.of(operation, parsed.Fragments)
	made.output = outputOf(schema, operation)
	return made, nil
}

// defers reports whether anything of a selection is put off.
func defers(set ast.SelectionSet) bool {
	for _, selection := range set {
		var directives ast.DirectiveList
		var below ast.SelectionSet
		switch selection := selection.(type) {
		case *ast.Field:
			below = selection.SelectionSet
		case *ast.InlineFragment:
			directives, below = selection.Directives, selection.SelectionSet
		case *ast.FragmentSpread:
			directives, below = selection.Directives, selection.Definition.SelectionSet
		}
		if directives.ForName("defer") != nil || defers(below) {
			return true
		}
	}
	return false
}

// payloadsOf returns the payloads of a mutation. Each has to have the errors that say why nothing was done,
// or an assistant would take a refusal for a success.
func payloadsOf(operation *ast.OperationDefinition) ([]payload, error) {
	var all []payload
	for _, field := range fieldsOf(operation.SelectionSet) {
		one := payload{key: field.Alias}
		for _, below := range fieldsOf(field.SelectionSet) {
			selected := fieldsOf(below.SelectionSet)
			if below.Name == "errors" && hasField(selected, "code") && hasField(selected, "message") {
				one.errors = below.Alias
			}
		}
		if one.errors == "" {
			return nil, fmt.Errorf("the operation %s does not select errors { code message } of %s: without them, a refusal would look like a success", operation.Name, field.Name)
		}
		all = append(all, one)
	}
	return all, nil
}

// fieldsOf returns the fields of a selection, with those of its fragments.
func fieldsOf(set ast.SelectionSet) []*ast.Field {
	var fields []*ast.Field
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			fields = append(fields, selection)
		case *ast.InlineFragment:
			fields = append(fields, fieldsOf(selection.SelectionSet)...)
		case *ast.FragmentSpread:
			fields = append(fields, fieldsOf(selection.Definition.SelectionSet)...)
		}
	}
	return fields
}

// hasField reports whether a field is among those selected, under its own name.
func hasField(fields []*ast.Field, name string) bool {
	for _, field := range fields {
		if field.Name == name && field.Alias == name {
			return true
		}
	}
	return false
}

// changes returns what a mutation changes, in the schema's words, to follow its description.
func changes(operation *ast.OperationDefinition) string {
	var text strings.Builder
	text.WriteString("\n\nThis changes data, in the name of the caller:")
	for _, field := range fieldsOf(operation.SelectionSet) {
		fmt.Fprintf(&text, "\n- %s: %s", field.Name, flowed(field.Definition.Description))
	}
	return text.String()
}
