package document

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"

	"certql/graph/apierror"
	"certql/graph/kept"
)

// An Inspection is the extension that checks whether a request can be executed: its document and its
// variables. What exceeds a limit is refused before it is validated, and what a validation would take is
// counted before. A document that has been validated is not parsed again.
//
// A document is validated as a whole, with every operation and fragment in it, unless that takes too many
// steps. Of a large document only the operation that is asked for is validated, with the fragments that
// it reaches. What is wrong elsewhere in it, and a fragment that is not used, is not found then; names
// have to be unique all the same.
type Inspection struct {
	limits        Limits
	introspection bool
	inputs        inputReader
	rules         []core.Rule
	documents     *Cache
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = Inspection{}

// NewInspection returns the inspection of requests for a schema with scalars. The limits must have their
// defaults. Without introspection, documents that ask for the schema are refused, and errors suggest no
// names of it. Documents that are valid are kept in the cache.
func NewInspection(limits Limits, introspection bool, schema *ast.Schema, scalars Scalars, documents *Cache) Inspection {
	inputs := inputReader{schema: schema, scalars: scalars, silent: !introspection}
	return Inspection{limits: limits, introspection: introspection, inputs: inputs, rules: inputs.validationRules(), documents: documents}
}

// ExtensionName names the extension.
func (Inspection) ExtensionName() string { return "Inspection" }

// Validate accepts any schema.
func (Inspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters returns an error if the request exceeds a limit, if its document cannot be
// parsed or is not valid, if no operation is chosen, if it asks for the schema though that is hidden, or
// if a variable is not a value of its type; if there are several, the error is apierror.Join's. It gives
// the request its variables as values of their types, and the operation of the context its document.
func (i Inspection) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if err := i.limits.checkVariables(request.Variables); err != nil {
		return err
	}
	found, known := i.documents.get(request.Query, request.OperationName)
	if !known {
		var errs gqlerror.List
		if found, errs = i.check(request.Query, request.OperationName); errs != nil {
			return apierror.Join(errs)
		}
	}
	operation, err := choose(found.document, request.OperationName)
	if err != nil {
		return err
	}
	executed := graphql.GetOperationContext(ctx)
	executed.Doc, executed.Operation = found.document, operation
	kept.Hand(executed, found.kept[operation])
	variables, errs := i.inputs.variables(operation, request.Variables)
	if errs == nil {
		errs = checkArguments(found.document, operation, variables)
	}
	if errs != nil {
		return apierror.Join(errs)
	}
	request.Variables = variables
	return found.extents[operation].checkUses(variables)
}

// check parses and validates a document, of which one operation is to be executed, and keeps it. The
// errors are all that it returns if the operation must not be executed.
func (i Inspection) check(query, operationName string) (*checked, gqlerror.List) {
	whole, err := i.limits.readOutline(query)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	steps := whole.validation(maxDocument)
	if steps > maxDocument {
		return nil, gqlerror.List{tooManySteps(maxDocument)}
	}
	operation, err := choose(whole.document, operationName)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	scope, alone := whole, false
	if steps > maxValidation {
		scope, alone = whole.only(operation), true
	}
	extents, err := i.limits.expand(scope)
	if exceeds(err, "selections") && !alone && len(whole.operations) > 1 {
		scope, alone = whole.only(operation), true
		extents, err = i.limits.expand(scope)
	}
	switch {
	case err != nil:
		return nil, gqlerror.List{err}
	case alone && scope.validation(maxValidation) > maxValidation:
		return nil, gqlerror.List{tooManySteps(maxValidation)}
	case !i.introspection && introspects(scope.document, i.inputs.schema):
		return nil, gqlerror.List{errIntrospection()}
	}
	if alone {
		if errs := checkNames(whole.document); errs != nil {
			return nil, errs
		}
	}
	if errs := validate(i.inputs.schema, scope.document, i.rules); errs != nil {
		return nil, errs
	}
	found := newChecked(scope.document, extents, scope.bytes())
	if alone {
		i.documents.addAlone(query, operationName, found)
	} else {
		i.documents.add(query, found)
	}
	return found, nil
}

// choose returns the operation of a document that a request asks for.
func choose(document *ast.QueryDocument, operationName string) (*ast.OperationDefinition, *gqlerror.Error) {
	operation := document.Operations.ForName(operationName)
	switch {
	case len(document.Operations) == 0:
		return nil, errNoOperation()
	case operation == nil && operationName == "":
		return nil, apierror.Invalid("The document has several operations: name one of them in operationName.")
	case operation == nil:
		return nil, apierror.Invalid("The document has no operation with the name in operationName.")
	default:
		return operation, nil
	}
}

func errNoOperation() *gqlerror.Error   { return apierror.Invalid("The document has no operation.") }
func errIntrospection() *gqlerror.Error { return apierror.Invalid("Introspection is turned off.") }
