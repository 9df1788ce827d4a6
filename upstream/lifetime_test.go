package upstream

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// newLifetime returns a lifetime with the values of ctx.
func newLifetime(ctx context.Context) *lifetime {
	l := new(lifetime)
	l.begin(ctx)
	return l
}

func TestALifetimeHasTheValuesOfAContextAndEndsByItself(t *testing.T) {
	type key struct{}
	outer, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	l := newLifetime(outer)
	cancel()
	if l.Value(key{}) != "value" || l.Err() != nil {
		t.Errorf("got %v, %v", l.Value(key{}), l.Err())
	}
	l.expire(context.DeadlineExceeded)
	l.expire(context.Canceled)
	select {
	case <-l.Done():
	default:
		t.Error("it is not done")
	}
	if !errors.Is(l.Err(), context.DeadlineExceeded) {
		t.Errorf("got %v, want the first error", l.Err())
	}
}

// What derives from a lifetime ends with it, whichever way package context follows it, and leaves nothing
// behind if it ends before.
func TestContextsEndWithTheLifetimeThatTheyDeriveFrom(t *testing.T) {
	type key struct{}
	for name, derive := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"a child": context.WithCancel,
		"a grandchild": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(context.WithValue(ctx, key{}, 1))
		},
		"one with a timeout": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Hour)
		},
		"one that follows": func(ctx context.Context) (context.Context, context.CancelFunc) {
			l := newLifetime(ctx)
			l.follow(context.WithValue(ctx, key{}, 1))
			return l, func() { l.unfollow(); l.expire(context.Canceled) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLifetime(t.Context())
				early, cancel := derive(l)
				cancel()
				synctest.Wait()
				if early.Err() == nil || l.Err() != nil || len(l.after) != 0 {
					t.Errorf("%v ended, %v is left with %d to tell", early.Err(), l.Err(), len(l.after))
				}
				late, cancel := derive(l)
				defer cancel()
				l.expire(context.DeadlineExceeded)
				synctest.Wait()
				if !errors.Is(late.Err(), context.DeadlineExceeded) {
					t.Errorf("got %v, want the error of the lifetime", late.Err())
				}
				after, cancel := derive(l)
				defer cancel()
				synctest.Wait()
				if !errors.Is(after.Err(), context.DeadlineExceeded) {
					t.Errorf("got %v for what began afterwards", after.Err())
				}
			})
		})
	}
}

func TestALifetimeFollowsAContextThatIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := newLifetime(ctx)
		l.follow(ctx)
		cancel()
		synctest.Wait()
		if !errors.Is(l.Err(), context.Canceled) {
			t.Errorf("got %v", l.Err())
		}
	})
}

func TestTimeoutsEndEachLifetimeInItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timeouts := timeouts{after: 10 * time.Second}
		lives := make([]timed, 5)
		for i := range lives {
			lives[i].begin(t.Context())
			timeouts.add(&lives[i])
			time.Sleep(time.Second)
		}
		for _, gone := range []int{0, 2, 4} { // the first, one between, the last
			timeouts.remove(&lives[gone])
			timeouts.remove(&lives[gone])
		}
		time.Sleep(6*time.Second - time.Nanosecond) // the second is 10 seconds old in a moment
		synctest.Wait()
		if lives[1].Err() != nil {
			t.Error("it ended too early")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if !errors.Is(lives[1].Err(), context.DeadlineExceeded) || lives[3].Err() != nil {
			t.Errorf("got %v and %v after ten seconds of the one and eight of the other", lives[1].Err(), lives[3].Err())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !errors.Is(lives[3].Err(), context.DeadlineExceeded) {
			t.Errorf("got %v", lives[3].Err())
		}
		for _, gone := range []int{0, 2, 4} {
			if lives[gone].Err() != nil {
				t.Errorf("one that was removed ended with %v", lives[gone].Err())
			}
		}
		time.Sleep(time.Minute) // nothing is timed
		var next timed
		next.begin(t.Context())
		timeouts.add(&next)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if next.Err() == nil || timeouts.set {
			t.Errorf("got %v for one that came later; the timer is set: %t", next.Err(), timeouts.set)
		}
	})
}
