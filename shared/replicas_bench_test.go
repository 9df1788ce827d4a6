package shared

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"certql/shared/enginetest"
	"certql/upstream/throttle"
)

// benchTime is how long each of these benchmarks spends a budget, however often it is said to run.
const benchTime = 30 * time.Second

// used returns the processor time that an engine has spent so far.
func used(b *testing.B, e *Engine) time.Duration {
	b.Helper()
	info, err := e.client.Info(b.Context(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	var sum float64
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_user" || name == "used_cpu_sys" {
			seconds, _ := strconv.ParseFloat(value, 64)
			sum += seconds
		}
	}
	return time.Duration(sum * float64(time.Second))
}

// A timedLedger notes how long visits take.
type timedLedger struct {
	throttle.Ledger
	mu   sync.Mutex
	took []time.Duration
}

// Visit visits the ledger.
func (l *timedLedger) Visit(ctx context.Context, budget string, v throttle.Visit) (throttle.Reply, error) {
	began := time.Now()
	reply, err := l.Ledger.Visit(ctx, budget, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, time.Since(began))
	return reply, err
}

// BenchmarkReplicas has replicas, in one process, spend a budget whose callers always want more, by a real engine.
// It reports the share of the budget that is used, visits of the ledger a second and for each call, the engine's
// part of a processor core, and how long a visit takes.
func BenchmarkReplicas(b *testing.B) {
	for _, each := range []struct{ replicas, budgets, callers int }{
		{3, 1, 60}, {3, 1, 1_000}, {10, 1, 1_000}, {50, 1, 1_000}, {3, 1, 10_000}, {10, 1, 10_000}, {50, 1, 10_000}, {10, 20, 100},
	} {
		b.Run(fmt.Sprintf("%d replicas, %d budgets, %d callers", each.replicas, each.budgets, each.callers), func(b *testing.B) {
			server := enginetest.Start(b)
			server.Warm("certql")
			ctx, cancel := context.WithCancel(b.Context())
			var group sync.WaitGroup
			var mu sync.Mutex
			calls := 0
			var ledgers []*timedLedger
			var replicas []*throttle.Throttle
			for n := range each.replicas {
				engine, err := Open(Config{URLs: []string{server.URL()}, Prefix: "certql", Replica: fmt.Sprint("replica-", n), Timeout: time.Second})
				if err != nil {
					b.Fatal(err)
				}
				b.Cleanup(engine.Close)
				ledger := &timedLedger{Ledger: NewLedger(engine)}
				ledgers = append(ledgers, ledger)
				replicas = append(replicas, throttle.New(throttle.Config{
					Limit: 95, Margin: 5, QueueLength: 100_000, QueueWait: time.Hour, MaxPause: time.Minute, Now: time.Now,
					Ledger: ledger, Hold: 40 * time.Second, Outage: time.Minute,
					Hooks: throttle.Hooks{
						Deadline: func(context.Context) (time.Time, bool) { return time.Time{}, false },
						Queued:   func(context.Context, time.Duration, time.Time) {},
						Dequeued: func(context.Context, time.Time) {}, Waited: func(time.Duration) {}, Rejected: func() {}, Paused: func() {},
					},
				}))
			}
			before, began := used(b, opened(b, server.URL())), time.Now()
			for budget := range each.budgets {
				for caller := range each.callers {
					t := replicas[caller%len(replicas)]
					group.Go(func() {
						for ctx.Err() == nil {
							turn, err := t.Enter(ctx, throttle.Place{
								Payer: throttle.Payer{Budget: fmt.Sprint("budget ", budget), Caller: fmt.Sprint("caller ", caller)},
								Class: throttle.Reads, Since: time.Now(),
							})
							if err != nil {
								return
							}
							time.Sleep(50 * time.Millisecond)
							t.Leave(turn, throttle.Answered, 0)
							mu.Lock()
							calls++
							mu.Unlock()
						}
					})
				}
			}
			time.Sleep(benchTime)
			took := time.Since(began)
			spent := used(b, opened(b, server.URL())) - before
			cancel()
			group.Wait()
			ended, stop := context.WithTimeout(context.Background(), 5*time.Second)
			defer stop()
			for _, t := range replicas {
				t.Close(ended)
			}
			var visits []time.Duration
			for _, l := range ledgers {
				visits = append(visits, l.took...)
			}
			slices.Sort(visits)
			windows := float64(took) / float64(throttle.Window)
			b.ReportMetric(100*float64(calls)/95/windows/float64(each.budgets), "%used")
			b.ReportMetric(float64(len(visits))/took.Seconds(), "visits/s")
			b.ReportMetric(float64(len(visits))/float64(calls), "visits/call")
			b.ReportMetric(100*float64(spent)/float64(took), "%core")
			b.ReportMetric(float64(visits[len(visits)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(visits[len(visits)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkTurn takes a turn and gives it back, in a budget that is large enough: of a process that is alone, and
// by a real engine. It reports the median and the 99th percentile.
func BenchmarkTurn(b *testing.B) {
	for _, alone := range []bool{true, false} {
		b.Run(map[bool]string{true: "alone", false: "by an engine"}[alone], func(b *testing.B) {
			config := throttle.Config{
				Limit: 10_000_000, QueueLength: 10, QueueWait: time.Hour, MaxPause: time.Minute, Now: time.Now, Hold: 40 * time.Second,
				Hooks: throttle.Hooks{
					Deadline: func(context.Context) (time.Time, bool) { return time.Time{}, false },
					Queued:   func(context.Context, time.Duration, time.Time) {},
					Dequeued: func(context.Context, time.Time) {}, Waited: func(time.Duration) {}, Rejected: func() {}, Paused: func() {},
				},
			}
			if !alone {
				server := enginetest.Start(b)
				server.Warm("certql")
				config.Ledger = NewLedger(opened(b, server.URL()))
			}
			t := throttle.New(config)
			place := throttle.Place{Payer: throttle.Payer{Budget: "budget", Caller: "caller"}, Class: throttle.Reads}
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				began := time.Now()
				place.Since = began
				turn, err := t.Enter(b.Context(), place)
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
				t.Leave(turn, throttle.Unsent, 0)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			ended, stop := context.WithTimeout(context.Background(), 5*time.Second)
			defer stop()
			t.Close(ended)
		})
	}
}
