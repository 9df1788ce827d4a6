package telemetry

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"certql/upstream"
)

// A Config says what is told of requests, and to whom. Only Logger is mandatory.
type Config struct {
	Logger *slog.Logger
	// Now is the clock that durations are measured by; by default time.Now.
	Now func() time.Time
	// Codes are those that operations may end with; any other is counted as OTHER.
	Codes []string
	// NewID returns the id of a request that brings none along; by default one of 26 letters and
	// digits that cannot be guessed.
	NewID func() string
}

// Telemetry tells operators what the gateway does. It is safe for concurrent use.
type Telemetry struct {
	log    *slog.Logger
	now    func() time.Time
	newID  func() string
	traces *sdktrace.TracerProvider // nil if traces are not asked for
	open   sync.WaitGroup           // requests whose lines are not written yet
	*metrics
}

// New returns telemetry for the given configuration, with traces if the standard variables of
// OpenTelemetry ask for them. It has to be closed. The error is one of making what sends traces.
func New(ctx context.Context, cfg Config) (*Telemetry, error) {
	t := &Telemetry{log: cfg.Logger, now: cfg.Now, newID: cfg.NewID, metrics: newMetrics(cfg.Codes)}
	if t.now == nil {
		t.now = time.Now
	}
	if t.newID == nil {
		t.newID = rand.Text
	}
	if tracesWanted(os.Getenv) {
		var err error
		if t.traces, err = newTraces(ctx, t.log); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Close waits until the line of each request is written, and sends the traces that are not sent yet,
// for as long as ctx allows. It waits by itself because no server waits for a request whose
// connection has become a WebSocket.
func (t *Telemetry) Close(ctx context.Context) error {
	written := make(chan struct{})
	go func() {
		t.open.Wait()
		close(written)
	}()
	select {
	case <-written:
	case <-ctx.Done():
	}
	if t.traces == nil {
		return nil
	}
	return t.traces.Shutdown(ctx)
}

// Tracer returns what makes spans; nil if there are no traces.
func (t *Telemetry) Tracer() trace.Tracer {
	if t.traces == nil {
		return nil
	}
	return t.traces.Tracer(instrumentation)
}

// Operation notes that an operation of the request in ctx begins, and returns the function to call
// with its outcome when it has ended.
func (t *Telemetry) Operation(ctx context.Context, operation Operation) (ended func(Outcome)) {
	began, underWay := t.now(), t.underWay.WithLabelValues(kindOf(operation))
	underWay.Inc()
	return func(outcome Outcome) {
		underWay.Dec()
		took := t.now().Sub(began)
		t.ended(operation, outcome, took)
		if !entryFrom(ctx).add(operation, outcome) {
			t.logOperation(ctx, operation, outcome, took)
		}
	}
}

// Batch notes how many ids are read together; batch names what is read, such as certification.
func (t *Telemetry) Batch(batch string, ids int) {
	t.batches.WithLabelValues(batch).Observe(float64(ids))
}

// Upstream exports what the client of the upstream counts. It may be called once.
func (t *Telemetry) Upstream(stats func() upstream.Stats) {
	t.registry.MustRegister(newUpstreamCollector(stats))
}

// Clients exports how the budgets of the gateway's own clients stand. It may be called once.
func (t *Telemetry) Clients(budgets func() []upstream.ClientBudget) {
	t.registry.MustRegister(newClientsCollector(budgets))
}

// Shared exports what is known of the engine that replicas share. It may be called once.
func (t *Telemetry) Shared(shared func() Shared) { t.registry.MustRegister(newSharedCollector(shared)) }

// Sessions exports how many sessions of people there are. It has to be called before the first request.
func (t *Telemetry) Sessions(count func() int) { t.sessions = count }

// LogLines exports how many lines of the log were lost. It may be called once.
func (t *Telemetry) LogLines(lost func() int64) {
	t.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "certql_log_lines_lost_total",
		Help: "Lines of the log that were lost because what it is written to was stuck.",
	}, func() float64 { return float64(lost()) }))
}

// Connections returns the function to call for each connection that opens (1) or closes (-1). Limit
// is how many may be open.
func (t *Telemetry) Connections(limit int) (counted func(change int)) {
	t.connectionLimit.Set(float64(limit))
	return func(change int) { t.connections.Add(float64(change)) }
}

// Refused returns the function to call for each request that is refused for one of the given reasons,
// which are labels; any other is counted as OTHER.
func (t *Telemetry) Refused(reasons ...string) (refused func(reason string)) {
	for _, reason := range reasons {
		t.refused.WithLabelValues(reason)
	}
	return func(reason string) {
		if !slices.Contains(reasons, reason) {
			reason = labelOther
		}
		t.refused.WithLabelValues(reason).Inc()
	}
}

// Metrics returns the handler that shows all metrics in the format of Prometheus.
func (t *Telemetry) Metrics() http.Handler { return t.handler() }
