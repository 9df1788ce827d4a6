package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream/throttle"
	"certql/upstream/throttle/throttletest"
)

// A fleet is replicas that spend one budget, and what they have sent.
type fleet struct {
	t        *testing.T
	ledger   *throttletest.Ledger
	replicas []*throttle.Throttle
	limit    int

	mu   sync.Mutex
	sent []time.Time // when each call arrived at the service
}

// withFleet runs a test on so many replicas.
func withFleet(t *testing.T, replicas int, config throttle.Config, test func(t *testing.T, f *fleet)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fleet{t: t, ledger: throttletest.NewLedger(), limit: config.Limit}
		f.ledger.Delay = 250 * time.Microsecond
		for n := range replicas {
			each := config
			each.QueueLength, each.QueueWait, each.MaxPause = 10_000, 30*time.Minute, 2*time.Minute
			each.Ledger, each.Hold, each.Now = f.ledger.As(fmt.Sprint("replica ", n)), 40*time.Second, time.Now
			if each.Outage == 0 {
				each.Outage = 5 * time.Minute
			}
			each.Hooks = silent()
			f.replicas = append(f.replicas, throttle.New(each))
		}
		test(t, f)
		ended, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for _, r := range f.replicas {
			r.Close(ended)
		}
		f.wantWithinTheLimit()
	})
}

// silent returns hooks that note nothing.
func silent() throttle.Hooks {
	return throttle.Hooks{
		Deadline: context.Context.Deadline,
		Queued:   func(context.Context, time.Duration, time.Time) {},
		Dequeued: func(context.Context, time.Time) {},
		Waited:   func(time.Duration) {},
		Rejected: func() {}, Paused: func() {},
	}
}

// call makes a call of a caller on a replica, which takes a while, and returns how long it waited.
func (f *fleet) call(ctx context.Context, replica int, caller string, took time.Duration) (time.Duration, error) {
	began := time.Now()
	place := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: caller}, Class: throttle.Reads, Since: began}
	turn, err := f.replicas[replica].Enter(ctx, place)
	if err != nil {
		return 0, err
	}
	waited := time.Since(began)
	time.Sleep(took / 2)
	f.mu.Lock()
	f.sent = append(f.sent, time.Now())
	f.mu.Unlock()
	time.Sleep(took / 2)
	f.replicas[replica].Leave(turn, throttle.Answered, 0)
	return waited, nil
}

// wantWithinTheLimit checks that no window holds more calls than the limit, however it lies.
func (f *fleet) wantWithinTheLimit() {
	f.t.Helper()
	slices.SortFunc(f.sent, time.Time.Compare)
	for i := range f.sent {
		if j := i + f.limit; j < len(f.sent) && f.sent[j].Sub(f.sent[i]) < throttle.Window {
			f.t.Errorf("%d calls within %s", f.limit+1, f.sent[j].Sub(f.sent[i]))
			return
		}
	}
}

// load has callers on a replica ask for one call after the other for a time, and returns how many each had.
func (f *fleet) load(group *sync.WaitGroup, replica, callers int, d time.Duration) []int {
	had := make([]int, callers)
	ctx, cancel := context.WithTimeout(f.t.Context(), d)
	context.AfterFunc(ctx, cancel)
	for n := range callers {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := f.call(ctx, replica, fmt.Sprint("caller ", replica, n), 50*time.Millisecond); err != nil {
					time.Sleep(100 * time.Millisecond)
					continue
				}
				had[n]++
			}
		})
	}
	return had
}

// used returns which share of the budget was used over a time.
func (f *fleet) used(d time.Duration) float64 {
	return float64(len(f.sent)) / float64(f.limit) / (float64(d) / float64(throttle.Window))
}

