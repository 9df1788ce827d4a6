package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// IsSubscription reports whether the operation in a context is a subscription. It returns false if
// there is no operation, since the request was refused.
func IsSubscription(ctx context.Context) bool {
	if !graphql.HasOperationContext(ctx) {
		return false
	}
	operation := graphql.GetOperationContext(ctx).Operation
	return operation != nil && operation.Operation == ast.Subscription
}

// checkRoot returns an error if a subscription has not exactly one field at its root. The validation
// rule goes by names, and disregards aliases and conditions.
func checkRoot(operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation.Operation == ast.Subscription && len(Roots(operation)) != 1 {
		return apierror.Invalid("A subscription must have exactly one field at its root.")
	}
	return nil
}
