// Package throttletest keeps a ledger of budgets in memory, for tests of what several replicas do together.
// It follows the same rules as the one on an engine, and shares no code with it.
package throttletest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"certql/upstream/throttle"
)

const (
	warmUp  = 15 * time.Second
	grace   = 2 * time.Second         // of a replica that has promised to visit
	settled = grace + throttle.Window // after which what a missing replica had under way is free
	lease   = 2 * time.Second         // of who learns
	memory  = time.Minute             // of a caller
	opened  = 64                      // calls that test the ground at most
	span    = 2*time.Minute + throttle.Window
	most    = time.Second // to wait before the next visit
)

// ErrCut is the error of a ledger that does not answer.
var ErrCut = errors.New("the ledger does not answer")

// A Ledger keeps budgets in memory. Its clock is time.Now.
type Ledger struct {
	mu    sync.Mutex
	born  time.Time
	books map[string]*book
	cut   map[string]bool
	deaf  map[string]bool
	// Delay is how long a visit takes on its way there, and back.
	Delay       time.Duration
	visits      int
	settlements int
}

// NewLedger returns an empty ledger that has counted for long enough.
func NewLedger() *Ledger {
	return &Ledger{born: time.Now().Add(-warmUp), books: map[string]*book{}, cut: map[string]bool{}, deaf: map[string]bool{}}
}

// Visits returns how many visits were carried out.
func (l *Ledger) Visits() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.visits
}

// Settlements returns of how many calls it was told what became of them.
func (l *Ledger) Settlements() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settlements
}

// Replicas returns how many replicas of a budget are known.
func (l *Ledger) Replicas(budget string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.book(budget).replicas)
}

// Lose forgets everything, as an engine does that restarts without its data.
func (l *Ledger) Lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.born, l.books = time.Now(), map[string]*book{}
}

// Cut keeps a replica from the ledger, or no longer does.
func (l *Ledger) Cut(replica string, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut[replica] = cut
}

// Deafen keeps the replies of visits that are carried out from a replica, or no longer does.
func (l *Ledger) Deafen(replica string, deaf bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf[replica] = deaf
}

// As returns the ledger as a replica visits it.
func (l *Ledger) As(replica string) throttle.Ledger { return visitor{l, replica} }

type visitor struct {
	ledger  *Ledger
	replica string
}

// within does something with the ledger, unless the replica is cut off from it.
func (v visitor) within(ctx context.Context, do func()) error {
	time.Sleep(v.ledger.Delay)
	v.ledger.mu.Lock()
	cut, deaf := v.ledger.cut[v.replica], v.ledger.deaf[v.replica]
	if !cut {
		do()
	}
	v.ledger.mu.Unlock()
	time.Sleep(v.ledger.Delay)
	if cut || deaf {
		return ErrCut
	}
	return ctx.Err()
}

func (v visitor) Visit(ctx context.Context, budget string, visit throttle.Visit) (reply throttle.Reply, err error) {
	err = v.within(ctx, func() {
		reply = v.ledger.book(budget).visit(v.replica, visit, time.Now())
		v.ledger.visits++
		v.ledger.settlements += len(visit.Settlements)
	})
	return reply, err
}

func (v visitor) Learn(ctx context.Context, budget string, lesson throttle.Lesson) error {
	return v.within(ctx, func() { v.ledger.book(budget).learn(lesson, time.Now()) })
}

func (v visitor) Forget(ctx context.Context, budget string) error {
	return v.within(ctx, func() { delete(v.ledger.book(budget).replicas, v.replica) })
}

// book returns the book of a budget.
func (l *Ledger) book(budget string) *book {
	b := l.books[budget]
	if b == nil {
		b = &book{warm: l.born.Add(warmUp), slots: map[key]*slot{}, replicas: map[string]*replica{}, callers: map[string]time.Time{}}
		l.books[budget] = b
	}
	return b
}

// A key is a call of a replica.
type key struct {
	replica string
	call    int64
}

// A slot is occupied until a moment.
type slot struct {
	free     time.Time
	caller   string
	stranger bool
	underWay bool
	epoch    int
	owner    string // the replica, if its process has ended
}

// A replica is one that has visited.
type replica struct {
	number, heard  int64     // of its last visit, and of the last one whose reply it had
	missing        time.Time // from when it counts as missing unless it visits
	part           int       // that it was promised at its last visit
	told           int       // and at the last one whose reply it had
	callers, calls int       // that wait
	until          time.Time
}