// One replica with all the load uses as much of the budget as one gateway alone does, and so do several
// with equal load.
func TestG2ReplicasUseTheWholeBudget(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		name  string
		loads []int // callers on each replica
		least float64
	}{
		{"alone", []int{20}, 0.96},
		{"one of three", []int{20, 0, 0}, 0.96},
		{"three alike", []int{20, 20, 20}, 0.96},
		{"three unlike", []int{40, 10, 1}, 0.96},
		{"ten alike", []int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, 0.96},
		{"fifty alike", slices.Repeat([]int{4}, 50), 0.9},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			withFleet(t, len(each.loads), throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
				const d = 2 * time.Minute
				for n := range each.loads { // all are known
					_, _ = f.call(t.Context(), n, "first", time.Millisecond)
				}
				var group sync.WaitGroup
				for n, callers := range each.loads {
					f.load(&group, n, callers, d)
				}
				group.Wait()
				t.Logf("%.1f %% used, %.1f visits a second, %.1f a call", 100*f.used(d), float64(f.ledger.Visits())/d.Seconds(), float64(f.ledger.Visits())/float64(len(f.sent)))
				if f.used(d) < each.least {
					t.Errorf("%.1f %% of the budget were used, want %.1f", 100*f.used(d), 100*each.least)
				}
			})
		})
	}
}

// Who asks for little waits for nothing but the ledger, whoever else asks for how much on whichever replica.
func TestG3WhoAsksForLittleDoesNotWait(t *testing.T) {
	t.Parallel()
	for _, greedy := range []int{0, 1} { // the replica of who asks for much
		withFleet(t, 2, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
			var group sync.WaitGroup
			for range 10 {
				f.load(&group, greedy, 1, 3*time.Minute)
			}
			var waits []time.Duration
			group.Go(func() {
				for range 100 {
					time.Sleep(1500*time.Millisecond + rand.N(200*time.Millisecond))
					waited, err := f.call(t.Context(), 0, "modest", 50*time.Millisecond)
					if err != nil {
						t.Error(err)
					}
					waits = append(waits, waited)
				}
			})
			group.Wait()
			slices.Sort(waits)
			t.Logf("greedy on %d: p50 %s, p95 %s, most %s", greedy, waits[50], waits[95], waits[99])
			if waits[90] > 5*time.Millisecond {
				t.Errorf("the modest caller waited %s", waits[90])
			}
		})
	}
}

// Callers who ask for more than there is get equal parts, on whichever replicas they are.
func TestG4CallersGetEqualParts(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		var all []int
		var had [][]int
		for n, callers := range []int{6, 2, 1} {
			had = append(had, f.load(&group, n, callers, 3*time.Minute))
		}
		group.Wait()
		for _, each := range had {
			all = append(all, each...)
		}
		t.Logf("they had %v", had)
		if least, most := slices.Min(all), slices.Max(all); float64(most-least) > 0.2*float64(most) {
			t.Errorf("they had from %d to %d", least, most)
		}
	})
}

// While the ledger does not answer, replicas wait, then spend their parts, and in the end nothing.
func TestG7WithoutTheLedgerReplicasSpendTheirParts(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5, Outage: 2 * time.Minute}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		for n := range f.replicas {
			f.load(&group, n, 20, 5*time.Minute)
		}
		between := func(from, to time.Time) int {
			f.mu.Lock()
			defer f.mu.Unlock()
			n := 0
			for _, at := range f.sent {
				if !at.Before(from) && at.Before(to) {
					n++
				}
			}
			return n
		}
		time.Sleep(time.Minute)
		cut := time.Now()
		for n := range f.replicas {
			f.ledger.Cut(fmt.Sprint("replica ", n), true)
		}
		time.Sleep(3 * time.Minute)
		if n := between(cut.Add(time.Second), cut.Add(12*time.Second)); n > 0 {
			t.Errorf("%d calls went at once", n)
		}
		// 15 slots each
		if n := between(cut.Add(20*time.Second), cut.Add(100*time.Second)); n < 8*45*9/10 || n > 8*47 {
			t.Errorf("%d calls went in 80 s by the parts of three replicas", n)
		}
		if n := between(cut.Add(2*time.Minute), cut.Add(3*time.Minute)); n > 0 {
			t.Errorf("%d calls went after the outage was over", n)
		}
		hurried, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := f.call(hurried, 0, "another", 0)
		if _, ok := errors.AsType[*throttle.UsedUpError](err); !ok || time.Since(began) > 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		back := time.Now()
		for n := range f.replicas {
			f.ledger.Cut(fmt.Sprint("replica ", n), false)
		}
		time.Sleep(30 * time.Second)
		if n := between(back.Add(10*time.Second), back.Add(30*time.Second)); n < 180 {
			t.Errorf("%d calls went in 20 s when the ledger was back", n)
		}
		group.Wait()
	})
}

