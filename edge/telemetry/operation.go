package telemetry

import "time"

// An Operation is what the graph knows of an operation before it executes it.
type Operation struct {
	// Name is the caller's own word, unless the operation is trusted.
	Name string
	// Type is query, mutation or subscription; empty if there is no such document.
	Type string
	// Trusted reports whether the document is one that operators have listed.
	Trusted bool
	// Hash is that of the document, in hexadecimal digits; empty if there is no document.
	Hash string
}

// An Outcome is what became of an operation.
type Outcome struct {
	// Codes are those of its errors.
	Codes []string
	// EstimatedCalls is how many upstream calls it was expected to make at most.
	EstimatedCalls int
	// Calls is how many it made. Coalesced are reads that joined a call under way, Cached those
	// that the cache answered, and Stale those that it answered with what had expired.
	Calls, Coalesced, Cached, Stale int
	// Waited is how long its calls waited for the request budget.
	Waited time.Duration
}
