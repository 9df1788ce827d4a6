package upstream

import (
	"net/http"
	"sync"
	"time"
)

const (
	// maxAttempts is how many attempts a call has while the service fails; those that it refuses with
	// a 429 or for a token that could be renewed do not count.
	maxAttempts = 3
	// attemptsAfterException is how many it has if something within the service threw an exception, which
	// passes or never does.
	attemptsAfterException = 2
	// The wait before the next attempt is a random part of firstBackoff, which doubles each time, but
	// is never above maxBackoff.
	firstBackoff = 200 * time.Millisecond
	maxBackoff   = 2 * time.Second
)

// longestBackoff returns the longest wait after so many attempts.
func longestBackoff(attempts int) time.Duration { return min(firstBackoff<<(attempts-1), maxBackoff) }

// attemptsOf returns how many attempts a call that ended this way may have in all, because it may do better
// the next time, and may be sent again without doing anything twice; 0 if it is over. A write may be sent
// again if the service cannot have seen it.
func attemptsOf(o *operation, answer *response, err *Error) int {
	switch {
	case err != nil && err.Operation != o.name:
		return 0 // there was no token to send it with
	case err != nil && err.Kind == KindUnavailable && (o.reads() || !err.Sent):
		return maxAttempts
	case err != nil || !o.reads():
		return 0
	}
	switch answer.status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return maxAttempts
	case http.StatusInternalServerError:
		if threw(answer) {
			return attemptsAfterException
		}
	}
	return 0
}

// A retryBudget bounds how much is added to the load of a service that fails: one retry for each
// ten calls, of which it saves some for a bad moment. Its zero value is ready and has all it can save.
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

// take takes one retry, and reports whether there was one.
func (b *retryBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent > retrySavings-1 {
		return false
	}
	b.spent++
	return true
}
