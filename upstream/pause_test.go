package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A throttling service refuses as many requests as the test says, and records when each came.
type throttling struct {
	latency time.Duration

	mu         sync.Mutex
	refuse     int // so many more
	retryAfter string
	start      time.Time
	came       []time.Duration // since start
}

func (s *throttling) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.came = append(s.came, time.Since(s.start))
	a := answer(http.StatusOK, "[]")
	if s.refuse > 0 {
		s.refuse--
		a = answer(http.StatusTooManyRequests, `{"message":" Rate Limit Exceeded "}`)
		if s.retryAfter != "" {
			a.Header.Set("Retry-After", s.retryAfter)
		}
	}
	s.mu.Unlock()
	return a, pass(r.Context(), s.latency)
}

func (s *throttling) client(t *testing.T, config upstream.Config) *upstream.Client {
	t.Helper()
	config.BaseURL, config.Transport = "http://tenant", s
	s.start = time.Now()
	return newClient(t, config)
}

func TestHowLongAPauseIs(t *testing.T) {
	for _, tt := range []struct {
		name, retryAfter string
		want             time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"a date", "Sat, 01 Jan 2000 00:00:20 GMT", 20 * time.Second},
		{"a date in the past", "Sat, 01 Jan 1999 00:00:00 GMT", upstream.RateWindow},
		{"missing", "", upstream.RateWindow},
		{"nothing", "0", upstream.RateWindow},
		{"garbage", "soon", upstream.RateWindow},
		{"absurd", "3600", time.Minute},
		{"beyond all numbers", "99999999999999999999", time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &throttling{refuse: 1, retryAfter: tt.retryAfter}
				client := s.client(t, upstream.Config{MaxPause: time.Minute, QueueWait: time.Hour})
				for i, write := range []bool{false, true} {
					s.refuse, s.came, s.start = 1, nil, time.Now()
					do := func() error { return read(asCaller(t), client, i) }
					if write {
						if tt.name == "a date" {
							continue // it has passed
						}
						do = func() error { return sign(asCaller(t), client) }
					}
					_ = do()
					if diff := cmp.Diff([]time.Duration{0, tt.want}, s.came); diff != "" {
						t.Errorf("write %t: requests came at (-want +got):\n%s", write, diff)
					}
				}
			})
		})
	}
}

// Refusals of calls that were under way together are one pause, after which the calls come back
// one, two, four at a time.
func TestOnePauseAndAGentleReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{latency: time.Second, refuse: 20, retryAfter: "5"}
		client := s.client(t, upstream.Config{RateLimit: upstream.NoRateLimit})
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				if err := read(asCaller(t), client, i); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		came := map[time.Duration]int{}
		for _, at := range s.came {
			came[at]++
		}
		want := map[time.Duration]int{
			0: 20, 6 * time.Second: 1, 7 * time.Second: 2, 8 * time.Second: 4, 9 * time.Second: 8, 10 * time.Second: 5,
		}
		if diff := cmp.Diff(want, came); diff != "" {
			t.Errorf("requests by the time at which they came (-want +got):\n%s", diff)
		}
		if n := client.Stats().Pauses; n != 1 {
			t.Errorf("%d pauses", n)
		}
	})
}

// A client that does not know of others sends at once all that its budget has room for. What does not
// fit is refused in one pause, and no call is refused twice.
func TestABurstIntoASpentBudgetIsOnePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, sandbox.Config{})
		client := w.client(t, upstream.Config{})
		strangers, stop := context.WithTimeout(t.Context(), upstream.RateWindow/2)
		defer stop()
		go w.grab(strangers, 40)
		time.Sleep(time.Second)
		var group sync.WaitGroup
		for i := range 95 {
			group.Go(func() {
				if err := read(asCaller(t), client, i); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		refused, pauses := w.answered(http.StatusTooManyRequests), client.Stats().Pauses
		if refused < 1 || refused > 35 || pauses != 1 || w.pauses() != 1 {
			t.Errorf("%d refusals in %d pauses, by the wire in %d; want at most 35 in 1", refused, pauses, w.pauses())
		}
	})
}

