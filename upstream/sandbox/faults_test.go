package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox/response"
)

const faultAnswer = `[{"id":"1","phase":"ACTIVE","due":null,"campaign":{"id":"2","type":"CAMPAIGN","name":"Q1"},"rights":["READ"],"n":1.50}]`

// A faultBench is one operation behind instruments, served over HTTP, that counts how often it was applied.
type faultBench struct {
	instruments *instruments
	applied     atomic.Int64
	server      *httptest.Server
}

func newTestInstruments(t *testing.T, clock func() time.Time) *instruments {
	t.Helper()
	return newInstruments(Config{Seed: 7, Clock: clock}, newTestOAuth(t, clock).Verify, newLimiter(0, time.Second, fixedWindows, false, clock), func() {})
}

// newFaultBench serves each operation at its own name.
func newFaultBench(t *testing.T) *faultBench {
	t.Helper()
	bench := &faultBench{instruments: newTestInstruments(t, newManualClock().time)}
	apply := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		bench.applied.Add(1)
		w.Header().Set("X-Total-Count", "1")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, faultAnswer)
	})
	mux := http.NewServeMux()
	for _, operation := range []string{"listIdentityCertifications", "getIdentityCertification", "makeIdentityDecision", "oauthToken"} {
		mux.Handle("/"+operation, bench.instruments.wrap(operation, apply))
	}
	bench.server = httptest.NewServer(mux)
	t.Cleanup(bench.server.Close)
	// A kept connection would let the client repeat a GET that is cut off.
	bench.server.Client().Transport.(*http.Transport).DisableKeepAlives = true
	return bench
}

func (b *faultBench) set(t *testing.T, list ...Fault) {
	t.Helper()
	if err := b.instruments.setFaults(list); err != nil {
		t.Fatal(err)
	}
}

// A faultOutcome is what a client saw of a request.
type faultOutcome struct {
	Status      int // 0: no answer
	Body        string
	BodyError   error
	ContentType string
	RetryAfter  string
	Total       string
}

