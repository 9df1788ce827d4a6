package outgoing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// The usual bytes of one response, and of all that are being made or written.
const (
	DefaultResponse = 8 << 20
	DefaultUnsent   = 32 << 20
)

// Own is how many bytes a response may have of which nothing came from the upstream: those of a full
// introspection, and some to spare.
const Own = 260_000

// errorBytes is how many bytes of errors are kept of one response.
const errorBytes = 64 << 10

// unit is how many bytes an answer takes room for at once, so that it does not ask for each field.
const unit = 4 << 10

// errNoRoom reports that an answer has waited for room in vain.
var errNoRoom = errors.New("no room for the response")

// errLeft reports that an answer has left its rooms, since nobody waits for it any more.
var errLeft = context.Canceled

// A TooLargeError reports that a response would have more bytes than are allowed.
type TooLargeError struct {
	// Allowed is how many bytes a whole one may have.
	Allowed int
	// Own says that this is the bound of responses of which nothing came from the upstream.
	Own bool
}

// Error returns a text for logs.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the response has more than %d bytes", e.Allowed)
}

// A NoRoomError reports that too many bytes of other responses are being made or written.
type NoRoomError struct {
	// Allowed is how many there may be.
	Allowed int
}

// Error returns a text for logs.
func (e *NoRoomError) Error() string {
	return fmt.Sprintf("other responses have %d bytes", e.Allowed)
}

// A Source says whether anything in a response came from the upstream.
type Source interface{ Delivered() bool }

// Limits bound the bytes of responses.
type Limits struct {
	// Response is how many bytes one response may have; all parts of a deferred one count, and all
	// operations of a batch.
	Response int
	// Unsent is the room that all responses share which are being made or written.
	Unsent *Room
}

type connectionKey struct{}

// WithConnection returns the context of a connection, whose responses then share a room of a size in bytes.
func WithConnection(ctx context.Context, size int) context.Context {
	return context.WithValue(ctx, connectionKey{}, NewRoom(size))
}

// connection returns the room of the connection that a context belongs to; nil if it has none.
func connection(ctx context.Context) *Room {
	room, _ := ctx.Value(connectionKey{}).(*Room)
	return room
}

// HasConnection reports whether a context is that of a connection, or within one.
func HasConnection(ctx context.Context) bool { return connection(ctx) != nil }

// An Answer counts the bytes of the response to one operation while it is made. It is safe for concurrent
// use. A zero Answer, or a nil one, counts nothing until it begins.
type Answer struct {
	source   Source
	stop     func()
	limit    int // bytes of a whole response
	max, own int // of this one, which may be a part

	spent   atomic.Int64 // bytes
	failed  atomic.Pointer[error]
	taken   atomic.Int64 // of spent, that there is room for
	errors  atomic.Int64 // bytes of them
	omitted atomic.Int64 // errors

	released atomic.Bool // it has left its rooms for good

	written int64 // bytes of the parts that are made; for who makes the last step of each part

	taking sync.Mutex // one after the other
	rooms  [2]*Room   // the connection's, and the gateway's
	stays  [2]stay
}

// Begin starts to count, from 0 if the answer has begun before, as that of a subscription does with each
// event. The source says whether something came from the upstream; nil stands for one from
// which nothing came. stop is called when the answer fails, and may be nil.
func (a *Answer) Begin(ctx context.Context, limits Limits, source Source, stop func()) {
	a.Release()
	a.released.Store(false)
	a.spent.Store(0)
	a.taken.Store(0)
	a.errors.Store(0)
	a.written = 0
	a.failed.Store(nil)
	narrowed := a.max
	a.source, a.stop, a.limit, a.max = source, stop, limits.Response, limits.Response
	if narrowed > 0 {
		a.max = min(a.max, narrowed)
	}
	a.own = cmp.Or(a.own, Own)
	a.rooms = [2]*Room{connection(ctx), limits.Unsent}
}

// Narrow leaves less for an answer that has not begun: what a batch has left, and what it has left for
// responses of which nothing comes from the upstream.
func (a *Answer) Narrow(left, own int) { a.max, a.own = max(left, 1), max(own, 1) }

// Spend counts n bytes more. The error says that the answer has failed, as it does for good if it has too
// many bytes or finds no room, or that ctx has ended while it waited.
func (a *Answer) Spend(ctx context.Context, n int) error {
	if a == nil || a.max == 0 {
		return nil
	}
	spent := a.spent.Add(int64(n))
	if err := a.Err(); err != nil {
		return err
	}
	if allowed, own := a.allowed(spent); spent > int64(allowed) {
		if own {
			return a.fail(&TooLargeError{Allowed: Own, Own: true})
		}
		return a.fail(&TooLargeError{Allowed: a.limit})
	}
	return a.settle(ctx, unit)
}

