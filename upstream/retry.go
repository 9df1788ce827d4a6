package upstream

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// maxTries is how often a call goes out where the service fails; refusals for want of budget
	// and tokens that were renewed do not count.
	maxTries = 3
	// The wait before the next try is a random part of firstBackoff, which doubles each time, but
	// is never above maxBackoff.
	firstBackoff = 200 * time.Millisecond
	maxBackoff   = 2 * time.Second
)

// A retryBudget bounds how much is added to the load of a service that fails: one retry for each
// ten calls, of which it saves some for a bad moment.
type retryBudget struct {
	mu    sync.Mutex
	spent float64 // of retrySavings
}

const (
	retrySavings = 10
	retryPart    = 0.1
)

// earn notes a call.
func (b *retryBudget) earn() {
	b.mu.Lock()
	b.spent = max(0, b.spent-retryPart)
	b.mu.Unlock()
}

// take takes one retry, and says whether there was one.
func (b *retryBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent > retrySavings-1 {
		return false
	}
	b.spent++
	return true
}

// transient says whether a call that ended this way may do better the next time, and may be sent
// again without doing anything twice. A write may be if the service cannot have seen it.
func transient(o operation, answer *response, err *Error) bool {
	switch {
	case err != nil && err.Operation != o.name:
		return false // there was no token to send it with
	case err != nil:
		return err.Kind == KindUnavailable && (o.reads() || !err.Sent)
	case !o.reads():
		return false
	}
	switch answer.status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// backoff waits before the next try of a call that failed tries times, and says whether there is
// one: the service may ask for more patience than the call has.
func (c *Client) backoff(ctx context.Context, d *delivery, asked time.Duration) bool {
	if d.tries >= maxTries || ctx.Err() != nil {
		return false
	}
	wait := min(firstBackoff<<(d.tries-1), maxBackoff)
	wait = max(time.Duration(c.random()*float64(wait)), asked)
	if wait >= c.throttle.Patience(ctx, d.place) || !c.retries.take() {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
