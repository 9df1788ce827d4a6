package upstream_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"certql/upstream"
)

// A stranger is other software with the same client id, which sends n requests in a window.
type stranger struct {
	n int
	// even means n requests in each window, at random moments. Otherwise each moment is independent
	// of the one before, and n is an average: the stranger takes a fifth of the budget in some windows
	// and half of it in others.
	even bool
}

// haunt sends requests until ctx ends, and returns how many of them were served.
func (s stranger) haunt(ctx context.Context, w *wire, seed uint64) (served int) {
	if s.n == 0 {
		return 0
	}
	random := rand.New(rand.NewPCG(3, seed))
	for start := time.Now(); ; {
		moments, length := s.moments(random)
		for _, moment := range moments {
			if pass(ctx, time.Until(start.Add(moment))) != nil {
				return served
			}
			if w.askForTasks(ctx) == http.StatusOK {
				served++
			}
		}
		start = start.Add(length)
	}
}

// moments returns when to send the next n requests, and how long that takes.
func (s stranger) moments(random *rand.Rand) (moments []time.Duration, length time.Duration) {
	moments = make([]time.Duration, s.n)
	if s.even {
		for i := range moments {
			moments[i] = time.Duration(random.Int64N(int64(upstream.RateWindow)))
		}
		slices.Sort(moments)
		return moments, upstream.RateWindow
	}
	for i := range moments {
		length += time.Duration(random.ExpFloat64() * float64(upstream.RateWindow) / float64(s.n))
		moments[i] = length
	}
	return moments, length
}

// grab sends n requests at once at the beginning of each window until ctx ends.
func (w *wire) grab(ctx context.Context, n int) {
	for {
		for range n {
			w.askForTasks(ctx)
		}
		next := time.Now().Truncate(upstream.RateWindow).Add(upstream.RateWindow)
		if pass(ctx, time.Until(next)) != nil {
			return
		}
	}
}

// askForTasks sends one request as a stranger, and returns the status of the tenant's response.
func (w *wire) askForTasks(ctx context.Context) int {
	return w.ask(httptest.NewRequestWithContext(ctx, http.MethodGet, "/v3/certification-tasks?limit=1", nil)).Code
}