// A replica that is cut off spends its part, which the others leave to it.
func TestG1WhileOneReplicaIsCutOff(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		for n := range f.replicas {
			f.load(&group, n, 20, 8*time.Minute)
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 12 {
			time.Sleep(time.Duration(random.Int64N(int64(20 * time.Second))))
			name := fmt.Sprint("replica ", random.IntN(3))
			f.ledger.Cut(name, true)
			time.Sleep(time.Duration(random.Int64N(int64(40 * time.Second))))
			f.ledger.Cut(name, false)
		}
		group.Wait()
		t.Logf("%.1f %% used", 100*f.used(8*time.Minute))
		if f.used(8*time.Minute) < 0.8 {
			t.Errorf("%.1f %% were used", 100*f.used(8*time.Minute))
		}
	})
}

// A replica that hears nothing of visits that are carried out spends its part too, however seldom it visited
// before.
func TestG1WhileOneReplicaHearsNothing(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		for n := range 2 {
			f.load(&group, n, 20, 9*time.Minute)
		}
		for n := range 8 {
			if _, err := f.call(t.Context(), 2, "seldom", 0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(17*time.Second + time.Duration(n)*600*time.Millisecond)
			f.ledger.Deafen("replica 2", true)
			time.Sleep(time.Second)
			var own sync.WaitGroup
			had := f.load(&own, 2, 20, 35*time.Second)
			own.Wait()
			calls := 0
			for _, n := range had {
				calls += n
			}
			if calls < 15 {
				t.Errorf("%d calls went by the part", calls)
			}
			f.ledger.Deafen("replica 2", false)
			time.Sleep(5 * time.Second)
		}
		group.Wait()
	})
}

// A replica that is cut off may have single visits carried out without hearing of it. Others leave its part free
// all the same.
func TestG1WhileSingleVisitsComeThrough(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		for n := range f.replicas {
			f.load(&group, n, 20, 6*time.Minute)
		}
		for n := range 6 {
			time.Sleep(25 * time.Second)
			f.ledger.Cut("replica 2", true)
			time.Sleep(10*time.Second + time.Duration(n)*time.Second)
			f.ledger.Deafen("replica 2", true)
			f.ledger.Cut("replica 2", false)
			time.Sleep(400 * time.Millisecond)
			f.ledger.Cut("replica 2", true)
			f.ledger.Deafen("replica 2", false)
			time.Sleep(15 * time.Second)
			f.ledger.Cut("replica 2", false)
		}
		group.Wait()
	})
}

// After the ledger has lost what it knew, nothing goes for as long as what it knew may matter.
func TestG8ALedgerThatLostItsDataWarmsUp(t *testing.T) {
	t.Parallel()
	withFleet(t, 2, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		var group sync.WaitGroup
		for n := range f.replicas {
			f.load(&group, n, 20, 2*time.Minute)
		}
		time.Sleep(33 * time.Second)
		f.ledger.Lose()
		lost := time.Now()
		group.Wait()
		for _, at := range f.sent {
			if since := at.Sub(lost); since > 100*time.Millisecond && since < 15*time.Second {
				t.Errorf("a call went %s after the data was lost", since)
				break
			}
		}
	})
}

