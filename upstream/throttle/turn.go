package throttle

import "time"

// A Payer is whose budget a call spends, and who spends it among the callers that share it.
type Payer struct{ Budget, Caller string }

// A Class says which calls go before others.
type Class int

// The classes, the most urgent first.
const (
	Writes Class = iota
	Reads

	classes = iota // how many there are
)

// A Place is where a call stands while it waits for a turn. A call that the service refused with a
// 429 keeps its place.
type Place struct {
	Payer Payer
	Class Class
	Since time.Time // when the call began to wait for the first time, by the system's clock, as deadlines are
	Front bool      // the call goes before the other calls of its caller
	// Unproven says that the service has not accepted the call's token yet, so that nobody knows whose
	// budget it spends. The payer's caller is whoever sent the call then.
	Unproven bool
}

// A Turn is the permission to send one request. It is given back by Throttle.Leave.
type Turn struct {
	Waited bool // the call had to wait for it

	budget *budget
	caller *caller
	epoch  int // the budget's, when the turn was given

	call  int64 // as a ledger knows it, if there is one
	told  int   // the ledger's epoch
	alone bool  // the ledger was away
}

// An Outcome is what became of a request that had its turn.
type Outcome int

// The outcomes.
const (
	Unsent   Outcome = iota // the service cannot have counted the request
	Answered                // by any status but 429
	Refused                 // by a 429: the service does not count the request
	Lost                    // the service may have counted the request
)

// A UsedUpError says that a call would not get its turn in the time that it has.
type UsedUpError struct {
	Wait time.Duration // until the call would have had its turn, as far as can be told
}

// Error describes the failure for logs.
func (*UsedUpError) Error() string { return "the request budget is used up" }
