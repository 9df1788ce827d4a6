package throttle

import "time"

// A RateLimit is how one budget stands as far as this client knows. What other clients spend of it
// does not show before the service refuses a call.
type RateLimit struct {
	Limit     int // requests in a Window, without the margin; 0 if there is no limit
	Remaining int // how many may go now
	// ResetAt is when the whole budget is there again, if nothing is sent until then.
	ResetAt time.Time
	Queued  int // calls that wait for their turn
}

// A State is how all budgets stand together.
type State struct {
	Limit     int // calls that a budget has in a Window; 0 if there is no limit
	Remaining int // how many calls may go at once now from the budget that has least left
	Queued    int // calls that wait for their turn
	Budgets   int // budgets that have been at work lately
	Paused    int // those of them that are paused
}

// RateLimit returns how the budget of a key stands.
func (t *Throttle) RateLimit(key string) RateLimit {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	b, ok := t.budgets[key]
	if !ok {
		return RateLimit{Limit: t.config.Limit, Remaining: t.config.Limit, ResetAt: now}
	}
	b.expire(now)
	return b.rateLimit(now)
}

// Paused reports whether the service has asked for a pause of the budget of a key that is not over.
func (t *Throttle) Paused(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.budgets[key]
	return ok && t.config.Now().Before(b.until)
}

// State returns how all budgets stand.
func (t *Throttle) State() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	s := State{Limit: t.config.Limit, Remaining: t.config.Limit, Budgets: len(t.budgets)}
	for _, b := range t.budgets {
		b.expire(now)
		each := b.rateLimit(now)
		s.Queued += each.Queued
		s.Remaining = min(s.Remaining, each.Remaining)
		if now.Before(b.until) {
			s.Paused++
		}
	}
	return s
}

func (b *budget) rateLimit(now time.Time) RateLimit {
	r := RateLimit{Limit: b.config.Limit, ResetAt: now, Queued: b.queue.length + b.outer.length}
	if b.arbiter.decides(now) {
		r.Remaining, r.ResetAt = b.arbiter.rateLimit(now)
		return r
	}
	if len(b.done) > 0 {
		r.ResetAt = b.done[len(b.done)-1].at.Add(Window)
	}
	if b.underWay > 0 {
		r.ResetAt = now.Add(Window)
	}
	if now.Before(b.until) {
		r.ResetAt = latest(r.ResetAt, b.until)
	} else if slots, bounded := b.slots(); bounded {
		r.Remaining = max(0, slots-b.occupied())
	}
	return r
}
