package document

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"certql/graph/apierror"
)

// An Inspection is the extension that refuses a request that exceeds a limit before gqlgen validates
// it: the time of validation may grow with the square of a document's length. A document that has
// been validated is not parsed again.
type Inspection struct {
	limits        Limits
	introspection bool
	schema        *ast.Schema
	documents     *Cache
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = Inspection{}

// NewInspection returns the inspection of requests for a schema. The limits must have their defaults.
// Without introspection, documents that ask for the schema are refused. The documents are those that
// gqlgen has validated.
func NewInspection(limits Limits, introspection bool, schema *ast.Schema, documents *Cache) Inspection {
	return Inspection{limits: limits, introspection: introspection, schema: schema, documents: documents}
}

// ExtensionName names the extension.
func (Inspection) ExtensionName() string { return "Inspection" }

// Validate accepts any schema.
func (Inspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters returns an error if the request exceeds a limit, if its document cannot be
// parsed, if no operation is chosen, if it asks for the schema though that is hidden, or if an input
// with @oneOf has other than one member. It changes nothing in the request.
func (i Inspection) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if err := i.limits.checkVariables(request.Variables); err != nil {
		return err
	}
	document, known := i.documents.Get(ctx, request.Query)
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
	return checkOneOf(i.schema, operation, request.Variables)
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
