package transport

import (
	"context"
	"maps"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json"
	"github.com/vektah/gqlparser/v2/ast"
)

// inOrder returns the responses of an operation with @defer so that no part comes before the one
// that it lies within. gqlgen sends each part when it is finished, and an inner part may be finished
// before the outer one.
func inOrder(operation *graphql.OperationContext, responses graphql.ResponseHandler) graphql.ResponseHandler {
	if strings.Count(operation.RawQuery, "defer") < 2 {
		return responses
	}
	return (&partOrder{responses: responses}).next
}

// A partOrder puts together what the client has been sent, as the client does, and holds back the parts
// for which that has no object yet.
type partOrder struct {
	responses graphql.ResponseHandler
	assembled any  // the data sent so far
	begun     bool // the first response has been returned
	held      []*graphql.Response
	ready     []*graphql.Response // parts to return before others are awaited
}

// next returns the next response whose object the client has, and nil at the end. Parts that are held
// at the end belong to objects that an error has made null.
func (o *partOrder) next(ctx context.Context) *graphql.Response {
	for len(o.ready) == 0 {
		response := o.responses(ctx)
		switch {
		case response == nil:
			return nil
		case !o.begun:
			o.begun = true
			_ = json.Unmarshal(response.Data, &o.assembled) // what gqlgen writes is JSON
			return response
		}
		more := response.HasNext
		o.held = append(o.held, response)
		o.release()
		if len(o.ready) > 0 {
			o.ready[len(o.ready)-1].HasNext = more
		}
	}
	first := o.ready[0]
	o.ready = o.ready[1:]
	return first
}

// release moves the held parts whose objects the client has to ready. A part may bring the object of
// another one, so it goes on until no part is moved.
func (o *partOrder) release() {
	for released := true; released; {
		released = false
		for i, part := range o.held {
			if object := objectAt(o.assembled, part.Path); object != nil {
				var members map[string]any
				_ = json.Unmarshal(part.Data, &members)
				maps.Copy(object, members)
				part.HasNext = new(true)
				o.held = append(o.held[:i:i], o.held[i+1:]...)
				o.ready = append(o.ready, part)
				released = true
				break
			}
		}
	}
}

// objectAt returns the object at a path, or nil if there is none.
func objectAt(value any, path ast.Path) map[string]any {
	for _, step := range path {
		switch step := step.(type) {
		case ast.PathName:
			object, _ := value.(map[string]any)
			value = object[string(step)]
		case ast.PathIndex:
			list, _ := value.([]any)
			if int(step) >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	object, _ := value.(map[string]any)
	return object
}
