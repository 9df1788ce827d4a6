package upstream

import "context"

type requestIDKey struct{}

// WithRequestID returns a context for calls that a request of the given id has led to. The id has to
// be fit for a header: check what comes from outside first.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestIDFrom returns the id of the request that a context belongs to; empty if it has none.
func RequestIDFrom(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