func (b *faultBench) send(ctx context.Context, t *testing.T, operation string) faultOutcome {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if writes, _ := operationWrites(operation); writes {
		method, body = http.MethodPost, strings.NewReader(`[{"id":"1"}]`)
	}
	request, err := http.NewRequestWithContext(ctx, method, b.server.URL+"/"+operation, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := b.server.Client().Do(request)
	if err != nil {
		return faultOutcome{}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return faultOutcome{
		response.StatusCode, string(text), err, response.Header.Get("Content-Type"),
		response.Header.Get("Retry-After"), response.Header.Get("X-Total-Count"),
	}
}

func TestFaultsDoWhatTheirKindSays(t *testing.T) {
	t.Parallel()
	const list, decide = "listIdentityCertifications", "makeIdentityDecision"
	jsonType, whole := "application/json", faultOutcome{Status: 200, Body: faultAnswer, ContentType: "application/json", Total: "1"}
	html := func(status int, text string) faultOutcome {
		return faultOutcome{
			Status: status, ContentType: "text/html; charset=utf-8",
			Body: "<!DOCTYPE html>\n<html><head><title>" + text + "</title></head><body><h1>" + text + "</h1></body></html>\n",
		}
	}
	service := func(status int, code, text string) faultOutcome {
		return faultOutcome{Status: status, ContentType: jsonType, Body: `{"detailCode":"` + code + `","trackingId":"",` +
			`"messages":[{"locale":"en-US","localeOrigin":"DEFAULT","text":"` + text + `"},` +
			`{"locale":"und","localeOrigin":"REQUEST","text":"` + text + `"}],"causes":[]}`}
	}
	limited := func(retryAfter string) faultOutcome {
		return faultOutcome{Status: 429, ContentType: jsonType, Body: `{"message":" Rate Limit Exceeded "}`, RetryAfter: retryAfter}
	}
	half := faultAnswer[:len(faultAnswer)/2]
	for _, test := range []struct {
		name    string
		fault   Fault
		want    faultOutcome
		applied int64
		counted int // the status in the journal
	}{
		{"429 with seconds", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "3"}, limited("3"), 0, 429},
		{"429 with a date", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "date:90"}, limited("Mon, 02 Mar 2026 09:31:30 GMT"), 0, 429},
		{"429 with a date in the past", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "date:-30"}, limited("Mon, 02 Mar 2026 09:29:30 GMT"), 0, 429},
		{"429 without Retry-After", Fault{Operation: list, Kind: FaultStatus, Status: 429}, limited(""), 0, 429},
		{"429 with garbage", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "soon; maybe"}, limited("soon; maybe"), 0, 429},
		{"500", Fault{Operation: list, Kind: FaultStatus, Status: 500}, service(500, "500.0 Internal fault", "An internal fault occurred."), 0, 500},
		{"503 without a body", Fault{Operation: list, Kind: FaultStatus, Status: 503, Body: BodyNone, RetryAfter: "1"}, faultOutcome{Status: 503, RetryAfter: "1"}, 0, 503},
		{"502 with a page", Fault{Operation: list, Kind: FaultStatus, Status: 502, Body: BodyHTML}, html(502, "Bad Gateway"), 0, 502},
		{
			"500 of a part that another part did not respond to",
			Fault{Operation: list, Kind: FaultStatus, Status: 500, Body: BodyErrorName},
			faultOutcome{Status: 500, ContentType: jsonType, Body: `{"errorName":"UncheckedExecutionException",` +
				`"errorMessage":"Error getting isSegmentEnabledForCurrentUser from redis"}`},
			0, 500,
		},
		{"400", Fault{Operation: list, Kind: FaultStatus, Status: 400}, service(400, "400.1 Bad request content", response.ErrSemantic.Error()), 0, 400},
		{"401", Fault{Operation: list, Kind: FaultStatus, Status: 401}, faultOutcome{Status: 401, ContentType: jsonType, Body: `{"error":"JWT validation failed: JWT is expired"}`}, 0, 401},
		{"403", Fault{Operation: list, Kind: FaultStatus, Status: 403}, service(403, "403 Forbidden", response.ErrForbidden.Error()), 0, 403},
		{"404", Fault{Operation: list, Kind: FaultStatus, Status: 404}, service(404, "404 Not found", response.ErrNotFound.Error()), 0, 404},
		{"504", Fault{Operation: list, Kind: FaultStatus, Status: 504}, service(504, "504.0 Gateway Timeout", "The request failed: Gateway Timeout."), 0, 504},
		{"a status without a name", Fault{Operation: list, Kind: FaultStatus, Status: 599}, service(599, "599.0 Unknown status", "The request failed: Unknown status."), 0, 599},
		{"500 after a read", Fault{Operation: list, Kind: FaultStatus, Status: 500, Strikes: AfterApplying, Body: BodyNone}, faultOutcome{Status: 500}, 1, 500},
		{"500 before a write", Fault{Operation: decide, Kind: FaultStatus, Status: 500, Strikes: BeforeApplying, Body: BodyNone}, faultOutcome{Status: 500}, 0, 500},
		{"500 after a write", Fault{Operation: decide, Kind: FaultStatus, Status: 500, Strikes: AfterApplying, Body: BodyNone}, faultOutcome{Status: 500}, 1, 500},
		{"cut before a write", Fault{Operation: decide, Kind: FaultCut, Strikes: BeforeApplying}, faultOutcome{}, 0, 0},
		{"cut after a write", Fault{Operation: decide, Kind: FaultCut, Strikes: AfterApplying}, faultOutcome{}, 1, 0},
		{"cut of a read", Fault{Operation: list, Kind: FaultCut}, faultOutcome{}, 0, 0},
		{
			"truncated with the connection cut",
			Fault{Operation: list, Kind: FaultTruncated},
			faultOutcome{Status: 200, Body: half, BodyError: io.ErrUnexpectedEOF, ContentType: jsonType, Total: "1"},
			1, 200,
		},
		{
			"truncated with a correct length",
			Fault{Operation: decide, Kind: FaultTruncated, Ending: EndingShort},
			faultOutcome{Status: 200, Body: half, ContentType: jsonType, Total: "1"},
			1, 200,
		},
		{
			"JSON under another type",
			Fault{Operation: list, Kind: FaultContentType},
			faultOutcome{Status: 200, Body: faultAnswer, ContentType: "text/plain; charset=utf-8", Total: "1"},
			1, 200,
		},
		{"a page with status 200", Fault{Operation: decide, Kind: FaultContentType, Body: BodyHTML}, html(200, "Service unavailable"), 1, 200},
		{
			"unknown enum values",
			Fault{Operation: list, Kind: FaultUnknownEnums},
			faultOutcome{
				Status: 200, ContentType: jsonType, Total: "1",
				Body: `[{"id":"1","phase":"NOT_YET_DOCUMENTED","due":null,"campaign":{"id":"2","type":"NOT_YET_DOCUMENTED","name":"Q1"},"rights":["READ"],"n":1.50}]` + "\n",
			},
			1, 200,
		},
		{
			"nulls",
			Fault{Operation: list, Kind: FaultNulls},
			faultOutcome{
				Status: 200, ContentType: jsonType, Total: "1",
				Body: `[{"id":"1","phase":null,"due":null,"campaign":{"id":"2","type":null,"name":null},"rights":["READ"],"n":null}]` + "\n",
			},
			1, 200,
		},
		{"a fault of another operation", Fault{Operation: "getIdentityCertification", Kind: FaultCut}, whole, 1, 200},
		{"a fault of every operation", Fault{Operation: "*", Kind: FaultCut, Strikes: BeforeApplying}, faultOutcome{}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bench := newFaultBench(t)
			bench.set(t, test.fault)
			operation := list
			if test.fault.Operation == decide {
				operation = decide
			}
			got := bench.send(t.Context(), t, operation)
			if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })); diff != "" {
				t.Errorf("outcome differs (-want +got):\n%s", diff)
			}
			if applied := bench.applied.Load(); applied != test.applied {
				t.Errorf("applied %d times, want %d", applied, test.applied)
			}
			bench.server.Close() // waits for the handler
			want := map[string]map[int]int{operation: {test.counted: 1}}
			if diff := cmp.Diff(want, bench.instruments.requests().Counts); diff != "" {
				t.Errorf("counts differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsOfEveryOperationLeaveTheTokenEndpointAlone(t *testing.T) {
	t.Parallel()
	bench := newFaultBench(t)
	bench.set(t, Fault{Operation: "*", Kind: FaultCut, Strikes: BeforeApplying})
	if got := bench.send(t.Context(), t, "oauthToken"); got.Status != 200 {
		t.Errorf("status %d, want 200", got.Status)
	}
	bench.set(t, Fault{Operation: "oauthToken", Kind: FaultStatus, Status: 503})
	if got := bench.send(t.Context(), t, "oauthToken"); got.Status != 503 {
		t.Errorf("status %d, want 503", got.Status)
	}
}

// statuses sends n requests in a row and returns their statuses.
func (b *faultBench) statuses(t *testing.T, operation string, n int) (got []int) {
	t.Helper()
	handler := b.server.Config.Handler
	for range n {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+operation, nil))
		got = append(got, w.Code)
	}
	return got
}

