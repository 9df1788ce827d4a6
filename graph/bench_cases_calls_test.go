package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
)

// The operations that are measured make the fewest calls, and what can go out together does:
// under a clock that moves only while everybody waits, an operation takes its round trips and
// not an instant more, alone and in a crowd.
func TestMeasuredOperationsTakeTheirRoundTripsAlone(t *testing.T) {
	const (
		latency = 20 * time.Millisecond
		crowd   = 8
	)
	for _, each := range benchCases() {
		for _, callers := range []int{1, crowd} {
			t.Run(fmt.Sprintf("%s/%d", each.name, callers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := newStub()
					service.latency.Store(int64(latency))
					client, err := upstream.New(upstream.Config{
						BaseURL: "http://upstream.test/v3", Transport: direct{service}, RateLimit: benchRateLimit,
						MaxInFlight: 2 * crowd * stubCertifications, // nobody waits for a turn
					})
					if err != nil {
						t.Fatal(err)
					}
					gateway := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client}))
					var group sync.WaitGroup
					for i := range callers {
						group.Go(func() {
							start := time.Now()
							answer := askDirectly(t, gateway, fmt.Sprintf("caller-%d", i), each.query)
							if got, want := time.Since(start), time.Duration(len(each.reads))*latency; got != want {
								t.Errorf("took %v, want %v", got, want)
							}
							if got := graphtest.At(answer, "extensions", "upstream", "calls"); got != float64(each.calls()) {
								t.Errorf("reports %v calls, want %d", got, each.calls())
							}
						})
					}
					group.Wait()
					if got, want := int(service.calls.Load()), callers*each.calls(); got != want {
						t.Errorf("%d calls reached the upstream, want %d", got, want)
					}
				})
			})
		}
	}
}

// All that benchmarks compare answer the same data, and it is of the size that is claimed.
func TestGatewaysThatAreMeasuredAnswerAlike(t *testing.T) {
	service := newStub()
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	client, err := upstream.New(upstream.Config{BaseURL: server.URL + "/v3", RateLimit: benchRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	gateway, plain := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client})), graphtest.NewPlain(server.URL+"/v3")
	for _, each := range benchCases() {
		t.Run(each.name, func(t *testing.T) {
			ours, theirs := askDirectly(t, gateway, "anybody", each.query), askDirectly(t, plain, "anybody", each.query)
			if diff := gocmp.Diff(theirs["data"], ours["data"]); diff != "" {
				t.Errorf("the plain gateway's data and ours (-plain +ours):\n%s", diff)
			}
			for _, round := range each.reads {
				for _, path := range round {
					recorder := httptest.NewRecorder()
					service.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v3"+path, nil))
					var rows any
					if err := json.Unmarshal(recorder.Body.Bytes(), &rows); err != nil || recorder.Code != http.StatusOK {
						t.Fatalf("GET %s: status %d, %v", path, recorder.Code, err)
					}
					if size := recorder.Body.Len(); strings.HasSuffix(path, "limit=250") && (size < 440_000 || size > 460_000) {
						t.Errorf("GET %s answers %d bytes, want 450,000 or so", path, size)
					}
				}
			}
		})
	}
}

// askDirectly sends an operation to a handler without a network between.
func askDirectly(t *testing.T, gateway http.Handler, token, query string) graphtest.Object {
	body, err := json.Marshal(graphtest.Object{"query": query})
	if err != nil {
		t.Error(err)
		return nil
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(string(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	gateway.ServeHTTP(recorder, req)
	var answer graphtest.Object
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK || answer["errors"] != nil {
		t.Errorf("status %d, %v: %.500s", recorder.Code, err, recorder.Body)
	}
	return answer
}

// A direct round tripper hands requests to a handler without a network between.
type direct struct{ http.Handler }

// RoundTrip returns what the handler does.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	d.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}
