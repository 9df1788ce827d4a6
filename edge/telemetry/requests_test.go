package telemetry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge/telemetry"
)

// observe serves a request with a handler, which takes 1.26 ms by the clock of the test, and returns the
// response and the line of the log; nil if there is none.
func observe(t *testing.T, config telemetry.LogConfig, r *http.Request, handler func(*telemetry.Telemetry, http.ResponseWriter, *http.Request)) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	t.Setenv("OTEL_SDK_DISABLED", "true")
	var log bytes.Buffer
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	observer, err := telemetry.New(t.Context(), telemetry.Config{
		Logger: telemetry.NewLogger(&log, config), NewID: func() string { return "made" }, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }()
		observer.Requests([]string{"/graphql"}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now = now.Add(1260 * time.Microsecond)
			handler(observer, w, r)
		})).ServeHTTP(w, r)
	}()
	if log.Len() == 0 {
		return w, nil
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("the log is %s", &log)
	}
	delete(line, "time")
	return w, line
}

var everything = telemetry.LogConfig{Level: "debug", Format: "json"}

func TestARequestKeepsAnIDThatIsFitForALog(t *testing.T) {
	tests := map[string]struct {
		id   string
		kept bool
	}{
		"a UUID":             {"0d0f6b0e-9d3a-4f57-8a6e-cc1f8a3d9b55", true},
		"first and last":     {"azAZ09", true},
		"signs":              {"-_.:+/=", true},
		"one letter":         {"x", true},
		"as long as may be":  {strings.Repeat("x", 64), true},
		"too long":           {strings.Repeat("x", 65), false},
		"none":               {"", false},
		"a blank":            {"a b", false},
		"a line break":       {"a\nb", false},
		"a quote":            {`a"b`, false},
		"before the letters": {"`", false},
		"behind the letters": {"{", false},
		"before the large":   {"@", false},
		"behind the large":   {"[", false},
		"beyond ASCII":       {"é", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
			r.Header["X-Request-Id"] = []string{test.id}
			w, line := observe(t, everything, r, func(*telemetry.Telemetry, http.ResponseWriter, *http.Request) {})
			want := "made"
			if test.kept {
				want = test.id
			}
			if got := w.Header().Get("X-Request-Id"); got != want || line["request_id"] != want {
				t.Errorf("the id is %q in the response and %q in the log, want %q", got, line["request_id"], want)
			}
		})
	}
}

func TestTheLineOfARequestSaysHowItEnded(t *testing.T) {
	respond := func(status int) func(*telemetry.Telemetry, http.ResponseWriter, *http.Request) {
		return func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, "hello")
		}
	}
	tests := map[string]struct {
		path    string
		level   string // of the log
		handler func(*telemetry.Telemetry, http.ResponseWriter, *http.Request)
		want    string // level, status and bytes; empty for no line
	}{
		"GraphQL":            {"/graphql", "debug", respond(200), "INFO 200 5"},
		"another path":       {"/", "debug", respond(200), "DEBUG 200 5"},
		"not for that level": {"/", "info", respond(200), ""},
		"caller's fault":     {"/", "debug", respond(499), "DEBUG 499 5"},
		"own fault":          {"/", "warn", respond(500), "WARN 500 5"},
		"informational first": {"/graphql", "info", func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(404)
		}, "INFO 404 0"},
		"the first counts": {"/graphql", "info", func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.WriteHeader(500)
		}, "INFO 200 0"},
		"a switch of protocol": {"/graphql", "info", func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(101)
			w.WriteHeader(500)
		}, "INFO 101 0"},
		"without a status":   {"/graphql", "info", func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }, "INFO 200 5"},
		"nothing":            {"/graphql", "info", func(*telemetry.Telemetry, http.ResponseWriter, *http.Request) {}, "INFO 200 0"},
		"a panic":            {"/graphql", "info", func(*telemetry.Telemetry, http.ResponseWriter, *http.Request) { panic("x") }, "WARN 500 0"},
		"a panic too late":   {"/graphql", "info", func(_ *telemetry.Telemetry, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("x") }, "INFO 200 0"},
		"no such level":      {"/", "loud", respond(200), ""},
		"as if it were info": {"/graphql", "loud", respond(200), "INFO 200 5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, test.path, nil)
			_, line := observe(t, telemetry.LogConfig{Level: test.level, Format: "auto"}, r, test.handler)
			if test.want == "" {
				if line != nil {
					t.Errorf("there is a line: %v", line)
				}
				return
			}
			if got := fmt.Sprintf("%v %v %v", line["level"], line["status"], line["bytes"]); got != test.want {
				t.Errorf("the line has %q, want %q", got, test.want)
			}
			if line["duration_ms"] != 1.3 {
				t.Errorf("it took %v ms, want 1.3", line["duration_ms"])
			}
		})
	}
}