func TestFaultsFireInTurn(t *testing.T) {
	t.Parallel()
	const list = "listIdentityCertifications"
	status := func(status int, edit func(*Fault)) Fault {
		fault := Fault{Operation: list, Kind: FaultStatus, Status: status}
		edit(&fault)
		return fault
	}
	for _, test := range []struct {
		name   string
		faults []Fault
		want   []int
	}{
		{"without end", []Fault{status(500, func(*Fault) {})}, []int{500, 500, 500, 500, 500}},
		{"count", []Fault{status(500, func(f *Fault) { f.Count = 2 })}, []int{500, 500, 200, 200, 200}},
		{"after", []Fault{status(500, func(f *Fault) { f.After = 2 })}, []int{200, 200, 500, 500, 500}},
		{"after and count", []Fault{status(500, func(f *Fault) { f.After, f.Count = 2, 1 })}, []int{200, 200, 500, 200, 200}},
		{"never", []Fault{status(500, func(f *Fault) { f.Probability = new(0.0) })}, []int{200, 200, 200, 200, 200}},
		{"one after another", []Fault{
			status(500, func(f *Fault) { f.Count = 1 }), status(429, func(f *Fault) { f.Count = 2 }), status(503, func(f *Fault) { f.After, f.Count = 1, 1 }),
		}, []int{500, 429, 429, 200, 503}},
		{"beside a latency", []Fault{
			{Operation: "*", Kind: FaultLatency, JitterMillis: 1, Strikes: BeforeApplying}, status(500, func(f *Fault) { f.Count = 1 }),
		}, []int{500, 200, 200, 200, 200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bench := newFaultBench(t)
			bench.set(t, test.faults...)
			if diff := cmp.Diff(test.want, bench.statuses(t, list, 5)); diff != "" {
				t.Errorf("statuses differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsFireByChanceAlikeWithOneSeed(t *testing.T) {
	t.Parallel()
	const list, n = "listIdentityCertifications", 2000
	bench := newFaultBench(t)
	fault := Fault{Operation: list, Kind: FaultStatus, Status: 500, Probability: new(0.3)}
	bench.set(t, fault)
	first := bench.statuses(t, list, n)
	var fired int
	for _, status := range first {
		if status == 500 {
			fired++
		}
	}
	if fired < n/4 || fired > n*35/100 {
		t.Errorf("%d of %d fired, want about 30 %%", fired, n)
	}
	bench.set(t, fault)
	if diff := cmp.Diff(first, bench.statuses(t, list, n)); diff != "" {
		t.Error("another run chose other requests")
	}
}

func TestFaultLatencyDelaysTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		instruments := newTestInstruments(t, time.Now)
		var applied time.Time
		handler := instruments.wrap("getIdentityCertification", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			applied = time.Now()
			w.Header().Set("X-Kept", "yes")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "{}")
		}))
		if err := instruments.setFaults([]Fault{
			{Operation: "getIdentityCertification", Kind: FaultLatency, LatencyMillis: 200},
			{Operation: "*", Kind: FaultLatency, LatencyMillis: 50, Strikes: BeforeApplying, Count: 1},
			{Operation: "*", Kind: FaultLatency, LatencyMillis: 1000, JitterMillis: 500, Strikes: AfterApplying},
		}); err != nil {
			t.Fatal(err)
		}
		var waits []time.Duration
		for _, before := range []time.Duration{250 * time.Millisecond, 200 * time.Millisecond} {
			started := time.Now()
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			if got := applied.Sub(started); got != before {
				t.Errorf("applied after %s, want %s", got, before)
			}
			wait := time.Since(applied)
			if wait < time.Second || wait > 1500*time.Millisecond {
				t.Errorf("answered %s later, want 1 s to 1.5 s", wait)
			}
			waits = append(waits, wait)
			if w.Code != http.StatusNotFound || w.Body.String() != "{}" || w.Header().Get("X-Kept") != "yes" {
				t.Errorf("status %d, body %q, headers %v", w.Code, w.Body, w.Header())
			}
		}
		if waits[0] == waits[1] {
			t.Errorf("both waited %s: no jitter", waits[0])
		}
	})
}

