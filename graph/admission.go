package graph

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/sync/semaphore"

	"certql/graph/apierror"
)

// noRoomMessage is what the caller of an operation is told that has waited for room in vain.
const noRoomMessage = "The gateway has no memory left for another operation: send this one again later."

// An admission lets operations begin while there is memory for what they may take, and keeps the others
// waiting, in order. An operation that waits has called nothing yet, and holds nothing but its request. A
// nil admission lets all of them begin.
type admission struct {
	bytes int64
	room  *semaphore.Weighted
}

// newAdmission returns an admission of operations that take so many bytes together; nil if that is 0.
func newAdmission(bytes int64) *admission {
	if bytes == 0 {
		return nil
	}
	return &admission{bytes, semaphore.NewWeighted(bytes)}
}

// enter waits until there is room for an operation that may take so many bytes, which it gives back when
// ctx ends. One that may take more than there is at all waits until it is alone. It returns false if there
// is no room within the patience, or ctx ends first.
func (a *admission) enter(ctx context.Context, bytes int64, patience time.Duration) bool {
	if a == nil {
		return true
	}
	bytes = min(bytes, a.bytes)
	if ctx.Err() != nil || !a.room.TryAcquire(bytes) && !a.wait(ctx, bytes, patience) {
		return false
	}
	context.AfterFunc(ctx, func() { a.room.Release(bytes) })
	return true
}

// wait is enter where others are before the operation.
func (a *admission) wait(ctx context.Context, bytes int64, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return a.room.Acquire(ctx, bytes) == nil
}

// refuse returns the response to an operation that was not let in.
func refuse(ctx context.Context) graphql.ResponseHandler {
	if errors.Is(ctx.Err(), context.Canceled) {
		return graphql.OneShot(&graphql.Response{}) // its caller has left
	}
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{apierror.New(apierror.CodeRateLimited, noRoomMessage)}})
}
