package sandbox

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// spend makes n requests and returns how many were admitted, and the wait of the last one that was refused.
func spend(l *limiter, key string, n int) (admitted int, wait time.Duration) {
	for range n {
		retryAfter, ok := l.admit(key)
		if ok {
			admitted++
		} else {
			wait = retryAfter
		}
	}
	return admitted, wait
}

// A limitStep makes requests after some time has passed.
type limitStep struct {
	after    time.Duration
	requests int
	admitted int
	wait     time.Duration
}

func TestLimiterCountsWindows(t *testing.T) {
	t.Parallel()
	// The clock starts 250 ms into a ten-second window.
	for _, test := range []struct {
		name  string
		limit int
		kind  windowKind
		steps []limitStep
	}{
		{"no limit", 0, fixedWindows, []limitStep{{0, 1000, 1000, 0}}},
		{"fixed: the wait is what is left of the window", 3, fixedWindows, []limitStep{
			{0, 5, 3, 10 * time.Second},
			{9 * time.Second, 1, 0, time.Second},
			{749 * time.Millisecond, 1, 0, time.Second},
			{time.Millisecond, 4, 3, 10 * time.Second},
		}},
		{"fixed: two full windows side by side", 3, fixedWindows, []limitStep{
			{9700 * time.Millisecond, 3, 3, 0},
			{100 * time.Millisecond, 3, 3, 0},
		}},
		{"fixed: unused budget is not saved", 3, fixedWindows, []limitStep{
			{time.Minute, 9, 3, 10 * time.Second},
		}},
		{"sliding: never more than the limit in any ten seconds", 3, slidingWindows, []limitStep{
			{9700 * time.Millisecond, 3, 3, 0},
			{100 * time.Millisecond, 3, 0, 10 * time.Second},
			{9899 * time.Millisecond, 1, 0, time.Second},
			{time.Millisecond, 4, 3, 10 * time.Second},
		}},
		{"sliding: each request comes back ten seconds after it was made", 3, slidingWindows, []limitStep{
			{0, 1, 1, 0},
			{4 * time.Second, 1, 1, 0},
			{4 * time.Second, 2, 1, 2 * time.Second},
			{2 * time.Second, 2, 1, 4 * time.Second},
			{4 * time.Second, 2, 1, 4 * time.Second},
			{4 * time.Second, 2, 1, 2 * time.Second},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock := newManualClock()
			l := newLimiter(test.limit, 10*time.Second, test.kind, false, clock.time)
			for i, step := range test.steps {
				clock.advance(step.after)
				if admitted, wait := spend(l, "a", step.requests); admitted != step.admitted || wait != step.wait {
					t.Errorf("step %d: %d admitted, wait %s; want %d, %s", i, admitted, wait, step.admitted, step.wait)
				}
			}
		})
	}
}

func TestLimiterKeepsKeysApart(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	l := newLimiter(2, 10*time.Second, fixedWindows, false, clock.time)
	spend(l, "a", 5)
	if admitted, _ := spend(l, "b", 5); admitted != 2 {
		t.Errorf("%d of another key admitted, want 2", admitted)
	}
	l.reset()
	if admitted, _ := spend(l, "a", 5); admitted != 2 {
		t.Errorf("%d admitted after a reset, want 2", admitted)
	}
}