// A book is what is known of a budget.
type book struct {
	warm     time.Time
	slots    map[key]*slot
	replicas map[string]*replica
	callers  map[string]time.Time

	until, overran, last, drained time.Time
	epoch, opening                int
	served                        bool

	refusal *throttle.RefusalFacts // that nobody has learnt from
	known   []byte
	left    int
	version int64
	lesson  time.Time // when it was learnt last
	leased  time.Time
}

func (b *book) visit(name string, v throttle.Visit, now time.Time) throttle.Reply {
	r := b.replicas[name]
	if r == nil {
		r = &replica{missing: now.Add(v.Next + grace)}
		b.replicas[name] = r
	}
	if v.Number <= r.number {
		return throttle.Reply{Why: throttle.Outdated}
	}
	b.clear(name, v.Terms, now)
	switch v.After {
	case r.number:
		r.heard, r.told = r.number, r.part
		if !v.Unheard {
			r.missing = now.Add(v.Next + grace)
		}
	case 0:
		r.missing = now.Add(v.Next + grace)
		b.end(name, v.Number, now)
	}
	r.number = v.Number
	for _, s := range v.Settlements {
		b.settle(key{name, s.Call}, s, v.Terms, now)
	}
	r.callers, r.calls = v.Callers, v.Calls
	r.part = b.part(name, v.Terms)
	reply := b.grant(name, r, v, now)
	r.calls -= len(reply.Granted)
	if r.calls <= 0 {
		r.callers, r.calls = 0, 0
	}
	if reply.Why != throttle.NoReason && reply.Facts == nil {
		reply.Wait = max(reply.Wait, 5*time.Millisecond*time.Duration(b.waiting(name, now)))
	}
	r.until = now.Add(min(reply.Wait, v.Next) + 300*time.Millisecond)
	reply.Epoch, reply.Pause = b.epoch, max(0, b.until.Sub(now))
	reply.Slots, reply.Occupied, reply.Left, reply.Callers = b.room(name, v.Terms, now), len(b.slots), b.left, len(b.callers)
	reply.Part, reply.Replicas = r.part, len(b.replicas)
	for _, other := range b.replicas {
		if other == r || other.until.After(now) {
			reply.Waiting += other.callers
		}
	}
	if reply.Facts == nil && b.known != nil && b.refusal == nil && !now.Before(b.lesson.Add(throttle.Window)) && !now.Before(b.leased) {
		reply.Facts = b.facts(now)
	}
	return reply
}

// held returns how many slots are left free for a replica that is missing: it may know of either promise.
func (r *replica) held() int { return max(r.part, r.told) }

// end takes the calls of a replica for those of a process that has ended. The next one has others, whatever
// their numbers.
func (b *book) end(name string, number int64, now time.Time) {
	ended := fmt.Sprint(name, " before ", number)
	for k, s := range b.slots {
		if k.replica == name {
			delete(b.slots, k)
			s.owner = name
			if latest := now.Add(settled); s.underWay && s.free.After(latest) {
				s.free = latest
			}
			b.slots[key{ended, k.call}] = s
		}
	}
}

// clear frees the slots whose time is over, and drops the replicas that have been missing for long. The one that
// visits is not missing.
func (b *book) clear(visits string, terms throttle.Terms, now time.Time) {
	for name, r := range b.replicas {
		if name != visits && !now.Before(r.missing.Add(terms.Outage)) {
			delete(b.replicas, name)
		}
	}
	for k, s := range b.slots {
		r := b.replicas[k.replica]
		if !s.free.After(now) || r != nil && k.replica != visits && s.underWay && !now.Before(r.missing.Add(settled)) {
			delete(b.slots, k)
		}
	}
	for c, seen := range b.callers {
		if now.Sub(seen) >= memory {
			delete(b.callers, c)
		}
	}
}

// settle takes account of what became of a call.
func (b *book) settle(k key, s throttle.Settlement, terms throttle.Terms, now time.Time) {
	had := b.slots[k]
	underWay := had != nil && had.underWay
	switch s.Fate {
	case throttle.Dropped:
		delete(b.slots, k)
	case throttle.Spent:
		delete(b.slots, k)
		if s.Left > 0 {
			b.slots[k] = &slot{free: now.Add(s.Left), caller: s.Caller, stranger: s.Stranger}
			if b.refusal != nil && (underWay || had == nil) {
				b.refusal.Own++
			}
		}
		if underWay && s.Answered && s.Epoch == b.epoch {
			b.served = true
			if b.opening > 0 {
				b.opening++
			}
			if b.opening > opened {
				b.opening = 0
			}
		}
	case throttle.UnderWay:
		b.slots[k] = &slot{free: now.Add(terms.Hold), caller: s.Caller, stranger: s.Stranger, underWay: true, epoch: -1}
	case throttle.Overran:
		delete(b.slots, k)
		b.refuse(s, terms, had != nil, now)
	case throttle.Proved:
		if kept := b.slots[k]; kept != nil {
			kept.caller, kept.stranger = s.Caller, false
			b.callers[s.Caller] = now
		}
	}
}

