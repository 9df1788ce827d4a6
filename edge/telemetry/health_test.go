package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/edge/telemetry"
)

// A looked counts how often the check has run, and fails with err.
type looked struct {
	times atomic.Int32
	err   atomic.Pointer[error]
}

func (l *looked) set(err error) { l.err.Store(&err) }

func (l *looked) run(context.Context) error {
	l.times.Add(1)
	if err := l.err.Load(); err != nil {
		return *err
	}
	return nil
}

// get sends a request to a handler and returns the status and the text of the response.
func get(t *testing.T, handler http.Handler, path string) (int, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func TestReadyIsWhatTheChecksFindOutFromTimeToTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		one, two := &looked{}, &looked{}
		health := telemetry.NewHealth(telemetry.NewLogger(&log, telemetry.LogConfig{Level: "info", Format: "json"}), time.Now,
			telemetry.Check{Name: "one", Run: one.run}, telemetry.Check{Name: "two", Run: two.run})
		admin := telemetry.NewAdmin(health, http.NotFoundHandler())
		expect := func(status int, text string, looks int32) {
			t.Helper()
			gotStatus, gotText := get(t, admin, "/readyz")
			if gotStatus != status || gotText != text || one.times.Load() != looks || two.times.Load() != looks {
				t.Errorf("%d %q after %d and %d looks, want %d %q after %d", gotStatus, gotText, one.times.Load(), two.times.Load(), status, text, looks)
			}
		}
		expect(200, "ready\n", 1)
		two.set(errors.New("gone"))
		time.Sleep(4 * time.Second)
		expect(200, "ready\n", 1) // as far as is known
		time.Sleep(time.Second)
		expect(503, "two: gone\n", 2)
		one.set(errors.New("gone, too"))
		time.Sleep(5 * time.Second)
		expect(503, "one: gone, too\ntwo: gone\n", 3)
		one.set(nil)
		two.set(nil)
		expect(503, "one: gone, too\ntwo: gone\n", 3)
		time.Sleep(5 * time.Second)
		expect(200, "ready\n", 4)
		if health.Draining() {
			t.Error("it ends before it was told to")
		}
		health.Drain()
		expect(503, "the gateway is ending\n", 4)
		if status, text := get(t, admin, "/livez"); status != 200 || text != "alive\n" || !health.Draining() {
			t.Errorf("while it ends, %d %q", status, text)
		}
		if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, `"msg":"not ready","reason":"two: gone"`) || !strings.Contains(text, `"msg":"ready"`) {
			t.Errorf("the log is %s", text)
		}
	})
}

func TestACheckRunsOnceHoweverManyAskAndForALimitedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		health := telemetry.NewHealth(telemetry.NewLogger(io.Discard, telemetry.LogConfig{}), time.Now, telemetry.Check{Name: "slow", Run: func(ctx context.Context) error {
			runs.Add(1)
			<-ctx.Done()
			return ctx.Err()
		}})
		began := time.Now()
		gone, leave := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for i := range 20 {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = gone
			}
			group.Go(func() {
				if err := health.Ready(ctx); err == nil {
					t.Error("it is ready")
				}
			})
		}
		synctest.Wait()
		leave()
		group.Wait()
		if took := time.Since(began); runs.Load() != 1 || took != 2*time.Second {
			t.Errorf("%d runs took %s, want one of 2s", runs.Load(), took)
		}
	})
}

func TestOperatorsGetNothingElse(t *testing.T) {
	admin := telemetry.NewAdmin(telemetry.NewHealth(telemetry.NewLogger(io.Discard, telemetry.LogConfig{}), time.Now), http.NotFoundHandler())
	status, text := get(t, admin, "/version")
	var build telemetry.Build
	if err := json.Unmarshal([]byte(text), &build); err != nil || status != 200 || build != telemetry.ThisBuild() {
		t.Errorf("the version is %d %s", status, text)
	}
	for _, path := range []string{"/", "/graphql", "/debug/pprof/", "/readyz/x"} {
		if status, _ := get(t, admin, path); status != http.StatusNotFound {
			t.Errorf("%s is answered by %d", path, status)
		}
	}
}