func TestFaultsNoticeThatTheCallerGoesAway(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		fault   Fault
		applied int64
	}{
		{"stall before", Fault{Kind: FaultStall, Strikes: BeforeApplying}, 0},
		{"stall after", Fault{Kind: FaultStall, Strikes: AfterApplying}, 1},
		{"latency before", Fault{Kind: FaultLatency, LatencyMillis: maxFaultMillis, Strikes: BeforeApplying}, 0},
		{"latency after", Fault{Kind: FaultLatency, LatencyMillis: maxFaultMillis, Strikes: AfterApplying}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bench := newFaultBench(t)
			test.fault.Operation = "makeIdentityDecision"
			bench.set(t, test.fault)
			ctx, leave := context.WithCancel(t.Context())
			gone := make(chan faultOutcome)
			go func() { gone <- bench.send(ctx, t, "makeIdentityDecision") }()
			for bench.instruments.requests().InFlight == 0 || bench.applied.Load() < test.applied {
				time.Sleep(time.Millisecond)
			}
			leave()
			if got := <-gone; got.Status != 0 {
				t.Errorf("status %d, want no answer", got.Status)
			}
			bench.server.Close() // waits for the handler, and would wait an hour if it had not noticed
			if applied := bench.applied.Load(); applied != test.applied {
				t.Errorf("applied %d times, want %d", applied, test.applied)
			}
			got := bench.instruments.requests()
			if diff := cmp.Diff(map[string]map[int]int{"makeIdentityDecision": {0: 1}}, got.Counts); diff != "" || got.InFlight != 0 {
				t.Errorf("%d in flight, counts differ (-want +got):\n%s", got.InFlight, diff)
			}
		})
	}
}