// refuse begins a pause, or prolongs it, for a call that had a slot or not.
func (b *book) refuse(s throttle.Settlement, terms throttle.Terms, had bool, now time.Time) {
	until := now.Add(min(cmp.Or(s.Asked, throttle.Window), terms.MaxPause))
	if s.Epoch != b.epoch || now.Before(b.until) {
		if had || s.Epoch >= b.epoch { // or else it has been told before
			b.until = later(b.until, until)
		}
		return
	}
	inARow := b.epoch > 0 && !b.served
	since := now.Sub(b.overran)
	if inARow {
		rest := span - since
		if since < throttle.Window/2 {
			rest = throttle.Window
		}
		until = later(until, now.Add(min(rest, terms.MaxPause)))
	}
	facts := &throttle.RefusalFacts{At: now, Asked: s.Asked, Overran: b.overran, Drained: b.drained, Again: inARow && since < throttle.Window/2}
	for _, kept := range b.slots {
		if !kept.underWay && kept.free.Add(-throttle.Window).After(now.Add(-s.Elapsed)) {
			facts.Own++
		}
	}
	b.until, b.refusal = until, facts
	b.epoch++
	b.version++
	b.opening, b.served = 1, false
	if !facts.Again {
		b.overran = now
	}
}

// waiting returns on how many other replicas calls wait.
func (b *book) waiting(name string, now time.Time) int {
	n := 0
	for other, o := range b.replicas {
		if other != name && o.until.After(now) && o.callers > 0 {
			n++
		}
	}
	return n
}

// part returns what a replica may spend by itself.
func (b *book) part(name string, terms throttle.Terms) int {
	others := 0
	for other, r := range b.replicas {
		if other != name {
			others += r.held()
		}
	}
	return max(0, min(terms.Limit/(2*len(b.replicas)), terms.Limit-others))
}

// room returns how many slots there are for a replica that visits.
func (b *book) room(visits string, terms throttle.Terms, now time.Time) int {
	slots := terms.Limit
	for name, r := range b.replicas {
		if name != visits && !now.Before(r.missing) {
			slots -= r.held()
		}
	}
	return max(slots-b.left, min(slots, 1), 0)
}

// grant lets calls go.
func (b *book) grant(name string, r *replica, v throttle.Visit, now time.Time) (reply throttle.Reply) {
	stop := func(why throttle.Reason, wait time.Duration) throttle.Reply {
		reply.Why, reply.Wait = why, min(wait, most)
		if why == throttle.WarmUp || why == throttle.Pausing {
			reply.Wait = wait
		}
		return reply
	}
	for _, h := range v.Heads {
		if !h.Stranger {
			b.callers[h.Caller] = now
		}
	}
	for _, h := range v.Heads {
		slots := b.room(name, v.Terms, now)
		switch {
		case now.Before(b.warm):
			return stop(throttle.WarmUp, b.warm.Sub(now))
		case now.Before(b.until):
			return stop(throttle.Pausing, b.until.Sub(now))
		case b.refusal != nil && now.Before(b.leased):
			return stop(throttle.Learning, 20*time.Millisecond)
		case b.refusal != nil:
			b.refusal.Until = b.until
			reply.Facts = b.facts(now)
			return stop(throttle.Learning, 0)
		case b.opening > 0 && b.count(func(_ key, s *slot) bool { return s.underWay && s.epoch == b.epoch }) >= b.opening:
			return stop(throttle.Opening, 50*time.Millisecond)
		case len(b.slots) >= slots:
			return stop(throttle.Full, b.release(int(b.rank(name, r, now))-1).Sub(now))
		case b.isOfOthers(name, r, slots, now):
			return stop(throttle.OfOthers, 20*time.Millisecond*b.rank(name, r, now))
		}
		pressed := b.left > 0 || now.Before(b.drained.Add(throttle.Window))
		if next := b.last.Add(throttle.Window * 9 / 10 / time.Duration(slots)); pressed && 2*len(b.slots) >= slots && next.After(now) {
			return stop(throttle.Paced, b.last.Add(next.Sub(b.last)*b.rank(name, r, now)).Sub(now))
		}
		if h.Stranger {
			if b.count(func(_ key, s *slot) bool { return s.stranger }) >= v.Terms.Unproven {
				if reply.Why == throttle.NoReason {
					reply.Why, reply.Wait = throttle.Strangers, min(most, b.strangersRelease(v.Terms, now))
				}
				continue
			}
		} else if !b.admits(h.Caller, slots) {
			reply.Why, reply.Wait = throttle.Reserved, min(most, b.release(0).Sub(now))
			continue
		}
		b.slots[key{name, h.Call}] = &slot{free: now.Add(v.Terms.Hold), caller: h.Caller, stranger: h.Stranger, underWay: true, epoch: b.epoch}
		b.last = now
		if len(b.slots) >= slots {
			b.drained = now
		}
		reply.Granted = append(reply.Granted, h.Call)
	}
	return reply
}

