package transport

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json"
	"github.com/vektah/gqlparser/v2/ast"
)

// inOrder answers the responses of an operation with @defer so that none comes before the one
// that holds its place. Gqlgen sends a part when it is finished, and of two of which one is
// within the other, the inner one may be so first.
func inOrder(operation *graphql.OperationContext, responses graphql.ResponseHandler) graphql.ResponseHandler {
	if strings.Count(operation.RawQuery, "defer") < 2 {
		return responses
	}
	return (&partOrder{responses: responses}).next
}

// A partOrder is what has been answered so far, as the caller puts it together, and what
// cannot be put there yet.
type partOrder struct {
	responses graphql.ResponseHandler
	answered  any
	begun     bool
	held      []*graphql.Response
	ready     []*graphql.Response
}

// next answers the next response that has a place, and nil when there is none any more. What
// then is held has no place: an error has made it null.
func (o *partOrder) next(ctx context.Context) *graphql.Response {
	for len(o.ready) == 0 {
		response := o.responses(ctx)
		switch {
		case response == nil:
			return nil
		case !o.begun:
			o.begun = true
			_ = json.Unmarshal(response.Data, &o.answered) // what gqlgen writes is JSON
			return response
		}
		more := response.HasNext
		o.held = append(o.held, response)
		o.settle()
		if len(o.ready) > 0 {
			o.ready[len(o.ready)-1].HasNext = more
		}
	}
	first := o.ready[0]
	o.ready = o.ready[1:]
	return first
}

// settle makes ready what is held and has got a place, others by that included.
func (o *partOrder) settle() {
	for settled := true; settled; {
		settled = false
		for i, part := range o.held {
			if place := placeAt(o.answered, part.Path); place != nil {
				var members map[string]any
				_ = json.Unmarshal(part.Data, &members)
				for name, value := range members {
					place[name] = value
				}
				part.HasNext = new(true)
				o.held = append(o.held[:i:i], o.held[i+1:]...)
				o.ready = append(o.ready, part)
				settled = true
				break
			}
		}
	}
}

// placeAt answers the object at a path; nil where there is none.
func placeAt(value any, path ast.Path) map[string]any {
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