func TestFaultsRefuseImpossibleValues(t *testing.T) {
	t.Parallel()
	const list, decide = "listIdentityCertifications", "makeIdentityDecision"
	for _, test := range []struct {
		name  string
		fault Fault
		want  string
	}{
		{"no operation", Fault{Kind: FaultCut}, `operation: "" is neither an operationId nor "*"`},
		{"unknown operation", Fault{Operation: "deleteEverything", Kind: FaultCut}, `operation: "deleteEverything" is neither`},
		{"no kind", Fault{Operation: list}, `kind: "" is none of latency, status`},
		{"unknown kind", Fault{Operation: list, Kind: "explode"}, `kind: "explode" is none of`},
		{"probability above 1", Fault{Operation: list, Kind: FaultCut, Probability: new(1.5)}, `probability: 1.5 is not between 0 and 1`},
		{"probability below 0", Fault{Operation: list, Kind: FaultCut, Probability: new(-0.1)}, `probability: -0.1 is not between`},
		{"probability NaN", Fault{Operation: list, Kind: FaultCut, Probability: new(math.NaN())}, `probability: NaN is not between`},
		{"several", Fault{Operation: list, Kind: FaultCut, Count: -1, Status: 7}, `count: -1 is negative; status: does not belong`},
		{"negative count", Fault{Operation: list, Kind: FaultCut, Count: -1}, `count: -1 is negative`},
		{"negative after", Fault{Operation: list, Kind: FaultCut, After: -1}, `after: -1 is negative`},
		{"unknown moment", Fault{Operation: list, Kind: FaultCut, Strikes: "during"}, `strikes: "during" is neither beforeApplying nor afterApplying`},
		{"write without a moment", Fault{Operation: decide, Kind: FaultCut}, `strikes: must say beforeApplying or afterApplying, since "makeIdentityDecision" writes`},
		{"everything without a moment", Fault{Operation: "*", Kind: FaultStatus, Status: 500}, `strikes: must say`},
		{"changed answer before applying", Fault{Operation: list, Kind: FaultNulls, Strikes: BeforeApplying}, `strikes: the kind "nulls" changes the operation's answer`},
		{"latency of nothing", Fault{Operation: list, Kind: FaultLatency}, `latencyMillis: the kind latency needs`},
		{"negative latency", Fault{Operation: list, Kind: FaultLatency, LatencyMillis: -1}, `latencyMillis: -1 is not between 0 and 3600000`},
		{"long jitter", Fault{Operation: list, Kind: FaultLatency, JitterMillis: 3_600_001}, `jitterMillis: 3600001 is not between`},
		{"late effect of another kind", Fault{Operation: list, Kind: FaultTruncated, AppliedAfterMillis: 5}, `appliedAfterMillis: does not belong to the kind "truncated"`},
		{"late effect of what has happened", Fault{Operation: list, Kind: FaultCut, Strikes: AfterApplying, AppliedAfterMillis: 5}, `appliedAfterMillis: belongs to faults that strike beforeApplying`},
		{"latency of another kind", Fault{Operation: list, Kind: FaultCut, LatencyMillis: 5}, `latencyMillis: does not belong to the kind "cut"`},
		{"no status", Fault{Operation: list, Kind: FaultStatus}, `status: 0 is not between 400 and 599`},
		{"status of a success", Fault{Operation: list, Kind: FaultStatus, Status: 200}, `status: 200 is not between`},
		{"status of another kind", Fault{Operation: list, Kind: FaultCut, Status: 500}, `status: does not belong to the kind "cut"`},
		{"Retry-After of another kind", Fault{Operation: list, Kind: FaultCut, RetryAfter: "1"}, `retryAfter: does not belong`},
		{"Retry-After with a line break", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "1\r\nX: y"}, `retryAfter: must be printable ASCII`},
		{"long Retry-After", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: strings.Repeat("9", 101)}, `retryAfter: must be printable ASCII of at most 100`},
		{"Retry-After date of nothing", Fault{Operation: list, Kind: FaultStatus, Status: 429, RetryAfter: "date:soon"}, `retryAfter: "date:" is not followed by a number of seconds`},
		{"unknown body", Fault{Operation: list, Kind: FaultStatus, Status: 500, Body: "xml"}, `body: "xml" is none of none, html, errorName`},
		{"empty body of another kind", Fault{Operation: list, Kind: FaultContentType, Body: BodyNone}, `body: does not belong`},
		{"unknown ending", Fault{Operation: list, Kind: FaultTruncated, Ending: "long"}, `ending: "long" is not short`},
		{"ending of another kind", Fault{Operation: list, Kind: FaultCut, Ending: EndingShort}, `ending: does not belong`},
		{"fields of another kind", Fault{Operation: list, Kind: FaultCut, Fields: []string{"id"}}, `fields: does not belong`},
		{"rows of another kind", Fault{Operation: list, Kind: FaultCut, Rows: []int{1}}, `rows: does not belong`},
		{"negative row", Fault{Operation: list, Kind: FaultNulls, Rows: []int{0, -1}}, `rows: must be at most 100 indexes, none of them negative`},
		{"value of another kind", Fault{Operation: list, Kind: FaultNulls, Value: []byte("1")}, `value: does not belong`},
		{"no value", Fault{Operation: list, Kind: FaultValues, Fields: []string{"id"}}, `value: the kind values needs a value`},
		{"value that is no JSON", Fault{Operation: list, Kind: FaultValues, Fields: []string{"id"}, Value: []byte("{")}, `value: the kind values needs a value`},
		{"query of nothing", Fault{Operation: list, Kind: FaultQuery}, `query: the kind query needs parameters`},
		{"query of another kind", Fault{Operation: list, Kind: FaultCut, Query: map[string]string{"detail": "SLIM"}}, `query: does not belong to the kind "cut"`},
		{"parameter without a name", Fault{Operation: list, Kind: FaultQuery, Query: map[string]string{"": "x"}}, `query: must be at most 100 parameters, none of them without a name`},
		{"query that strikes before", Fault{Operation: list, Kind: FaultQuery, Strikes: BeforeApplying, Query: map[string]string{"limit": "1"}}, `strikes: the kind "query" changes`},
		{"body of an error without a status", Fault{Operation: list, Kind: FaultContentType, Body: BodyErrorName}, `body: does not belong to the kind "contentType"`},
		{"hidden rows without an id", Fault{Operation: list, Kind: FaultListing, Listing: ListingFault{HideIDs: []string{"a", ""}}}, `listing.hideIds: must be at most 100 ids`},
		{"values of nothing", Fault{Operation: list, Kind: FaultValues, Value: []byte("1")}, `fields: the kind "values" needs them`},
		{"nothing that is absent", Fault{Operation: list, Kind: FaultAbsent}, `fields: the kind "absent" needs them`},
		{"empty field", Fault{Operation: list, Kind: FaultNulls, Fields: []string{"id", ""}}, `fields: must be at most 100 names, none of them empty`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			set := &faults{clock: time.Now}
			good := Fault{Operation: list, Kind: FaultCut}
			if err := set.set([]Fault{good}); err != nil {
				t.Fatal(err)
			}
			err := set.set([]Fault{good, test.fault})
			if err == nil || !strings.Contains(err.Error(), "fault 1: "+test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if diff := cmp.Diff([]Fault{good}, set.list()); diff != "" {
				t.Errorf("a refused list changed the one in force (-want +got):\n%s", diff)
			}
		})
	}
	if err := new(faults).set(make([]Fault, maxFaults+1)); err == nil || !strings.Contains(err.Error(), "at most 100") {
		t.Errorf("a long list: %v", err)
	}
}

