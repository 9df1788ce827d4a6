package shared

import (
	"context"
	"errors"
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
