package mcp

import (
	"context"
	"sync"
	"time"
)

const (
	// waitForRoom is how long a result waits for room before it is given up.
	waitForRoom = 20 * time.Second
	// copies is how often the bytes of a result are kept until it is sent: as they came, as structured content,
	// as text and as the message that has both.
	copies = 4
)

// A lifetime is how long a call may go on: until its request ends, or its stream. The protocol's library gives
// calls a context of which only the values come from there.
type lifetime struct {
	ctx    context.Context
	server *Server // whose room results take; nil if they need none

	mu   sync.Mutex
	held int64 // bytes of the room
}

type lifetimeKey struct{}

// lifetimeOf returns the lifetime of a call.
func lifetimeOf(ctx context.Context) *lifetime {
	life, _ := ctx.Value(lifetimeKey{}).(*lifetime)
	return life
}

// withLifetime returns a context that ends when the lifetime of the call in ctx does.
func withLifetime(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(lifetimeOf(ctx).ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// hold takes room for a result of so many bytes until the request ends, and reports whether there was any. A
// result that has more than there is at all waits until it is alone.
func (l *lifetime) hold(ctx context.Context, bytes int) bool {
	if l.server == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, waitForRoom)
	defer cancel()
	taken := min(int64(bytes)*copies, l.server.most)
	if l.server.unsent.Acquire(ctx, taken) != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held += taken
	return true
}

// release gives back the room of a request whose response is sent.
func (l *lifetime) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held > 0 {
		l.server.unsent.Release(l.held)
		l.held = 0
	}
}
