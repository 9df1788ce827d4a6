package telemetry

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Labels for what has no code, no type, or a code that is not known. No label ever has a text of a
// caller's.
const (
	labelOK    = "OK"
	labelNone  = "none"
	labelOther = "OTHER"
)

// metrics are the numbers of one program, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	codes    []string // which may be labels

	operations *prometheus.CounterVec   // by type and code
	durations  *prometheus.HistogramVec // by type
	calls      *prometheus.HistogramVec // by type
	underWay   *prometheus.GaugeVec     // by type
	trusted    *prometheus.CounterVec   // by name and code
	trustedFor *prometheus.HistogramVec // by name
	batches    *prometheus.HistogramVec // by what is read
	requests   *prometheus.CounterVec   // by class of status
	serving    prometheus.Gauge
	bytes      prometheus.Counter
	refused    *prometheus.CounterVec // by limit

	connections, connectionLimit prometheus.Gauge

	sessions func() int
}

// newMetrics returns metrics that count nothing yet. Codes are those that an operation may end with.
func newMetrics(codes []string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		codes:    codes,
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "certql_operations_total",
			Help: "GraphQL operations that have ended, by type (none where there was no such document) and by the code of the first error (OK without one).",
		}, []string{"type", "code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "certql_operation_duration_seconds",
			Help:    "Time from the beginning of a query or mutation to the end of its response.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"type"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "certql_operation_upstream_calls",
			Help:    "Upstream calls that an operation has made.",
			Buckets: []float64{0, 1, 2, 5, 10, 25, 50, 100, 200},
		}, []string{"type"}),
		underWay: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "certql_operations_under_way",
			Help: "GraphQL operations that are being executed; those of type subscription are the open subscriptions.",
		}, []string{"type"}),
		trusted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "certql_trusted_operations_total",
			Help: "Operations of trusted documents that have ended, by name (the document's hash without one) and by the code of the first error.",
		}, []string{"operation", "code"}),
		trustedFor: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "certql_trusted_operation_duration_seconds",
			Help:    "Time from the beginning of a query or mutation of a trusted document to the end of its response.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"operation"}),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "certql_batch_size",
			Help:    "Ids that were read together, by what was read.",
			Buckets: []float64{1, 2, 5, 10, 25, 50, 100, 250, 1000},
		}, []string{"batch"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "certql_http_requests_total",
			Help: "HTTP requests that were answered, by the class of the status.",
		}, []string{"status"}),
		serving: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "certql_http_requests_under_way",
			Help: "HTTP requests that are being answered.",
		}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "certql_http_response_bytes_total",
			Help: "Bytes of the bodies of responses, as they were sent.",
		}),
	}
	m.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "certql_http_refused_total",
		Help: "Requests that were refused at the door, by the reason: the host that they were for (host), or a limit on what is under way.",
	}, []string{"reason"})
	m.connections = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "certql_connections",
		Help: "Connections of callers that are open.",
	})
	m.connectionLimit = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "certql_connections_limit",
		Help: "Connections of callers that may be open.",
	})
	m.sessions = func() int { return 0 }
	sessions := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "certql_sessions",
		Help: "Sessions of people who are signed in, of all replicas that share them.",
	}, func() float64 { return float64(m.sessions()) })
	for _, kind := range operationTypes() {
		m.underWay.WithLabelValues(kind)
		m.operations.WithLabelValues(kind, labelOK)
	}
	build := ThisBuild()
	about := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "certql_build_info",
		Help:        "Always 1; the labels say what program this is.",
		ConstLabels: prometheus.Labels{"version": build.Version, "commit": build.Commit, "go": build.Go},
	})
	about.Set(1)
	m.registry.MustRegister(
		m.operations, m.durations, m.calls, m.underWay, m.trusted, m.trustedFor, m.batches, m.requests, m.serving, m.bytes, m.refused, m.connections, m.connectionLimit, sessions, about,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func operationTypes() []string { return []string{"query", "mutation", "subscription"} }

// handler returns the handler that Prometheus reads.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// kindOf returns the label of an operation's type.
func kindOf(operation Operation) string { return cmp.Or(operation.Type, labelNone) }

// ended counts an operation that has ended.
func (m *metrics) ended(operation Operation, outcome Outcome, took time.Duration) {
	kind, code := kindOf(operation), m.codeOf(outcome)
	lasts := operation.Type == "subscription" // as long as the caller watches
	m.operations.WithLabelValues(kind, code).Inc()
	m.calls.WithLabelValues(kind).Observe(float64(outcome.Calls))
	if !lasts {
		m.durations.WithLabelValues(kind).Observe(took.Seconds())
	}
	if !operation.Trusted {
		return
	}
	name := cmp.Or(operation.Name, operation.Hash)
	m.trusted.WithLabelValues(name, code).Inc()
	if !lasts {
		m.trustedFor.WithLabelValues(name).Observe(took.Seconds())
	}
}

// codeOf returns the label of an outcome.
func (m *metrics) codeOf(outcome Outcome) string {
	switch {
	case len(outcome.Codes) == 0:
		return labelOK
	case slices.Contains(m.codes, outcome.Codes[0]):
		return outcome.Codes[0]
	default:
		return labelOther
	}
}

// statusClass returns the label of an HTTP status, such as 2xx.
func statusClass(status int) string { return strconv.Itoa(status/100) + "xx" }
