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

	first afterLife     // of those, which is often the only one
	room  [1]*afterLife // for it in the list
}

// An afterLife is what is done when a lifetime ends.
type afterLife struct{ do func() }

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
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		go do() // the caller may hold a lock that it takes
		return func() bool { return false }
	}
	each := &l.first
	if each.do == nil {
		l.after = l.room[:0]
	} else {
		each = new(afterLife)
	}
	each.do = do
	l.after = append(l.after, each)
	return func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		i := slices.Index(l.after, each)
		if i >= 0 {
			l.after = slices.Delete(l.after, i, i+1)
		}
		return i >= 0
	}
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
		each.do()
	}
}

// follow ends the lifetime when ctx does, with the same error, until the function that it returns is called.
func (l *lifetime) follow(ctx context.Context) (stop func() bool) {
	follow := func() { l.expire(ctx.Err()) }
	if other, ok := ctx.(interface {
		AfterFunc(do func()) (stop func() bool)
	}); ok { // a lifetime itself
		return other.AfterFunc(follow)
	}
	if other, ok := ctx.Value(lifetimeKey{}).(*lifetime); ok && other.Done() == ctx.Done() {
		return other.AfterFunc(follow) // ctx has more values, and ends with it
	}
	return context.AfterFunc(ctx, follow)
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
