package shared

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/edge/session"
	"certql/shared/enginetest"
)

// The contract of a store of sessions is tested beside its interface, on this one as well.

// everything asks a store of sessions for all that it does, and returns what fails.
func everything(ctx context.Context, s *Sessions) error {
	keys := session.Keys{Session: "s", Grant: "g"}
	var failures []error
	note := func(operation string, ok bool, err error) {
		if !ok || err != nil {
			failures = append(failures, fmt.Errorf("%s: %t, %w", operation, ok, err))
		}
	}
	note("begin", true, s.Begin(ctx, keys, []byte("session"), []byte("grant"), time.Hour))
	kept, err := s.Session(ctx, "s")
	note("session", string(kept) == "session", err)
	grant, err := s.Grant(ctx, "g")
	note("grant", grant.Version == 1 && string(grant.Data) == "grant", err)
	note("touch", true, s.Touch(ctx, keys, 2*time.Hour))
	swapped, err := s.Swap(ctx, "g", 1, []byte("next"))
	note("swap", swapped, err)
	held, err := s.Lock(ctx, "g", "me", time.Minute)
	note("lock", held, err)
	note("unlock", true, s.Unlock(ctx, "g", "me"))
	count, err := s.Count(ctx)
	note("count", count == 1, err)
	ended, err := s.End(ctx, keys)
	note("end", ended.Version == 2, err)
	return errors.Join(failures...)
}

// The engine's user needs no more rights than these, under the prefix alone.
func TestSessionsNeedFewRights(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	admin := redis.NewClient(options)
	defer func() { _ = admin.Close() }()
	const rights = "on >secret resetkeys ~certql:* resetchannels &certql:* nocommands +@scripting +@sortedset +@hash +@string +@pubsub +@connection +time +del +pexpire +config|get"
	command := []any{"ACL", "SETUSER", "certql"}
	for _, right := range strings.Fields(rights) {
		command = append(command, right)
	}
	if err := admin.Do(t.Context(), command...).Err(); err != nil {
		t.Fatal(err)
	}
	e, err := Open(Config{URLs: []string{server.URL()}, Prefix: "certql", Replica: "a", Username: "certql", Password: "secret", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	if err := everything(t.Context(), NewSessions(e, 10)); err != nil {
		t.Error(err)
	}
	if n := admin.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("when all has ended, the engine keeps %v", admin.Keys(t.Context(), "*").Val())
	}
}

// An engine that does not answer is known to package session as such, which then does not log it again.
func TestSessionsThatAreAwayAreUnavailable(t *testing.T) {
	t.Parallel()
	url, engine := enginetest.Memory(t)
	s := NewSessions(opened(t, url), 10)
	if err := everything(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Session(gone, "s"); !errors.Is(err, context.Canceled) || errors.Is(err, session.ErrUnavailable) {
		t.Errorf("of a caller who has gone: %v", err)
	}
	engine.Close()
	keys := session.Keys{Session: "s", Grant: "g"}
	_, sessionErr := s.Session(t.Context(), "s")
	_, grantErr := s.Grant(t.Context(), "g")
	_, swapErr := s.Swap(t.Context(), "g", 1, nil)
	_, endErr := s.End(t.Context(), keys)
	_, endOneErr := s.End(t.Context(), session.Keys{Session: "s"})
	_, lockErr := s.Lock(t.Context(), "g", "me", time.Minute)
	_, countErr := s.Count(t.Context())
	for operation, err := range map[string]error{
		"begin": s.Begin(t.Context(), keys, nil, nil, time.Hour), "touch": s.Touch(t.Context(), keys, time.Hour), "unlock": s.Unlock(t.Context(), "g", "me"),
		"session": sessionErr, "grant": grantErr, "swap": swapErr, "end": endErr, "end one": endOneErr, "lock": lockErr, "count": countErr,
	} {
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, ErrAway) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// All that is kept expires by itself.
func TestSessionsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	url, engine := enginetest.Memory(t)
	now := time.Now()
	engine.SetTime(now)
	s := NewSessions(opened(t, url), 10)
	pass := func(d time.Duration) {
		now = now.Add(d)
		engine.SetTime(now)
		engine.FastForward(d)
	}
	for name, lifetime := range map[string]time.Duration{"a": time.Hour, "b": 3 * time.Hour, "c": 2 * time.Hour} {
		if err := s.Begin(t.Context(), session.Keys{Session: name, Grant: name}, []byte("session"), []byte("grant"), lifetime); err != nil {
			t.Fatal(err)
		}
		if held, err := s.Lock(t.Context(), name, "me", lifetime); !held || err != nil {
			t.Fatal(held, err)
		}
	}
	for _, key := range engine.Keys() {
		if engine.TTL(key) <= 0 {
			t.Errorf("%s lasts for ever", key)
		}
	}
	pass(3*time.Hour - time.Second)
	if n, err := s.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("there are %d, %v", n, err)
	}
	pass(time.Second)
	if keys := engine.Keys(); len(keys) != 0 {
		t.Errorf("%v are left", keys)
	}
}

// A session that the set of all has lost, as an engine may that has no room, counts again when it is used.
func TestSessionsThatWereLostCountAgain(t *testing.T) {
	t.Parallel()
	url, engine := enginetest.Memory(t)
	s := NewSessions(opened(t, url), 1)
	keys := session.Keys{Session: "s", Grant: "g"}
	if err := s.Begin(t.Context(), keys, []byte("session"), []byte("grant"), time.Hour); err != nil {
		t.Fatal(err)
	}
	engine.Del("certql:{sessions}")
	if n, err := s.Count(t.Context()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.Touch(t.Context(), keys, time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("there are %d, %v", n, err)
	}
	other := session.Keys{Session: "other", Grant: "other"}
	if err := s.Begin(t.Context(), other, nil, nil, time.Hour); !errors.Is(err, session.ErrFull) {
		t.Errorf("another one: %v", err)
	}
	if err := s.Touch(t.Context(), other, time.Hour); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("one that is not there is counted: %d, %v", n, err)
	}
}

// In a cluster, the keys of a script are on one node.
func TestKeysOfSessionsHaveOneTag(t *testing.T) {
	s := NewSessions(&Engine{prefix: "certql"}, 1)
	for got, want := range map[string]string{
		s.sessionKey("id"): "certql:s:id", s.grantKey("id"): "certql:g:{id}", s.lockKey("id"): "certql:l:{id}", s.seatsKey(): "certql:{sessions}",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
