package upstream_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A recorder notes how many requests a tenant admits in each of its windows, the first of which
// begins with the bubble.
type recorder struct {
	transport http.RoundTripper
	start     time.Time
	stray     int // the number of the request that is refused for no reason; 0 for none

	mu       sync.Mutex
	came     int
	admitted []int
	refused  int // the window of the stray refusal
}

// record returns a recorder for the requests to a tenant, and a client that makes them.
func record(t *testing.T, tenant http.RoundTripper, stray int) (*recorder, *upstream.Client) {
	t.Helper()
	r := &recorder{transport: tenant, start: time.Now(), stray: stray}
	return r, newClient(t, upstream.Config{
		BaseURL: "http://tenant/v3", Transport: r, QueueWait: time.Hour, RateLimit: 100, RateLimitMargin: 5,
	})
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.came++
	stray := r.came == r.stray
	window := int(time.Since(r.start) / upstream.RateWindow)
	if stray {
		r.refused = window
	}
	r.mu.Unlock()
	if stray {
		a := answer(http.StatusTooManyRequests, "{}")
		left := upstream.RateWindow - time.Since(r.start)%upstream.RateWindow
		a.Header.Set("Retry-After", strconv.Itoa(int((left+time.Second-1)/time.Second)))
		return a, nil
	}
	a, err := r.transport.RoundTrip(request)
	if err == nil && a.StatusCode == http.StatusOK {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.admitted = append(r.admitted, make([]int, max(0, window+1-len(r.admitted)))...)
		r.admitted[window]++
	}
	return a, err
}

// wantAll checks that the budget is used up in each of the five windows that begin with the given one.
func (r *recorder) wantAll(t *testing.T, from int) {
	t.Helper()
	if len(r.admitted) < from+5 || slices.Min(r.admitted[from:from+5]) < 93 {
		t.Errorf("not all of the budget is used from window %d on: %v", from, r.admitted)
	}
}

// A 429 that no other software caused costs at most half of the budget, for two and a half minutes:
// while the service may remember two overrun windows, trying to use more is too risky.
func TestTheBudgetIsBackSoonAfterAStrayRefusal(t *testing.T) {
	for _, tt := range []struct {
		name    string
		stray   int
		windows int // from the refusal to when all of the budget is used again
	}{
		{"of the first request", 1, 2},
		{"in the first burst", 60, 12},
		{"after the first burst", 150, 15},
		{"later on", 400, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, sandbox.Config{})
				r, client := record(t, w, tt.stray)
				time.Sleep(3 * time.Second)
				storm{callers: 50, operations: 2_500, within: 2 * time.Second}.rage(t, []*upstream.Client{client}, 0)
				r.wantAll(t, r.refused+tt.windows)
				if least := slices.Min(r.admitted[r.refused+1 : len(r.admitted)-2]); least < 35 {
					t.Errorf("%d requests in a window: %v", least, r.admitted)
				}
				if n := w.answered(http.StatusTooManyRequests); n > 0 {
					t.Errorf("%d requests overran the budget", n)
				}
			})
		})
	}
}

// Without calls nothing shows whether there are others.
func TestAnIdleClientForgetsAStrayRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &throttling{retryAfter: "2"}
		client := s.client(t, upstream.Config{RateLimit: 100, RateLimitMargin: 5})
		for i := range 41 {
			if i == 40 {
				s.refuse = 1
			}
			if err := read(asCaller(t), client, i); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(upstream.RateWindow)
		if n := client.RateLimit(asCaller(t)).Remaining; n > 60 {
			t.Errorf("%d remain after a refusal", n)
		}
		time.Sleep(24 * upstream.RateWindow)
		if n := client.RateLimit(asCaller(t)).Remaining; n != 95 {
			t.Errorf("%d remain after four minutes", n)
		}
	})
}

// After a stranger who was there for ten minutes has left, slots are left to others for little more
// than five minutes.
func TestOthersWhoHaveLeftAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, sandbox.Config{})
		r, client := record(t, w, 0)
		strangers, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		defer stop()
		go stranger{n: 33, even: true}.haunt(strangers, w, 0)
		storm{callers: 50, operations: 7_500, within: 2 * time.Second}.rage(t, []*upstream.Client{client}, 0)
		r.wantAll(t, 60+33)
	})
}
