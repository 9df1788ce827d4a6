package upstream

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A lifetime is a context that a flight or an attempt is, instead of having one made for it. It has the
// values of another context, but does not end with it. It has no deadline: nothing asks for it.
//
// Contexts that derive from it take little memory, since it has the method by which package context follows a
// context that is not its own.
type lifetime struct {
	values context.Context //nolint:containedctx // which it stands for

	mu    sync.Mutex
	done  chan struct{} // nil before somebody asks for it
	err   error         // why it has ended; nil if it has not
	after []*afterLife
	room  [1]*afterLife // for the first of them, which is often the only one

	leader    *lifetime   // that this one ends with; nil for none
	following afterLife   // of the leader
	stop      func() bool // of following another context; nil for none
}

// An afterLife is what is done when a lifetime ends: something, or another lifetime ends with it.
type afterLife struct {
	do   func()
	ends *lifetime
}

// begin gives a lifetime the values of ctx. It comes before all else.
func (l *lifetime) begin(ctx context.Context) { l.values = ctx }

// Deadline returns none.
func (l *lifetime) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Done returns a channel that is closed when the lifetime ends.
func (l *lifetime) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done == nil {
		l.done = make(chan struct{})
		if l.err != nil {
			close(l.done)
		}
	}
	return l.done
}

// Err returns why the lifetime has ended; nil if it has not.
func (l *lifetime) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

type lifetimeKey struct{}

// Value returns the lifetime itself for lifetimeKey, and otherwise what the other context has.
func (l *lifetime) Value(key any) any {
	if key == (lifetimeKey{}) {
		return l
	}
	return l.values.Value(key)
}

// AfterFunc has do called when the lifetime ends, which must not wait for anything. The function that it
// returns prevents that, and reports whether it did. Package context looks for a method of this name.
func (l *lifetime) AfterFunc(do func()) (stop func() bool) {
	each := &afterLife{do: do}
	if !l.add(each) {
		go do() // the caller may hold a lock that it takes
	}
	return func() bool { return l.drop(each) }
}

// add has something done when the lifetime ends, and reports whether that is to come.
func (l *lifetime) add(each *afterLife) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return false
	}
	if l.after == nil {
		l.after = l.room[:0]
	}
	l.after = append(l.after, each)
	return true
}

// drop prevents what add has begun, and reports whether it did.
func (l *lifetime) drop(each *afterLife) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.after, each)
	if i >= 0 {
		l.after = slices.Delete(l.after, i, i+1)
	}
	return i >= 0
}

// expire ends the lifetime with an error, unless it has ended already.
func (l *lifetime) expire(err error) {
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		return
	}
	l.err = err
	if l.done != nil {
		close(l.done)
	}
	after := l.after
	l.after = nil
	l.mu.Unlock()
	for _, each := range after {
		if each.ends != nil {
			each.ends.expire(err)
		} else {
			each.do()
		}
	}
}

// itself returns the lifetime that a context is, if it is one.
func (l *lifetime) itself() *lifetime { return l }

// follow ends the lifetime when ctx does, with the same error, until unfollow. It is called once.
func (l *lifetime) follow(ctx context.Context) {
	if other, ok := ctx.(interface{ itself() *lifetime }); ok {
		l.leader = other.itself()
	} else if other, ok := ctx.Value(lifetimeKey{}).(*lifetime); ok && other.Done() == ctx.Done() {
		l.leader = other // ctx has more values, and ends with it
	} else {
		l.stop = context.AfterFunc(ctx, func() { l.expire(ctx.Err()) })
		return
	}
	if l.following.ends = l; !l.leader.add(&l.following) {
		l.expire(l.leader.Err())
	}
}

// unfollow ends what follow began.
func (l *lifetime) unfollow() {
	switch {
	case l.leader != nil:
		l.leader.drop(&l.following)
	case l.stop != nil:
		l.stop()
	}
}

// timeouts end lifetimes that last too long, with one timer for all of them: since all may last equally
// long, they end in the order in which they began.
type timeouts struct {
	after time.Duration

	mu          sync.Mutex
	first, last *timed
	timer       *time.Timer // set for the first or for an earlier one; nil if none was ever needed
	set         bool
}

// A timed is a lifetime that may be among timeouts.
type timed struct {
	lifetime

	at             time.Time
	listed         bool
	earlier, later *timed
}

// add has a lifetime end in time.
func (t *timeouts) add(l *timed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.at, l.listed, l.earlier = time.Now().Add(t.after), true, t.last
	if t.last == nil {
		t.first = l
	} else {
		t.last.later = l
	}
	t.last = l
	t.arm()
}

// remove ends what add began.
func (t *timeouts) remove(l *timed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unlist(l)
}

func (t *timeouts) unlist(l *timed) {
	if !l.listed {
		return
	}
	l.listed = false
	if l.earlier == nil {
		t.first = l.later
	} else {
		l.earlier.later = l.later
	}
	if l.later == nil {
		t.last = l.earlier
	} else {
		l.later.earlier = l.earlier
	}
	l.earlier, l.later = nil, nil
}

// arm sets the timer if there is anything to be timed and it is not set. It may go off for a lifetime that
// is no longer there, which is rarer than that there is another one.
func (t *timeouts) arm() {
	switch {
	case t.set || t.first == nil:
		return
	case t.timer == nil:
		t.timer = time.AfterFunc(time.Until(t.first.at), t.look)
	default:
		t.timer.Reset(time.Until(t.first.at))
	}
	t.set = true
}

// look ends the lifetimes whose time is over.
func (t *timeouts) look() {
	t.mu.Lock()
	var over []*timed
	for now := time.Now(); t.first != nil && !now.Before(t.first.at); {
		over = append(over, t.first)
		t.unlist(t.first)
	}
	t.set = false
	t.arm()
	t.mu.Unlock()
	for _, each := range over {
		each.expire(context.DeadlineExceeded)
	}
}
