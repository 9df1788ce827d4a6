package projection

import (
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// A Planner makes the plans of one operation, each once: what is resolved below each row of a
// list has the same selection.
type Planner struct {
	Operation *graphql.OperationContext

	mu    sync.Mutex
	known map[selected][]*Plan
}

// selected identifies a set of selections, which never changes, and the types that it selects of.
type selected struct {
	set   *ast.Selection
	size  int
	types **Object
}

// Plans answers what is selected by a set of selections, for each of several types. The types are
// always the same slice for the same types.
func (p *Planner) Plans(set ast.SelectionSet, types []*Object) []*Plan {
	key := selected{&set[0], len(set), &types[0]} // neither is ever empty
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.known[key]
	if !ok {
		if p.known == nil {
			p.known = map[selected][]*Plan{}
		}
		known = plans(p.Operation, set, types)
		p.known[key] = known
	}
	return known
}
