package sandbox

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"certql/upstream/sandbox/oauth"
)

// A FaultKind names what a fault does.
type FaultKind string

// The kinds of faults, each with the members of Fault that belong to it.
const (
	// FaultLatency delays the response by LatencyMillis and up to JitterMillis more. Latencies of several faults add up,
	// and combine with a fault of another kind. If the client goes away meanwhile, the request ends; with
	// BeforeApplying, the operation is not applied then.
	FaultLatency FaultKind = "latency"
	// FaultStatus sends Status, with RetryAfter and Body.
	FaultStatus FaultKind = "status"
	// FaultTruncated cuts off the operation's own response in the middle, as Ending says.
	FaultTruncated FaultKind = "truncated"
	// FaultContentType sends the operation's own response as text/plain or, with BodyHTML, a page with status 200.
	FaultContentType FaultKind = "contentType"
	// FaultCut closes the connection without a response. (Go's own client repeats a GET when that happens on a
	// connection that it used before, so that two requests arrive.)
	FaultCut FaultKind = "cut"
	// FaultStall sends nothing until the client goes away.
	FaultStall FaultKind = "stall"
	// FaultUnknownEnums puts UnknownEnumValue in place of the values of Fields, by default of all members whose values
	// the official definition enumerates.
	FaultUnknownEnums FaultKind = "unknownEnums"
	// FaultNulls puts null in place of Fields, by default of all plain values except ids.
	FaultNulls FaultKind = "nulls"
	// FaultValues puts Value, which may be any JSON, in place of Fields. If a field says within what it is, such as
	// entitlement.account or .created, it is added where it is missing.
	FaultValues FaultKind = "values"
	// FaultAbsent leaves Fields out.
	FaultAbsent FaultKind = "absent"
	// FaultListing changes what a listing returns, as Listing says.
	FaultListing FaultKind = "listing"
	// FaultQuery lets the operation see other parameters than the request has, as Query says.
	FaultQuery FaultKind = "query"
)

// UnknownEnumValue is a value that no enumeration of the upstream has.
const UnknownEnumValue = "NOT_YET_DOCUMENTED"

// A FaultMoment says whether a fault strikes before or after the operation took effect.
type FaultMoment string

// The moments at which a fault strikes.
const (
	BeforeApplying FaultMoment = "beforeApplying"
	AfterApplying  FaultMoment = "afterApplying"
)

// A FaultBody says what the body of a faulty response is.
type FaultBody string

// The bodies of a faulty response.
const (
	BodyService FaultBody = ""     // the service's own: for FaultStatus the error of that status
	BodyNone    FaultBody = "none" // nothing
	BodyHTML    FaultBody = "html" // a page such as a proxy sends
	// BodyErrorName is a shape in which some parts of the service report that another part did not respond: an errorName
	// and an errorMessage.
	BodyErrorName FaultBody = "errorName"
)

// A FaultEnding says how the response of a FaultTruncated ends.
type FaultEnding string

// The endings of a truncated response.
const (
	// EndingCut, the default, announces the whole length and closes the connection in the middle.
	EndingCut FaultEnding = ""
	// EndingShort announces the shorter length, so that only the JSON itself is incomplete.
	EndingShort FaultEnding = "short"
)

// A Fault makes requests of an operation go wrong. PUT /sandbox/faults takes an array of them as JSON, such as
//
//	[
//	  {"operation": "*", "kind": "latency", "strikes": "beforeApplying", "latencyMillis": 20, "jitterMillis": 5},
//	  {"operation": "listIdentityCertifications", "kind": "status", "status": 429, "retryAfter": "2", "count": 1},
//	  {"operation": "makeIdentityDecision", "kind": "cut", "strikes": "afterApplying", "probability": 0.1, "after": 3},
//	  {"operation": "*", "kind": "values", "fields": ["completed", "reviewer.id"], "value": "true"},
//	  {"operation": "listIdentityCertifications", "kind": "absent", "fields": [".id"], "rows": [2]}
//	]
//
// A request goes through the list in order: the latencies that fire add up, and the first other fault that fires decides.
// Faults after that one do not see the request, so that several faults with a count of 1 fire one after another.
// A fault that strikes BeforeApplying does so before the token is checked and the request budget is touched.
type Fault struct {
	// Operation is the operationId of the official definition, one of the names that Requests.Counts has for the OAuth
	// endpoints, or "*" for all operations except those.
	Operation string    `json:"operation"`
	Kind      FaultKind `json:"kind"`
	// ClientID is the OAuth client whose requests the fault strikes: those with a token of it and, at the OAuth
	// endpoints, those that name it. Empty means all.
	ClientID string `json:"clientId,omitzero"`

	// Probability is the chance, from 0 to 1, that the fault fires on a request that it sees. Nil means always.
	Probability *float64 `json:"probability,omitzero"`
	// Count is how often the fault fires before it is spent. 0 means without end.
	Count int `json:"count,omitzero"`
	// After is how many requests the fault lets pass before it may fire.
	After int `json:"after,omitzero"`

	// Strikes must be given for latency, status, cut and stall if the operation writes ("*" does, too), and is
	// BeforeApplying by default if it only reads. The other kinds change the operation's own response.
	Strikes FaultMoment `json:"strikes,omitzero"`

	// AppliedAfterMillis is how many milliseconds after a status, cut or stall that strikes BeforeApplying the
	// operation takes effect all the same, as if something on the way had kept the request: at most an hour. 0 means
	// never.
	AppliedAfterMillis int `json:"appliedAfterMillis,omitzero"`

	// LatencyMillis and JitterMillis are milliseconds, at most an hour each.
	LatencyMillis int `json:"latencyMillis,omitzero"`
	JitterMillis  int `json:"jitterMillis,omitzero"`

	// Status is the status of a FaultStatus, from 400 to 599.
	Status int `json:"status,omitzero"`
	// RetryAfter is the value of the Retry-After header of a FaultStatus, sent as it stands, garbage included. Empty
	// means no such header; "date:N" means the HTTP date N seconds from now by the sandbox's clock.
	RetryAfter string `json:"retryAfter,omitzero"`
	// Body is the body of a FaultStatus, or BodyHTML for a FaultContentType.
	Body FaultBody `json:"body,omitzero"`

	// Ending is how a FaultTruncated ends.
	Ending FaultEnding `json:"ending,omitzero"`

	// Fields are names of JSON members, at any depth, that FaultUnknownEnums, FaultNulls, FaultValues and FaultAbsent
	// change. With names of outer members before it, a name means members of those, such as reviewer.id; with a dot
	// in front, it counts from the row, such as .id. The dot alone is the row. Elements of a list are meant by [] after its
	// name, such as rights[].
	Fields []string `json:"fields,omitzero"`
	// Rows are the indexes, from 0, of the rows of a list that the same faults change. Empty means all.
	Rows []int `json:"rows,omitzero"`
	// Value is what FaultValues puts in place of a member.
	Value jsontext.Value `json:"value,omitzero"`

	// Listing is how the lists of a FaultListing differ. With "*" as the operation, all operations that list do.
	Listing ListingFault `json:"listing,omitzero"`

	// Query are the parameters in the query string that a FaultQuery replaces or adds, by their names. One with an empty
	// value is left out.
	Query map[string]string `json:"query,omitzero"`
}