func TestFaultsRewriteOnlyTheFieldsThatAreNamed(t *testing.T) {
	t.Parallel()
	const answer = `{"id":"1","status":"QUEUED","errors":[{"text":"a","type":{"status":"x"}}],"type":"REASSIGN","due":null}`
	for _, test := range []struct {
		name  string
		fault Fault
		body  string
		want  string
	}{
		{
			"enums of one member at each depth",
			Fault{Kind: FaultUnknownEnums, Fields: []string{"status"}},
			answer,
			`{"id":"1","status":"NOT_YET_DOCUMENTED","errors":[{"text":"a","type":{"status":"NOT_YET_DOCUMENTED"}}],"type":"REASSIGN","due":null}` + "\n",
		},
		{
			"nulls of an array and an object",
			Fault{Kind: FaultNulls, Fields: []string{"id", "errors"}},
			answer,
			`{"id":null,"status":"QUEUED","errors":null,"type":"REASSIGN","due":null}` + "\n",
		},
		{
			"values at each depth",
			Fault{Kind: FaultValues, Fields: []string{"status"}, Value: []byte(`5.0`)},
			answer,
			`{"id":"1","status":5.0,"errors":[{"text":"a","type":{"status":5.0}}],"type":"REASSIGN","due":null}` + "\n",
		},
		{
			"values of members of a member",
			Fault{Kind: FaultValues, Fields: []string{"type.status", "errors[].text"}, Value: []byte(`{"a":[1]}`)},
			answer,
			`{"id":"1","status":"QUEUED","errors":[{"text":{"a":[1]},"type":{"status":{"a":[1]}}}],"type":"REASSIGN","due":null}` + "\n",
		},
		{
			"values of the row's own members",
			Fault{Kind: FaultValues, Fields: []string{".status", ".due"}, Value: []byte(`[]`)},
			answer,
			`{"id":"1","status":[],"errors":[{"text":"a","type":{"status":"x"}}],"type":"REASSIGN","due":[]}` + "\n",
		},
		{
			"values of members that are missing, where it is said of what",
			Fault{Kind: FaultValues, Fields: []string{".new", "errors[].type.new", "type.text", ".due", "status", "nowhere", "none.new", "new[]", "errors[].text"}, Value: []byte(`1`)},
			answer,
			`{"id":"1","status":1,"errors":[{"text":1,"type":{"status":1,"new":1,"text":1}}],"type":"REASSIGN","due":1,"new":1}` + "\n",
		},
		{
			"values of missing members of some rows",
			Fault{Kind: FaultValues, Fields: []string{".new", "a.b"}, Rows: []int{1, 2}, Value: []byte(`null`)},
			`[{"a":{}},{"a":{}},{"a":null,"new":2}]`,
			`[{"a":{}},{"a":{"b":null},"new":null},{"a":null,"new":null}]` + "\n",
		},
		{
			"elements of a list",
			Fault{Kind: FaultValues, Fields: []string{"errors[]"}, Value: []byte(`null`)},
			answer,
			`{"id":"1","status":"QUEUED","errors":[null],"type":"REASSIGN","due":null}` + "\n",
		},
		{
			"members that are absent",
			Fault{Kind: FaultAbsent, Fields: []string{".id", "errors[].type", "due"}},
			answer,
			`{"status":"QUEUED","errors":[{"text":"a"}],"type":"REASSIGN"}` + "\n",
		},
		{"rows that are absent", Fault{Kind: FaultAbsent, Fields: []string{"."}, Rows: []int{0, 2}}, `[{"id":1},{"id":2},{"id":3}]`, `[{"id":2}]` + "\n"},
		{"a row of another type", Fault{Kind: FaultValues, Fields: []string{"."}, Rows: []int{1, 9}, Value: []byte("7")}, `[{"id":1},{"id":2}]`, `[{"id":1},7]` + "\n"},
		{"one row alone", Fault{Kind: FaultNulls, Fields: []string{"id"}, Rows: []int{1}}, `[{"id":1},{"id":2},{"id":3}]`, `[{"id":1},{"id":null},{"id":3}]` + "\n"},
		{"an object is a row, too", Fault{Kind: FaultValues, Fields: []string{"."}, Value: []byte(`"x"`)}, `{"id":1}`, `"x"` + "\n"},
		{"no enum where the value is no text", Fault{Kind: FaultUnknownEnums}, `{"status":1,"phase":null,"type":["a"]}`, `{"status":1,"phase":null,"type":["a"]}` + "\n"},
		{"an escaped name", Fault{Kind: FaultNulls, Fields: []string{"né"}}, `{"n\u00e9":1}`, `{"né":null}` + "\n"},
		{"empty list", Fault{Kind: FaultNulls}, `[]`, "[]\n"},
		{"no JSON", Fault{Kind: FaultNulls}, `<html>`, `<html>`},
		{"nothing", Fault{Kind: FaultNulls}, ``, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, string(test.fault.rewrite([]byte(test.body)))); diff != "" {
				t.Errorf("answer differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsDoNotRewriteRefusals(t *testing.T) {
	t.Parallel()
	instruments := newTestInstruments(t, time.Now)
	const refusal = `{"detailCode":"404 Not found","status":"x"}`
	handler := instruments.wrap("getIdentityCertification", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, refusal)
	}))
	if err := instruments.setFaults([]Fault{{Operation: "getIdentityCertification", Kind: FaultNulls}}); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusNotFound || w.Body.String() != refusal {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
}

func FuzzFaultRewriteKeepsJSONWhole(f *testing.F) {
	f.Add(faultAnswer)
	f.Add(`{"a":{"status":[{}]}}`)
	f.Add("[\"\xff\"]")
	f.Fuzz(func(t *testing.T, answer string) {
		for _, kind := range []FaultKind{FaultNulls, FaultUnknownEnums, FaultValues, FaultAbsent} {
			fault := Fault{Kind: kind}
			if kind == FaultValues || kind == FaultAbsent {
				fault.Fields, fault.Value = []string{"status", "[]", ".new", "a.status"}, []byte(`{"a":[null]}`)
			}
			got := fault.rewrite([]byte(answer))
			if json.Valid([]byte(answer)) && !json.Valid(got) {
				t.Errorf("%s made %q of %q", kind, got, answer)
			}
		}
	})
}
