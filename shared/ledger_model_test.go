package shared

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"certql/upstream/throttle"
)

var (
	modelSeeds = flag.Int("ledger-seeds", 0, "how many further models of the ledger are tried, by chance")
	modelSeed  = flag.Uint64("ledger-seed", 0, "the seed of the only model of the ledger that is tried")
	modelTime  = flag.Duration("ledger-time", 50*time.Second, "time in which things go wrong in a model of the ledger")
)

const (
	tick       = 10 * time.Millisecond
	modelLimit = 24
	modelHold  = 40 * time.Second
)

// A model is replicas that spend a budget as they may, with whatever may go wrong, beside a service that counts.
type model struct {
	*world
	seed     uint64
	rand     *rand.Rand
	offset   time.Duration // by which the engine's clock is wrong
	replicas []*modelReplica
	late     []lateVisit
	arrivals []time.Duration // of requests, within the last window
	epoch    int
	fault    string // one at a time
	ends     time.Duration
	sent     int
	most     int
	served   map[string]int // calls by replica, and by caller
	quiet    bool           // nothing goes wrong any more
	hangs    bool           // the service takes long
	refuses  bool           // other clients spend of the budget now and then
	orphans  []*modelCall   // sent by replicas that were killed
	seen     map[string]int // what has happened
}

// A modelReplica is a replica of the model: what it remembers is what package throttle has it remember.
type modelReplica struct {
	name    string
	ledger  *Ledger
	number  int64
	calls   int64
	greedy  int // calls of each caller that wait
	callers []string

	after       int64
	contact     time.Duration // when the last visit began that was answered
	heard       time.Duration // when its reply came
	begun       time.Duration // when the next visit began that is slow; 0 if it is not
	promised    time.Duration // up to when it comes again, by any visit whose reply it may have missed first
	missed      bool          // the last visit was not answered
	ask         time.Duration
	part, epoch int
	known       bool // a visit was answered
	settled     []modelSettlement
	under       []*modelCall
	alone       []*modelCall // what was sent without the ledger, for as long as it counts
}

type modelSettlement struct {
	throttle.Settlement
	at time.Duration
}

type modelCall struct {
	throttle.Head
	epoch                  int
	send, arrive, answered time.Duration
	sent, arrived, alone   bool
	refused                bool
	free                   time.Duration // when it counts no longer, of those sent alone
}

type lateVisit struct {
	replica *modelReplica
	visit   throttle.Visit
	at      time.Duration
}

// No ten seconds hold more requests than the limit, whatever happens to replicas, to the engine and on the way
// between them; and nobody starves.
func TestG1NoWindowHoldsMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 2}
	for range *modelSeeds {
		seeds = append(seeds, rand.Uint64())
	}
	if *modelSeed != 0 {
		seeds = []uint64{*modelSeed}
	}
	for _, seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, seed)
			m.run(*modelTime)
			m.rest()
			t.Logf("%d requests, at most %d of %d in a window; %v", m.sent, m.most, modelLimit, m.seen)
		})
	}
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{world: inMemory(t), seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), served: map[string]int{}, seen: map[string]int{}}
	m.terms = throttle.Terms{Limit: modelLimit, Unproven: 3, Hold: modelHold, MaxPause: 20 * time.Second, Outage: 50 * time.Second}
	m.clock = func(at time.Duration) { m.memory.SetTime(began.Add(at + m.offset)) }
	for i := range 1 + m.rand.IntN(5) {
		m.start("r" + strconv.Itoa(i))
	}
	return m
}

func (m *model) Fatalf(format string, args ...any) {
	m.Helper()
	m.TB.Fatalf("seed %d, after %s, %s: "+format, append([]any{m.seed, m.now, m.fault}, args...)...)
}

// start starts a replica, or starts it again.
func (m *model) start(name string) {
	r := &modelReplica{name: name, ledger: m.on(name), ask: m.now, number: m.now.Milliseconds() + 1}
	r.calls = r.number << 20
	for i := range 1 + m.rand.IntN(3) {
		r.callers = append(r.callers, string(rune('a'+m.rand.IntN(4)))+strconv.Itoa(i%2))
	}
	if m.chance(3) {
		r.callers = append(r.callers, "?"+name)
	}
	r.greedy = 1 + m.rand.IntN(8)
	m.replicas = append(m.replicas, r)
}

