package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newTestJournal returns a journal that identifies callers by their X-Client header.
func newTestJournal(clock *manualClock) *journal {
	return newJournal(clock.time, func(r *http.Request) string { return r.Header.Get("X-Client") })
}

// journalled sends a request through the journal to next, and survives a handler that cuts it off.
func journalled(j *journal, operation string, r *http.Request, next http.HandlerFunc) {
	defer func() {
		cut := recover()
		if err, _ := cut.(error); cut != nil && !errors.Is(err, http.ErrAbortHandler) {
			panic(cut)
		}
	}()
	j.wrap(operation, next).ServeHTTP(httptest.NewRecorder(), r)
}

func TestJournalCountsByOperationAndStatus(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	status := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	for _, request := range []struct {
		operation string
		next      http.HandlerFunc
	}{
		{"getIdentityCertification", status(200)},
		{"getIdentityCertification", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }},
		{"getIdentityCertification", func(http.ResponseWriter, *http.Request) {}},
		{"getIdentityCertification", status(404)},
		{"getIdentityCertification", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"getIdentityCertification", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "{}")
		}},
		{"makeIdentityDecision", status(429)},
		{"makeIdentityDecision", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			panic(http.ErrAbortHandler)
		}},
		{"oauthToken", status(200)},
	} {
		journalled(j, request.operation, httptest.NewRequest(http.MethodGet, "/", nil), request.next)
	}
	got := j.requests(false)
	want := Requests{
		Counts: map[string]map[int]int{
			"getIdentityCertification": {0: 1, 200: 3, 403: 1, 404: 1},
			"makeIdentityDecision":     {200: 1, 429: 1},
			"oauthToken":               {200: 1},
		},
		Total:       8,
		MaxInFlight: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
	if n := got.Count("getIdentityCertification"); n != 6 {
		t.Errorf("%d requests of one operation, want 6", n)
	}
}

func TestJournalCountsARequestFromItsArrivalUntilItsFirstByte(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	const operation = "getIdentityCertification"
	look := func(when string, inFlight, unanswered, answered int) {
		t.Helper()
		got := j.requests(true)
		if got.InFlight != inFlight || got.Counts[operation][0] != unanswered || got.Counts[operation][200] != answered {
			t.Errorf("%s: %d in flight, counts %v; want %d, %d without an answer, %d with 200",
				when, got.InFlight, got.Counts, inFlight, unanswered, answered)
		}
	}
	journalled(j, operation, httptest.NewRequest(http.MethodGet, "/", nil), func(w http.ResponseWriter, _ *http.Request) {
		look("while it runs", 1, 1, 0)
		w.WriteHeader(http.StatusOK)
		look("when the answer begins", 0, 0, 1)
	})
	look("afterwards", 0, 0, 1)
}

func TestJournalHasTheMostThatWereInFlight(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	send := func(n int) {
		var arrived, done sync.WaitGroup
		arrived.Add(n)
		for range n {
			done.Go(func() {
				journalled(j, "getIdentityCertification", httptest.NewRequest(http.MethodGet, "/", nil), func(http.ResponseWriter, *http.Request) {
					arrived.Done()
					arrived.Wait()
				})
			})
		}
		done.Wait()
	}
	send(3)
	send(7)
	send(2)
	if got := j.requests(false); got.MaxInFlight != 7 || got.InFlight != 0 {
		t.Errorf("%d in flight, at most %d; want 0 and 7", got.InFlight, got.MaxInFlight)
	}
}

