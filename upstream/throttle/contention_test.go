package throttle

import (
	"math"
	"testing"
	"time"
)

func TestHowMuchOfTheWindowHadPassed(t *testing.T) {
	for _, tt := range []struct {
		retryAfter time.Duration
		part       float64
		elapsed    time.Duration
	}{
		{0, 1, Window},
		{1 * time.Second, 0.95, 9500 * time.Millisecond},
		{5 * time.Second, 0.55, 5500 * time.Millisecond},
		{5500 * time.Millisecond, 0.5, 5 * time.Second},
		{6 * time.Second, 1, Window}, // less than half of it: a window that slides
		{Window, 1, Window},
		{Window + 1, 0, 0}, // a penalty
	} {
		part, elapsed := passedOf(tt.retryAfter)
		if math.Abs(part-tt.part) > 1e-9 || elapsed != tt.elapsed {
			t.Errorf("%v: %v, %v, want %v, %v", tt.retryAfter, part, elapsed, tt.part, tt.elapsed)
		}
	}
}

// refusedWith returns the estimator after a refusal in a window of which n requests are known here,
// with the pause over.
func refusedWith(n int, drained time.Time, now time.Time) *contention {
	c := newContention(95, 5)
	answered := make([]done, n)
	for i := range answered {
		answered[i].at = now.Add(-time.Second)
	}
	c.refused(refusal{at: now, answered: answered, drained: drained})
	c.resumed(now.Add(Window))
	return c
}

func TestARefusalLeavesToOthersWhatTheWindowHad(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	known := 0
	for _, n := range []int{90, 70, 50} {
		c := refusedWith(n, now.Add(-time.Hour), now)
		if !c.known() || c.left() <= known {
			t.Errorf("with %d requests known, %d are left, want more than %d", n, c.left(), known)
		}
		known = c.left()
	}
	if c := refusedWith(0, now.Add(-time.Hour), now); c.left() > 95/2 {
		t.Errorf("%d are left after a single refusal, want at most half", c.left())
	}
	recently := refusedWith(70, now.Add(-2*Window+1), now)
	long := refusedWith(70, now.Add(-2*Window), now)
	if recently.left() <= long.left() {
		t.Errorf("%d are left while two windows are remembered, and %d otherwise", recently.left(), long.left())
	}
}

func TestASecondRefusalConfirmsOthers(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := refusedWith(0, now.Add(-time.Hour), now)
	again := now.Add(time.Minute)
	c.refused(refusal{at: again, overran: now, drained: again})
	c.resumed(again.Add(Window))
	if c.left() <= 95/2 || c.left() > 94 {
		t.Errorf("%d are left", c.left())
	}
	if c.belief.none() != 0 {
		t.Errorf("that there are no others is %v likely", c.belief.none())
	}
}

func TestARefusalOfTheSameWindowTellsNothing(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	once, twice := refusedWith(70, now.Add(-time.Hour), now), refusedWith(70, now.Add(-time.Hour), now)
	twice.refusedAgain()
	twice.resumed(now.Add(Window))
	if once.left() != twice.left() {
		t.Errorf("%d are left after one, %d after both", once.left(), twice.left())
	}
}

// Of 100 requests that the service allows, those that were not sent here were sent by others. The
// service asks to wait for 4 seconds, so 6.5 of the window had passed, give or take half a second.
func TestARefusalTellsWhatOthersSent(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	answered := make([]done, 60)
	for i := range answered {
		answered[i].at = now.Add(-6 * time.Second)
	}
	answered[0].at = now.Add(-6500 * time.Millisecond) // in the window before
	c := newContention(95, 5)
	c.refused(refusal{at: now, retryAfter: 4 * time.Second, answered: answered})
	for range 6 {
		c.sent() // were under way at the refusal
	}
	c.resumed(now.Add(4 * time.Second))
	want := newBelief(100)
	want.refusal(100-65, 0.65, 10/math.Sqrt(12), true) // 65 requests in 6.5 seconds: 10 in one
	wantWeights(t, c.belief, want.weights...)
}

func TestAWindowWithoutARefusalTellsHowManyOthersCanHaveSent(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := refusedWith(70, now.Add(-time.Hour), now)
	begin := now.Add(Window)
	var answered []done
	for _, batch := range []struct {
		at time.Time
		n  int
	}{
		{begin, 1}, // in the window before
		{begin.Add(1), 40},
		{begin.Add(Window), 20},
		{begin.Add(Window + 1), 30}, // in the window after
	} {
		for range batch.n {
			answered = append(answered, done{at: batch.at})
		}
	}
	want := newBelief(100)
	want.refusal(30, 1, 7/math.Sqrt(12), true)
	c.passed(answered, begin.Add(Window))
	want.quiet(100 - 60)
	want.age(0.1) // after a single refusal others stay for ten windows on average
	wantWeights(t, c.belief, want.weights...)
	c.passed(answered, begin.Add(2*Window))
	want.quiet(100 - 30)
	want.age(0.1)
	wantWeights(t, c.belief, want.weights...)
}

