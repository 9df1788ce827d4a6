// Package inflight shares work among the callers who need its result at the same time.
//
// It imports nothing of the project and knows nothing of what the work is.
package inflight

import (
	"context"

	"golang.org/x/sync/singleflight"
)

// A Group starts work for the first caller who needs its result, and shares it with those who come
// while it is under way. Its zero value is ready. It is safe for concurrent use.
type Group[V any] struct{ group singleflight.Group }

// Work is what a Group has under way.
type Work[V any] struct{ landed <-chan singleflight.Result }

// Start starts the work of a key, unless that is under way, and does not wait for it. The work has a
// context with the values of ctx, but does not end with it, since other callers may wait for it too: it
// has to bound its own time. Work that has just ended is not under way any more, so that it is for the
// work to look whether it is still needed.
func (g *Group[V]) Start(ctx context.Context, key string, work func(ctx context.Context) (V, error)) Work[V] {
	detached := context.WithoutCancel(ctx)
	return Work[V]{g.group.DoChan(key, func() (any, error) { return work(detached) })}
}

// Wait returns the result of the work, or the error of ctx if that ends first. It may be called once.
func (w Work[V]) Wait(ctx context.Context) (V, error) {
	var none V
	select {
	case result := <-w.landed:
		if result.Err != nil {
			return none, result.Err
		}
		return result.Val.(V), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
