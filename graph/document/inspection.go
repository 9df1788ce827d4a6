package document

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"certql/graph/apierror"
)

// An Inspection is the extension that checks whether a request can be executed: its document and its
// variables. What exceeds a limit is refused before it is validated, since the time of validation may
// grow with the square of a document's length. A document that has been validated is not parsed again.
type Inspection struct {
	limits        Limits
	introspection bool
	inputs        inputReader
	rules         *rules.Rules
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
	document, known := i.documents.Get(request.Query)
	if !known {
		var err *gqlerror.Error
		if document, err = i.limits.readDocument(request.Query); err != nil {
			return err
		}
	}
	if len(document.Operations) == 0 {
		return errNoOperation()
	}
	operation := document.Operations.ForName(request.OperationName)
	switch {
	case operation == nil && request.OperationName == "":
		return apierror.Invalid("The document has several operations: name one of them in operationName.")
	case operation == nil:
		return apierror.Invalid("The document has no operation of the name in operationName.")
	case !i.introspection && introspects(document):
		return errIntrospection()
	}
	if !known {
		if errs := i.validate(document); errs != nil {
			return apierror.Join(errs)
		}
		i.documents.Add(request.Query, document)
	}
	executed := graphql.GetOperationContext(ctx)
	executed.Doc, executed.Operation = document, operation
	variables, errs := i.inputs.variables(operation, request.Variables)
	if errs == nil {
		errs = checkArguments(document, operation, variables)
	}
	if errs != nil {
		return apierror.Join(errs)
	}
	request.Variables = variables
	return nil
}

// Inspected is the cache of documents for gqlgen, which parses and validates what its cache does not
// have: it has the document of every operation that has passed an Inspection.
type Inspected struct{}

var _ graphql.Cache[*ast.QueryDocument] = Inspected{}

// Get returns the document of the operation of the context, and whether it has one.
func (Inspected) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	document := graphql.GetOperationContext(ctx).Doc
	return document, document != nil
}

// Add does nothing.
func (Inspected) Add(context.Context, string, *ast.QueryDocument) {}

// validate returns what is wrong with a document that has been parsed.
func (i Inspection) validate(document *ast.QueryDocument) gqlerror.List {
	errs := validator.ValidateWithRules(i.inputs.schema, document, i.rules)
	for _, err := range errs {
		errcode.Set(err, errcode.ValidationFailed)
	}
	return errs
}

// readDocument parses a document, and returns an error if it exceeds a limit. The document need not be
// valid.
func (l Limits) readDocument(query string) (*ast.QueryDocument, *gqlerror.Error) {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, l.Tokens)
	if err == nil {
		return document, l.checkDocument(document)
	}
	problem := gqlerror.Wrap(err)
	if known, ok := err.(*gqlerror.Error); ok { //nolint:errorlint // the parser's own, never wrapped
		problem = known
	}
	if problem.Message == fmt.Sprintf("exceeded token limit of %d", l.Tokens) {
		return nil, tooLarge("tokens", l.Tokens, "The document has more than %d tokens.")
	}
	errcode.Set(problem, errcode.ParseFailed)
	return nil, problem
}

func errNoOperation() *gqlerror.Error   { return apierror.Invalid("The document has no operation.") }
func errIntrospection() *gqlerror.Error { return apierror.Invalid("Introspection is turned off.") }