func TestLimiterPenalisesRepeatOffenders(t *testing.T) {
	t.Parallel()
	const second, minute = time.Second, time.Minute
	overrun := func(after, wait time.Duration) limitStep { return limitStep{after, 3, 2, wait} }
	// The first wait of each window is what is left of it: ten seconds, rounded up.
	for _, test := range []struct {
		name  string
		steps []limitStep
	}{
		{"the third violated window inside 120 s", []limitStep{
			overrun(0, 10*second), overrun(60*second, 10*second), overrun(60*second, 60*second),
		}},
		{"not when it comes later", []limitStep{
			overrun(0, 10*second), overrun(60*second, 10*second), overrun(70*second, 10*second), overrun(50*second, 60*second),
		}},
		{"several refusals in one window count once", []limitStep{
			{0, 20, 2, 10 * second},
			{second, 20, 0, 9 * second},
			overrun(10*second, 9*second), overrun(10*second, 60*second),
		}},
		{"the wait runs down, and nothing is admitted in it", []limitStep{
			overrun(0, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
			{50 * second, 1, 0, 10 * second},
			{9999 * time.Millisecond, 1, 0, second},
			{time.Millisecond, 2, 2, 0},
		}},
		{"requests during the wait do not count against the client", []limitStep{
			overrun(0, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
			{20 * second, 1, 0, 40 * second},
			{20 * second, 1, 0, 20 * second},
			{19 * second, 1, 0, second},
			overrun(second, 10*second), overrun(10*second, 10*second), overrun(10*second, 300*second),
		}},
		{"each wait is longer, up to 1200 s", []limitStep{
			overrun(0, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
			overrun(minute, 10*second), overrun(10*second, 10*second), overrun(10*second, 300*second),
			overrun(5*minute, 10*second), overrun(10*second, 10*second), overrun(10*second, 600*second),
			overrun(10*minute, 10*second), overrun(10*second, 10*second), overrun(10*second, 1200*second),
			overrun(20*minute, 10*second), overrun(10*second, 10*second), overrun(10*second, 1200*second),
		}},
		{"it is forgotten after 3600 s", []limitStep{
			overrun(0, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
			overrun(3600*second-20*second, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
		}},
		{"but not earlier", []limitStep{
			overrun(0, 10*second), overrun(10*second, 10*second), overrun(10*second, 60*second),
			overrun(3600*second-30*second, 10*second), overrun(10*second, 10*second), overrun(9999*time.Millisecond, 300*second),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock := newManualClock()
			l := newLimiter(2, 10*time.Second, fixedWindows, true, clock.time)
			for i, step := range test.steps {
				clock.advance(step.after)
				if admitted, wait := spend(l, "a", step.requests); admitted != step.admitted || wait != step.wait {
					t.Fatalf("step %d: %d admitted, wait %s; want %d, %s", i, admitted, wait, step.admitted, step.wait)
				}
			}
		})
	}
}

func TestLimiterPenalisesUnderSlidingWindows(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	l := newLimiter(2, 10*time.Second, slidingWindows, true, clock.time)
	for _, want := range []time.Duration{10 * time.Second, 10 * time.Second, time.Minute} {
		if _, wait := spend(l, "a", 3); wait != want {
			t.Errorf("wait %s, want %s", wait, want)
		}
		clock.advance(10 * time.Second)
	}
}

func TestLimiterKnowsABoundedNumberOfKeys(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	l := newLimiter(1, time.Hour, fixedWindows, false, clock.time)
	spend(l, "old", 1)
	for i := range 2 * maxBudgets {
		clock.advance(time.Millisecond)
		spend(l, "busy", 1)
		spend(l, fmt.Sprint(i), 1)
	}
	if n := len(l.budgets); n != maxBudgets {
		t.Errorf("%d keys, want %d", n, maxBudgets)
	}
	if admitted, _ := spend(l, "busy", 1); admitted != 0 {
		t.Error("a key in use was forgotten")
	}
}

func TestLimiterAdmitsExactlyTheLimitWhenManyAskAtOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []windowKind{fixedWindows, slidingWindows} {
		clock := newManualClock()
		l := newLimiter(100, 10*time.Second, kind, true, clock.time)
		var total atomic.Int64
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				admitted, _ := spend(l, "a", 50)
				total.Add(int64(admitted))
			})
		}
		callers.Wait()
		if got := total.Load(); got != 100 {
			t.Errorf("kind %d: %d admitted, want 100", kind, got)
		}
	}
}

func BenchmarkLimiterAdmit(b *testing.B) {
	l := newLimiter(1<<30, 10*time.Second, fixedWindows, false, time.Now)
	b.ReportAllocs()
	for b.Loop() {
		l.admit("org-admin v3")
	}
}