// admits reports whether a caller may have one of the slots that are left.
func (b *book) admits(caller string, slots int) bool {
	reserve := 0
	if len(b.callers) > 1 {
		reserve = slots / 6
	}
	own := b.count(func(_ key, s *slot) bool { return s.caller == caller && !s.stranger })
	return slots-len(b.slots) > reserve || own*len(b.callers) < slots
}

// isOfOthers reports whether what is left is for other replicas, on which callers wait that have had less.
func (b *book) isOfOthers(name string, r *replica, slots int, now time.Time) bool {
	all := r.callers
	for other, o := range b.replicas {
		if other != name && o.until.After(now) {
			all += o.callers
		}
	}
	has := func(of string) int {
		return b.count(func(k key, s *slot) bool { return k.replica == of || s.owner == of })
	}
	if all == 0 || has(name)*all < slots*r.callers {
		return false
	}
	need := 0
	for other, o := range b.replicas {
		if other != name && o.until.After(now) && o.callers > 0 {
			need += max(0, min(o.calls, (slots*o.callers+all-1)/all-has(other)))
		}
	}
	return slots-len(b.slots) <= need
}

// rank returns 1 for the replica that has had least for each caller that waits there, 2 for the next, and so
// on, so that they come one after the other.
func (b *book) rank(name string, r *replica, now time.Time) time.Duration {
	had := func(of string, r *replica) float64 {
		return float64(b.count(func(k key, s *slot) bool { return k.replica == of || s.owner == of })) / float64(max(r.callers, 1))
	}
	rank := time.Duration(1)
	for other, o := range b.replicas {
		if other != name && o.until.After(now) && o.callers > 0 && had(other, o) < had(name, r) {
			rank++
		}
	}
	return rank
}

func (b *book) count(which func(key, *slot) bool) int {
	n := 0
	for k, s := range b.slots {
		if which(k, s) {
			n++
		}
	}
	return n
}

// release returns when a slot becomes free, after so many others.
func (b *book) release(after int) time.Time {
	var free []time.Time
	for _, s := range b.slots {
		free = append(free, s.free)
	}
	slices.SortFunc(free, time.Time.Compare)
	return free[min(after, len(free)-1)]
}

// strangersRelease returns how long it takes until a slot of the strangers is free. Those under way are soon.
func (b *book) strangersRelease(terms throttle.Terms, now time.Time) time.Duration {
	first, spent := most, 0
	for _, s := range b.slots {
		if s.stranger && !s.underWay {
			first = min(first, s.free.Sub(now))
			spent++
		}
	}
	if spent < terms.Unproven {
		return 50 * time.Millisecond
	}
	return first
}

func (b *book) facts(now time.Time) *throttle.Facts {
	b.leased = now.Add(lease)
	f := &throttle.Facts{Version: b.version, Now: now, Known: b.known, Refusal: b.refusal}
	for s := range maps.Values(b.slots) {
		if !s.underWay {
			f.Answered = append(f.Answered, s.free.Add(-throttle.Window))
		}
	}
	slices.SortFunc(f.Answered, time.Time.Compare)
	return f
}

func (b *book) learn(lesson throttle.Lesson, now time.Time) {
	if lesson.Version != b.version {
		return
	}
	b.version++
	b.known, b.left, b.refusal, b.lesson, b.leased = lesson.Known, lesson.Left, nil, now, time.Time{}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
