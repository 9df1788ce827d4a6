package document

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/kept"
)

const (
	// keptBytes is about how much memory is taken by what is worked out of one selection.
	keptBytes = 400
	// maxKeptSelections is how many selections an operation has at most of which anything is kept: beyond
	// that its execution takes far longer than working it out again.
	maxKeptSelections = 600
	// maxKept is for how many different conditions what is worked out of an operation is kept.
	maxKept = 4
)

// kept returns for how many different conditions something is kept of an operation.
func (e extent) kept() int {
	switch {
	case e.selections > maxKeptSelections:
		return 0
	case len(e.conditions) == 0:
		return 1
	default:
		return maxKept
	}
}

// keepAll returns what keeps nothing yet of each of the operations, and about how many bytes of memory all may
// take that is to be kept of them.
func keepAll(extents map[*ast.OperationDefinition]extent) (all map[*ast.OperationDefinition]*kept.Values, bytes int) {
	all = make(map[*ast.OperationDefinition]*kept.Values, len(extents))
	for operation, extent := range extents {
		all[operation] = kept.NewValues(extent.conditions, extent.kept())
		bytes += extent.kept() * extent.selections * keptBytes
	}
	return all, bytes
}

// HashOf returns the Hash of the document of an operation that an Inspection has checked.
func HashOf(operation *graphql.OperationContext) string {
	return kept.Of(operation).Hash(func() string { return Hash(operation.RawQuery) })
}