func (m *model) chance(of int) bool { return m.rand.IntN(of) == 0 }

func (m *model) between(a, b time.Duration) time.Duration {
	return a + time.Duration(m.rand.Int64N(int64(b-a)))
}

// run lets time pass in which things go wrong, one after the other.
func (m *model) run(d time.Duration) {
	for end := m.now + d; m.now < end; {
		m.pass(tick)
		if m.now >= m.ends {
			m.change()
		}
		m.step()
	}
}

// rest ends whatever is wrong, and fails the test unless everybody gets something then.
func (m *model) rest() {
	m.fault, m.quiet, m.hangs = "", true, false
	m.ends = m.now + time.Hour
	for end := m.now + 50*time.Second; m.now < end; { // pauses, warm-up, parts of those that are gone
		m.pass(tick)
		m.step()
	}
	m.served, m.sent = map[string]int{}, 0
	for end := m.now + 2*throttle.Window; m.now < end; {
		m.pass(tick)
		m.step()
	}
	for _, r := range m.replicas {
		for _, who := range append(r.callers, r.name) {
			if who[0] != '?' && m.served[who] == 0 {
				m.Fatalf("%s starves: %v", who, m.served)
			}
		}
	}
	if m.sent < modelLimit && m.replicas[0].greedy*len(m.replicas) > modelLimit {
		m.Fatalf("%d requests in two windows are few", m.sent)
	}
}

// change ends what is wrong and begins something else.
func (m *model) change() {
	if m.fault == "lost" {
		m.memory.FlushAll()
		m.epoch = 0
	}
	m.ends = m.now + m.between(time.Second, 30*time.Second)
	m.hangs, m.refuses = m.chance(3), m.chance(3)
	if m.fault != "" {
		m.fault = ""
		return
	}
	m.fault = []string{"stopped", "lost", "cut", "deaf", "slow", "killed", "killed", "clock", "cut", "leave"}[m.rand.IntN(10)]
	m.seen[m.fault]++
	r := m.replicas[0]
	m.replicas = append(m.replicas[1:], r) // the next time another one
	switch m.fault {
	case "killed":
		m.replicas = m.replicas[:len(m.replicas)-1]
		for _, c := range r.under {
			if c.sent && !c.arrived {
				m.orphans = append(m.orphans, c)
			}
		}
		if name := r.name; m.chance(2) {
			m.start(name)
		} else {
			m.start(name + "'")
		}
	case "lost":
		if m.chance(2) {
			m.ends = m.now + m.between(tick, 3*time.Second)
		}
	case "cut", "deaf":
		m.ends = m.now + m.between(10*time.Second, 50*time.Second)
	case "clock":
		m.offset += []time.Duration{time.Hour, -time.Hour}[m.rand.IntN(2)]
	case "leave":
		if m.idle(r) {
			if err := r.ledger.Forget(m.Context(), budget); err != nil {
				m.Fatalf("%v", err)
			}
			m.replicas = m.replicas[:len(m.replicas)-1]
			m.start(r.name + "+")
		}
	}
}

func (m *model) idle(r *modelReplica) bool {
	return len(r.under) == 0 && len(r.settled) == 0 && !r.missed
}

// step does what is due.
func (m *model) step() {
	m.late = slices.DeleteFunc(m.late, func(l lateVisit) bool {
		if m.now < l.at {
			return false
		}
		m.carryOut(l.replica, l.visit)
		return true
	})
	m.orphans = slices.DeleteFunc(m.orphans, func(c *modelCall) bool {
		if m.now < c.arrive {
			return false
		}
		m.arrive()
		return true
	})
	for _, r := range m.replicas {
		m.progress(r)
		if m.now >= r.ask || len(r.settled) > 0 && !r.missed && m.now-r.settled[0].at >= 50*time.Millisecond {
			m.visit(r)
		}
		if r.missed {
			m.goAlone(r)
		}
	}
}

