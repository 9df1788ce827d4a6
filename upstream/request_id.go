package upstream

import "context"

type requestIDKey struct{}

// WithRequestID answers a context for calls that a request of the given id has led to. The id is
// fit for a header: whoever takes it from outside has looked at it.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestIDFrom answers the id of the request that a context belongs to; empty where it has none.
func RequestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