func TestJournalDescribesRequests(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	j := newTestJournal(clock)
	r := httptest.NewRequest(http.MethodGet, "/v3/certifications/a%2Fb?filters=id%20eq%20%22x%22&limit=2", nil)
	r.Header.Set("X-Request-Id", "abc")
	r.Header.Set("User-Agent", "certql/1")
	r.Header.Set("Accept-Language", "de-CH")
	r.Header.Set("X-Client", "reviewer-1")
	journalled(j, "getIdentityCertification", r, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	clock.advance(time.Second)
	secret := httptest.NewRequest(http.MethodPost, "/oauth/token?client_secret=sandbox", nil)
	journalled(j, "oauthToken", secret, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	want := []Request{
		{
			Time: clock.time().Add(-time.Second), Operation: "getIdentityCertification", Method: "GET",
			Path: "/v3/certifications/a%2Fb", Query: "filters=id%20eq%20%22x%22&limit=2",
			Status: 403, ClientID: "reviewer-1", RequestID: "abc", UserAgent: "certql/1", AcceptLanguage: "de-CH",
		},
		{Time: clock.time(), Operation: "oauthToken", Method: "POST", Path: "/oauth/token"},
	}
	if diff := cmp.Diff(want, j.requests(true).Log); diff != "" {
		t.Errorf("log differs (-want +got):\n%s", diff)
	}
}

func TestJournalKeepsTheLatestRequests(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	const extra = 37
	release, first := make(chan struct{}), make(chan struct{})
	var slow sync.WaitGroup
	slow.Go(func() {
		journalled(j, "getIdentityCertification", httptest.NewRequest(http.MethodGet, "/slow", nil), func(http.ResponseWriter, *http.Request) {
			close(first)
			<-release
		})
	})
	<-first
	for i := range maxJournal + extra {
		r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/%d", i), nil)
		journalled(j, "getIdentityCertification", r, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	}
	close(release) // its place in the log has been taken by another request by now
	slow.Wait()
	got := j.requests(true)
	if len(got.Log) != maxJournal || got.Total != maxJournal+extra+1 {
		t.Fatalf("%d in the log, %d in all", len(got.Log), got.Total)
	}
	for i, request := range got.Log {
		if want := fmt.Sprintf("/%d", i+extra); request.Path != want || request.Status != 404 {
			t.Fatalf("entry %d is %s with %d, want %s with 404", i, request.Path, request.Status, want)
		}
	}
}

func TestJournalShortensWhatIsTooLongToKeep(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	long := strings.Repeat("a", 3*maxJournalText)
	r := httptest.NewRequest(http.MethodGet, "/"+long+"?"+long, nil)
	r.Header.Set("User-Agent", long)
	r.Header.Set("X-Request-Id", long)
	journalled(j, "getIdentityCertification", r, func(http.ResponseWriter, *http.Request) {})
	got := j.requests(true).Log[0]
	for _, text := range []string{got.Path, got.Query, got.UserAgent, got.RequestID} {
		if len(text) != maxJournalText {
			t.Errorf("%d bytes kept, want %d", len(text), maxJournalText)
		}
	}
}

func TestJournalStartsOver(t *testing.T) {
	t.Parallel()
	j := newTestJournal(newManualClock())
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	journalled(j, "getIdentityCertification", r, func(http.ResponseWriter, *http.Request) {
		j.reset()
		if got := j.requests(true); got.InFlight != 1 || got.MaxInFlight != 1 || got.Total != 0 || len(got.Log) != 0 {
			t.Errorf("while a request from before is in flight: %+v", got)
		}
	})
	if diff := cmp.Diff(Requests{Counts: map[string]map[int]int{}, MaxInFlight: 1}, j.requests(false)); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
}

func BenchmarkJournalAndFaultsInFrontOfAnOperation(b *testing.B) {
	clock := newManualClock()
	authorisation := newTestOAuth(b, clock.time)
	mux := http.NewServeMux()
	authorisation.Mount(mux, func(_ string, next http.Handler) http.Handler { return next })
	token := accessToken(b, mux, "reviewer-1")
	handler := newInstruments(Config{Clock: clock.time}, authorisation.Verify, newLimiter(0, 0, fixedWindows, false, clock.time), func() {}).
		wrap("getIdentityCertification", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }))
	r := httptest.NewRequest(http.MethodGet, "/v3/certifications/a", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r)
	}
}