// A call that has its turn, and only waits because too many requests are under way, waits for the end
// of the pause as well.
func TestACallThatHadItsTurnDoesNotGoInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{latency: time.Second, refuse: 1, retryAfter: "5"}
		client := s.client(t, upstream.Config{MaxInFlight: 1})
		var group sync.WaitGroup
		for i := range 3 {
			group.Go(func() {
				if err := read(asCaller(t), client, i); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		var came []time.Duration
		for _, at := range s.came {
			came = append(came, at.Truncate(time.Second))
		}
		if diff := cmp.Diff([]time.Duration{0, 6 * time.Second, 7 * time.Second, 8 * time.Second}, came); diff != "" {
			t.Errorf("requests came at (-want +got):\n%s", diff)
		}
	})
}

// Of the waits that the service asks for, only the longest counts.
func TestRefusalsUnderWayDoNotAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{latency: time.Second, refuse: 2, retryAfter: "9"}
		client := s.client(t, upstream.Config{})
		var group sync.WaitGroup
		for i, wait := range []string{"9", "3"} {
			s.mu.Lock()
			s.retryAfter = wait
			s.mu.Unlock()
			group.Go(func() { _ = read(asCaller(t), client, i) })
			time.Sleep(500 * time.Millisecond)
		}
		group.Wait()
		want := []time.Duration{0, 500 * time.Millisecond, 10 * time.Second, 11 * time.Second}
		if diff := cmp.Diff(want, s.came); diff != "" {
			t.Errorf("requests came at (-want +got):\n%s", diff)
		}
	})
}

func TestCallsKeepTheirPlacesInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{latency: 100 * time.Millisecond, refuse: 1, retryAfter: "5"}
		client := s.client(t, upstream.Config{})
		var mu sync.Mutex
		var order []int
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				if err := read(asCaller(t), client, i); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			})
			time.Sleep(200 * time.Millisecond)
			if client.Stats().Paused != 1 {
				t.Fatal("there is no pause")
			}
		}
		group.Wait()
		if order[0] != 0 || order[3] != 3 {
			t.Errorf("the calls came back in the order %v", order)
		}
	})
}

func TestACallIsToldOfAPauseThatOutlastsItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{refuse: 1, retryAfter: "40"}
		client := s.client(t, upstream.Config{QueueWait: time.Hour})
		ctx, cancel := context.WithTimeout(asCaller(t), 20*time.Second)
		defer cancel()
		e := upstreamError(t, read(ctx, client, 0))
		if e.Kind != upstream.KindRateLimited || e.Status != http.StatusTooManyRequests || e.RetryAfter != 40*time.Second || e.Text() == "" {
			t.Errorf("the refused call got %v, to come back in %v", e, e.RetryAfter)
		}
		e = upstreamError(t, read(ctx, client, 1))
		if e.Kind != upstream.KindRateLimited || e.Sent || e.RetryAfter != 40*time.Second || time.Since(s.start) > 0 {
			t.Errorf("the next call got %v after %v, to come back in %v", e, time.Since(s.start), e.RetryAfter)
		}
		if got := client.RateLimit(asCaller(t)); got.Remaining != 0 || !got.ResetAt.Equal(s.start.Add(40*time.Second)) {
			t.Errorf("the budget is %+v", got)
		}
		if stats := client.Stats(); stats.Paused != 1 || stats.Pauses != 1 || stats.Rejected != 2 {
			t.Errorf("the statistics are %+v", stats)
		}
	})
}

// A pause concerns one budget.
func TestOtherBudgetsAreNotPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{refuse: 1, retryAfter: "40"}
		client := s.client(t, upstream.Config{})
		if err := read(withToken(t, "ada"), client, 0); err == nil {
			t.Error("there is no refusal")
		}
		for i := range 100 {
			if err := read(withToken(t, fmt.Sprint("bob", i)), client, 0); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(s.start); took > 0 {
			t.Errorf("took %v", took)
		}
	})
}