// A call that is given up while the ledger is asked leaves nothing behind, and a replica that ends gives
// back what it had.
func TestWhatIsNotSentIsGivenBack(t *testing.T) {
	t.Parallel()
	withFleet(t, 2, throttle.Config{Limit: 4}, func(t *testing.T, f *fleet) {
		f.ledger.Delay = 100 * time.Millisecond
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
			_, err := f.call(ctx, 0, "hurried", 0)
			cancel()
			if err == nil {
				t.Error("it was not given up")
			}
		}
		time.Sleep(time.Second)
		for range 4 {
			if waited, err := f.call(t.Context(), 1, "patient", 0); err != nil || waited > time.Second {
				t.Errorf("after %s: %v", waited, err)
			}
		}
	})
}

// Strangers have a few slots of a budget, on all replicas together, and who is known leaves them.
func TestStrangersHaveAFewSlotsOnAllReplicas(t *testing.T) {
	t.Parallel()
	withFleet(t, 2, throttle.Config{Limit: 95, Margin: 5, Unproven: 3}, func(t *testing.T, f *fleet) {
		type of struct {
			replica *throttle.Throttle
			turn    throttle.Turn
		}
		turns := make(chan of, 20)
		enter := func(replica int, unproven bool) {
			place := throttle.Place{
				Payer: throttle.Payer{Budget: "b", Caller: fmt.Sprint("sender ", replica)}, Class: throttle.Reads, Since: time.Now(), Unproven: unproven,
			}
			turn, err := f.replicas[replica].Enter(t.Context(), place)
			if err != nil {
				t.Error(err)
			}
			turns <- of{f.replicas[replica], turn}
		}
		settle := func() { time.Sleep(1100 * time.Millisecond); synctest.Wait() }
		for n := range 10 {
			go enter(n%2, true)
		}
		settle()
		if len(turns) != 3 {
			t.Fatalf("%d calls of strangers are under way", len(turns))
		}
		go enter(0, false)
		settle()
		if len(turns) != 4 {
			t.Error("a known caller waits for strangers")
		}
		for range 3 {
			each := <-turns
			_ = each.replica.Prove(each.turn, "known")
		}
		settle()
		if len(turns) != 4 {
			t.Errorf("%d calls have their turn", len(turns))
		}
		for proved := 0; proved < 7; proved++ {
			each := <-turns
			each.replica.Leave(each.replica.Prove(each.turn, "known"), throttle.Answered, 0)
			settle()
		}
	})
}

// A replica is known to the ledger as long as calls come, and for a while after that.
func TestAReplicaWithoutCallsGivesUpItsPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ledger := throttletest.NewLedger()
		f := &fleet{t: t, ledger: ledger, limit: 95}
		for n := range 2 {
			f.replicas = append(f.replicas, throttle.New(throttle.Config{
				Limit: 95, QueueLength: 100, QueueWait: time.Minute, MaxPause: time.Minute, Now: time.Now,
				Ledger: ledger.As(fmt.Sprint(n)), Hold: 40 * time.Second, Outage: time.Minute, Hooks: silent(),
			}))
			if _, err := f.call(t.Context(), n, "a", time.Second); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Minute)
		before := ledger.Visits()
		time.Sleep(time.Minute)
		if visits := ledger.Visits() - before; ledger.Replicas("b") != 2 || visits > 26 {
			t.Errorf("%d replicas are known, after %d visits in a minute without calls", ledger.Replicas("b"), visits)
		}
		time.Sleep(10 * time.Minute)
		before = ledger.Visits()
		time.Sleep(10 * time.Minute)
		if ledger.Replicas("b") != 0 || ledger.Visits() != before {
			t.Errorf("%d replicas are known, after %d visits", ledger.Replicas("b"), ledger.Visits()-before)
		}
		// No goroutine is left, or else the bubble would not end.
	})
}

// A counter counts the visits to a ledger, whether or not it answers.
type counter struct {
	throttle.Ledger
	visits *atomic.Int64
}

func (c counter) Visit(ctx context.Context, budget string, v throttle.Visit) (throttle.Reply, error) {
	c.visits.Add(1)
	return c.Ledger.Visit(ctx, budget, v)
}

