//go:build unix

package graph_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"certql/gateway/memory"
	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// How the benchmarks are run is in docs/performance.md.
const (
	benchClients = 8
	benchLatency = 20 * time.Millisecond // of the upstream, where it is not 0
	benchSlice   = time.Second           // of a measurement by BenchmarkRatios
)

// A contestant answers operations. The third of them is none but the clients themselves, who
// make the reads of the REST API: what nobody can undercut.
type contestant int

const (
	theGateway contestant = iota
	thePlainGateway
	theRESTClient
	contestants
)

func (c contestant) String() string { return [...]string{"gateway", "plain", "rest"}[c] }

// A contest has all contestants ready.
type contest struct {
	load *remoteLoad
	urls [contestants]string // of gateways
}

func newContest(b *testing.B) *contest {
	b.Helper()
	load := startLoad(b, anyCore)
	client, err := upstream.New(upstream.Config{BaseURL: load.rest, RateLimit: benchRateLimit})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.CloseIdleConnections)
	b.Cleanup(http.DefaultClient.CloseIdleConnections)
	c := &contest{load: load}
	for i, handler := range map[contestant]http.Handler{
		theGateway:      graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client})),
		thePlainGateway: graphtest.NewPlain(load.rest),
	} {
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		c.urls[i] = server.URL
	}
	return c
}

// A measurement is what operations have cost.
type measurement struct {
	latencies []time.Duration
	rate      float64 // operations a second
	calls     float64 // an operation
	cpu       float64 // ms an operation, of the gateway's process
	allocated float64 // KB an operation, in the gateway's process, where that is the benchmark's
	resident  float64 // MB, the most that the gateway's process has had, where that is another
}

// measured returns what is known of operations by what those who sent them report, and by the time that the
// gateway's process has kept processors busy.
func measured(report loadReport, busy time.Duration) measurement {
	n := float64(len(report.Latencies))
	return measurement{
		latencies: report.Latencies,
		rate:      n / report.Elapsed.Seconds(),
		calls:     float64(report.Calls) / n,
		cpu:       float64(busy) / float64(time.Millisecond) / n,
	}
}

// percentile returns the latency, in ms, that a share of the operations did not exceed.
func (m measurement) percentile(share float64) float64 {
	slices.Sort(m.latencies)
	return float64(m.latencies[int(share*float64(len(m.latencies)-1))]) / float64(time.Millisecond)
}

