package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge"
	"certql/edge/config"
	"certql/graph"
	"certql/graph/apierror"
	"certql/graph/transport"
	"certql/shared"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// defaultSettings returns the settings of the gateway if none is given.
func defaultSettings(t *testing.T) config.Serve {
	t.Helper()
	settings, _, err := config.Parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return settings.Serve
}

// Each default stands in the settings, and again in the package that the setting is handed to, which
// can be used without them.
func TestDefaultsOfSettingsAreThoseOfThePackages(t *testing.T) {
	s := defaultSettings(t)
	got := map[string]any{
		"max-response":                s.MaxResponse,
		"max-unsent":                  s.MaxUnsent,
		"max-write-batch":             s.MaxWriteBatch,
		"max-estimated-calls":         s.MaxEstimatedCalls,
		"max-upstream-calls":          s.MaxUpstreamCalls,
		"task-poll-min":               s.TaskPollMin,
		"task-poll-max":               s.TaskPollMax,
		"max-websockets":              s.MaxWebSockets,
		"max-websocket-operations":    s.MaxWebSocketOperations,
		"upstream-timeout":            s.UpstreamTimeout,
		"upstream-page-size":          s.UpstreamPageSize,
		"max-in-flight":               s.MaxInFlight,
		"max-in-flight-per-operation": s.MaxInFlightPerOperation,
		"rate-limit":                  s.Budget.RateLimit,
		"unproven-limit":              s.Budget.UnprovenLimit,
		"rate-limit-key":              upstream.RateLimitKey(s.Budget.RateLimitKey),
		"queue-length":                s.Budget.QueueLength,
		"queue-wait":                  s.Budget.QueueWait,
		"max-pause":                   s.Budget.MaxPause,
		"redis-timeout":               s.Redis.Timeout,
		"sandbox-rate-limit":          s.Data.RateLimit,
		"sandbox-rate-window":         s.Data.RateWindow,
		"sandbox-task-pace":           s.Data.TaskPace,
		"sandbox-refresh-lifetime":    s.Data.RefreshLifetime,
	}
	want := map[string]any{
		"max-response":                graph.DefaultMaxResponse,
		"max-unsent":                  graph.DefaultMaxUnsent,
		"max-write-batch":             graph.DefaultMaxWriteBatch,
		"max-estimated-calls":         graph.DefaultMaxEstimatedCalls,
		"max-upstream-calls":          graph.DefaultMaxUpstreamCalls,
		"task-poll-min":               graph.DefaultTaskPollMin,
		"task-poll-max":               graph.DefaultTaskPollMax,
		"max-websockets":              transport.DefaultMaxWebSockets,
		"max-websocket-operations":    transport.DefaultMaxWebSocketOperations,
		"upstream-timeout":            upstream.DefaultCallTimeout,
		"upstream-page-size":          upstream.MaxLimit,
		"max-in-flight":               upstream.DefaultMaxInFlight,
		"max-in-flight-per-operation": upstream.DefaultMaxInFlightPerOperation,
		"rate-limit":                  upstream.DefaultRateLimit,
		"unproven-limit":              upstream.DefaultUnprovenLimit,
		"rate-limit-key":              upstream.RateLimitByClient,
		"queue-length":                upstream.DefaultQueueLength,
		"queue-wait":                  upstream.DefaultQueueWait,
		"max-pause":                   upstream.DefaultMaxPause,
		"redis-timeout":               shared.DefaultTimeout,
		"sandbox-rate-limit":          sandbox.DefaultRateLimit,
		"sandbox-rate-window":         sandbox.DefaultRateWindow,
		"sandbox-task-pace":           sandbox.DefaultTaskPace,
		"sandbox-refresh-lifetime":    sandbox.DefaultRefreshLifetime,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-package +setting):\n%s", diff)
	}
}

