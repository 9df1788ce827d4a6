package telemetry

import (
	"cmp"
	"context"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what a line of the access log takes from a request.
const (
	maxName            = 120 // of an operation or a method, in bytes
	maxPath            = 200 // of the URL, in bytes
	maxNamedOperations = 10  // of a batch
)

// An entry collects what the access log's line of one request says of the operations in it.
type entry struct {
	// switched is set once the request has become a WebSocket, whose operations, any number of them
	// in any time, have lines of their own.
	switched atomic.Bool

	mu         sync.Mutex
	operations []endedOperation
}

type endedOperation struct {
	Operation
	Outcome
}

type entryKey struct{}

func withEntry(ctx context.Context, e *entry) context.Context {
	return context.WithValue(ctx, entryKey{}, e)
}

// entryFrom returns the entry of the request in a context; nil if it has none.
func entryFrom(ctx context.Context) *entry {
	e, _ := ctx.Value(entryKey{}).(*entry)
	return e
}

// add takes an operation that has ended, and reports whether the line of the request will have it.
func (e *entry) add(operation Operation, outcome Outcome) bool {
	if e == nil || e.switched.Load() {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.operations = append(e.operations, endedOperation{operation, outcome})
	return true
}

// attrs returns what a line says of the operations of a request; of a batch, their sums.
func (e *entry) attrs() []slog.Attr {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.operations) == 0 {
		return nil
	}
	var (
		sum                  Outcome
		names, types, hashes []string
	)
	for i, operation := range e.operations {
		for _, code := range operation.Codes {
			if !slices.Contains(sum.Codes, code) {
				sum.Codes = append(sum.Codes, code)
			}
		}
		sum.EstimatedCalls += operation.EstimatedCalls
		sum.Calls += operation.Calls
		sum.Coalesced += operation.Coalesced
		sum.Cached += operation.Cached
		sum.Stale += operation.Stale
		sum.Waited += operation.Waited
		if i < maxNamedOperations {
			names = append(names, shortened(operation.Name, maxName))
			types = append(types, operation.Type)
			hashes = append(hashes, operation.Hash)
		}
	}
	attrs := []slog.Attr{
		slog.String("operation", strings.Join(names, ",")),
		slog.String("type", strings.Join(types, ",")),
		slog.String("hash", strings.Join(hashes, ",")),
	}
	if len(e.operations) > 1 {
		attrs = append(attrs, slog.Int("batch", len(e.operations)))
	}
	if len(sum.Codes) > 0 {
		attrs = append(attrs, slog.Any("codes", sum.Codes))
	}
	return append(attrs,
		slog.Int("estimated_calls", sum.EstimatedCalls),
		slog.Int("calls", sum.Calls),
		slog.Int64("waited_ms", sum.Waited.Milliseconds()),
		slog.Int("cached", sum.Cached+sum.Stale),
		slog.Int("coalesced", sum.Coalesced),
	)
}

// logRequest writes the line of a request. The query string stays out of it, since it may hold
// the values of variables.
func (t *Telemetry) logRequest(r *http.Request, executes bool, e *entry, response *observedWriter, took time.Duration) {
	level := slog.LevelDebug
	if executes {
		level = slog.LevelInfo
	}
	status := cmp.Or(response.status, http.StatusOK)
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
		slog.Int64("bytes", response.bytes),
	}
	t.log.LogAttrs(r.Context(), level, "request", append(attrs, e.attrs()...)...)
}

// logOperation writes the line of an operation that is in no request's line: one over a WebSocket,
// whose request ends with the connection.
func (t *Telemetry) logOperation(ctx context.Context, operation Operation, outcome Outcome, took time.Duration) {
	if !t.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	alone := &entry{operations: []endedOperation{{operation, outcome}}}
	t.log.LogAttrs(ctx, slog.LevelInfo, "operation", append([]slog.Attr{durationAttr(took)}, alone.attrs()...)...)
}

// durationAttr returns a duration in milliseconds, to a tenth.
func durationAttr(took time.Duration) slog.Attr {
	return slog.Float64("duration_ms", math.Round(took.Seconds()*1e4)/10)
}
