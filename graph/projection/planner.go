package projection

import (
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/outgoing"
)

// A Planner makes the plans of one operation. It makes each once, since objects below the rows of a
// list have the same selection. It is safe for concurrent use.
type Planner struct {
	Operation *graphql.OperationContext
	// Answer counts the bytes of what is written; nil if nothing does.
	Answer *outgoing.Answer
	// PutOff are the fragments of the operation that @defer puts off, with their labels. The document
	// itself has no such directive, of which the executor would make something else.
	PutOff map[ast.Selection]string

	mu    sync.Mutex // guards what follows
	known map[selected][]*Plan
	sets  []ast.SelectionSet // all that split has made
}

// selected identifies a set of selections and the types that it selects of. Neither changes while the
// operation runs.
type selected struct {
	set   *ast.Selection
	size  int
	types **Object
}

// Plans returns the plans of the objects that a field shows, one for each of the types that they may
// have. The field has selections and there is at least one type. For the same types, the caller has to
// pass the same slice.
func (p *Planner) Plans(field *graphql.CollectedField, types []*Object) []*Plan {
	set := field.Selections
	key := selected{&set[0], len(set), &types[0]}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.known[key]
	if !ok {
		if p.known == nil {
			p.known = map[selected][]*Plan{}
		}
		known = p.plans(field, types)
		p.known[key] = known
	}
	return known
}
