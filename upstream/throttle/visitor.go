package throttle

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	// mostHeads is how many calls a visit asks for at most.
	mostHeads = 64
	// settlePace is how long a settlement waits for company, if nothing else asks for a visit.
	settlePace = 50 * time.Millisecond
	// busyPace is the longest time between two visits while calls wait or are under way, and idlePace
	// the longest while a part of the budget is only kept.
	busyPace = time.Second
	idlePace = 5 * time.Second
	// partKept is for how long a part of the budget is kept after the last call of a known caller.
	partKept = 10 * time.Minute
	// leastWait is how long calls that may not go wait before they are asked for again.
	leastWait = 5 * time.Millisecond
	// retryPace is about the time between two visits while the ledger does not answer.
	retryPace = 250 * time.Millisecond

	// A replica that breaks its word to visit counts as missing after grace. After aloneAfter it may
	// send its part: the calls that it has had under way are taken to have come to the service by then,
	// a Window ago.
	grace      = 2 * time.Second
	aloneAfter = Window + grace
)

// A visitor is what asks a ledger for a budget: a goroutine that lives while the budget is at work, with
// one visit under way at a time. The lock of the Throttle guards it.
type visitor struct {
	throttle *Throttle
	key      string
	budget   *budget

	running bool
	woken   chan struct{} // has room for one

	number      int64
	began       time.Time      // when the last visit began
	contact     time.Time      // when the last visit began that was answered; zero before the first
	answeredAs  int64          // the number of that visit
	answeredAt  time.Time      // when its reply came
	promised    time.Duration  // after which the next one comes at the latest
	expected    time.Time      // up to when the ledger may wait for a visit, if it had the first that was not answered
	away        bool           // the last visit was not answered
	ask         time.Time      // when the calls that wait are asked for again
	needed      time.Time      // up to when the part is kept
	settlements []settled      // that the ledger does not know
	alone       map[int64]Head // calls under way that went out while the ledger was away
	reply       Reply          // the last one

	visiting bool // a visit is under way
	told     int  // settlements that it has
}

// A settled is a settlement, and when it was made.
type settled struct {
	Settlement
	at    time.Time
	alone bool // of a call that went out while the ledger was away
}

// over reports whether the ledger need not be told any more: the slot of the call is free by now, if it had one
// there at all. A call that went out alone has none but by a visit whose reply was lost, and then for Terms.Hold.
func (s settled) over(hold time.Duration, now time.Time) bool {
	if s.alone && s.Fate != Overran {
		hold = Window
	}
	return !now.Before(s.at.Add(hold))
}

// wake has the visitor look for what is to be done, and starts it if need be.
func (v *visitor) wake() {
	select {
	case v.woken <- struct{}{}:
	default:
	}
	if !v.running && !v.throttle.closing {
		v.running = true
		v.throttle.visitors.Go(v.run)
	}
}

// run visits the ledger until the budget is idle.
func (v *visitor) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	t := v.throttle
	for {
		t.mu.Lock()
		now := t.config.Now()
		if v.over(now) {
			if v.away || v.contact.IsZero() {
				v.running = false
				t.mu.Unlock()
				return
			}
			v.contact, v.reply = time.Time{}, Reply{} // the next visit is as the first, and does not overtake this
			t.mu.Unlock()
			_ = t.config.Ledger.Forget(t.ctx, v.key) // or else the part is dropped in time
			continue
		}
		if wait := v.due(now).Sub(now); wait > 0 {
			t.mu.Unlock()
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-v.woken:
			}
			continue
		}
		visit, asked := v.compose(now)
		t.mu.Unlock()
		reply, err := t.config.Ledger.Visit(t.ctx, v.key, visit)
		t.mu.Lock()
		if v.visiting = false; err != nil {
			v.missed(visit, asked)
		} else {
			v.answered(visit, asked, reply)
		}
		t.mu.Unlock()
		if err == nil && reply.Facts != nil {
			// If the lesson is lost, the next visit is told to learn.
			_ = t.config.Ledger.Learn(t.ctx, v.key, learn(*reply.Facts, t.config.Limit, t.config.Margin))
		}
	}
}