// progress lets the calls of a replica get on.
func (m *model) progress(r *modelReplica) {
	r.under = slices.DeleteFunc(r.under, func(c *modelCall) bool {
		gone := r.missed && m.now >= r.contact+time.Second+2*time.Second
		switch {
		case !c.sent && m.now >= c.send:
			if !c.alone && (c.epoch != r.epoch || gone) { // its turn does not stand
				r.settle(throttle.Settlement{Head: c.Head, Fate: throttle.Dropped, Epoch: c.epoch}, m.now)
				return true
			}
			c.sent = true
		case c.sent && !c.arrived && m.now >= c.arrive:
			c.arrived = true
			c.refused = !m.quiet && m.refuses && m.chance(60)
			if !c.refused {
				m.arrive()
			}
		case c.arrived && m.now >= c.answered:
			m.answer(r, c)
			return true
		}
		return false
	})
	r.alone = slices.DeleteFunc(r.alone, func(c *modelCall) bool { return c.free > 0 && m.now > c.free })
}

// arrive counts a request at the service.
func (m *model) arrive() {
	for len(m.arrivals) > 0 && m.now-m.arrivals[0] >= throttle.Window {
		m.arrivals = m.arrivals[1:]
	}
	m.arrivals = append(m.arrivals, m.now)
	m.sent++
	if m.most = max(m.most, len(m.arrivals)); len(m.arrivals) > modelLimit {
		m.Fatalf("%d requests in a window", len(m.arrivals))
	}
}

// answer ends a call.
func (m *model) answer(r *modelReplica, c *modelCall) {
	s := throttle.Settlement{Head: c.Head, Fate: throttle.Spent, Epoch: c.epoch, Answered: !m.chance(20)}
	caller := c.Caller
	if c.Stranger {
		caller = "?" + caller
	}
	m.served[r.name]++
	m.served[caller]++
	switch {
	case c.refused:
		m.seen["refusal"]++
		s.Fate, s.Asked, s.Elapsed = throttle.Overran, m.between(0, 12*time.Second), throttle.Window
	case c.Stranger && m.chance(2):
		known := throttle.Head{Call: c.Call, Caller: "a0"}
		r.settle(throttle.Settlement{Head: known, Sender: c.Caller, Fate: throttle.Proved, Epoch: c.epoch}, m.now)
		s.Head = known
	}
	c.free = m.now + throttle.Window
	r.settle(s, m.now)
}

func (r *modelReplica) settle(s throttle.Settlement, at time.Duration) {
	r.settled = append(r.settled, modelSettlement{s, at})
}

// leave lets a call go.
func (m *model) leave(r *modelReplica, h throttle.Head, alone bool) {
	c := &modelCall{Head: h, epoch: r.epoch, alone: alone, send: m.now}
	if m.chance(5) {
		c.send += m.between(0, 4*time.Second)
	}
	c.arrive = c.send + m.between(0, 60*time.Millisecond)
	if m.chance(10) {
		c.arrive += m.between(0, time.Second)
	}
	c.answered = c.arrive + m.between(tick, 200*time.Millisecond)
	if m.hangs || m.chance(20) {
		c.answered += m.between(0, 24*time.Second)
	}
	r.under = append(r.under, c)
	if alone {
		c.sent = true
		c.send = m.now
		r.alone = append(r.alone, c)
	}
}

// goAlone lets a replica spend its part while the ledger does not answer.
func (m *model) goAlone(r *modelReplica) {
	if !r.known || m.now < r.promised+14*time.Second || m.now >= r.contact+3*time.Second+m.terms.Outage-12*time.Second {
		return
	}
	for len(r.alone) < r.part {
		m.seen["alone"]++
		r.calls++
		m.leave(r, throttle.Head{Call: r.calls, Caller: "a0"}, true)
	}
}

