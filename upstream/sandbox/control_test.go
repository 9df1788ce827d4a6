package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A controlBench is instruments behind their endpoints, with one operation next to them.
type controlBench struct {
	instruments *instruments
	restored    int
	http.Handler
}

func newControlBench(t *testing.T) *controlBench {
	t.Helper()
	clock := newManualClock()
	bench := &controlBench{}
	authorisation := newTestOAuth(t, clock.time)
	budgets := newLimiter(1, 10*time.Second, fixedWindows, false, clock.time)
	bench.instruments = newInstruments(Config{Clock: clock.time}, authorisation.Verify, budgets, func() { bench.restored++ })
	mux := http.NewServeMux()
	bench.instruments.mount(mux)
	authorisation.Mount(mux, func(_ string, next http.Handler) http.Handler { return next })
	mux.Handle("GET /operation", bench.instruments.wrap("getIdentityCertification", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, ok := budgets.admit("a"); !ok {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})))
	bench.Handler = mux
	return bench
}

func (b *controlBench) send(method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var left, right any
	if err := json.Unmarshal([]byte(want), &left); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &right); err != nil {
		t.Fatalf("%q: %v", got, err)
	}
	if diff := cmp.Diff(left, right); diff != "" {
		t.Errorf("JSON differs (-want +got):\n%s", diff)
	}
}

func TestControlReplacesAndShowsFaults(t *testing.T) {
	t.Parallel()
	bench := newControlBench(t)
	sameJSON(t, `[]`, bench.send("GET", "/sandbox/faults", "").Body.String())
	const list = `[
		{"operation": "*", "kind": "latency", "strikes": "beforeApplying", "latencyMillis": 20, "jitterMillis": 5},
		{"operation": "listIdentityCertifications", "kind": "status", "status": 429, "retryAfter": "2", "count": 1},
		{"operation": "makeIdentityDecision", "kind": "cut", "strikes": "afterApplying", "probability": 0.1, "after": 3},
		{"operation": "getCertificationTask", "kind": "truncated", "ending": "short"},
		{"operation": "getCertificationTask", "kind": "nulls", "fields": ["id"], "probability": 0}
	]`
	put := bench.send("PUT", "/sandbox/faults", list)
	if put.Code != http.StatusOK || put.Header().Get("Content-Type") != "application/json" {
		t.Errorf("status %d, headers %v", put.Code, put.Header())
	}
	sameJSON(t, list, put.Body.String())
	sameJSON(t, list, bench.send("GET", "/sandbox/faults", "").Body.String())

	sameJSON(t, `[]`, bench.send("PUT", "/sandbox/faults", `[]`).Body.String())
	bench.send("PUT", "/sandbox/faults", list)
	if got := bench.send("DELETE", "/sandbox/faults", ""); got.Code != http.StatusNoContent || got.Body.Len() > 0 {
		t.Errorf("DELETE: status %d, body %q", got.Code, got.Body)
	}
	sameJSON(t, `[]`, bench.send("GET", "/sandbox/faults", "").Body.String())
}

func TestControlRefusesBadFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"unknown member", `[{"operation":"*","kind":"cut","strikes":"afterApplying","oops":1}]`, 400, `oops`},
		{"member in another letter case", `[{"Operation":"*"}]`, 400, `Operation`},
		{"member twice", `[{"operation":"*","operation":"*"}]`, 400, `operation`},
		{"impossible value", `[{"operation":"*","kind":"cut"}]`, 400, `fault 0: strikes: must say`},
		{"wrong type", `[{"operation":"*","kind":"cut","count":1.5}]`, 400, `count`},
		{"an object", `{"operation":"*"}`, 400, `must be an array of faults`},
		{"no JSON", `oops`, 400, `must be an array of faults`},
		{"nothing", ``, 400, `must be an array of faults`},
		{"two arrays", `[][]`, 400, `must be an array of faults`},
		{"large", `[` + strings.Repeat(" ", maxControlBody) + `]`, 413, `larger than 1048576 bytes`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bench := newControlBench(t)
			bench.send("PUT", "/sandbox/faults", `[{"operation":"getCertificationTask","kind":"stall"}]`)
			got := bench.send("PUT", "/sandbox/faults", test.body)
			var body struct{ Error string }
			if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if got.Code != test.status || !strings.Contains(body.Error, test.want) {
				t.Errorf("status %d, error %q; want %d, %q in it", got.Code, body.Error, test.status, test.want)
			}
			if list := bench.instruments.faults.list(); len(list) != 1 || list[0].Kind != FaultStall {
				t.Errorf("the list in force became %+v", list)
			}
		})
	}
}