// A roundTripper is a function that carries requests.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip carries a request.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// graphOf returns a handler with the graph's own defaults, whose upstream is the given function.
func graphOf(t *testing.T, transport roundTripper) http.Handler {
	t.Helper()
	client, err := upstream.New(upstream.Config{BaseURL: "http://tenant.example.com/v3", Transport: transport, CallTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return graph.NewHandler(graph.Config{Client: client})
}

// post sends a body to a handler, as the bearer of a token.
func post(t *testing.T, handler http.Handler, body string) *httptest.ResponseRecorder {
	t.Helper()
	bearer, err := upstream.Bearer("token")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(upstream.WithCredential(t.Context(), bearer), http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestDefaultLimitsAreThoseOfTheGraph(t *testing.T) {
	limits := defaultSettings(t).Limits
	query := func(text string) string { return fmt.Sprintf(`{"query":%q}`, text) }
	repeated := func(n int, text string) string { return strings.Repeat(text, n) }
	handler := graphOf(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("nothing goes upstream") })
	fields := func(n int, name string) string { // each by an alias
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "a%d: %s ", i, name)
		}
		return text.String()
	}
	elements := func(n int) string {
		return `{"query":"{ __typename }","variables":{"x":[` + strings.TrimSuffix(repeated(n, "1,"), ",") + `]}}`
	}
	tests := map[string]struct {
		limit   string
		setting int
		body    func(n int) string // with so many of what is limited
	}{
		"body":        {"body", limits.Body, func(n int) string { return query("{ __typename }") + repeated(n-len(query("{ __typename }")), " ") }},
		"tokens":      {"tokens", limits.Tokens, func(n int) string { return query("{ " + repeated(n-2, "__typename ") + "}") }},
		"depth":       {"depth", limits.Depth, func(n int) string { return query(repeated(n, "{ a ") + repeated(n, "}")) }},
		"aliases":     {"aliases", limits.Aliases, func(n int) string { return query("{ rateLimit { " + fields(n, "limit") + "} }") }},
		"root fields": {"rootFields", limits.RootFields, func(n int) string { return query("{ " + fields(n, "__typename") + "}") }},
		"directives":  {"directives", limits.Directives, func(n int) string { return query("{ __typename " + repeated(n, "@skip(if: false) ") + "}") }},
		"list length": {"listLength", limits.ListLength, elements},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := post(t, handler, test.body(test.setting+1))
			var got struct {
				Errors []struct {
					Extensions struct {
						Code, Limit string
						Allowed     int
					}
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Errors) == 0 {
				t.Fatalf("status %d, %v: %.300s", w.Code, err, w.Body)
			}
			refused := got.Errors[0].Extensions
			if refused.Code != "OPERATION_TOO_LARGE" || refused.Limit != test.limit || refused.Allowed != test.setting {
				t.Errorf("one more than the setting's default %d is answered by %+v", test.setting, refused)
			}
			if w := post(t, handler, test.body(test.setting)); strings.Contains(w.Body.String(), `"limit":"`+test.limit+`"`) {
				t.Errorf("the setting's default %d is refused: %.300s", test.setting, w.Body)
			}
		})
	}
	if w := post(t, handler, "["+query("{ __typename }")+"]"); limits.Batch != 0 || strings.Contains(w.Body.String(), `"data"`) {
		t.Errorf("the setting's default is %d, and the graph's response to a batch of 1 is %s", limits.Batch, w.Body)
	}
}

func TestTheDefaultTimeOfAnOperationIsThatOfTheGraph(t *testing.T) {
	want := defaultSettings(t).OperationTimeout
	synctest.Test(t, func(t *testing.T) {
		handler := graphOf(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		began := time.Now()
		w := post(t, handler, `{"query":"{ certifications { totalCount } }"}`)
		if took := time.Since(began); took != want || !strings.Contains(w.Body.String(), "UPSTREAM_TIMEOUT") {
			t.Errorf("an operation of the graph has %s, and the setting's default is %s: %s", took, want, w.Body)
		}
	})
}

// Edge and the graph cannot know each other; callers read the same of a fault of the gateway all the same.
func TestAFaultOfTheGatewayIsToldTheSameEverywhere(t *testing.T) {
	if edge.ErrInternal.Code != apierror.CodeInternal || edge.ErrInternal.Message != apierror.InternalMessage {
		t.Errorf("edge says %+v, and the graph %s: %s", edge.ErrInternal, apierror.CodeInternal, apierror.InternalMessage)
	}
}
