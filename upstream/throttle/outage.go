package throttle

import "time"

// decides reports whether the ledger says which calls go: it does unless the part is spent without it.
func (v *visitor) decides(now time.Time) bool { return !v.isAlone(now) }

// part returns the part of the budget.
func (v *visitor) part(int) int { return v.reply.Part }

// holds reports whether the ledger takes a call for one that may still go out.
func (v *visitor) holds(turn Turn, now time.Time) bool { return turn.alone || !v.missing(now) }

// missing reports whether the ledger may take this replica for one that has vanished, and what it has under
// way for what will never be sent.
func (v *visitor) missing(now time.Time) bool {
	return !now.Before(v.contact.Add(v.promised + grace))
}

// isAlone reports whether the budget's part is to be spent without the ledger, which has not answered for
// long enough. While a visit is under way it is not: the ledger may count on the part again.
func (v *visitor) isAlone(now time.Time) bool {
	from, to := v.aloneSpan()
	return v.away && !v.visiting && !v.contact.IsZero() && !now.Before(from) && now.Before(to)
}

// aloneSpan returns from when to when the part may be spent while the ledger does not answer. Others take it
// after that.
func (v *visitor) aloneSpan() (from, to time.Time) {
	from = v.expected.Add(grace + aloneAfter)
	to = v.contact.Add(v.promised + grace + v.throttle.config.Outage - aloneAfter)
	return from, to
}

// estimate returns how long a call would wait that joined the queue now behind others, as far as can be
// told from the last reply. It is longer than any call may wait if nothing says that one goes at all.
func (v *visitor) estimate(ahead int, now time.Time) time.Duration {
	from, to := v.aloneSpan()
	switch {
	case v.away && (v.contact.IsZero() || !to.After(latest(from, now))):
		return v.throttle.config.QueueWait + Window
	case v.away:
		return from.Sub(now)
	}
	at := latest(latest(now, v.ask), v.budget.until)
	r := v.reply
	free := r.Slots - r.Occupied
	if ahead < free || now.Sub(v.began) > busyPace || r.Slots == 0 {
		return at.Sub(now)
	}
	share := max(1, r.Slots*max(1, v.budget.queue.callers())/max(1, r.Waiting))
	return at.Sub(now) + Window*time.Duration(ahead-max(free, 0))/time.Duration(share)
}

// rateLimit returns how the budget stands, as far as the last reply tells.
func (v *visitor) rateLimit(now time.Time) (remaining int, resetAt time.Time) {
	if v.away {
		return 0, latest(now, v.budget.until)
	}
	remaining, resetAt = v.reply.Slots, now
	if v.contact.IsZero() {
		remaining = v.throttle.config.Limit
	}
	if now.Sub(v.began) < Window && v.reply.Occupied > 0 {
		remaining, resetAt = max(0, v.reply.Slots-v.reply.Occupied), now.Add(Window)
	}
	if now.Before(v.budget.until) {
		remaining = 0
	}
	return remaining, latest(resetAt, v.budget.until)
}