func TestTheLineOfARequestHasItsOperations(t *testing.T) {
	first := telemetry.Outcome{Codes: []string{"A", "B"}, EstimatedCalls: 9, Calls: 5, Coalesced: 4, Cached: 3, Stale: 2, Waited: time.Second}
	second := telemetry.Outcome{Codes: []string{"B", "C"}, EstimatedCalls: 90, Calls: 50, Coalesced: 40, Cached: 30, Stale: 20, Waited: 10 * time.Second}
	operation := telemetry.Operation{Name: "N", Type: "query", Hash: "h"}
	line := func(operation, types, hash string, more map[string]any) map[string]any {
		want := map[string]any{
			"level": "INFO", "msg": "request", "request_id": "made", "method": "POST", "path": "/graphql", "status": 200.0, "duration_ms": 1.3, "bytes": 0.0,
			"operation": operation, "type": types, "hash": hash,
			"estimated_calls": 0.0, "calls": 0.0, "waited_ms": 0.0, "cached": 0.0, "coalesced": 0.0,
		}
		for name, value := range more {
			want[name] = value
		}
		return want
	}
	list := func(text string, n int) string { return strings.TrimSuffix(strings.Repeat(text+",", n), ",") }
	tests := map[string]struct {
		name     string // of each operation
		outcomes []telemetry.Outcome
		want     map[string]any
	}{
		"one": {"N", []telemetry.Outcome{first}, line("N", "query", "h", map[string]any{
			"codes": []any{"A", "B"}, "estimated_calls": 9.0, "calls": 5.0, "waited_ms": 1000.0, "cached": 5.0, "coalesced": 4.0,
		})},
		"two are summed": {"N", []telemetry.Outcome{first, second}, line("N,N", "query,query", "h,h", map[string]any{
			"batch": 2.0, "codes": []any{"A", "B", "C"}, "estimated_calls": 99.0, "calls": 55.0, "waited_ms": 11000.0, "cached": 55.0, "coalesced": 44.0,
		})},
		"without errors":    {"N", []telemetry.Outcome{{}}, line("N", "query", "h", nil)},
		"as many as named":  {"N", make([]telemetry.Outcome, 10), line(list("N", 10), list("query", 10), list("h", 10), map[string]any{"batch": 10.0})},
		"more":              {"N", make([]telemetry.Outcome, 11), line(list("N", 10), list("query", 10), list("h", 10), map[string]any{"batch": 11.0})},
		"a long name":       {strings.Repeat("x", 120), []telemetry.Outcome{{}}, line(strings.Repeat("x", 120), "query", "h", nil)},
		"a longer one":      {strings.Repeat("x", 121), []telemetry.Outcome{{}}, line(strings.Repeat("x", 120)+"…", "query", "h", nil)},
		"cut in a letter":   {strings.Repeat("x", 119) + "éé", []telemetry.Outcome{{}}, line(strings.Repeat("x", 119)+"…", "query", "h", nil)},
		"not valid":         {"a\xffb", []telemetry.Outcome{{}}, line("a?b", "query", "h", nil)},
		"not valid, longer": {"a\xff" + strings.Repeat("x", 120), []telemetry.Outcome{{}}, line("a?"+strings.Repeat("x", 118)+"…", "query", "h", nil)},
		"none but its head": {strings.Repeat("\x80", 200), []telemetry.Outcome{{}}, line("…", "query", "h", nil)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql?variables=do-not-print", nil)
			_, got := observe(t, everything, r, func(observer *telemetry.Telemetry, _ http.ResponseWriter, r *http.Request) {
				operation := operation
				operation.Name = test.name
				for _, outcome := range test.outcomes {
					observer.Operation(r.Context(), operation)(outcome)
				}
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the line (-want +got):\n%s", diff)
			}
		})
	}
}
