package shared

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"certql/shared/enginetest"
	"certql/upstream/throttle"
	"certql/upstream/throttle/throttletest"
)

// budget is the one that tests of the ledger visit.
const budget = "client"

// A world is a ledger that several replicas visit, under a clock that the test moves.
type world struct {
	testing.TB
	terms throttle.Terms
	// open returns the ledger as a replica visits it, which is the same each time.
	open func(replica string) throttle.Ledger
	// clock moves the ledger's clock to a time; nil if it goes by the replicas' clocks, so that nothing has to
	// be waited for.
	clock    func(time.Duration)
	memory   *miniredis.Miniredis // nil if the engine is a real one
	exact    bool                 // the clock goes by less than milliseconds
	now      time.Duration
	target   int64 // what the clock of a real engine is to be by now, in milliseconds
	calls    int64
	replicas map[string]*visits
}

// visits are what a replica remembers of its own.
type visits struct {
	ledger throttle.Ledger
	number int64
	after  int64         // the last one that was answered
	at     time.Duration // and when it was
	seen   int64         // by the clock of a real engine
}

// began is when the clock of tests begins.
var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// inWorlds runs a test on the ledger that tests of package throttle use, on an engine in memory and on a real one.
func inWorlds(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Run("go", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ledger := throttletest.NewLedger()
			w := newWorld(t, "")
			w.open = ledger.As
			slept := time.Duration(0)
			w.clock = func(at time.Duration) {
				time.Sleep(at - slept)
				slept = at
			}
			w.exact = true
			test(w)
		})
	})
	inEngines(t, test)
}

// inEngines runs a test on an engine in memory and on a real one.
func inEngines(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(inMemory(t))
	})
	t.Run("engine", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, enginetest.Start(t).URL())
		w.warmed()
		test(w)
	})
}