// Callers can make up client ids, each of which has a budget. While the ledger is away nothing of them is left
// behind, neither of those that it has never heard of nor, after a while, of others.
func TestBudgetsCostNothingInAnOutage(t *testing.T) {
	t.Parallel()
	for _, met := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ledger, visits := throttletest.NewLedger(), new(atomic.Int64)
			replica := throttle.New(throttle.Config{
				Limit: 95, Unproven: 3, QueueLength: 100, QueueWait: 10 * time.Second, MaxPause: time.Minute, Now: time.Now,
				Ledger: counter{ledger.As("0"), visits}, Hold: 40 * time.Second, Outage: 5 * time.Minute, Hooks: silent(),
			})
			call := func(budget string) error {
				turn, err := replica.Enter(t.Context(), throttle.Place{
					Payer: throttle.Payer{Budget: budget, Caller: "sender"}, Since: time.Now(), Unproven: true,
				})
				if err == nil {
					replica.Leave(turn, throttle.Answered, 0)
				}
				return err
			}
			var calls sync.WaitGroup
			for n := range 50 {
				budget := fmt.Sprint("made up ", n)
				if met {
					if err := call(budget); err != nil {
						t.Fatal(err)
					}
				}
				calls.Go(func() {
					time.Sleep(time.Second)
					if call(budget) == nil {
						t.Error("a call went without the ledger")
					}
				})
			}
			ledger.Cut("0", true)
			calls.Wait()
			time.Sleep(time.Minute)
			before := visits.Load()
			time.Sleep(time.Minute)
			if n := visits.Load() - before; n > 0 {
				t.Errorf("%d visits are made for nobody", n)
			}
			replica.Close(t.Context())
		})
	}
}

// A slowLeaver is a ledger that takes a while until a part is given up.
type slowLeaver struct {
	throttle.Ledger
	leaves chan struct{}
}

func (l slowLeaver) Forget(ctx context.Context, budget string) error {
	l.leaves <- struct{}{}
	time.Sleep(time.Second)
	return l.Ledger.Forget(ctx, budget)
}

// A call that comes while the replica gives up its part does not lose what the ledger knows of it.
func TestACallWhileAPartIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ledger, leaves := throttletest.NewLedger(), make(chan struct{}, 1)
		f := &fleet{t: t, ledger: ledger, limit: 95}
		f.replicas = append(f.replicas, throttle.New(throttle.Config{
			Limit: 95, QueueLength: 100, QueueWait: time.Minute, MaxPause: time.Minute, Now: time.Now,
			Ledger: slowLeaver{ledger.As("0"), leaves}, Hold: 40 * time.Second, Outage: time.Minute, Hooks: silent(),
		}))
		for range 2 {
			if _, err := f.call(t.Context(), 0, "a", 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			time.Sleep(1500 * time.Millisecond)
			if ledger.Replicas("b") != 1 {
				t.Error("the ledger does not know a replica that has a part")
			}
			<-leaves
		}
		f.replicas[0].Close(t.Context())
	})
}

// A process that is started anew goes on where the one of its name has ended, wherever its clock stands.
func TestARestartedReplicaIsHeard(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Outage: time.Hour}, func(t *testing.T, f *fleet) {
		ahead := time.Now().Add(time.Hour).UnixMicro()
		terms := throttle.Terms{Limit: 95, Hold: time.Minute, Outage: time.Hour}
		if _, err := f.ledger.As("replica 0").Visit(t.Context(), "b", throttle.Visit{Number: ahead, Next: time.Second, Terms: terms}); err != nil {
			t.Fatal(err)
		}
		if waited, err := f.call(t.Context(), 0, "a", 0); err != nil || waited > 10*time.Millisecond {
			t.Errorf("after %s: %v", waited, err)
		}
	})
}

