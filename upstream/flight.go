package upstream

import (
	"context"
	"fmt"
	"sync"
)

// flights are the reads that are under way. A read that asks the same of the service, in the
// name of the same caller, joins the one that is under way instead of going out itself.
type flights struct {
	mu    sync.Mutex
	byKey map[string]*flight
}

// A flight is one read under way and those who wait for it.
type flight struct {
	done    chan struct{} // closed when value and err are there
	value   any
	err     error
	waiting int
	cancel  context.CancelFunc
}

// share answers what read answers, or what a flight of the same key does that is under way.
// The read belongs to all who wait for it: it goes on when the context of one of them ends,
// and is cancelled when the last has gone. It is charged to the operation that starts it, and
// not started where that operation may make no more calls.
func share[V any](ctx context.Context, f *flights, key string, read func(context.Context) (V, error)) (V, error) {
	current, joined := f.board(ctx, key, func(ctx context.Context) (any, error) { return read(ctx) })
	if current == nil {
		var none V
		return none, errCallsExceeded
	}
	if joined {
		UsageFrom(ctx).addCoalesced()
	}
	select {
	case <-current.done:
	case <-ctx.Done():
		f.leave(key, current)
		var none V
		return none, ctx.Err()
	}
	value, _ := current.value.(V)
	return value, current.err
}

// board answers the flight of a key, having started it where there was none; nil where it may
// not be started.
func (f *flights) board(ctx context.Context, key string, read func(context.Context) (any, error)) (current *flight, joined bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if current, joined = f.byKey[key]; joined {
		current.waiting++
		return current, true
	}
	if !UsageFrom(ctx).reserve() {
		return nil, false
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	current = &flight{done: make(chan struct{}), waiting: 1, cancel: cancel}
	if f.byKey == nil {
		f.byKey = map[string]*flight{}
	}
	f.byKey[key] = current
	go func() {
		defer cancel()
		defer close(current.done)
		defer f.land(key, current)
		defer func() {
			if p := recover(); p != nil {
				current.err = fmt.Errorf("panic: %v", p)
			}
		}()
		current.value, current.err = read(ctx)
	}()
	return current, false
}

// leave takes one who waits off a flight.
func (f *flights) leave(key string, current *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if current.waiting--; current.waiting == 0 {
		f.remove(key, current) // nobody may join what is being cancelled
		current.cancel()
	}
}

// land ends the joining of a flight.
func (f *flights) land(key string, current *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(key, current)
}

func (f *flights) remove(key string, current *flight) {
	if f.byKey[key] == current {
		delete(f.byKey, key)
	}
}

// closeAll ends the joining of every flight that is under way, as a write has to do: what is
// read after it must not be what was read before.
func (f *flights) closeAll() {
	f.mu.Lock()
	clear(f.byKey)
	f.mu.Unlock()
}
