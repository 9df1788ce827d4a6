package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"certql/upstream/sandbox/oauth"
)

// maxJournal is how many requests the journal keeps in detail; it counts all of them.
const maxJournal = 1000

// maxJournalText bounds each text of a journal entry, in bytes.
const maxJournalText = 8 << 10

// Requests is what arrived at the sandbox since it started or was last reset: the response to GET /sandbox/requests.
type Requests struct {
	// Counts holds how many requests of each operation were answered with each status. Operations are named by their
	// operationId, the OAuth endpoints "oauthAuthorize", "oauthSignIn" (the form of the page that the first one sends),
	// "oauthToken", "oauthRevoke", "oauthLogout", "oauthInfo" and "oauthKeys". Under status 0 are those without any response: still in
	// flight, or cut off before the first byte by a fault. A request counts from the moment it arrives.
	Counts map[string]map[int]int `json:"counts"`
	// Total is the sum of Counts without the OAuth endpoints.
	Total int `json:"total"`
	// InFlight is how many requests have arrived and wait for the first byte of their response now.
	InFlight int `json:"inFlight"`
	// MaxInFlight is the most that there ever were at once.
	MaxInFlight int `json:"maxInFlight"`
	// Log holds the latest 1,000 requests, oldest first. GET /sandbox/requests sends it only with ?detail=true.
	Log []Request `json:"requests,omitzero"`
}

// Count returns how many requests of the operation arrived, whatever their status.
func (r Requests) Count(operation string) int {
	var total int
	for _, n := range r.Counts[operation] {
		total += n
	}
	return total
}

// A Request is one that arrived at the sandbox.
type Request struct {
	Time      time.Time `json:"time"` // of its arrival
	Operation string    `json:"operation"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`               // as it was sent, still escaped
	Query     string    `json:"query,omitzero"`     // likewise; never that of an OAuth endpoint
	Status    int       `json:"status"`             // 0 as in Requests.Counts
	ClientID  string    `json:"clientId,omitzero"`  // empty without a valid token
	RequestID string    `json:"requestId,omitzero"` // the X-Request-ID header
	UserAgent string    `json:"userAgent,omitzero"`
	// AcceptLanguage is the header of that name, by which the service localises its messages.
	AcceptLanguage string `json:"acceptLanguage,omitzero"`
}

// A journal counts requests. It is safe for concurrent use.
type journal struct {
	clock    func() time.Time
	identify func(*http.Request) string // the client id of a request, or ""

	mu          sync.Mutex
	page        *journalPage
	inFlight    int
	maxInFlight int
}

// A journalPage is what was written since the last reset. Requests that arrived before a reset stay on their own page.
type journalPage struct {
	counts  map[countKey]int
	arrived int       // requests so far
	latest  []Request // request n stands at n modulo maxJournal
}

type countKey struct {
	operation string
	status    int
}

func newJournal(clock func() time.Time, identify func(*http.Request) string) *journal {
	return &journal{clock: clock, identify: identify, page: newJournalPage()}
}

func newJournalPage() *journalPage { return &journalPage{counts: make(map[countKey]int)} }

// wrap returns next with its requests written down. The status is noted before the first byte of the response leaves, so
// that a client that has its response finds it counted.
func (j *journal) wrap(operation string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, n := j.arrive(operation, r)
		watched := &journalWriter{ResponseWriter: w, journal: j, page: page, n: n, operation: operation}
		defer watched.note(0) // for a request that a panic cuts off; otherwise its status is noted by then
		next.ServeHTTP(watched, r)
		// net/http sends an empty 200 for a handler that wrote nothing.
		watched.note(http.StatusOK)
	})
}

// arrive writes down a request that has no response yet. It returns where: the page, and the number on it.
func (j *journal) arrive(operation string, r *http.Request) (page *journalPage, n int) {
	arrived := Request{
		Time:      j.clock(),
		Operation: operation,
		Method:    r.Method,
		Path:      shortened(r.URL.EscapedPath()),
		ClientID:  j.identify(r),
		RequestID: shortened(r.Header.Get("X-Request-Id")),
		UserAgent: shortened(r.UserAgent()),

		AcceptLanguage: shortened(r.Header.Get("Accept-Language")),
	}
	if !oauth.IsOperation(operation) {
		arrived.Query = shortened(r.URL.RawQuery)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.inFlight++
	j.maxInFlight = max(j.maxInFlight, j.inFlight)
	page = j.page
	page.counts[countKey{operation, 0}]++
	if len(page.latest) < maxJournal {
		page.latest = append(page.latest, arrived)
	} else {
		page.latest[page.arrived%maxJournal] = arrived
	}
	page.arrived++
	return page, page.arrived - 1
}

// shortened returns the text, cut off if it is too long to keep. A text that is cut is copied, so that the rest can be
// freed.
func shortened(text string) string {
	if len(text) <= maxJournalText {
		return text
	}
	return strings.Clone(text[:maxJournalText])
}

// A journalWriter notes the status of a response as it is sent.
type journalWriter struct {
	http.ResponseWriter
	journal   *journal
	page      *journalPage
	n         int
	operation string
	noted     bool
}

// note writes down the final status of the request, the first time that it is called.
func (w *journalWriter) note(status int) {
	if w.noted {
		return
	}
	w.noted = true
	w.journal.mu.Lock()
	defer w.journal.mu.Unlock()
	w.journal.inFlight--
	w.page.counts[countKey{w.operation, 0}]--
	w.page.counts[countKey{w.operation, status}]++
	if w.page.arrived-w.n <= maxJournal {
		w.page.latest[w.n%maxJournal].Status = status
	}
}

// WriteHeader notes the status, unless it is only an interim one.
func (w *journalWriter) WriteHeader(status int) {
	if status >= http.StatusOK {
		w.note(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the status 200 if none was set before.
func (w *journalWriter) Write(part []byte) (int, error) {
	w.note(http.StatusOK)
	return w.ResponseWriter.Write(part)
}

// Unwrap lets http.ResponseController reach what the server's writer can do.
func (w *journalWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requests returns what the journal holds, with the latest requests one by one if detail is set.
func (j *journal) requests(detail bool) Requests {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := Requests{
		Counts:      make(map[string]map[int]int),
		InFlight:    j.inFlight,
		MaxInFlight: j.maxInFlight,
	}
	for key, n := range j.page.counts {
		if n == 0 {
			continue
		}
		if all.Counts[key.operation] == nil {
			all.Counts[key.operation] = make(map[int]int)
		}
		all.Counts[key.operation][key.status] = n
		if !oauth.IsOperation(key.operation) {
			all.Total += n
		}
	}
	if detail {
		oldest := 0
		if len(j.page.latest) == maxJournal {
			oldest = j.page.arrived % maxJournal
		}
		all.Log = slices.Concat(j.page.latest[oldest:], j.page.latest[:oldest])
	}
	return all
}

// reset starts a new page. Requests in flight stay in flight, but count on the old page.
func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.page = newJournalPage()
	j.maxInFlight = j.inFlight
}
