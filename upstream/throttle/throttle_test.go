package throttle

import (
	"context"
	"errors"
	"slices"
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

// order enters calls one after another, and returns the order in which they had their turns.
func (b *bench) order(t *testing.T, calls ...Place) []string {
	t.Helper()
	var order []string
	done := make(chan struct{})
	for _, p := range calls {
		go func() {
			turn, err := b.Enter(t.Context(), p)
			if err != nil {
				t.Error(err)
			}
			name := p.Payer.Caller
			if p.Class == Writes {
				name += "!"
			}
			order = append(order, name)
			b.Leave(turn, Answered, 0)
			done <- struct{}{}
		}()
		synctest.Wait()
	}
	for range calls {
		<-done
	}
	return order
}

func TestCallersTakeTurnsAndWritesGoFirst(t *testing.T) {
	with(t, Config{Limit: 1}, func(t *testing.T, b *bench) {
		b.spend(t, "z", 1)
		front := of("c", Reads)
		front.Front = true
		got := b.order(t, of("a", Reads), of("a", Reads), of("b", Reads), of("b", Writes), of("c", Reads), of("a", Reads), front)
		if want := []string{"b!", "c", "a", "b", "c", "a", "a"}; !slices.Equal(got, want) {
			t.Errorf("calls went in the order %v, want %v", got, want)
		}
	})
}

func TestSomeSlotsAreReservedForCallersThatHadLittle(t *testing.T) {
	with(t, Config{Limit: 12}, func(t *testing.T, b *bench) {
		b.Leave(b.enter(t, of("little", Reads)), Unsent, 0)
		b.spend(t, "much", 9) // beside the twelfth and the eleventh, which are reserved
		time.Sleep(Window * 9 / 10 / 12)
		b.spend(t, "much", 1)
		much := b.later(t, of("much", Reads), Answered)
		b.spend(t, "little", 2)
		select {
		case <-much:
			t.Error("the caller that had much went into the reserve")
		default:
		}
		if got := <-much; got < 9*time.Second || got > Window {
			t.Errorf("the caller that had much went after %v", got)
		}
	})
}

func TestACallerThatHadAnEqualShareStaysOutOfTheReserve(t *testing.T) {
	with(t, Config{Limit: 12}, func(t *testing.T, b *bench) {
		b.spend(t, "half", 6)
		b.spend(t, "less", 4)
		half := b.later(t, of("half", Reads), Answered)
		b.spend(t, "less", 1)
		if got := <-half; got != Window {
			t.Errorf("the caller that had half of the slots went after %v", got)
		}
		if want := []time.Duration{Window}; !slices.Equal(b.expected, want) {
			t.Errorf("expected waits were %v, want %v", b.expected, want)
		}
	})
}

func TestACallerThatHadLittleWaitsForAFreeSlotAsWell(t *testing.T) {
	with(t, Config{Limit: 4}, func(t *testing.T, b *bench) {
		b.Leave(b.enter(t, of("little", Reads)), Unsent, 0)
		b.spend(t, "much", 4)
		time.Sleep(3 * time.Second)
		if got := <-b.later(t, of("little", Reads), Answered); got != 7*time.Second {
			t.Errorf("the caller that had little went after %v", got)
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

func TestTheExpectedWaitIsThatForTheSlotsOfTheCallsBefore(t *testing.T) {
	with(t, Config{Limit: 4}, func(t *testing.T, b *bench) {
		for range 4 {
			b.spend(t, "a", 1)
			time.Sleep(time.Second)
		}
		var waiting []<-chan time.Duration
		for range 5 {
			waiting = append(waiting, b.later(t, of("a", Reads), Answered))
		}
		front := of("a", Reads)
		front.Front = true
		for _, p := range []Place{of("b", Reads), of("a", Writes), front} {
			waiting = append(waiting, b.later(t, p, Answered))
		}
		seconds := func(n time.Duration) time.Duration { return n * time.Second }
		want := []time.Duration{
			seconds(6), seconds(7), seconds(8), seconds(9), seconds(16), // a slot becomes free each second, and the first one again a window later
			seconds(7), // the other caller's turn comes after one call of the first
			seconds(6), // before all reads
			seconds(7), // behind the write
		}
		if !slices.Equal(b.expected, want) {
			t.Errorf("expected waits are %v, want %v", b.expected, want)
		}
		for _, each := range waiting {
			<-each
		}
	})
}

// At 10s one of ten slots is in use, until 15s, and the budget was used up 5s ago. Of the calls that
// come then four go at once. The others go one by one, at intervals of a tenth of nine seconds, as
// half of the slots are in use.
func TestTheExpectedWaitIsAtLeastThatOfCallsThatGoOneByOne(t *testing.T) {
	with(t, Config{Limit: 10}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 9)
		time.Sleep(5 * time.Second)
		b.spend(t, "a", 1)
		time.Sleep(5 * time.Second)
		b.spend(t, "a", 4)
		var waiting []<-chan time.Duration
		for range 7 {
			waiting = append(waiting, b.later(t, of("a", Reads), Answered))
		}
		tenths := func(n time.Duration) time.Duration { return n * time.Second / 10 }
		want := []time.Duration{
			tenths(9), tenths(18), tenths(27), tenths(36), tenths(45),
			tenths(54),  // a slot is free at 15s, but it is not the call's turn before
			tenths(100), // the next slots become free at 20s
		}
		if !slices.Equal(b.expected, want) {
			t.Errorf("expected waits are %v, want %v", b.expected, want)
		}
		for i, each := range waiting {
			if got := <-each; got != want[i] {
				t.Errorf("call %d went after %v, want %v", i, got, want[i])
			}
		}
	})
}
