package upstream

import (
	"context"
	"sync"
	"time"
)

// The request budget that the vendor documents: for one client id and API version.
const (
	DefaultRateLimit = 100
	RateWindow       = 10 * time.Second
)

// A RateLimit is this client's view of the request budget that a caller shares. Requests
// of other software under the same client id are not in it.
type RateLimit struct {
	Limit     int // requests in RateWindow
	Remaining int
	// ResetAt is when the whole budget is there again, if nothing is sent until then.
	ResetAt time.Time
	Queued  int // calls that wait for their turn
}

// RateLimit answers the budget of the credential in the context. It makes no call.
func (c *Client) RateLimit(ctx context.Context) RateLimit {
	var key string
	if credential, ok := CredentialFrom(ctx); ok {
		key = credential.Key()
	}
	return c.budget.view(key)
}

// A budget remembers when requests were sent, by the key of the credential.
type budget struct {
	limit int
	now   func() time.Time

	mu   sync.Mutex
	sent map[string][]time.Time // within the last window, oldest first
}

// spend notes that a request goes out now.
func (b *budget) spend(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.sent == nil {
		b.sent = map[string][]time.Time{}
	}
	if _, known := b.sent[key]; !known {
		b.sweep(now)
	}
	b.sent[key] = append(b.recent(key, now), now)
}

// view answers what is left for a key.
func (b *budget) view(key string) RateLimit {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	sent := b.recent(key, now)
	v := RateLimit{Limit: b.limit, Remaining: max(0, b.limit-len(sent)), ResetAt: now}
	if len(sent) > 0 {
		v.ResetAt = sent[len(sent)-1].Add(RateWindow)
	}
	return v
}

// recent answers the times of a key that lie within the last window.
func (b *budget) recent(key string, now time.Time) []time.Time {
	sent := b.sent[key]
	for len(sent) > 0 && !sent[0].After(now.Add(-RateWindow)) {
		sent = sent[1:]
	}
	return sent
}

// sweep drops the keys that have sent nothing within the last window, so that the map
// holds no more keys than have been at work lately.
func (b *budget) sweep(now time.Time) {
	for key := range b.sent {
		if len(b.recent(key, now)) == 0 {
			delete(b.sent, key)
		}
	}
}
