package upstream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/testenv"
	"certql/upstream"
	"certql/upstream/sandbox"
	"certql/upstream/throttle/throttletest"
)

// A storm is 5,000 operations of 500 callers that arrive within two seconds.
type storm struct {
	callers, operations int
	within              time.Duration
}

// rage returns how many operations were answered, by one of the clients each, and how long it took until all
// were.
func (s storm) rage(t *testing.T, clients []*upstream.Client, seed uint64) (answered int, took time.Duration) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, seed))
	start := time.Now()
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range s.operations {
		arrival := time.Duration(random.Int64N(int64(s.within)))
		ctx := as(t.Context(), t, fmt.Sprint("caller ", i%s.callers))
		group.Go(func() {
			time.Sleep(arrival)
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			_, err := clients[i%len(clients)].ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
				Paging: upstream.Paging{Limit: 1, Offset: i},
			})
			if err != nil {
				t.Errorf("operation %d: %v", i, err)
				return
			}
			mu.Lock()
			answered++
			took = time.Since(start)
			mu.Unlock()
		})
	}
	group.Wait()
	return answered, took
}

// A trial is a storm over a tenant that a stranger may share.
type trial struct {
	storm    storm
	sliding  bool
	stranger stranger
	slow     bool // calls take 100 to 400 ms instead of 20 to 80
	replicas int  // that spend the budget together by a ledger; 0 for one without
	seed     uint64
}

// clients returns the trial's, and closes them with the test.
func (tr trial) clients(t *testing.T, w *wire) []*upstream.Client {
	if tr.replicas == 0 {
		return []*upstream.Client{w.client(t, upstream.Config{QueueWait: time.Hour})}
	}
	ledger := throttletest.NewLedger()
	ledger.Delay = 300 * time.Microsecond
	clients := make([]*upstream.Client, tr.replicas)
	for n := range clients {
		clients[n] = w.client(t, upstream.Config{QueueWait: time.Hour, Ledger: ledger.As(fmt.Sprint("replica ", n)), LedgerOutage: time.Minute})
		t.Cleanup(func() { clients[n].Close(context.WithoutCancel(t.Context())) })
	}
	return clients
}

// run returns the share of the budget that was used. In every trial no operation is lost and none
// fails for a refusal, each refusal begins a pause or is of a call that was under way at that moment,
// and nothing happens that would bring a penalty.
func (tr trial) run(t *testing.T) (use float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, sandbox.Config{SlidingWindow: tr.sliding})
		w.latency = spread(tr.seed, 20*time.Millisecond, 80*time.Millisecond)
		if tr.slow {
			w.latency = spread(tr.seed, 100*time.Millisecond, 400*time.Millisecond)
		}
		clients := tr.clients(t, w)
		// Windows begin at any moment of the storm.
		time.Sleep(time.Duration(rand.New(rand.NewPCG(11, tr.seed)).Int64N(int64(upstream.RateWindow))))
		strangers, stop := context.WithCancel(t.Context())
		served := make(chan int, 1)
		go func() { served <- tr.stranger.haunt(strangers, w, tr.seed) }()
		answered, took := tr.storm.rage(t, clients, tr.seed)
		stop()
		use = float64(w.answered(http.StatusOK)+<-served) / (100 * float64(took) / float64(upstream.RateWindow))
		refused, pauses := w.answered(http.StatusTooManyRequests), int(clients[0].Stats().Pauses)
		t.Logf("%d answered in %v, %.1f %% used, %d refusals, %d pauses, %d windows", answered, took, 100*use, refused, pauses, w.mostOverrun())
		if answered != tr.storm.operations {
			t.Errorf("%d operations were answered, want %d", answered, tr.storm.operations)
		}
		if n := w.pauses(); pauses != n {
			t.Errorf("%d pauses, but the refusals are those of %d", pauses, n)
		}
		// Calls that are shorter than the time between them go one at a time near the limit.
		if !tr.slow && refused > pauses || tr.stranger.n == 0 && refused > 0 {
			t.Errorf("%d refusals by the tenant in %d pauses", refused, pauses)
		}
		if most := w.mostOverrun(); most > 2 {
			t.Errorf("%d windows within two minutes were overrun", most)
		}
	})
	return use
}