// over reports whether there is nothing left to visit the ledger for.
func (v *visitor) over(now time.Time) bool {
	if v.throttle.closing {
		return v.away || len(v.settlements) == 0
	}
	return v.idle() && len(v.settlements) == 0 && !now.Before(v.needed)
}

// idle reports whether no call waits or is under way.
func (v *visitor) idle() bool {
	return v.budget.queue.length+v.budget.outer.length+v.budget.underWay == 0
}

// pace returns the time after which the next visit comes at the latest.
func (v *visitor) pace() time.Duration {
	if v.idle() {
		return idlePace
	}
	return busyPace
}

// due returns when the next visit is to begin.
func (v *visitor) due(now time.Time) time.Time {
	if v.away {
		return v.ask
	}
	at := v.began.Add(v.promised)
	if len(v.alone) > 0 {
		return now
	}
	if !v.idle() {
		at = earliest(at, v.began.Add(busyPace))
	}
	if v.budget.queue.length+v.budget.outer.length > 0 {
		at = earliest(at, v.ask)
	}
	for _, s := range v.settlements {
		if s.Fate == Overran || v.throttle.closing {
			return now
		}
		at = earliest(at, s.at.Add(settlePace))
	}
	return at
}

// compose returns the next visit, and the calls that it asks for by their numbers. While the ledger does not
// answer, it asks for none: which of them it lets go would not be known.
func (v *visitor) compose(now time.Time) (Visit, map[int64]*waiter) {
	b, config := v.budget, v.throttle.config
	v.number = max(v.number+1, now.UnixMicro()) // larger than those of a process that ran here before
	visit := Visit{
		Number: v.number, Next: v.pace(), Callers: b.queue.callers() + b.outer.callers(), Calls: b.queue.length + b.outer.length,
		Terms: Terms{Limit: config.Limit, Unproven: config.Unproven, Hold: config.Hold, MaxPause: config.MaxPause, Outage: config.Outage},
	}
	if !v.contact.IsZero() {
		visit.After, visit.Since, visit.Unheard = v.answeredAs, now.Sub(v.answeredAt), v.away
	}
	v.settlements = slices.DeleteFunc(v.settlements, func(s settled) bool { return s.over(config.Hold, now) })
	v.began, v.visiting, v.told = now, true, len(v.settlements)
	for _, s := range v.settlements {
		switch {
		case s.Fate == Spent:
			s.Left = max(s.at.Add(Window).Sub(now), 0)
		case s.Fate == Overran && now.Sub(s.at) >= min(cmp.Or(s.Asked, Window), config.MaxPause):
			s.Fate = Dropped // the pause is over
		}
		visit.Settlements = append(visit.Settlements, s.Settlement)
	}
	for _, head := range v.alone {
		visit.Settlements = append(visit.Settlements, Settlement{Head: head, Fate: UnderWay, Left: config.Hold})
	}
	asked := map[int64]*waiter{}
	if v.away || v.throttle.closing {
		return visit, asked
	}
	for _, w := range append(b.outer.heads(mostHeads), b.queue.heads(mostHeads)...) {
		if len(asked) == mostHeads {
			break
		}
		if w.call == 0 {
			w.call = v.throttle.nextCall()
		}
		asked[w.call] = w
		visit.Heads = append(visit.Heads, w.caller.head(w.call))
	}
	return visit, asked
}

// missed notes that a visit was not answered. The ledger may have let calls go all the same.
func (v *visitor) missed(visit Visit, asked map[int64]*waiter) {
	now := v.throttle.config.Now()
	if !v.away {
		v.expected = v.began.Add(visit.Next)
	}
	v.away = true
	v.ask = now.Add(retryPace + rand.N(retryPace/4))
	for call, w := range asked {
		if !v.contact.IsZero() { // or else the first visit that is answered begins anew: see Visit.After
			v.settle(Settlement{Head: w.caller.head(call), Fate: Dropped}, false, now)
		}
		w.call = 0
	}
	if v.isAlone(now) {
		v.budget.dispatch(now)
	}
}

