package shared

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/shared/enginetest"
)

// opened returns an engine at a URL, which is closed with the test.
func opened(t testing.TB, url string) *Engine {
	t.Helper()
	e, err := Open(Config{URLs: []string{url}, Prefix: "certql", Replica: "a"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// An engine that does not answer is away: commands fail at once until it is back, which shows by itself.
func TestAnEngineThatDoesNotAnswerIsAway(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	e := opened(t, server.URL())
	get := func() error {
		return e.do(t.Context(), func(ctx context.Context, c redis.UniversalClient) error { return c.Get(ctx, e.key("none")).Err() })
	}
	if err := get(); !errors.Is(err, redis.Nil) || e.Away() {
		t.Fatalf("%v, away: %t", err, e.Away())
	}
	server.Kill()
	for !e.Away() {
		_ = get()
	}
	began := time.Now()
	for range 1000 {
		if err := get(); !errors.Is(err, ErrAway) {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("1000 commands took %s", took)
	}
	server.Restart()
	for e.Away() {
		time.Sleep(10 * time.Millisecond)
	}
	if err := get(); !errors.Is(err, redis.Nil) {
		t.Error(err)
	}
}

// distant returns the URL of an engine that is far away: each way to it takes a time.
func distant(t *testing.T, url string, way time.Duration) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	carry := func(from, to net.Conn) {
		defer to.Close()
		for {
			some := make([]byte, 32<<10)
			n, err := from.Read(some)
			if err != nil {
				return
			}
			time.AfterFunc(way, func() { _, _ = to.Write(some[:n]) })
		}
	}
	go func() {
		for {
			inner, err := listener.Accept()
			if err != nil {
				return
			}
			var dialer net.Dialer
			outer, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "redis://"))
			if err != nil {
				inner.Close()
				continue
			}
			go carry(inner, outer)
			go carry(outer, inner)
		}
	}()
	return "redis://" + listener.Addr().String()
}

// An engine is of use if a command takes no longer than it may, even where the several round trips by which a
// connection begins take longer. Many commands at once need many connections.
func TestAnEngineMayBeAlmostAsFarAsACommandMayTake(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	e, err := Open(Config{URLs: []string{distant(t, server.URL(), 500*time.Millisecond)}, Prefix: "certql", Replica: "a", Timeout: 1750 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	ping := func() error {
		return e.do(t.Context(), func(ctx context.Context, c redis.UniversalClient) error { return c.Ping(ctx).Err() })
	}
	_ = ping()
	for began := time.Now(); e.Away(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatal("it stays away")
		}
	}
	var group sync.WaitGroup
	for range poolSize {
		group.Go(func() {
			if err := ping(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// The log has a line for each absence of the engine but for short ones soon after another, which are counted.
func TestShortAbsencesDoNotFloodTheLog(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	var log lines
	e, err := Open(Config{URLs: []string{server.URL()}, Prefix: "certql", Replica: "a", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	back := func() {
		for e.Away() {
			time.Sleep(10 * time.Millisecond)
		}
	}
	for range 4 {
		e.leave(errors.New("for a moment"))
		back()
	}
	if away, again := log.count("is away"), log.count("is back"); away != 1 || again != 1 {
		t.Errorf("after four short absences the log has %d and %d lines:\n%s", away, again, log.text())
	}
	server.Kill()
	e.leave(errors.New("for longer"))
	for end := time.Now().Add(20 * time.Second); log.count("is away") < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	server.Restart()
	back()
	for end := time.Now().Add(20 * time.Second); log.count("is back") < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if log.count("is away") != 2 || log.count("is back") != 2 || log.count("untold=4") != 1 {
		t.Errorf("after a long absence the log is\n%s", log.text())
	}
}

// A lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	kept strings.Builder
}

// Write keeps a line.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.String()
}

func (l *lines) count(text string) int { return strings.Count(l.text(), text) }
