package upstream

import (
	"slices"
	"time"
)

// maxTrace is how many calls a trace lists. Nothing else bounds those that need no request.
const maxTrace = 1000

// A TracedCall is an attempt of an operation's call, or a read that needed none, as a trace lists it.
type TracedCall struct {
	Method string
	// Template is the path below the base URL with the names of its identifiers in braces, such as
	// /certifications/{id}.
	Template string
	// Path is below the base URL, with the identifiers and without the query.
	Path string
	// URL is the whole of it as it was sent, or would have been.
	URL string
	// Status is what the service answered; 0 if it did not, or was not asked.
	Status int
	// At is the time from StartTrace to the sending of the request, or to when it was found not to be needed.
	At time.Duration
	// Waited is how long the request had waited before it was sent: for its turn in the budget, and for room among
	// those under way.
	Waited time.Duration
	// Took is the time from sending the request to the end of its response.
	Took time.Duration
	// Cached says that the result of an earlier read served, and Coalesced that the result of another
	// read did that was under way.
	Cached, Coalesced bool
}

// StartTrace makes u list its calls from now on.
func (u *Usage) StartTrace() { u.add(func() { u.tracing, u.traceStart = true, time.Now() }) }

// Trace returns the calls since StartTrace in the order in which they began, the first thousand of
// them. Those that still are under way have no status.
func (u *Usage) Trace() []TracedCall {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.trace)
}

// traceCall lists a call that goes out now and has waited for so long. The function that it returns is told how
// it ended.
func (u *Usage) traceCall(r *request, waited time.Duration) (end func(status int)) {
	at, began := u.traced(r, TracedCall{Waited: waited}), time.Now()
	if at < 0 {
		return func(int) {}
	}
	return func(status int) {
		u.add(func() { u.trace[at].Status, u.trace[at].Took = status, time.Since(began) })
	}
}

func (u *Usage) traceCached(r *request) {
	u.traced(r, TracedCall{Cached: true})
}

func (u *Usage) traceCoalesced(r *request) {
	u.traced(r, TracedCall{Coalesced: true})
}

// traced lists a call, which r asks for, and returns its index; -1 if it is not listed.
func (u *Usage) traced(r *request, call TracedCall) (at int) {
	at = -1
	u.add(func() {
		if u.tracing && len(u.trace) < maxTrace {
			at = len(u.trace)
			call.Method, call.Template, call.Path, call.URL = r.operation.method, r.operation.template(r.layout), r.path, r.url
			call.At = time.Since(u.traceStart)
			u.trace = append(u.trace, call)
		}
	})
	return at
}
