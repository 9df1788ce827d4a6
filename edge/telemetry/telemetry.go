package telemetry

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"math"
	"net/http"
	"os"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"certql/upstream"
)

// maxPath bounds the path in a line of the log, in bytes.
const maxPath = 200

// A Config says what is told of requests, and to whom. Only Logger is mandatory.
type Config struct {
	Logger *slog.Logger
	// Now is the clock that durations are measured by; by default time.Now.
	Now func() time.Time
	// Codes are those that operations may end with: any other is counted as OTHER.
	Codes []string
	// NewID answers the id of a request that brings none along; by default one of 26 letters and
	// digits that nobody can guess.
	NewID func() string
}

// Telemetry tells operators what the gateway does. It is safe for concurrent use.
type Telemetry struct {
	log    *slog.Logger
	now    func() time.Time
	newID  func() string
	traces *sdktrace.TracerProvider // nil where nobody wants them
	open   sync.WaitGroup           // requests whose lines are not written yet
	*metrics
}

// New answers telemetry for the given configuration, with traces if the standard variables
// of OpenTelemetry ask for them. Close has to follow.
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

// Close waits until the line of each request is written, and sends away what is not sent yet, for
// as long as ctx allows. No server waits for a request whose connection became a WebSocket.
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

// Tracer answers what makes spans; nil where there are no traces.
func (t *Telemetry) Tracer() trace.Tracer {
	if t.traces == nil {
		return nil
	}
	return t.traces.Tracer(instrumentation)
}

// Operation notes that an operation of the request in ctx begins, and by the function that it
// answers how it ended.
func (t *Telemetry) Operation(ctx context.Context, operation Operation) (ended func(Outcome)) {
	began, underWay := t.now(), t.underWay.WithLabelValues(kindOf(operation))
	underWay.Inc()
	return func(outcome Outcome) {
		underWay.Dec()
		took := t.now().Sub(began)
		t.ended(operation, outcome, took)
		if !recordFrom(ctx).add(operation, outcome) {
			t.logOperation(ctx, operation, outcome, took)
		}
	}
}

// Batch notes how many ids are read together, by the name of what is read.
func (t *Telemetry) Batch(batch string, ids int) {
	t.batches.WithLabelValues(batch).Observe(float64(ids))
}

// Upstream exports what a client of the upstream counts. It may be called once.
func (t *Telemetry) Upstream(stats func() upstream.Stats) {
	t.registry.MustRegister(newUpstreamCollector(stats))
}

// Sessions has the sessions of people who are signed in counted, from before the first request on.
func (t *Telemetry) Sessions(count func() int) { t.sessions = count }

// Connections answers what is to be told of connections that come (1) and go (-1), of which there may
// be so many.
func (t *Telemetry) Connections(limit int) (counted func(change int)) {
	t.connectionLimit.Set(float64(limit))
	return func(change int) { t.connections.Add(float64(change)) }
}

// Metrics answers all numbers, in the format of Prometheus.
func (t *Telemetry) Metrics() http.Handler { return t.handler() }

// Requests observes the requests to next. Those to graphql, a path, are logged as information, and
// all others, which are for the files of the playground, as something that is seldom of interest.
func (t *Telemetry) Requests(graphql string, next http.Handler) http.Handler {
	observed := http.HandlerFunc(func(w http.ResponseWriter, outer *http.Request) {
		began, noted, r := t.now(), &record{}, outer
		id := requestID(r, t.newID)
		w.Header().Set(requestIDHeader, id)
		r = r.WithContext(withRecord(upstream.WithRequestID(r.Context(), id), noted))
		answer := &observedWriter{ResponseWriter: w, noted: noted}
		t.serving.Inc()
		t.open.Add(1)
		defer t.open.Done()
		completed := false
		defer func() { // also where the handler panics, which the server sees to
			if !completed {
				answer.status = cmp.Or(answer.status, http.StatusInternalServerError)
			}
			outer.Pattern = r.Pattern // which the span is named by
			t.serving.Dec()
			t.requests.WithLabelValues(statusClass(cmp.Or(answer.status, http.StatusOK))).Inc()
			t.bytes.Add(float64(answer.bytes))
			t.logRequest(r, r.URL.Path == graphql, noted, answer, t.now().Sub(began))
		}()
		next.ServeHTTP(answer, r)
		completed = true
	})
	if t.traces == nil {
		return observed
	}
	return traced(t.traces, graphql, observed)
}

// logRequest writes the line of a request. The query string stays out of it, since it may hold
// the values of variables.
func (t *Telemetry) logRequest(r *http.Request, isGraphQL bool, noted *record, answer *observedWriter, took time.Duration) {
	level := slog.LevelDebug
	if isGraphQL {
		level = slog.LevelInfo
	}
	status := cmp.Or(answer.status, http.StatusOK)
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !t.log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", shortened(r.Method, maxName)),
		slog.String("path", shortened(r.URL.Path, maxPath)),
		slog.Int("status", status),
		durationAttr(took),
		slog.Int64("bytes", answer.bytes),
	}
	t.log.LogAttrs(r.Context(), level, "request", append(attrs, noted.attrs()...)...)
}

// logOperation writes the line of an operation that no request will tell of: one of those on a
// WebSocket, whose request ends with the connection.
func (t *Telemetry) logOperation(ctx context.Context, operation Operation, outcome Outcome, took time.Duration) {
	if !t.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	alone := &record{operations: []finished{{operation, outcome}}}
	t.log.LogAttrs(ctx, slog.LevelInfo, "operation", append([]slog.Attr{durationAttr(took)}, alone.attrs()...)...)
}

// durationAttr answers a duration in milliseconds, to a tenth.
func durationAttr(took time.Duration) slog.Attr {
	return slog.Float64("duration_ms", math.Round(took.Seconds()*1e4)/10)
}

// An observedWriter notes what is answered.
type observedWriter struct {
	http.ResponseWriter
	noted  *record
	status int // 0 until there is one
	bytes  int64
}

// WriteHeader notes the status.
func (w *observedWriter) WriteHeader(status int) {
	if w.status < http.StatusOK && w.status != http.StatusSwitchingProtocols { // information may come before it
		w.status = status
	}
	if status == http.StatusSwitchingProtocols {
		w.noted.switched.Store(true)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts what the connection takes.
func (w *observedWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap answers the writer below, for http.ResponseController.
func (w *observedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