// stormSeeds is how many large storms there are beside each kind of stranger.
const stormSeeds = 4

func TestStorm(t *testing.T) {
	all := storm{callers: 500, operations: 5_000, within: 2 * time.Second}
	some := storm{callers: 500, operations: 1_000, within: 2 * time.Second}
	even, random := stranger{n: 33, even: true}, stranger{n: 33}
	for _, tt := range []struct {
		name  string
		trial trial
		seeds uint64
		use   float64 // the least share of the budget that is used, on average over the seeds
	}{
		{"alone, fixed windows", trial{storm: some}, 3, 0.94},
		{"alone, sliding windows", trial{storm: some, sliding: true}, 3, 0.94},
		{"alone, all", trial{storm: all}, 1, 0.94},
		{"a stranger, fixed windows", trial{storm: all, stranger: even}, stormSeeds, 0.9},
		// Avoiding a third overrun within two minutes leaves more unused if the stranger takes a fifth
		// of some windows and half of others, and if a window may be overrun at any moment.
		{"a random stranger, fixed windows", trial{storm: all, stranger: random}, stormSeeds, bestUse(33, 95) - 0.03},
		{"a stranger, sliding windows", trial{storm: all, stranger: even, sliding: true}, stormSeeds, 0.87},
		{"a random stranger, sliding windows", trial{storm: all, stranger: random, sliding: true}, stormSeeds, 0.82},
		{"a stranger, slow calls", trial{storm: some, stranger: even, slow: true}, 2, 0.8},
		{"a random stranger, slow calls", trial{storm: some, stranger: random, slow: true}, 2, 0.8},
		{"three replicas, alone", trial{storm: some, replicas: 3}, 2, 0.92},
		{"three replicas, a stranger, fixed windows", trial{storm: all, replicas: 3, stranger: even}, stormSeeds, 0.87},
		{"three replicas, a random stranger, sliding windows", trial{storm: all, replicas: 3, stranger: random, sliding: true}, stormSeeds, 0.8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.trial.storm == all && tt.trial.stranger.n > 0 {
				testenv.Long(t, "there are several large storms")
			}
			uses := make([]float64, tt.seeds)
			t.Run("with seed", func(t *testing.T) {
				for seed := range tt.seeds {
					t.Run(fmt.Sprint(seed), func(t *testing.T) {
						t.Parallel()
						trial := tt.trial
						trial.seed = seed
						uses[seed] = trial.run(t)
					})
				}
			})
			mean := 0.0
			for _, use := range uses {
				mean += use / float64(len(uses))
			}
			t.Logf("%.1f %% used", 100*mean)
			if mean < tt.use {
				t.Errorf("%.1f %% of the budget were used, want %.1f", 100*mean, 100*tt.use)
			}
		})
	}
}

// The tenant makes a client that overruns three windows within two minutes wait for a minute or more.
func TestThePenaltyIsNotProvoked(t *testing.T) {
	for _, tt := range []struct {
		name     string
		stranger int           // requests at the beginning of each window
		leaves   time.Duration // when there is no stranger any more
	}{
		{"a third of each window is gone", 33, time.Hour},
		{"there is nothing left for minutes", 100, 5 * time.Minute},
		{"there is next to nothing left for minutes", 97, 5 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, sandbox.Config{Penalties: true})
				client := w.client(t, upstream.Config{QueueWait: time.Hour})
				strangers, stop := context.WithTimeout(t.Context(), tt.leaves)
				defer stop()
				go w.grab(strangers, tt.stranger)
				time.Sleep(time.Second)
				s := storm{callers: 20, operations: 1_000, within: 2 * time.Second}
				answered, took := s.rage(t, []*upstream.Client{client}, 0)
				t.Logf("%d answered in %v, %d refusals", answered, took, w.answered(429))
				if answered != s.operations {
					t.Errorf("%d operations were answered, want %d", answered, s.operations)
				}
				if longest := w.longestWait(); longest > upstream.RateWindow || w.answered(429) == 0 {
					t.Errorf("the tenant asked to wait for %v", longest)
				}
			})
		})
	}
}
