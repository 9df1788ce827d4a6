package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"certql/upstream"
)

// The outcomes of visits to an engine, for Shared.
const (
	VisitAnswered = "answered"
	VisitLate     = "late"   // answered, but for nothing: a later one was there before
	VisitFailed   = "failed" // the engine did not answer
)

// Shared is what operators are told of the engine by which replicas share their budgets.
type Shared struct {
	// Visits are how many visits to the engine have ended, by outcome.
	Visits map[string]uint64
	// Took is how long those took that were answered.
	Took upstream.Durations
	// Away says that the engine does not answer, and WarmingUp that nothing is sent yet since it has lost what
	// it knew.
	Away, WarmingUp bool
	// Part is how many slots of a budget this replica has to itself while the engine does not answer, and
	// Replicas is how many replicas it has heard of, itself included; both are 0 before the first visit.
	Part, Replicas int
}

// A sharedCollector exports what is known of the engine.
type sharedCollector struct {
	shared                                    func() Shared
	visits, took, away, warming, part, others *prometheus.Desc
}

func newSharedCollector(shared func() Shared) *sharedCollector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &sharedCollector{
		shared:  shared,
		visits:  describe("certql_shared_visits_total", "Visits to the engine that replicas share, by outcome: answered, late if a later one was there before, or failed if the engine did not answer.", "outcome"),
		took:    describe("certql_shared_visit_seconds", "Time that the engine has taken to answer a visit."),
		away:    describe("certql_shared_away", "1 while the engine that replicas share does not answer this one, otherwise 0."),
		warming: describe("certql_shared_warming_up", "1 while nothing is sent because the engine has lost what it knew of the last ten seconds, otherwise 0."),
		part:    describe("certql_shared_part", "Calls in ten seconds that this replica has to itself of a budget while the engine does not answer."),
		others:  describe("certql_shared_replicas", "Replicas that share a budget, as far as this one knows, itself included; 0 before its first call."),
	}
}

// Describe describes the metrics that Collect sends.
func (c *sharedCollector) Describe(into chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{c.visits, c.took, c.away, c.warming, c.part, c.others} {
		into <- desc
	}
}

// Collect sends the metrics as they are now.
func (c *sharedCollector) Collect(into chan<- prometheus.Metric) {
	shared := c.shared()
	for _, outcome := range []string{VisitAnswered, VisitLate, VisitFailed} {
		into <- prometheus.MustNewConstMetric(c.visits, prometheus.CounterValue, float64(shared.Visits[outcome]), outcome)
	}
	into <- histogram(c.took, shared.Took)
	gauge := func(desc *prometheus.Desc, value int) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value))
	}
	gauge(c.away, oneIf(shared.Away))
	gauge(c.warming, oneIf(shared.WarmingUp))
	gauge(c.part, shared.Part)
	gauge(c.others, shared.Replicas)
}
