package throttle

import (
	"slices"
	"testing"
	"time"
)

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
