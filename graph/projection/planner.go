package projection

import (
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/outgoing"
)

// A Planner has the plans of one operation.
type Planner struct {
	Operation *graphql.OperationContext
	// Answer counts the bytes of what is written; nil if nothing does.
	Answer *outgoing.Answer
	// Executor is what executes what is not written, in generated code; nil if that makes one each time.
	Executor any
	// Workers resolve what has a resolver of its own; nil for any number.
	Workers *Workers

	*Planned
}

// NewPlanner returns the planner of an operation. putOff are the fragments that @defer puts off, with their
// labels.
func NewPlanner(operation *graphql.OperationContext, putOff map[ast.Selection]string) *Planner {
	return &Planner{Operation: operation, Planned: NewPlanned(NewCollected(operation.Doc, operation.Variables), putOff)}
}

// Planned are the plans of all operations with the same document and the same conditions in its directives. It
// makes each once, since objects below the rows of a list have the same selection. It is safe for concurrent
// use.
type Planned struct {
	collected *Collected
	putOff    map[ast.Selection]string

	mu     sync.Mutex // guards what follows
	known  map[selected][]*Plan
	splits map[splitKey]split // that Split has made
}

// NewPlanned returns the plans by what is collected of a document. putOff are the fragments that @defer puts off,
// with their labels. The document itself has no such directive, of which the executor would make something else.
func NewPlanned(collected *Collected, putOff map[ast.Selection]string) *Planned {
	return &Planned{collected: collected, putOff: putOff, known: map[selected][]*Plan{}}
}

// selected identifies a set of selections and the types that it selects of.
type selected struct {
	set   *ast.Selection // the first of a canonical one
	size  int
	types **Object
}

// Plans returns the plans of the objects that a field shows, one for each of the types that they may
// have. The field has selections and there is at least one type. For the same types, the caller has to
// pass the same slice.
func (p *Planned) Plans(field *graphql.CollectedField, types []*Object) []*Plan {
	set := p.collected.Canonical(field.Selections)
	key := selected{&set[0], len(set), &types[0]}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.known[key]
	if !ok {
		known = p.plans(field, types)
		p.known[key] = known
	}
	return known
}