// After a 429 to a replica that is by itself, it pauses, and so do all once the ledger hears of it.
func TestARefusalWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	withFleet(t, 2, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		for n := range f.replicas {
			_, _ = f.call(t.Context(), n, "a", 0)
		}
		f.ledger.Cut("replica 0", true)
		time.Sleep(30 * time.Second)
		place := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "a"}, Since: time.Now()}
		turn, err := f.replicas[0].Enter(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		f.replicas[0].Leave(turn, throttle.Refused, 8*time.Second)
		if !f.replicas[0].Paused("b") || f.replicas[1].Paused("b") {
			t.Error("the replica that was refused is to pause, and no other")
		}
		f.ledger.Cut("replica 0", false)
		time.Sleep(time.Second)
		if waited, err := f.call(t.Context(), 1, "b", 0); err != nil || waited < 6*time.Second || waited > 9*time.Second {
			t.Errorf("on the other replica a call waited %s: %v", waited, err)
		}
	})
}

// A stranger whose token turns out to be good, while the ledger is away, is none to the ledger either.
func TestAStrangerIsProvedWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Margin: 5, Unproven: 1}, func(t *testing.T, f *fleet) {
		_, _ = f.call(t.Context(), 0, "a", 0)
		f.ledger.Cut("replica 0", true)
		time.Sleep(30 * time.Second)
		stranger := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "sender"}, Since: time.Now(), Unproven: true}
		turn, err := f.replicas[0].Enter(t.Context(), stranger)
		if err != nil {
			t.Fatal(err)
		}
		turn = f.replicas[0].Prove(turn, "known")
		f.ledger.Cut("replica 0", false)
		time.Sleep(time.Second)
		stranger.Since = time.Now()
		other, err := f.replicas[0].Enter(t.Context(), stranger)
		if waited := time.Since(stranger.Since); err != nil || waited > time.Second {
			t.Errorf("the next stranger waited %s: %v", waited, err)
		}
		f.replicas[0].Leave(turn, throttle.Answered, 0)
		f.replicas[0].Leave(other, throttle.Unsent, 0)
	})
}

// What became of calls long ago is not told any more once the ledger is back: a pause that is over does not
// begin, and a visit does not take the longer, the longer the outage was.
func TestAfterALongOutageLittleIsToldToTheLedger(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Margin: 5, Outage: time.Hour}, func(t *testing.T, f *fleet) {
		_, _ = f.call(t.Context(), 0, "a", 0)
		f.ledger.Cut("replica 0", true)
		time.Sleep(20 * time.Second)
		place := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "a"}, Since: time.Now()}
		turn, err := f.replicas[0].Enter(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		f.replicas[0].Leave(turn, throttle.Refused, 8*time.Second)
		time.Sleep(20 * time.Second)
		var own sync.WaitGroup
		f.load(&own, 0, 20, 10*time.Minute)
		own.Wait()
		f.ledger.Cut("replica 0", false)
		time.Sleep(time.Second)
		if f.replicas[0].Paused("b") {
			t.Error("a pause began for a refusal of long ago")
		}
		if told := f.ledger.Settlements(); told > 100 {
			t.Errorf("%d settlements were told", told)
		}
	})
}

// What was refused in one outage does not keep a replica from its part in the next one.
func TestG7InASecondOutageAPartIsSpentToo(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		_, _ = f.call(t.Context(), 0, "a", 0)
		f.ledger.Cut("replica 0", true)
		time.Sleep(20 * time.Second)
		place := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "a"}, Since: time.Now()}
		turn, err := f.replicas[0].Enter(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		f.replicas[0].Leave(turn, throttle.Refused, 8*time.Second)
		f.ledger.Cut("replica 0", false)
		time.Sleep(time.Minute)
		for range 5 {
			if _, err := f.call(t.Context(), 0, "a", 0); err != nil {
				t.Fatal(err)
			}
		}
		f.ledger.Cut("replica 0", true)
		time.Sleep(20 * time.Second)
		if waited, err := f.call(t.Context(), 0, "a", 0); err != nil || waited > time.Second {
			t.Errorf("in the second outage a call waited %s: %v", waited, err)
		}
		f.ledger.Cut("replica 0", false)
	})
}

