package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"certql/upstream"
)

// A clientsCollector exports how the budgets of the gateway's own clients stand. Its labels are the ids in the
// settings.
type clientsCollector struct {
	budgets func() []upstream.ClientBudget
	gauges  []clientGauge
}

type clientGauge struct {
	desc  *prometheus.Desc
	value func(upstream.ClientBudget) int
}

func newClientsCollector(budgets func() []upstream.ClientBudget) *clientsCollector {
	c := &clientsCollector{budgets: budgets}
	gauge := func(name, help string, value func(upstream.ClientBudget) int) {
		c.gauges = append(c.gauges, clientGauge{prometheus.NewDesc(name, help, []string{"client"}, nil), value})
	}
	gauge("certql_client_budget_limit", "Calls that a client of the gateway's own allows in ten seconds, without the margin.", func(b upstream.ClientBudget) int { return b.Limit })
	gauge("certql_client_budget_remaining", "Calls that a client of the gateway's own allows at once.", func(b upstream.ClientBudget) int { return b.Remaining })
	gauge("certql_client_queue_length", "Calls that wait for their turn in the budget of a client of the gateway's own.", func(b upstream.ClientBudget) int { return b.Queued })
	gauge("certql_client_paused", "1 while a client of the gateway's own pauses because the upstream asked for it, otherwise 0.", func(b upstream.ClientBudget) int { return oneIf(b.Paused) })
	gauge("certql_client_left_out", "1 while there is no token for a client of the gateway's own, otherwise 0.", func(b upstream.ClientBudget) int { return oneIf(b.LeftOut) })
	return c
}

// Describe describes the metrics that Collect sends.
func (c *clientsCollector) Describe(into chan<- *prometheus.Desc) {
	for _, gauge := range c.gauges {
		into <- gauge.desc
	}
}

// Collect sends the metrics as they are now.
func (c *clientsCollector) Collect(into chan<- prometheus.Metric) {
	for _, budget := range c.budgets() {
		for _, gauge := range c.gauges {
			into <- prometheus.MustNewConstMetric(gauge.desc, prometheus.GaugeValue, float64(gauge.value(budget)), budget.Client)
		}
	}
}

// oneIf returns 1 for true and 0 for false.
func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}