// Others send nothing, or far more than the budget: as likely as is tolerable, or likelier.
func TestSlotsAreLeftOnlyIfAnOverrunIsLikelierThanTolerable(t *testing.T) {
	for _, tt := range []struct {
		many float64
		left int
	}{
		{tolerable, 0},
		{tolerable + 0.001, 9}, // all but one
	} {
		c := newContention(10, 0)
		c.confirmed = true
		c.belief = &belief{step: 1_000, weights: []float64{1 - tt.many, tt.many}}
		c.divide(time.Now())
		if c.left() != tt.left {
			t.Errorf("if many come with a likelihood of %v, %d are left, want %d", tt.many, c.left(), tt.left)
		}
	}
}

func TestLessIsRiskedWhileTwoOverrunWindowsAreRemembered(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	left := func(ago time.Duration) int {
		c := newContention(95, 5)
		c.confirmed = true
		c.belief = newBelief(100)
		c.belief.refusal(33, 1, 0, false)
		c.before = now.Add(-ago)
		c.divide(now)
		return c.left()
	}
	if during, after, long := left(remembered-1), left(remembered), left(time.Hour); during <= after || after != long {
		t.Errorf("%d are left while both are remembered, %d right after that, %d long after", during, after, long)
	}
}

func TestOthersAreForgottenWindowByWindow(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := refusedWith(70, now.Add(-time.Hour), now)
	until := now.Add(Window)
	before := c.left()
	c.passed(nil, until.Add(Window-1))
	if c.left() != before {
		t.Errorf("%d are left before a window has passed, %d at its beginning", c.left(), before)
	}
	// A window that was full here leaves no room for others.
	answered := make([]done, 95)
	for i := range answered {
		answered[i].at = until.Add(time.Second)
	}
	full := refusedWith(70, now.Add(-time.Hour), now)
	full.passed(answered, until.Add(Window))
	if full.left() >= before {
		t.Errorf("%d are left after a full window, %d before it", full.left(), before)
	}
	windows := 0
	for ; c.known() && windows < 100; windows++ {
		c.passed(nil, until.Add(time.Duration(windows+1)*Window))
	}
	if c.left() != 0 || windows < 5 || windows > 50 {
		t.Errorf("others were forgotten after %d windows, %d are left", windows, c.left())
	}
}

// Others are there with a likelihood of 1 in 90. In the next window a tenth of them leave, so that it
// is 1 in 100.
func TestOthersAreForgottenIfItIsCertainEnoughThatThereAreNone(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		some  float64
		known bool
	}{
		{1 / 90.0, false},
		{1 / 89.0, true},
	} {
		c := newContention(100, 0)
		c.belief = &belief{step: 1, weights: []float64{1 - tt.some, tt.some}}
		c.until = now
		c.passed(nil, now.Add(Window))
		if c.known() != tt.known {
			t.Errorf("after others were there with a likelihood of %v, known is %v, want %v", tt.some, c.known(), tt.known)
		}
	}
}

func TestOthersThatHaveShownTwiceAreRememberedLonger(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	forgotten := func(c *contention, from time.Time) (windows int) {
		for c.known() && windows < 10_000 {
			windows++
			c.passed(nil, from.Add(time.Duration(windows)*Window))
		}
		return windows
	}
	once := forgotten(refusedWith(70, now, now), now.Add(Window))
	c := refusedWith(70, now, now)
	c.refused(refusal{at: now.Add(time.Minute), overran: now})
	c.resumed(now.Add(time.Minute))
	if twice := forgotten(c, now.Add(time.Minute)); twice < 3*once || twice > 600 {
		t.Errorf("others were forgotten after %d windows, and after one refusal after %d", twice, once)
	}
}

func TestABudgetLeavesSlotsToOthers(t *testing.T) {
	with(t, Config{Limit: 95, Margin: 5}, func(t *testing.T, b *bench) {
		b.spend(t, "a", 60)
		b.Leave(b.enter(t, of("a", Reads)), Refused, Window)
		time.Sleep(Window)
		if left := 95 - b.RateLimit("b").Remaining; left < 20 || left > 95/2 {
			t.Errorf("%d slots are left to others", left)
		}
		time.Sleep(5 * time.Minute)
		b.wantRemaining(t, 95)
	})
}
