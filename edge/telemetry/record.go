package telemetry

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Operation is what the graph knows of an operation before it executes it.
type Operation struct {
	Name    string // the caller's own word, unless it is trusted
	Type    string // query, mutation or subscription; empty where there is no such document
	Trusted bool   // the document is one that operators have listed
	Hash    string // of the document, in hexadecimal digits; empty where there is none
}

// An Outcome is what became of an operation.
type Outcome struct {
	Codes                           []string // of its errors
	EstimatedCalls                  int
	Calls, Coalesced, Cached, Stale int
	Waited                          time.Duration
}

const (
	// maxName bounds in a line of the log what the caller has chosen, in bytes.
	maxName = 120
	// maxNamed bounds the operations of a batch that a line names.
	maxNamed = 10
)

// A record is what is noted of a request until its line is written: the operations in it.
type record struct {
	switched atomic.Bool // to a protocol that has any number of operations, in any time

	mu         sync.Mutex
	operations []finished
}

type finished struct {
	Operation
	Outcome
}

type recordKey struct{}

func withRecord(ctx context.Context, r *record) context.Context {
	return context.WithValue(ctx, recordKey{}, r)
}

// recordFrom answers the record of the request in a context; nil where it has none.
func recordFrom(ctx context.Context) *record {
	r, _ := ctx.Value(recordKey{}).(*record)
	return r
}

// add notes an operation that has ended, and says whether the line of the request will tell of it.
func (r *record) add(operation Operation, outcome Outcome) bool {
	if r == nil || r.switched.Load() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operations = append(r.operations, finished{operation, outcome})
	return true
}

// attrs answers what a line tells of the operations of a request; of a batch that is their sums.
func (r *record) attrs() []slog.Attr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.operations) == 0 {
		return nil
	}
	var (
		sum   Outcome
		names [3][]string // names, types and hashes
	)
	for i, operation := range r.operations {
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
		if i < maxNamed {
			for j, name := range []string{shortened(operation.Name, maxName), operation.Type, operation.Hash} {
				names[j] = append(names[j], name)
			}
		}
	}
	attrs := []slog.Attr{
		slog.String("operation", strings.Join(names[0], ",")),
		slog.String("type", strings.Join(names[1], ",")),
		slog.String("hash", strings.Join(names[2], ",")),
	}
	if len(r.operations) > 1 {
		attrs = append(attrs, slog.Int("batch", len(r.operations)))
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