func TestControlShowsRequests(t *testing.T) {
	t.Parallel()
	bench := newControlBench(t)
	sameJSON(t, `{"counts":{},"total":0,"inFlight":0,"maxInFlight":0}`, bench.send("GET", "/sandbox/requests", "").Body.String())
	bench.send("GET", "/operation?limit=1", "")
	bench.send("GET", "/operation?limit=2", "")
	const counts = `"counts":{"getIdentityCertification":{"200":1,"429":1}},"total":2,"inFlight":0,"maxInFlight":1`
	sameJSON(t, `{`+counts+`}`, bench.send("GET", "/sandbox/requests", "").Body.String())
	sameJSON(t, `{`+counts+`}`, bench.send("GET", "/sandbox/requests?detail=false", "").Body.String())
	sameJSON(t, `{`+counts+`,"requests":[
		{"time":"2026-03-02T09:30:00.25Z","operation":"getIdentityCertification","method":"GET","path":"/operation","query":"limit=1","status":200},
		{"time":"2026-03-02T09:30:00.25Z","operation":"getIdentityCertification","method":"GET","path":"/operation","query":"limit=2","status":429}
	]}`, bench.send("GET", "/sandbox/requests?detail=true", "").Body.String())
	if got := bench.send("GET", "/sandbox/requests?detail=yes", ""); got.Code != http.StatusBadRequest {
		t.Errorf("status %d, want 400", got.Code)
	}
}

func TestControlNamesTheClientOfAValidTokenOnly(t *testing.T) {
	t.Parallel()
	bench := newControlBench(t)
	token := accessToken(t, bench, "reviewer-1")
	for header, want := range map[string]string{"Bearer " + token: "reviewer-1", "Bearer " + token + "x": "", "": ""} {
		bench.instruments.reset()
		r := httptest.NewRequest(http.MethodGet, "/operation", nil)
		r.Header.Set("Authorization", header)
		bench.ServeHTTP(httptest.NewRecorder(), r)
		if got := bench.instruments.requests().Log[0].ClientID; got != want {
			t.Errorf("client %q, want %q", got, want)
		}
	}
}

func TestControlStartsOver(t *testing.T) {
	t.Parallel()
	bench := newControlBench(t)
	bench.send("PUT", "/sandbox/faults", `[{"operation":"getIdentityCertification","kind":"status","status":500,"after":2}]`)
	for _, want := range []int{200, 429, 500} {
		if got := bench.send("GET", "/operation", "").Code; got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	if got := bench.send("POST", "/sandbox/reset", ""); got.Code != http.StatusNoContent || bench.restored != 1 {
		t.Errorf("status %d, data restored %d times", got.Code, bench.restored)
	}
	sameJSON(t, `{"counts":{},"total":0,"inFlight":0,"maxInFlight":0}`, bench.send("GET", "/sandbox/requests", "").Body.String())
	sameJSON(t, `[]`, bench.send("GET", "/sandbox/faults", "").Body.String())
	if got := bench.send("GET", "/operation", "").Code; got != 200 {
		t.Errorf("status %d after the reset, want a fresh budget", got)
	}
}
