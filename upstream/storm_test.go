package upstream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// A storm is 5,000 operations of 500 callers that arrive within two seconds.
type storm struct {
	callers, operations int
	within              time.Duration
}

// rage answers how many operations were answered, and how long it took until all were.
func (s storm) rage(t *testing.T, client *upstream.Client) (answered int, took time.Duration) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	start := time.Now()
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range s.operations {
		arrival := time.Duration(random.Int64N(int64(s.within)))
		ctx := as(t.Context(), t, fmt.Sprint("caller ", i%s.callers))
		group.Go(func() {
			time.Sleep(arrival)
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			_, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
				Paging: upstream.Paging{Limit: 1, Offset: i},
			})
			if err != nil {
				t.Errorf("operation %d: %v", i, err)
				return
			}
			mu.Lock()
			answered++
			took = time.Since(start)
			mu.Unlock()
		})
	}
	group.Wait()
	return answered, took
}

func TestStorm(t *testing.T) {
	all := storm{callers: 500, operations: 5_000, within: 2 * time.Second}
	some := storm{callers: 500, operations: 1_000, within: 2 * time.Second}
	for _, tt := range []struct {
		name     string
		storm    storm
		sliding  bool
		stranger stranger
		offset   time.Duration
		use      float64 // at least so much of the budget is used
	}{
		{"alone, fixed windows", all, false, stranger{}, 0, 0.9},
		{"alone, fixed windows that begin later", some, false, stranger{}, 7300 * time.Millisecond, 0.9},
		{"alone, sliding windows", some, true, stranger{}, 0, 0.9},
		{"a stranger, fixed windows", all, false, stranger{33, true}, 3 * time.Second, 0.9},
		// Overrunning no more than two windows in two minutes leaves more unused where a window may
		// be overrun at any moment, and where the stranger takes now a fifth and now a half.
		{"a stranger, sliding windows", all, true, stranger{33, true}, 3 * time.Second, 0.85},
		{"a moody stranger, fixed windows", all, false, stranger{33, false}, 3 * time.Second, 0.85},
		{"a moody stranger, sliding windows", all, true, stranger{33, false}, 3 * time.Second, 0.8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(tt.offset)
				w := newWire(t, sandbox.Config{SlidingWindow: tt.sliding})
				client := w.client(t, upstream.Config{QueueWait: time.Hour})
				strangers, stop := context.WithCancel(t.Context())
				served := make(chan int, 1)
				go func() { served <- tt.stranger.haunt(strangers, w) }()
				answered, took := tt.storm.rage(t, client)
				stop()
				theirs := <-served
				use := float64(w.answered(200)+theirs) / (100 * float64(took) / float64(upstream.RateWindow))
				refused, pauses := w.answered(429), int(client.Stats().Pauses)
				t.Logf("%d answered in %v, stranger %d, %.1f %% used, %d refusals, %d pauses", answered, took, theirs, 100*use, refused, pauses)
				if answered != tt.storm.operations {
					t.Errorf("%d operations were answered, want %d", answered, tt.storm.operations)
				}
				if use < tt.use {
					t.Errorf("%.1f %% of the budget were used", 100*use)
				}
				if refused > pauses || tt.stranger.n == 0 && refused > 0 {
					t.Errorf("%d refusals by the tenant in %d pauses", refused, pauses)
				}
				if most := w.mostOverrun(); !tt.sliding && most > 2 {
					t.Errorf("%d windows within two minutes were overrun", most)
				}
			})
		})
	}
}

// The tenant makes who overruns three windows within two minutes wait for a minute and more.
func TestThePenaltyIsNotProvoked(t *testing.T) {
	for _, tt := range []struct {
		name     string
		stranger int           // requests at the beginning of each window
		leaves   time.Duration // when there is no stranger any more
	}{
		{"a third of each window is gone", 33, time.Hour},
		{"there is nothing left for minutes", 100, 5 * time.Minute},
		{"there is next to nothing left for minutes", 97, 5 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, sandbox.Config{Penalties: true})
				client := w.client(t, upstream.Config{QueueWait: time.Hour})
				strangers, stop := context.WithTimeout(t.Context(), tt.leaves)
				defer stop()
				go w.grab(strangers, tt.stranger)
				time.Sleep(time.Second)
				s := storm{callers: 20, operations: 1_000, within: 2 * time.Second}
				answered, took := s.rage(t, client)
				t.Logf("%d answered in %v, %d refusals", answered, took, w.answered(429))
				if answered != s.operations {
					t.Errorf("%d operations were answered, want %d", answered, s.operations)
				}
				if longest := w.longestWait(); longest > upstream.RateWindow || w.answered(429) == 0 {
					t.Errorf("the tenant asked to wait for %v", longest)
				}
			})
		})
	}
}
