package throttle

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestASlotIsOccupiedUntilAWindowAfterTheResponse(t *testing.T) {
	with(t, Config{Limit: 2}, func(t *testing.T, b *bench) {
		first, second := b.enter(t, of("a", Reads)), b.enter(t, of("a", Reads))
		b.wantRemaining(t, 0)
		third := b.later(t, of("a", Reads), Answered)
		time.Sleep(3 * time.Second)
		if got := b.RateLimit("b"); !got.ResetAt.Equal(time.Now().Add(Window)) || got.Queued != 1 || got.Limit != 2 {
			t.Errorf("the budget is %+v", got)
		}
		b.Leave(first, Answered, 0)
		time.Sleep(2 * time.Second)
		b.Leave(second, Lost, 0)
		if got := <-third; got != 3*time.Second+Window {
			t.Errorf("the third went after %v", got)
		}
		if want := []time.Duration{0, 0, 3*time.Second + Window}; !slices.Equal(b.waits, want) || b.dequeued != 1 {
			t.Errorf("waits were %v, want %v; %d left the queue", b.waits, want, b.dequeued)
		}
		if want := []time.Duration{Window}; !slices.Equal(b.expected, want) {
			t.Errorf("expected waits were %v, want %v", b.expected, want)
		}
		if got := b.RateLimit("b").ResetAt; !got.Equal(time.Now().Add(Window)) {
			t.Errorf("the budget is whole again in %v", time.Until(got))
		}
	})
}

func TestARequestThatWasNotCountedOccupiesNothing(t *testing.T) {
	with(t, Config{Limit: 2}, func(t *testing.T, b *bench) {
		turn := b.enter(t, of("a", Reads))
		b.wantRemaining(t, 1)
		b.Leave(turn, Unsent, 0)
		b.wantRemaining(t, 2)
		turn = b.enter(t, of("a", Reads))
		b.Resent(turn)
		b.wantRemaining(t, 0)
		b.Leave(turn, Lost, 0)
		b.wantRemaining(t, 0)
		time.Sleep(Window - time.Nanosecond)
		b.wantRemaining(t, 0)
		time.Sleep(time.Nanosecond)
		b.wantRemaining(t, 2)
	})
}

func TestWithoutALimitCallsGoUnlessThereIsAPause(t *testing.T) {
	with(t, Config{}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 500)
		if s := b.State(); s != (State{Budgets: 1}) {
			t.Errorf("the state is %+v", s)
		}
		b.Leave(b.enter(t, of("a", Reads)), Refused, 4*time.Second)
		if got := <-b.later(t, of("a", Reads), Answered); got != 4*time.Second || b.expected[0] != got {
			t.Errorf("after a refusal a call went after %v, expected were %v", got, b.expected)
		}
		if b.budgets["b"].others.known() {
			t.Error("a budget without a limit is taken to be spent by others")
		}
	})
}

func TestCallsAreRejected(t *testing.T) {
	with(t, Config{Limit: 1, QueueLength: 1, QueueWait: 25 * time.Second}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		reject := func(name string, ctx context.Context, p Place, after, wait time.Duration) {
			t.Helper()
			start := time.Now()
			_, err := b.Enter(ctx, p)
			e, ok := errors.AsType[*UsedUpError](err)
			if !ok || e.Wait != wait || time.Since(start) != after {
				t.Errorf("%s: %v %+v after %v, want a wait of %v after %v", name, err, e, time.Since(start), wait, after)
			}
		}
		hurried, cancel := context.WithTimeout(t.Context(), Window-1)
		defer cancel()
		reject("no time", hurried, of("a", Reads), 0, Window)
		old := of("a", Reads)
		old.Since = old.Since.Add(-15*time.Second - 1)
		reject("waited before", t.Context(), old, 0, Window)
		waiting := b.later(t, of("a", Reads), Answered)
		reject("a full queue", t.Context(), of("a", Reads), 0, 2*Window)
		<-waiting
		synctest.Wait()
		slow := b.enterWaiting(t)
		reject("longer than expected", t.Context(), of("a", Reads), 25*time.Second, Window)
		b.Leave(slow, Answered, 0)
		if b.rejected != 4 {
			t.Errorf("%d calls were rejected", b.rejected)
		}
		if _, err := b.Enter(hurried, of("a", Reads)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that has ended: %v", err)
		}
	})
}

