package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"certql/upstream"
)

// An upstreamCollector exports what the client of the upstream counts by itself.
type upstreamCollector struct {
	stats func() upstream.Stats
	scalars
	calls, took, waits *prometheus.Desc
}

// scalars are single numbers of the client, each with its description.
type scalars []scalar

type scalar struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(upstream.Stats) float64
}

func newUpstreamCollector(stats func() upstream.Stats) *upstreamCollector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	c := &upstreamCollector{
		stats: stats,
		calls: describe("certql_upstream_calls_total", "Requests that went out, by the vendor's operation and by the class of the status (none if no response came, cancelled if nobody waited for it any more).", "operation", "status"),
		took:  describe("certql_upstream_call_duration_seconds", "Time from sending a request to the end of its response.", "operation"),
		waits: describe("certql_upstream_wait_seconds", "Time that a call has waited for its turn in the request budget."),
	}
	add := func(kind prometheus.ValueType, name, help string, value func(upstream.Stats) float64) {
		c.scalars = append(c.scalars, scalar{describe(name, help), kind, value})
	}
	counter := func(name, help string, value func(upstream.Stats) uint64) {
		add(prometheus.CounterValue, name, help, func(s upstream.Stats) float64 { return float64(value(s)) })
	}
	gauge := func(name, help string, value func(upstream.Stats) int) {
		add(prometheus.GaugeValue, name, help, func(s upstream.Stats) float64 { return float64(value(s)) })
	}
	counter("certql_upstream_refused_total", "Calls that were refused without being sent, for want of budget.", func(s upstream.Stats) uint64 { return s.Rejected })
	counter("certql_upstream_retries_total", "Calls that were sent again.", func(s upstream.Stats) uint64 { return s.Retries })
	counter("certql_upstream_pauses_total", "Pauses of a budget, each after a call that the upstream refused for want of budget.", func(s upstream.Stats) uint64 { return s.Pauses })
	counter("certql_upstream_coalesced_total", "Reads that joined one under way.", func(s upstream.Stats) uint64 { return s.Coalesced })
	counter("certql_cache_hits_total", "Reads that the cache answered.", func(s upstream.Stats) uint64 { return s.Cached })
	counter("certql_cache_stale_hits_total", "Reads that the cache answered with what had expired.", func(s upstream.Stats) uint64 { return s.Stale })
	gauge("certql_cache_bytes", "Upstream responses in the cache, in bytes.", func(s upstream.Stats) int { return int(s.CacheBytes) })
	gauge("certql_upstream_queue_length", "Calls that wait for their turn.", func(s upstream.Stats) int { return s.Queued })
	gauge("certql_upstream_budgets", "Request budgets that were in use lately.", func(s upstream.Stats) int { return s.Budgets })
	gauge("certql_upstream_budgets_paused", "Request budgets that pause because the upstream asked for it.", func(s upstream.Stats) int { return s.Paused })
	gauge("certql_upstream_budget_limit", "Calls that a budget allows in ten seconds, without the margin; 0 for any number.", func(s upstream.Stats) int { return s.Limit })
	gauge("certql_upstream_budget_remaining", "Calls that the budget with the least left allows at once.", func(s upstream.Stats) int { return s.Remaining })
	return c
}

// Describe describes the metrics that Collect sends.
func (c *upstreamCollector) Describe(into chan<- *prometheus.Desc) {
	into <- c.calls
	into <- c.took
	into <- c.waits
	for _, scalar := range c.scalars {
		into <- scalar.desc
	}
}

// Collect sends the metrics as they are now.
func (c *upstreamCollector) Collect(into chan<- prometheus.Metric) {
	stats := c.stats()
	for call, n := range stats.Calls {
		into <- prometheus.MustNewConstMetric(c.calls, prometheus.CounterValue, float64(n), call.Operation, call.Status.String())
	}
	for operation, took := range stats.Took {
		into <- histogram(c.took, took, operation)
	}
	into <- histogram(c.waits, stats.Waits)
	for _, scalar := range c.scalars {
		into <- prometheus.MustNewConstMetric(scalar.desc, scalar.kind, scalar.value(stats))
	}
}

// histogram returns durations as Prometheus has them: each bucket holds those before it, too.
func histogram(desc *prometheus.Desc, d upstream.Durations, labels ...string) prometheus.Metric {
	buckets := make(map[float64]uint64, len(d.Bounds))
	var below uint64
	for i, bound := range d.Bounds {
		below += d.Counts[i]
		buckets[bound.Seconds()] = below
	}
	return prometheus.MustNewConstHistogram(desc, d.Count(), float64(d.Sum)/float64(time.Second), buckets, labels...)
}
