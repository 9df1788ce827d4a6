package throttle

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// unproven returns the place of a call with a token that the service has not accepted yet.
func unproven(sender string) Place {
	p := of(sender, Reads)
	p.Unproven = true
	return p
}

// Strangers together have a few slots, and no caller waits because of them.
func TestStrangersTogetherHaveAFewSlots(t *testing.T) {
	with(t, Config{Limit: 20, Unproven: 3}, func(t *testing.T, b *bench) {
		for i := range 3 {
			b.Leave(b.enter(t, unproven(string(rune('a'+i)))), Answered, 0)
		}
		b.wantRemaining(t, 17)
		fourth := b.later(t, unproven("d"), Answered)
		b.spend(t, "known", 17)
		if got := <-fourth; got != Window {
			t.Errorf("the fourth went after %v", got)
		}
		if !slices.Equal(b.expected, []time.Duration{Window}) {
			t.Errorf("expected waits were %v", b.expected)
		}
	})
}

// A stranger whose token is accepted gives its slot back: from then on it is that of the known caller.
func TestAStrangerThatIsAcceptedLeavesItsSlot(t *testing.T) {
	with(t, Config{Limit: 20, Unproven: 2}, func(t *testing.T, b *bench) {
		for range 12 {
			turn := b.enter(t, unproven("sender"))
			b.Leave(b.Prove(turn, "known"), Answered, 0)
		}
		b.wantRemaining(t, 8)
		if c := b.budgets["b"].callers["known"]; c.occupied != 12 || b.budgets["b"].strangers != 0 || len(b.budgets["b"].senders) != 0 {
			t.Errorf("the known caller occupies %d slots, strangers %d", c.occupied, b.budgets["b"].strangers)
		}
		first, second := b.enter(t, unproven("sender")), b.enter(t, unproven("sender"))
		third := b.later(t, unproven("sender"), Answered)
		time.Sleep(time.Second)
		first = b.Prove(first, "known")
		if got := <-third; got != time.Second {
			t.Errorf("the third went after %v", got)
		}
		if again := b.Prove(first, "another"); again.caller != first.caller {
			t.Error("a known caller becomes another one")
		}
		b.Leave(first, Answered, 0)
		b.Leave(second, Unsent, 0)
		time.Sleep(Window + callerMemory)
		b.Leave(b.enter(t, Place{Payer: Payer{Budget: "other"}, Since: time.Now()}), Unsent, 0)
		if len(b.budgets) != 1 {
			t.Errorf("%d budgets are kept", len(b.budgets))
		}
	})
}

// Strangers take turns by sender. They do not wait for the others, and these do not wait for more of them
// than there are slots for.
func TestStrangersTakeTurns(t *testing.T) {
	with(t, Config{Limit: 1, Unproven: 1}, func(t *testing.T, b *bench) {
		b.spend(t, "z", 1)
		got := b.order(t, unproven("x"), unproven("x"), unproven("x"), of("a", Reads), unproven("y"), of("b", Writes), of("a", Reads))
		if want := []string{"x", "y", "x", "x", "b!", "a", "a"}; !slices.Equal(got, want) {
			t.Errorf("calls went in the order %v, want %v", got, want)
		}
	})
	with(t, Config{Limit: 10, Unproven: 2}, func(t *testing.T, b *bench) {
		b.spend(t, "known", 10)
		var strangers, known []<-chan time.Duration
		for range 6 {
			strangers = append(strangers, b.later(t, unproven("x"), Answered))
		}
		for range 9 {
			known = append(known, b.later(t, of("known", Reads), Answered))
		}
		synctest.Wait()
		for _, each := range known[:8] {
			if got := <-each; got > 2*Window {
				t.Errorf("a known caller waited for %v", got)
			}
		}
		for i, each := range strangers {
			if got := <-each; got < time.Duration(1+i/2)*Window {
				t.Errorf("stranger %d went after %v", i, got)
			}
		}
		<-known[8]
	})
}

// A stranger that would wait for too long is refused at once, and takes nothing from the others.
func TestStrangersAreRefusedByThemselves(t *testing.T) {
	with(t, Config{Limit: 20, Unproven: 2, QueueLength: 3, QueueWait: 15 * time.Second}, func(t *testing.T, b *bench) {
		for range 2 {
			b.Leave(b.enter(t, unproven("x")), Answered, 0)
		}
		waiting := []<-chan time.Duration{b.later(t, unproven("x"), Answered), b.later(t, unproven("y"), Answered)}
		for range 50 {
			_, err := b.Enter(t.Context(), unproven("z"))
			if e, ok := errors.AsType[*UsedUpError](err); ok {
				if e.Wait != 2*Window {
					t.Errorf("refused for %v", e.Wait)
				}
				continue
			}
			t.Fatalf("got %v", err)
		}
		b.spend(t, "known", 18)
		for _, each := range waiting {
			if got := <-each; got != Window {
				t.Errorf("went after %v", got)
			}
		}
		synctest.Wait()
		if got := b.State(); got.Queued != 0 {
			t.Errorf("%d wait", got.Queued)
		}
	})
}

// Without slots of their own, or without a limit, strangers are like all others.
func TestStrangersWithoutSlotsOfTheirOwn(t *testing.T) {
	with(t, Config{Limit: 20}, func(t *testing.T, b *bench) {
		for range 20 {
			b.Leave(b.enter(t, unproven("x")), Answered, 0)
		}
		b.wantRemaining(t, 0)
	})
	with(t, Config{Unproven: 1}, func(t *testing.T, b *bench) {
		for range 200 {
			b.Leave(b.enter(t, unproven("x")), Answered, 0)
		}
	})
}