// enterWaiting waits for a turn and keeps it.
func (b *bench) enterWaiting(t *testing.T) Turn {
	t.Helper()
	turn, err := b.Enter(t.Context(), of("a", Reads))
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func TestACallThatLeavesTheQueueFreesItsPlace(t *testing.T) {
	with(t, Config{Limit: 1}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		leaving, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := b.Enter(leaving, of("a", Reads)); left <- err }()
		synctest.Wait()
		next := b.later(t, of("a", Reads), Answered)
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := <-next; got != Window {
			t.Errorf("the next call went after %v", got)
		}
		if b.rejected != 0 {
			t.Errorf("%d calls were rejected", b.rejected)
		}
		if got := b.RateLimit("b").Queued; got != 0 {
			t.Errorf("%d calls are left in the queue", got)
		}
	})
}

func TestACallWaitsIfItMayWaitJustLongEnough(t *testing.T) {
	with(t, Config{Limit: 1, QueueWait: Window}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		leaving, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := b.Enter(leaving, of("a", Reads)); left <- err }()
		synctest.Wait()
		if got := b.RateLimit("b").Queued; got != 1 {
			t.Errorf("%d calls wait", got)
		}
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestIdleBudgetsAndCallersAreForgotten(t *testing.T) {
	with(t, Config{Limit: 10}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		b.Leave(b.enter(t, Place{Payer: Payer{Budget: "other"}, Since: time.Now()}), Answered, 0)
		if n := b.State().Budgets; n != 2 {
			t.Errorf("%d budgets, want 2", n)
		}
		time.Sleep(callerMemory - sweepPace)
		b.spend(t, "b", 1)
		if n := b.State().Budgets; n != 2 {
			t.Errorf("%d budgets are left before their time is over, want 2", n)
		}
		time.Sleep(sweepPace)
		b.spend(t, "b", 1)
		if n := b.State().Budgets; n != 1 || len(b.budgets["b"].callers) != 1 {
			t.Errorf("%d budgets with %d callers, want 1 with 1", n, len(b.budgets["b"].callers))
		}
		if got := b.RateLimit("unknown"); got != (RateLimit{Limit: 10, Remaining: 10, ResetAt: time.Now()}) {
			t.Errorf("a budget that is not known is %+v", got)
		}
	})
}

func TestStateIsThatOfTheBudgetWithTheLeast(t *testing.T) {
	with(t, Config{Limit: 3}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 3)
		waiting := b.later(t, of("a", Reads), Answered)
		b.Leave(b.enter(t, Place{Payer: Payer{Budget: "paused"}, Since: time.Now()}), Refused, 7*time.Second)
		want := State{Limit: 3, Remaining: 0, Queued: 1, Budgets: 2, Paused: 1}
		if got := b.State(); got != want {
			t.Errorf("the state is %+v, want %+v", got, want)
		}
		if b.Paused("b") || !b.Paused("paused") || b.Paused("unknown") {
			t.Error("the wrong budget is paused")
		}
		<-waiting
	})
}

func TestTheBudgetIsWholeAWindowAfterTheLastAnswer(t *testing.T) {
	with(t, Config{Limit: 3}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		time.Sleep(3 * time.Second)
		if got := time.Until(b.RateLimit("b").ResetAt); got != 7*time.Second {
			t.Errorf("after the answer to the only call it is whole in %v", got)
		}
		turn := b.enter(t, of("a", Reads))
		if got := time.Until(b.RateLimit("b").ResetAt); got != Window {
			t.Errorf("with a call under way it is whole in %v", got)
		}
		b.Leave(turn, Answered, 0)
	})
}
