package throttle

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPauseLastsAsLongAsTheServiceAsks(t *testing.T) {
	for _, tt := range []struct {
		name             string
		retryAfter, want time.Duration
	}{
		{"as it says", 7 * time.Second, 7 * time.Second},
		{"it does not say", 0, Window},
		{"too long", time.Hour, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			with(t, Config{Limit: 100, MaxPause: time.Minute}, func(t *testing.T, b *bench) {
				turn := b.enter(t, of("a", Reads))
				if !b.Holds(turn) {
					t.Error("a turn does not hold before a pause")
				}
				other := b.enter(t, of("a", Reads))
				b.Leave(turn, Refused, tt.retryAfter)
				if b.Holds(other) || !b.Paused("b") || b.paused != 1 {
					t.Errorf("there is no pause: %d", b.paused)
				}
				if got := b.RateLimit("b"); got.Remaining != 0 || got.ResetAt.Before(time.Now().Add(tt.want)) {
					t.Errorf("the budget is %+v", got)
				}
				b.Leave(other, Answered, 0)
				if got := <-b.later(t, of("a", Reads), Answered); got != tt.want {
					t.Errorf("the next call went after %v, want %v", got, tt.want)
				}
				if b.Paused("b") {
					t.Error("the pause is not over")
				}
			})
		})
	}
}

func TestRefusalsOfCallsUnderWayBelongToThePause(t *testing.T) {
	with(t, Config{Limit: 100}, func(t *testing.T, b *bench) {
		first, second, third := b.enter(t, of("a", Reads)), b.enter(t, of("a", Reads)), b.enter(t, of("a", Reads))
		b.Leave(first, Refused, 5*time.Second)
		b.Leave(second, Refused, 9*time.Second)
		b.Leave(third, Refused, 3*time.Second)
		if got := <-b.later(t, of("a", Reads), Answered); got != 9*time.Second || b.paused != 1 {
			t.Errorf("the next call went after %v and %d pauses", got, b.paused)
		}
	})
}

func TestCallsComeBackTwiceAsManyAtATime(t *testing.T) {
	with(t, Config{}, func(t *testing.T, b *bench) {
		b.Leave(b.enter(t, of("a", Reads)), Refused, time.Second)
		const calls = 300
		went := map[time.Duration]int{}
		start := time.Now()
		done := make(chan struct{})
		for range calls {
			go func() {
				turn, err := b.Enter(t.Context(), of("a", Reads))
				if err != nil {
					t.Error(err)
				}
				b.mu.Lock()
				went[time.Since(start)]++
				b.mu.Unlock()
				time.Sleep(time.Second)
				b.Leave(turn, Answered, 0)
				done <- struct{}{}
			}()
		}
		for range calls {
			<-done
		}
		for i, want := range []int{1, 2, 4, 8, 16, 32, 64, 173} { // above 64 at a time there is no bound
			if got := went[time.Duration(i+1)*time.Second]; got != want {
				t.Errorf("after %d seconds %d calls went, want %d", i+1, got, want)
			}
		}
	})
}

// If the first call after a pause is refused too, a third refusal within two minutes would bring a penalty.
func TestASecondRefusalInARowIsFollowedByALongerRest(t *testing.T) {
	for _, tt := range []struct {
		name         string
		pause, again time.Duration
	}{
		{"of the same window", 4 * time.Second, Window},
		{"of the next window", 8 * time.Second, remembered - 8*time.Second},
		{"half a window later", Window / 2, remembered - Window/2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			with(t, Config{Limit: 100}, func(t *testing.T, b *bench) {
				b.Leave(b.enter(t, of("a", Reads)), Refused, tt.pause)
				time.Sleep(tt.pause)
				b.Leave(b.enter(t, of("a", Reads)), Refused, time.Second)
				if b.paused != 2 {
					t.Errorf("%d pauses", b.paused)
				}
				if got := <-b.later(t, of("a", Reads), Answered); got != tt.again {
					t.Errorf("the next call went after %v, want %v", got, tt.again)
				}
			})
		})
	}
}

// A listener is an estimator that records what it is told.
type listener struct {
	alone

	refusals []refusal
	again    int
}

func (l *listener) refused(r refusal) { l.refusals = append(l.refusals, r) }
func (l *listener) refusedAgain()     { l.again++ }

func TestOnlyARefusalOfAnotherWindowTellsOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name            string
		after           time.Duration
		answered        bool
		refusals, again int
	}{
		{"of the same window", Window/2 - 1, false, 1, 1},
		{"half a window later", Window / 2, false, 2, 0},
		{"after an answer", Window/2 - 1, true, 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			with(t, Config{Limit: 100}, func(t *testing.T, b *bench) {
				b.spend(t, "a", 1)
				told := &listener{}
				b.budgets["b"].others = told
				first := time.Now()
				b.Leave(b.enter(t, of("a", Reads)), Refused, time.Second)
				time.Sleep(tt.after)
				if tt.answered {
					b.spend(t, "a", 1)
				}
				b.Leave(b.enter(t, of("a", Reads)), Refused, 3*time.Second)
				if len(told.refusals) != tt.refusals || told.again != tt.again {
					t.Fatalf("there were %d refusals and %d of the same window, want %d and %d",
						len(told.refusals), told.again, tt.refusals, tt.again)
				}
				if r := told.refusals[0]; !r.at.Equal(first) || r.retryAfter != time.Second || len(r.answered) != 1 || !r.overran.IsZero() {
					t.Errorf("the first refusal was %+v", r)
				}
				if r := told.refusals[tt.refusals-1]; tt.refusals == 2 && (!r.at.Equal(time.Now()) || !r.overran.Equal(first)) {
					t.Errorf("the second refusal was %+v", r)
				}
			})
		})
	}
}

func TestWithoutAPauseAnyNumberOfCallsGo(t *testing.T) {
	with(t, Config{Limit: 100}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 1)
		for range 99 {
			b.enter(t, of("a", Reads))
		}
	})
}

func TestARestIsNoLongerThanTheLongestPause(t *testing.T) {
	with(t, Config{Limit: 100, MaxPause: 30 * time.Second}, func(t *testing.T, b *bench) {
		for range 2 {
			b.Leave(b.enter(t, of("a", Reads)), Refused, 8*time.Second)
			time.Sleep(8 * time.Second)
			synctest.Wait()
		}
		if got := <-b.later(t, of("a", Reads), Answered); got != 22*time.Second {
			t.Errorf("the next call went after %v more", got)
		}
	})
}

// For a window after the budget was used up, calls go one by one if half of it is in use.
func TestCallsArePacedAfterTheBudgetWasUsedUp(t *testing.T) {
	with(t, Config{Limit: 9}, func(t *testing.T, b *bench) {
		start := time.Now()
		b.spend(t, "a", 8)
		time.Sleep(5 * time.Second)
		b.spend(t, "a", 1)
		var went []time.Duration
		done := make(chan struct{})
		for range 9 {
			go func() {
				turn, err := b.Enter(t.Context(), of("a", Reads))
				if err != nil {
					t.Error(err)
				}
				b.mu.Lock()
				went = append(went, time.Since(start)/time.Second)
				b.mu.Unlock()
				b.Leave(turn, Answered, 0)
				done <- struct{}{}
			}()
		}
		for range 9 {
			<-done
		}
		if want := []time.Duration{10, 10, 10, 10, 11, 12, 13, 14, 15}; !slices.Equal(went, want) {
			t.Errorf("calls went at %d, want %d", went, want)
		}
	})
}