// answered takes account of the reply to a visit.
func (v *visitor) answered(visit Visit, asked map[int64]*waiter, reply Reply) {
	b, now := v.budget, v.throttle.config.Now()
	v.away = false
	if reply.Why == Outdated { // by a process of the same name whose clock was ahead
		v.number += int64(24 * time.Hour / time.Microsecond)
		v.ask = now
		return
	}
	for _, claimed := range visit.Settlements[v.told:] {
		delete(v.alone, claimed.Call)
	}
	v.settlements = v.settlements[v.told:]
	if met := !v.contact.IsZero(); reply.Epoch != v.reply.Epoch && met {
		b.epoch++
		v.throttle.config.Hooks.Paused()
	}
	v.contact, v.answeredAs, v.answeredAt = v.began, visit.Number, now
	v.promised, v.reply = visit.Next, reply
	if visit.Unheard {
		v.promised = 0 // the ledger takes this replica for missing until it hears that it was heard
	}
	v.expected = v.began.Add(v.promised)
	b.until, b.opening = now.Add(reply.Pause), 0 // the ledger has calls test the ground
	for _, call := range reply.Granted {
		w := asked[call]
		delete(asked, call)
		if !b.line(w.caller).take(w) { // it waits no longer
			v.settle(Settlement{Head: w.caller.head(call), Fate: Dropped, Epoch: reply.Epoch}, false, now)
			continue
		}
		b.give(w, now)
	}
	v.ask = now
	if len(asked) > 0 && reply.Facts == nil {
		v.ask = now.Add(max(reply.Wait, leastWait))
	}
}

// arrived notes that a call waits whose caller had none waiting: it may go even where others may not.
func (v *visitor) arrived(now time.Time) {
	if !v.away && (v.reply.Why == Reserved || v.reply.Why == Strangers) {
		v.ask = now
	}
}

// granted notes that a call has its turn, and returns the turn with what the ledger will be told.
func (v *visitor) granted(turn Turn, call int64, now time.Time) Turn {
	if call == 0 {
		call = v.throttle.nextCall()
	}
	turn.call, turn.told, turn.alone = call, v.reply.Epoch, v.isAlone(now)
	if !turn.caller.stranger {
		v.needed = latest(v.needed, now.Add(partKept))
	}
	if turn.alone {
		v.alone[call] = turn.caller.head(call)
	}
	return turn
}

// atWork reports whether the visitor still has something to tell the ledger, or a part to keep.
func (v *visitor) atWork() bool { return v.running }

// resent has the ledger count another request of a call.
func (v *visitor) resent(turn Turn, now time.Time) {
	v.settle(Settlement{Head: turn.caller.head(v.throttle.nextCall()), Fate: Spent}, turn.alone, now)
}

// proved tells the ledger whose call it is that was taken for a stranger's.
func (v *visitor) proved(turn Turn, sender string, now time.Time) {
	head := turn.caller.head(turn.call)
	if _, unclaimed := v.alone[turn.call]; unclaimed {
		v.alone[turn.call] = head
	}
	v.settle(Settlement{Head: head, Sender: sender, Fate: Proved}, turn.alone, now)
}

// released notes what became of a call. A pause is the ledger's to begin and to end, unless it is away.
func (v *visitor) released(turn Turn, end Outcome, retryAfter time.Duration, now time.Time) bool {
	delete(v.alone, turn.call)
	s := Settlement{Head: turn.caller.head(turn.call), Epoch: turn.told}
	switch end {
	case Unsent:
		s.Fate = Dropped
	case Answered, Lost:
		s.Fate, s.Answered = Spent, end == Answered
	case Refused:
		s.Fate, s.Asked = Overran, retryAfter
		_, s.Elapsed = passedOf(retryAfter)
	}
	v.settle(s, turn.alone, now)
	return turn.alone
}

// settle keeps a settlement for the next visit; alone says that the call went out while the ledger was away.
func (v *visitor) settle(s Settlement, alone bool, now time.Time) {
	v.settlements = append(v.settlements, settled{s, now, alone})
	v.wake()
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
