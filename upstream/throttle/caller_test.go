package throttle

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

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
