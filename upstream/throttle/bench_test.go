package throttle

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A bench is a throttle in a bubble of time, with a record of what its hooks were told.
type bench struct {
	*Throttle

	told             sync.Mutex
	waits            []time.Duration
	expected         []time.Duration
	dequeued         int
	rejected, paused int
}

// with runs a test on a throttle. A zero setting, other than Limit and Margin, means no bound that a
// test would meet.
func with(t *testing.T, config Config, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		if config.QueueLength == 0 {
			config.QueueLength = 1_000
		}
		if config.QueueWait == 0 {
			config.QueueWait = time.Hour
		}
		if config.MaxPause == 0 {
			config.MaxPause = time.Hour
		}
		config.Now = time.Now
		config.Hooks = Hooks{
			Deadline: context.Context.Deadline,
			Queued: func(_ context.Context, expected time.Duration, _ time.Time) {
				b.tell(func() { b.expected = append(b.expected, expected) })
			},
			Dequeued: func(context.Context, time.Time) { b.tell(func() { b.dequeued++ }) },
			Waited:   func(wait time.Duration) { b.tell(func() { b.waits = append(b.waits, wait) }) },
			Rejected: func() { b.tell(func() { b.rejected++ }) },
			Paused:   func() { b.tell(func() { b.paused++ }) },
		}
		b.Throttle = New(config)
		test(t, b)
	})
}

func (b *bench) tell(change func()) {
	b.told.Lock()
	defer b.told.Unlock()
	change()
}

// of returns the place of a call that begins to wait now.
func of(caller string, class Class) Place {
	return Place{Payer: Payer{Budget: "b", Caller: caller}, Class: class, Since: time.Now()}
}

// enter takes a turn, for which the call must not have to wait.
func (b *bench) enter(t *testing.T, p Place) Turn {
	t.Helper()
	start := time.Now()
	turn, err := b.Enter(t.Context(), p)
	if err != nil || turn.Waited || time.Since(start) != 0 {
		t.Fatalf("got the turn %+v after %v, %v", turn, time.Since(start), err)
	}
	return turn
}

// later takes a turn in the background, and sends how long the call waited for it.
func (b *bench) later(t *testing.T, p Place, end Outcome) <-chan time.Duration {
	t.Helper()
	start, had := time.Now(), make(chan time.Duration, 1)
	go func() {
		turn, err := b.Enter(t.Context(), p)
		if err != nil || !turn.Waited {
			t.Errorf("got the turn %+v, %v", turn, err)
			close(had)
			return
		}
		had <- time.Since(start)
		b.Leave(turn, end, 0)
	}()
	synctest.Wait()
	return had
}

// spend sends n requests of a caller that are answered at once.
func (b *bench) spend(t *testing.T, caller string, n int) {
	t.Helper()
	for range n {
		b.Leave(b.enter(t, of(caller, Reads)), Answered, 0)
	}
}

func (b *bench) wantRemaining(t *testing.T, want int) {
	t.Helper()
	if got := b.RateLimit("b").Remaining; got != want {
		t.Errorf("%d remain, want %d", got, want)
	}
}
