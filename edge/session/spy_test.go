package session_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"certql/edge/session"
)

// A spy is a store in which everything that it was ever told can be seen. It fails or panics when it is told
// to.
type spy struct {
	kept session.Store

	mu       sync.Mutex
	seen     strings.Builder
	failures map[string]error // by operation; that of "" is all others'
	counts   map[string]int
	panics   atomic.Bool
}

var _ session.Store = (*spy)(nil)

// newSpy returns a spy on a store in memory.
func newSpy(limit int) *spy { return spyOn(session.NewMemory(limit)) }

// spyOn returns a spy on a store.
func spyOn(store session.Store) *spy {
	return &spy{kept: store, failures: map[string]error{}, counts: map[string]int{}}
}

// fail makes all operations fail; nil for none.
func (s *spy) fail(err error) { s.failAt("", err) }

// failAt makes an operation fail.
func (s *spy) failAt(operation string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[operation] = err
}

// told returns all that the store was told.
func (s *spy) told() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

// count returns how often an operation was asked for.
func (s *spy) count(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[operation]
}

// note notes what the store is told, and returns how that fails.
func (s *spy) note(operation string, texts ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[operation]++
	s.seen.WriteString(strings.Join(texts, "\n") + "\n")
	if s.panics.Load() {
		panic("the store is broken")
	}
	if err := s.failures[operation]; err != nil {
		return err
	}
	return s.failures[""]
}

func (s *spy) Begin(ctx context.Context, keys session.Keys, kept, grant []byte, lifetime time.Duration) error {
	if err := s.note("Begin", keys.Session, keys.Grant, string(kept), string(grant)); err != nil {
		return err
	}
	return s.kept.Begin(ctx, keys, kept, grant, lifetime)
}

func (s *spy) Session(ctx context.Context, id string) ([]byte, error) {
	if err := s.note("Session", id); err != nil {
		return nil, err
	}
	return s.kept.Session(ctx, id)
}

func (s *spy) Grant(ctx context.Context, grant string) (session.Record, error) {
	if err := s.note("Grant", grant); err != nil {
		return session.Record{}, err
	}
	return s.kept.Grant(ctx, grant)
}

func (s *spy) Touch(ctx context.Context, keys session.Keys, lifetime time.Duration) error {
	if err := s.note("Touch", keys.Session, keys.Grant); err != nil {
		return err
	}
	return s.kept.Touch(ctx, keys, lifetime)
}

func (s *spy) Swap(ctx context.Context, grant string, version int64, data []byte) (bool, error) {
	if err := s.note("Swap", grant, string(data)); err != nil {
		return false, err
	}
	return s.kept.Swap(ctx, grant, version, data)
}

func (s *spy) End(ctx context.Context, keys session.Keys) (session.Record, error) {
	if err := s.note("End", keys.Session, keys.Grant); err != nil {
		return session.Record{}, err
	}
	return s.kept.End(ctx, keys)
}

func (s *spy) Lock(ctx context.Context, name, owner string, lease time.Duration) (bool, error) {
	if err := s.note("Lock", name, owner); err != nil {
		return false, err
	}
	return s.kept.Lock(ctx, name, owner, lease)
}

func (s *spy) Unlock(ctx context.Context, name, owner string) error {
	if err := s.note("Unlock", name, owner); err != nil {
		return err
	}
	return s.kept.Unlock(ctx, name, owner)
}

func (s *spy) Count(ctx context.Context) (int, error) {
	if err := s.note("Count"); err != nil {
		return 0, err
	}
	return s.kept.Count(ctx)
}
