package projection

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// maxParts is how many parts are being executed, or are complete and not yet returned. It is as many as a
// connection has rows at most, so that what their parts read is still read together.
const maxParts = 1000

// Parts are the parts of the response to one operation: the first one, and those that @defer puts off.
// What a part puts off begins when that part is complete, and is returned after it, so that it never
// delays the part, and a client has each object before more of it arrives. If there are many parts, the
// later ones begin as the client takes the earlier ones.
type Parts struct {
	begun bool // the first part has been returned

	mu       sync.Mutex // guards what follows
	changed  *sync.Cond
	waiting  []part              // that have not begun
	open     int                 // parts that are being executed
	complete []*graphql.Response // parts to return
	whole    []ast.Path          // see ExecuteWhole
}

// NewParts returns the parts of an operation that has not begun.
func NewParts() *Parts {
	p := &Parts{}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// A part is what one fragment selects of one object.
type part struct {
	ctx   context.Context //nolint:containedctx // in which the object was written
	label string
	write func(context.Context) graphql.Marshaler
}

// register adds a part to those that the part in its context puts off.
func (p part) register() {
	within := laterFrom(p.ctx)
	within.mu.Lock()
	defer within.mu.Unlock()
	within.parts = append(within.parts, p)
}

// later has the parts that a part puts off.
type later struct {
	of *Parts

	mu    sync.Mutex // guards parts
	parts []part
}

type laterKey struct{}

func laterFrom(ctx context.Context) *later { return ctx.Value(laterKey{}).(*later) }

// Respond returns the response that first executes, and at each call after that a later part, for which
// it waits; nil after the last. An operation that is cancelled has all its parts, with errors in them.
func (p *Parts) Respond(ctx context.Context, first graphql.ResponseHandler) *graphql.Response {
	if p.begun {
		return p.next()
	}
	p.begun = true
	putOff := &later{of: p}
	response := first(context.WithValue(ctx, laterKey{}, putOff))
	if response != nil && len(putOff.parts) > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.add(putOff.parts)
		response.HasNext = new(true)
	}
	return response
}

// next waits for a part and returns it.
func (p *Parts) next() *graphql.Response {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.complete) == 0 {
		if p.open == 0 {
			return nil
		}
		p.changed.Wait()
	}
	response := p.complete[0]
	p.complete[0], p.complete = nil, p.complete[1:]
	response.HasNext = new(p.open > 0 || len(p.complete) > 0 || len(p.waiting) > 0)
	p.begin()
	return response
}

// add adds parts to those that are to be executed. The caller holds mu.
func (p *Parts) add(parts []part) {
	p.waiting = append(p.waiting, parts...)
	p.begin()
}

// begin executes parts that wait, each in a goroutine, as far as there may be more. The caller holds mu.
func (p *Parts) begin() {
	for len(p.waiting) > 0 && p.open+len(p.complete) < maxParts {
		var next part
		next, p.waiting[0], p.waiting = p.waiting[0], part{}, p.waiting[1:]
		p.open++
		go func() {
			response, putOff := next.execute()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.open--
			p.complete = append(p.complete, response)
			p.add(putOff)
			p.changed.Signal()
		}()
	}
}

// execute returns a part of the response, and the parts that it puts off in turn.
func (p part) execute() (response *graphql.Response, putOff []part) {
	within := &later{of: laterFrom(p.ctx).of}
	ctx := context.WithValue(graphql.WithFreshResponseContext(p.ctx), laterKey{}, within)
	response = &graphql.Response{Label: p.label, Path: graphql.GetPath(p.ctx)}
	if response.Path == nil {
		response.Path = ast.Path{} // at the root
	}
	defer func() {
		if panicked := recover(); panicked != nil { // in this goroutine nothing else would
			graphql.AddError(ctx, graphql.Recover(ctx, panicked))
			response.Data, putOff = []byte("null"), nil
		}
		response.Errors = graphql.GetErrors(ctx)
	}()
	var data bytes.Buffer
	p.write(ctx).MarshalGQL(&data)
	response.Data = data.Bytes()
	return response, within.parts
}

// PutOff leaves fields at the root for a later part of the response, with the context in which the root
// is executed.
func PutOff(ctx context.Context, label string, write func(context.Context) graphql.Marshaler) {
	part{ctx: ctx, label: label, write: write}.register()
}

// ExecuteWhole notes that the executor executes all of what stands at the path in the context: one of its
// errors may make an object null, of which no more may follow then.
func ExecuteWhole(ctx context.Context) {
	p := laterFrom(ctx).of
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = append(p.whole, graphql.GetPath(ctx))
}

// IsWhole reports whether the path in the context lies within one that the executor executes all of.
func IsWhole(ctx context.Context) bool {
	p := laterFrom(ctx).of
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.whole) == 0 {
		return false
	}
	path := graphql.GetPath(ctx)
	return slices.ContainsFunc(p.whole, func(outer ast.Path) bool {
		return len(outer) <= len(path) && slices.Equal(outer, path[:len(outer)])
	})
}