// A turn that the ledger takes for that of a replica that has vanished does not hold.
func TestATurnOfAReplicaThatWasAwayDoesNotHold(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		place := throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "a"}, Since: time.Now()}
		turn, err := f.replicas[0].Enter(t.Context(), place)
		if err != nil || !f.replicas[0].Holds(turn) {
			t.Fatal(err)
		}
		f.ledger.Cut("replica 0", true)
		time.Sleep(2 * time.Second)
		if !f.replicas[0].Holds(turn) {
			t.Error("it does not hold after 2 s")
		}
		time.Sleep(1100 * time.Millisecond)
		if f.replicas[0].Holds(turn) {
			t.Error("it holds after 3 s")
		}
		f.replicas[0].Leave(turn, throttle.Unsent, 0)
		f.ledger.Cut("replica 0", false)
	})
}

// After a 429 to one replica nothing goes on any, but for calls that had their turn before. When the pause is
// over, one goes, and then twice as many.
func TestG5ARefusalPausesAllReplicas(t *testing.T) {
	t.Parallel()
	withFleet(t, 3, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		for n := range f.replicas {
			_, _ = f.call(t.Context(), n, "first", 0)
		}
		time.Sleep(time.Second)
		turn, err := f.replicas[0].Enter(t.Context(), throttle.Place{Payer: throttle.Payer{Budget: "b", Caller: "a"}, Since: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		f.replicas[0].Leave(turn, throttle.Refused, 7*time.Second)
		time.Sleep(2 * time.Millisecond) // it is told
		told := time.Now()
		const took = 200 * time.Millisecond
		var mu sync.Mutex
		underWay, most := 0, []int{} // when each call went: how many are under way with it
		var group sync.WaitGroup
		for n := range 90 {
			group.Go(func() {
				replica := n % 3
				turn, err := f.replicas[replica].Enter(t.Context(), throttle.Place{
					Payer: throttle.Payer{Budget: "b", Caller: fmt.Sprint(n)}, Since: time.Now(),
				})
				if err != nil {
					t.Error(err)
					return
				}
				if since := time.Since(told); since < 6990*time.Millisecond {
					t.Errorf("a call went %s after the refusal", since)
				}
				mu.Lock()
				underWay++
				most = append(most, underWay)
				mu.Unlock()
				time.Sleep(took)
				mu.Lock()
				underWay--
				mu.Unlock()
				f.replicas[replica].Leave(turn, throttle.Answered, 0)
			})
		}
		group.Wait()
		if slices.Max(most[:1]) > 1 || slices.Max(most[:3]) > 2 || slices.Max(most[:7]) > 4 || slices.Max(most) < 8 {
			t.Errorf("with each call so many were under way: %v", most)
		}
		for n, r := range f.replicas {
			if r.Paused("b") {
				t.Errorf("replica %d still pauses", n)
			}
		}
	})
}

// A call waits for one round trip to the ledger. While the ledger does not answer, calls that would not go in
// time are refused without asking it.
func TestG6ACallWaitsForOneRoundTrip(t *testing.T) {
	t.Parallel()
	withFleet(t, 1, throttle.Config{Limit: 95, Margin: 5}, func(t *testing.T, f *fleet) {
		const roundTrip = 500 * time.Microsecond
		for n := range 5 {
			time.Sleep(time.Second)
			before := f.ledger.Visits()
			if waited, err := f.call(t.Context(), 0, fmt.Sprint(n), 0); err != nil || waited != roundTrip {
				t.Errorf("a call waited %s: %v", waited, err)
			}
			if visits := f.ledger.Visits() - before; visits > 1 {
				t.Errorf("it took %d visits", visits)
			}
		}
		f.ledger.Cut("replica 0", true)
		time.Sleep(2 * time.Second)
		hurried, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := f.call(hurried, 0, "hurried", 0)
		if used, ok := errors.AsType[*throttle.UsedUpError](err); !ok || time.Since(began) > 0 || used.Wait < 10*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		f.ledger.Cut("replica 0", false)
	})
}