// allowed returns how many bytes the answer may have, of which it has spent some, and whether that is
// because none came from the upstream.
func (a *Answer) allowed(spent int64) (allowed int, own bool) {
	if spent > int64(a.own) && a.own < a.max && !a.Delivered() {
		return a.own, true
	}
	return a.max, false
}

// Delivered reports whether anything in the answer came from the upstream.
func (a *Answer) Delivered() bool { return a.source != nil && a.source.Delivered() }

// Settle counts a part of the answer that is made, of n bytes, as far as it was not counted before, and
// takes room for all that was. Its errors are those of Spend.
func (a *Answer) Settle(ctx context.Context, n int) error {
	if a == nil || a.max == 0 {
		return nil
	}
	a.written += int64(n)
	if err := a.Spend(ctx, int(max(0, a.written+min(a.errors.Load(), errorBytes)-a.spent.Load()))); err != nil {
		return err
	}
	return a.settle(ctx, 1)
}

// settle takes room for what was spent, if that is at least as much as given.
func (a *Answer) settle(ctx context.Context, least int64) error {
	if a.spent.Load()-a.taken.Load() < least {
		return nil
	}
	a.taking.Lock()
	defer a.taking.Unlock()
	due := a.spent.Load() - a.taken.Load()
	if due < least {
		return nil
	}
	if a.taken.Load() == 0 {
		a.enter()
	}
	for i, room := range a.rooms {
		err := room.take(ctx, &a.stays[i], int(due))
		if err == nil {
			continue
		}
		for before := range i {
			a.rooms[before].give(&a.stays[before], int(due), false)
		}
		if a.taken.Load() == 0 {
			a.give(0, true)
		}
		if errors.Is(err, context.Canceled) {
			return err
		}
		return a.fail(&NoRoomError{Allowed: room.Size()}) // the wait, or the time of the operation, is over
	}
	a.taken.Add(due)
	return nil
}

// enter notes that the answer is in its rooms, which it leaves together. It locks both at once, so that the
// answers of a connection are in the same order in each. The eldest in the gateway's room is then the eldest
// of its connection too, and waits for nothing.
func (a *Answer) enter() {
	for _, room := range a.rooms {
		if room != nil {
			room.mu.Lock()
		}
	}
	for i, room := range a.rooms {
		if room != nil && !a.released.Load() {
			room.answers = append(room.answers, &a.stays[i])
		}
	}
	for _, room := range a.rooms {
		if room != nil {
			room.mu.Unlock()
		}
	}
}

// SpendError counts an error of n bytes, and reports whether it may still be told. It is left out if there
// are too many of them.
func (a *Answer) SpendError(n int) bool {
	if a == nil || a.max == 0 {
		return true
	}
	if a.Err() != nil {
		return false
	}
	if a.errors.Add(int64(n)) > errorBytes {
		a.omitted.Add(1)
		return false
	}
	a.spent.Add(int64(n))
	return true
}

// Omitted returns how many errors were left out since the last call.
func (a *Answer) Omitted() int { return int(a.omitted.Swap(0)) }

// fail makes the answer fail, and returns why it did so first.
func (a *Answer) fail(err error) error {
	if a.failed.CompareAndSwap(nil, &err) && a.stop != nil {
		a.stop()
	}
	return a.Err()
}

// Err returns why the answer has failed; nil if it has not.
func (a *Answer) Err() error {
	if a == nil {
		return nil
	}
	if err := a.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Spent returns how many bytes were counted.
func (a *Answer) Spent() int { return int(a.spent.Load()) }

// Writing notes that a part of the answer is being written. cut ends that: it is called if the reader is
// slow while others wait for the room.
func (a *Answer) Writing(cut func()) {
	if a == nil {
		return
	}
	for i, room := range a.rooms {
		room.writing(&a.stays[i], cut)
	}
}

// Written notes that a part of n bytes has been written, which leaves its room to others.
func (a *Answer) Written(n int) {
	if a != nil {
		a.give(n, false)
	}
}

// Release leaves the whole room to others, once all is written or nobody waits for it. The answer takes no more
// until it begins again.
func (a *Answer) Release() {
	if a != nil {
		a.released.Store(true)
		a.give(0, true)
	}
}

func (a *Answer) give(n int, leaves bool) {
	for i, room := range a.rooms {
		room.give(&a.stays[i], n, leaves)
	}
}

// Abandoned returns the error of a context whose caller has gone, or no longer wants what it is for; nil
// otherwise. One that has run out of time is not abandoned: the caller waits for what was read in time.
func Abandoned(ctx context.Context) error {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