// visit lets a replica visit the ledger, or try to.
func (m *model) visit(r *modelReplica) {
	r.number++
	v := throttle.Visit{Number: r.number, Next: time.Second, Terms: m.terms}
	begin := m.now - m.between(0, 3*time.Millisecond)
	if r.begun > 0 {
		begin, r.begun = r.begun, 0
	}
	if r.known {
		v.After, v.Since, v.Unheard = r.after, begin-r.heard, r.missed
	}
	for _, s := range r.settled {
		if s.Fate == throttle.Spent {
			s.Left = max(s.at+throttle.Window-m.now, 0)
		}
		v.Settlements = append(v.Settlements, s.Settlement)
	}
	for _, c := range r.alone {
		if c.free == 0 {
			v.Settlements = append(v.Settlements, throttle.Settlement{Head: c.Head, Fate: throttle.UnderWay})
		}
	}
	if !r.missed {
		v.Callers, v.Calls = len(r.callers), len(r.callers)*r.greedy
		for range r.greedy {
			for _, c := range r.callers {
				if len(v.Heads) < 12 {
					r.calls++
					v.Heads = append(v.Heads, modelHead(r.calls, c))
				}
			}
		}
	}
	broken := m.fault == "stopped" || m.fault == "lost" || r == m.replicas[len(m.replicas)-1] && (m.fault == "cut" || m.fault == "deaf")
	if m.fault == "slow" && m.chance(10) {
		broken = true
	}
	if broken {
		if m.fault == "deaf" || m.fault == "cut" && m.chance(20) {
			m.carryOut(r, v)
		} else if m.fault == "slow" || m.chance(20) {
			m.late = append(m.late, lateVisit{r, v, m.now + m.between(0, 3*time.Second)})
		}
		if !r.missed { // others may have heard it
			r.missed, r.promised = true, begin+v.Next
		}
		for _, h := range v.Heads {
			r.settle(throttle.Settlement{Head: h, Fate: throttle.Dropped}, m.now)
		}
		r.ask = m.now + m.between(250*time.Millisecond, 310*time.Millisecond)
		return
	}
	reply := m.carryOut(r, v)
	if reply.Why == throttle.Outdated {
		m.Fatalf("a visit of %s in order is outdated", r.name)
	}
	if m.fault == "slow" && m.chance(30) && !r.missed { // the reply is lost
		r.missed, r.promised = true, begin+v.Next
		for _, h := range v.Heads {
			r.settle(throttle.Settlement{Head: h, Fate: throttle.Dropped}, m.now)
		}
		r.ask = m.now + 250*time.Millisecond
		return
	}
	r.after, r.contact, r.heard, r.promised = v.Number, begin, m.now, begin+v.Next
	if r.missed {
		r.promised = begin
	}
	r.settled, r.missed, r.known = nil, false, true
	r.alone = nil
	for _, c := range r.under {
		c.alone = false
	}
	r.part, r.epoch = reply.Part, reply.Epoch
	for _, h := range v.Heads {
		if slices.Contains(reply.Granted, h.Call) {
			m.leave(r, h, false)
			r.turned(h)
		}
	}
	r.ask = m.now + min(max(reply.Wait, 80*time.Millisecond), time.Second)
	if m.fault == "slow" && m.chance(10) {
		r.begun, r.ask = m.now, m.now+m.between(time.Second, 4*time.Second)
	}
	if f := reply.Facts; f != nil && (m.quiet || !m.chance(10)) {
		m.seen["lesson"]++
		l := throttle.Lesson{Version: f.Version}
		if m.chance(2) && !m.quiet {
			l.Known, l.Left = []byte("x"), m.rand.IntN(modelLimit/2)
		}
		if err := r.ledger.Learn(m.Context(), budget, l); err != nil {
			m.Fatalf("%v", err)
		}
	}
}

// turned puts the caller of a call behind all others.
func (r *modelReplica) turned(h throttle.Head) {
	for i, c := range r.callers {
		if modelHead(h.Call, c) == h {
			r.callers = append(slices.Delete(r.callers, i, i+1), c)
			return
		}
	}
}

func modelHead(call int64, caller string) throttle.Head {
	if caller[0] == '?' {
		return throttle.Head{Call: call, Caller: caller[1:], Stranger: true}
	}
	return throttle.Head{Call: call, Caller: caller}
}

// carryOut has the ledger carry out a visit, and looks at what it says.
func (m *model) carryOut(r *modelReplica, v throttle.Visit) throttle.Reply {
	m.seen["visits"]++
	reply, err := r.ledger.Visit(m.Context(), budget, v)
	if err != nil {
		m.Fatalf("%v", err)
	}
	if reply.Why == throttle.Outdated {
		return reply
	}
	if reply.Epoch < m.epoch {
		m.Fatalf("the epoch goes back from %d to %d", m.epoch, reply.Epoch)
	}
	m.epoch = reply.Epoch
	if len(reply.Granted) > 0 && (reply.Pause > 0 || reply.Occupied > reply.Slots) {
		m.Fatalf("calls go in a pause, or beyond the slots: %+v", reply)
	}
	m.seen[string("why "+reply.Why)]++
	return reply
}