// inMemory returns a world on an engine in memory.
func inMemory(t testing.TB) *world {
	t.Helper()
	url, memory := enginetest.Memory(t)
	w := newWorld(t, url)
	w.memory = memory
	w.clock = func(at time.Duration) { memory.SetTime(began.Add(at)) }
	w.clock(0)
	w.warmed()
	return w
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	w := &world{TB: t, replicas: map[string]*visits{}}
	w.terms = throttle.Terms{Limit: 12, Unproven: 2, Hold: 40 * time.Second, MaxPause: 5 * time.Minute, Outage: 5 * time.Minute}
	w.open = func(replica string) throttle.Ledger {
		engine, err := Open(Config{URLs: []string{url}, Prefix: "certql", Replica: replica, Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(engine.Close)
		return NewLedger(engine)
	}
	return w
}

// warmed makes the engine one that has counted for long.
func (w *world) warmed() {
	w.Helper()
	ledger := w.on("x")
	if err := ledger.engine.client.Set(w.Context(), ledger.born, began.Add(-time.Hour).UnixMilli(), 0).Err(); err != nil {
		w.Fatal(err)
	}
}

// of returns a replica.
func (w *world) of(replica string) *visits {
	r := w.replicas[replica]
	if r == nil {
		r = &visits{ledger: w.open(replica)}
		w.replicas[replica] = r
	}
	return r
}

// on returns the ledger of an engine as a replica visits it.
func (w *world) on(replica string) *Ledger {
	w.Helper()
	ledger, ok := w.of(replica).ledger.(*Ledger)
	if !ok {
		w.Fatal("the ledger is on no engine")
	}
	return ledger
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.now += d
	if w.clock != nil {
		w.clock(w.now)
		return
	}
	w.target = max(w.target, w.told()) + d.Milliseconds()
}

// told returns the clock of a real engine's ledger, in milliseconds.
func (w *world) told() int64 {
	ledger := w.on("x")
	now, _ := ledger.engine.client.HGet(w.Context(), ledger.key(budget, "state"), "now").Int64()
	return now
}

// heads returns calls of callers, of which strangers begin with a question mark.
func (w *world) heads(callers ...string) []throttle.Head {
	var heads []throttle.Head
	for _, c := range callers {
		w.calls++
		name, stranger := strings.CutPrefix(c, "?")
		heads = append(heads, throttle.Head{Call: w.calls, Caller: name, Stranger: stranger})
	}
	return heads
}

// join lets replicas visit for the first time.
func (w *world) join(replicas ...string) {
	w.Helper()
	for _, r := range replicas {
		w.visit(r, throttle.Visit{})
	}
}

// ask lets a replica ask for turns of callers.
func (w *world) ask(replica string, callers ...string) (throttle.Reply, []throttle.Head) {
	w.Helper()
	heads := w.heads(callers...)
	return w.visit(replica, throttle.Visit{Heads: heads}), heads
}

// tell lets a replica tell what became of calls.
func (w *world) tell(replica string, settlements ...throttle.Settlement) throttle.Reply {
	w.Helper()
	return w.visit(replica, throttle.Visit{Settlements: settlements})
}

// compose fills in what a visit does not say.
func (w *world) compose(replica string, v throttle.Visit) throttle.Visit {
	r := w.of(replica)
	r.number++
	v.Number = r.number
	if r.after > 0 {
		v.After, v.Since = r.after, w.now-r.at
		if w.clock == nil { // the ledger's clock may lag behind by a second
			v.Since = max(time.Duration(w.target-r.seen)*time.Millisecond+time.Second, 0)
		}
	}
	if v.Next == 0 {
		v.Next = time.Second
	}
	v.Terms = w.terms
	if len(v.Heads) > 0 && v.Calls == 0 {
		v.Calls = len(v.Heads)
		callers := map[string]bool{}
		for _, h := range v.Heads {
			callers[h.Caller] = true
		}
		v.Callers = len(callers)
	}
	return v
}

// visit lets a replica visit, who has the reply.
func (w *world) visit(replica string, v throttle.Visit) throttle.Reply {
	w.Helper()
	r := w.of(replica)
	v = w.compose(replica, v)
	reply, err := r.ledger.Visit(w.Context(), budget, v)
	if err != nil {
		w.Fatal(err)
	}
	r.after, r.at = v.Number, w.now
	if w.clock == nil {
		r.seen = w.told()
	}
	return reply
}

// unheard lets a replica visit who has no reply.
func (w *world) unheard(replica string, v throttle.Visit) throttle.Reply {
	w.Helper()
	reply, err := w.of(replica).ledger.Visit(w.Context(), budget, w.compose(replica, v))
	if err != nil {
		w.Fatal(err)
	}
	return reply
}

// granted fails the test unless a reply lets exactly so many calls go, and says why not the others.
func (w *world) granted(r throttle.Reply, n int, why throttle.Reason) {
	w.Helper()
	if len(r.Granted) != n || r.Why != why {
		w.Fatalf("%d calls may go, %q, want %d, %q: %+v", len(r.Granted), r.Why, n, why, r)
	}
}

// near fails the test unless a time is as long as wanted; a real engine's clock goes on meanwhile.
func (w *world) near(what string, got, want time.Duration) {
	w.Helper()
	slack := time.Duration(0)
	if w.clock == nil {
		slack = 900 * time.Millisecond
	}
	if w.exact {
		slack = time.Millisecond
	}
	if got > want+time.Millisecond || got < want-slack {
		w.Fatalf("%s is %s, want %s", what, got, want)
	}
}

// equal fails the test unless two values are equal.
func (w *world) equal(what string, got, want any) {
	w.Helper()
	if got != want {
		w.Fatalf("%s is %v, want %v", what, got, want)
	}
}

// fate returns settlements of calls.
func fate(f throttle.Fate, heads []throttle.Head) []throttle.Settlement {
	var settlements []throttle.Settlement
	for _, h := range heads {
		s := throttle.Settlement{Head: h, Fate: f}
		if f == throttle.Spent {
			s.Left, s.Answered = throttle.Window, true
		}
		settlements = append(settlements, s)
	}
	return settlements
}

// spent returns settlements of calls that were answered just now, in an epoch.
func spent(epoch int, heads ...throttle.Head) []throttle.Settlement {
	settlements := fate(throttle.Spent, heads)
	for i := range settlements {
		settlements[i].Epoch = epoch
	}
	return settlements
}

// callersOf returns n names.
func callersOf(n int, name string) []string {
	names := slices.Repeat([]string{name}, n)
	if name == "" {
		for i := range names {
			names[i] = strconv.Itoa(i)
		}
	}
	return names
}