// measure has an order carried out by a contestant.
func (c *contest) measure(b *testing.B, who contestant, order loadOrder) measurement {
	b.Helper()
	order.Gateway = c.urls[who]
	if who == theGateway {
		defer memory.Start(b.Context(), slog.New(slog.DiscardHandler)).Stop() // as the program does
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := processorTime(b)
	report := c.load.carryOut(b, order)
	cpu = processorTime(b) - cpu
	runtime.ReadMemStats(&after)
	m := measured(report, cpu)
	m.allocated = float64(after.TotalAlloc-before.TotalAlloc) / 1024 / float64(len(report.Latencies))
	return m
}

// warmUp opens connections and fills caches and pools.
func (c *contest) warmUp(b *testing.B, who contestant, order loadOrder) {
	b.Helper()
	order.Operations = 2 * order.Clients
	c.measure(b, who, order)
	runtime.GC()
}

// rounds returns how many round trips an operation waits for one after another. Where the
// machine stalls, calls that are sent together may look as if they were not: the least of
// three is the truth.
func (c *contest) rounds(b *testing.B, who contestant, order loadOrder) int {
	b.Helper()
	order.Gateway, order.Latency, order.Clients, order.Operations = c.urls[who], benchLatency, 1, 1
	least := c.load.carryOut(b, order).Rounds
	for range 2 {
		least = min(least, c.load.carryOut(b, order).Rounds)
	}
	return least
}

// processorTime returns how long this process has kept processors busy.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkOperations measures each operation by itself, for profiles and for comparing two
// states of the code.
func BenchmarkOperations(b *testing.B) {
	c := newContest(b)
	for i, each := range benchCases() {
		for who := range contestants {
			for _, latency := range []time.Duration{0, benchLatency} {
				b.Run(fmt.Sprintf("%s/%s/%v", strings.ReplaceAll(each.name, " ", "-"), who, latency), func(b *testing.B) {
					order := loadOrder{Case: i, Latency: latency, Clients: benchClients}
					rounds := c.rounds(b, who, order)
					c.warmUp(b, who, order)
					order.Operations = b.N
					b.ResetTimer()
					m := c.measure(b, who, order)
					b.StopTimer()
					b.ReportMetric(m.calls, "calls/op")
					b.ReportMetric(float64(rounds), "rounds/op")
					b.ReportMetric(m.percentile(0.5), "p50-ms")
					b.ReportMetric(m.percentile(0.99), "p99-ms")
					if who != theRESTClient {
						b.ReportMetric(m.cpu, "cpu-ms/op")
						b.ReportMetric(m.allocated, "KB/op")
					}
				})
			}
		}
	}
}

// BenchmarkRatios compares the contestants in turns, as often as -benchtime says, such as 5x,
// and prints the medians as tables.
func BenchmarkRatios(b *testing.B) {
	situations := []loadOrder{
		{Latency: 0, Clients: benchClients},
		{Latency: benchLatency, Clients: benchClients},
		{Latency: benchLatency, Clients: 1}, // who waits for nobody else
	}
	c := newContest(b)
	results := make([][]comparison, len(situations))
	for i := range results {
		results[i] = make([]comparison, len(benchCases()))
	}
	for b.Loop() {
		for i, order := range situations {
			for operation := range benchCases() {
				order.Case, order.Duration = operation, benchSlice
				result := &results[i][operation]
				for who := range contestants {
					if result.rounds[who] == 0 {
						result.rounds[who] = c.rounds(b, who, order)
					}
					c.warmUp(b, who, order)
					result.measured[who] = append(result.measured[who], c.measure(b, who, order))
				}
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of no use: it is the time that the measurements were given
	for i, order := range situations {
		fmt.Printf("\nUpstream latency %v, %d clients, medians of %d measurements of %v: gateway / plain / REST\n\n",
			order.Latency, order.Clients, b.N, benchSlice)
		fmt.Println("| operation | calls | round trips | p50, ms | p99, ms | CPU, ms | ratio | allocated, KB | ratio |")
		fmt.Println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
		for operation, each := range benchCases() {
			fmt.Printf("| %s | %s |\n", each.name, results[i][operation])
		}
	}
}

// A comparison is what an operation has cost with each contestant.
type comparison struct {
	rounds   [contestants]int
	measured [contestants][]measurement
}

// String returns the cells of a table.
func (c comparison) String() string {
	calls := c.medians(func(m measurement) float64 { return m.calls })
	p50 := c.medians(func(m measurement) float64 { return m.percentile(0.5) })
	p99 := c.medians(func(m measurement) float64 { return m.percentile(0.99) })
	cpu := c.medians(func(m measurement) float64 { return m.cpu })
	allocated := c.medians(func(m measurement) float64 { return m.allocated })
	return fmt.Sprintf("%.4g / %.4g / %.4g | %d / %d / %d | %.1f / %.1f / %.1f | %.1f / %.1f / %.1f | %.2f / %.2f | %.2f | %.0f / %.0f | %.2f",
		calls[theGateway], calls[thePlainGateway], calls[theRESTClient],
		c.rounds[theGateway], c.rounds[thePlainGateway], c.rounds[theRESTClient],
		p50[theGateway], p50[thePlainGateway], p50[theRESTClient],
		p99[theGateway], p99[thePlainGateway], p99[theRESTClient],
		cpu[theGateway], cpu[thePlainGateway], cpu[theGateway]/cpu[thePlainGateway],
		allocated[theGateway], allocated[thePlainGateway], allocated[theGateway]/allocated[thePlainGateway])
}

// medians returns the median of a value for each contestant.
func (c comparison) medians(value func(measurement) float64) (medians [contestants]float64) {
	for who, measured := range c.measured {
		medians[who] = median(measured, value)
	}
	return medians
}

// median returns the median of a value.
func median(measured []measurement, value func(measurement) float64) float64 {
	values := make([]float64, len(measured))
	for i, m := range measured {
		values[i] = value(m)
	}
	return middle(values)
}

// middle sorts values, and returns the one in the middle.
func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkLoneRead compares a certification that nobody else is asking for with the REST call
// behind it, in turns.
func BenchmarkLoneRead(b *testing.B) {
	const turn = 10 // operations
	c := newContest(b)
	order := loadOrder{Case: 0, Latency: benchLatency, Clients: 1}
	for who := range contestants {
		c.warmUp(b, who, order)
	}
	var latencies [contestants][]time.Duration
	for left := b.N; left > 0; left -= turn {
		order.Operations = min(turn, left)
		for who := range contestants {
			latencies[who] = append(latencies[who], c.measure(b, who, order).latencies...)
		}
	}
	var p50 [contestants]float64
	for who := range contestants {
		p50[who] = measurement{latencies: latencies[who]}.percentile(0.5)
		b.ReportMetric(p50[who], who.String()+"-p50-ms")
	}
	b.ReportMetric(p50[theGateway]-p50[theRESTClient], "gateway-over-rest-ms")
	b.ReportMetric(p50[thePlainGateway]-p50[theRESTClient], "plain-over-rest-ms")
	b.ReportMetric(0, "ns/op") // the time of three operations
}
