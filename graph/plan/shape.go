package plan

import (
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/kept"
	"certql/graph/projection"
	"certql/upstream"
)

// A shape is what follows from the document of an operation, and from the variables in its directives, alone:
// which fields are selected, and what is put off. It is kept with the document, and all operations with the same
// document and the same conditions have the same one. It is safe for concurrent use.
type shape struct {
	document  *ast.QueryDocument // without @defer
	operation *ast.OperationDefinition
	putOff    map[ast.Selection]string

	collected        *projection.Collected
	roots            []graphql.CollectedField
	projected, whole *projection.Planned
	reads            *upstream.Selection

	estimate   atomic.Value // the latest, an *estimate, if no variable makes a difference
	selections sync.Map     // each a Selection, by the first element of the canonical set
}

// shapeName is the name of the extension by which an operation's shape is found.
const shapeName = "Shape"

// shapeOf returns the shape of an operation. The first call must have returned before the operation is executed.
func shapeOf(operation *graphql.OperationContext) *shape {
	if known, ok := operation.Stats.GetExtension(shapeName).(*shape); ok {
		return known
	}
	made := kept.Of(operation).Value(operation.Variables, func(conditions map[string]any) any {
		return newShape(operation, conditions)
	})
	operation.Stats.SetExtension(shapeName, made)
	return made.(*shape)
}

// newShape works out the shape of an operation under the conditions that variables make.
func newShape(operation *graphql.OperationContext, conditions map[string]any) *shape {
	var s shape
	s.document, s.operation, s.putOff = withoutDefers(operation, conditions)
	s.collected = projection.NewCollected(s.document, conditions)
	s.roots = s.collected.Fields(s.operation.SelectionSet, []string{rootType(s.operation)})
	s.projected, s.whole = projection.NewPlanned(s.collected, s.putOff), projection.NewPlanned(s.collected, nil)
	s.reads = readsOf(s.operation)
	return &s
}

// rootType returns the name of the type at the root of an operation.
func rootType(operation *ast.OperationDefinition) string {
	switch operation.Operation {
	case ast.Mutation:
		return "Mutation"
	case ast.Subscription:
		return "Subscription"
	default:
		return "Query"
	}
}