// everyOperation, as the operation of a fault, means all operations of the API.
const everyOperation = "*"

// faults holds the faults in force. It is safe for concurrent use, and costs next to nothing while there are none.
type faults struct {
	seed     uint64
	clock    func() time.Time
	identify func(*http.Request) string // the client id of the token of a request, or ""
	armed    atomic.Pointer[faultSet]   // nil while there are none
}

// A faultSet is a list of faults with the count of what each has done.
type faultSet struct {
	list []Fault

	mu     sync.Mutex
	random *rand.Rand
	seen   []int // requests that the fault of that index has seen
	fired  []int // how often it fired
}

// set replaces the list of faults, or refuses all of it. The random choices start again from the seed.
func (f *faults) set(list []Fault) error {
	if len(list) > maxFaults {
		return fmt.Errorf("%d faults, at most %d are allowed", len(list), maxFaults)
	}
	for i, fault := range list {
		if err := fault.validate(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	if len(list) == 0 {
		f.clear()
		return nil
	}
	armed := &faultSet{
		list:   slices.Clone(list),
		random: rand.New(rand.NewPCG(f.seed, 0)),
		seen:   make([]int, len(list)),
		fired:  make([]int, len(list)),
	}
	f.armed.Store(armed)
	return nil
}

// clear takes all faults away.
func (f *faults) clear() { f.armed.Store(nil) }

// list returns the faults in force, spent ones included; it is never nil.
func (f *faults) list() []Fault {
	if armed := f.armed.Load(); armed != nil {
		return slices.Clone(armed.list)
	}
	return []Fault{}
}

// A draw is what happens to one request.
type draw struct {
	before, after time.Duration // latencies
	fault         *Fault        // of another kind; nil if none
}

// draw decides what happens to a request of the operation, by a client.
func (s *faultSet) draw(operation, client string) draw {
	s.mu.Lock()
	defer s.mu.Unlock()
	var drawn draw
	for i := range s.list {
		fault := &s.list[i]
		latency := fault.Kind == FaultLatency
		if !fault.covers(operation) || fault.ClientID != "" && fault.ClientID != client || !latency && drawn.fault != nil || !s.fires(i) {
			continue
		}
		switch {
		case !latency:
			drawn.fault = fault
		case fault.Strikes == AfterApplying:
			drawn.after += s.latency(fault)
		default:
			drawn.before += s.latency(fault)
		}
	}
	return drawn
}

// covers reports whether the fault is one of this operation.
func (f *Fault) covers(operation string) bool {
	switch {
	case f.Operation != everyOperation:
		return f.Operation == operation
	case f.Kind == FaultListing:
		return slices.Contains(listOperations, operation)
	default:
		return !oauth.IsOperation(operation)
	}
}

// fires counts a request that the fault of that index sees, and decides whether it strikes.
func (s *faultSet) fires(i int) bool {
	fault := &s.list[i]
	s.seen[i]++
	switch {
	case s.seen[i] <= fault.After:
		return false
	case fault.Count > 0 && s.fired[i] == fault.Count:
		return false
	case fault.Probability != nil && s.random.Float64() >= *fault.Probability:
		return false
	}
	s.fired[i]++
	return true
}

func (s *faultSet) latency(fault *Fault) time.Duration {
	jitter := time.Duration(s.random.Int64N(int64(fault.JitterMillis)*int64(time.Millisecond) + 1))
	return time.Duration(fault.LatencyMillis)*time.Millisecond + jitter
}
