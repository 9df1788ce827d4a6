package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// IsSubscription says whether the answer is an event of a subscription. An answer to what is
// no operation at all is none.
func IsSubscription(ctx context.Context) bool {
	if !graphql.HasOperationContext(ctx) {
		return false
	}
	operation := graphql.GetOperationContext(ctx).Operation
	return operation != nil && operation.Operation == ast.Subscription
}

// checkRoot refuses a subscription unless it has one field at its root. The rule of validation
// looks at names alone, and not at aliases and conditions.
func checkRoot(operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation.Operation == ast.Subscription && len(Roots(operation)) != 1 {
		return apierror.Invalid("A subscription must have exactly one field at its root.")
	}
	return nil
}
