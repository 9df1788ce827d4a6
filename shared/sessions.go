package shared

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/edge/session"
)

// Sessions are the sessions of browsers in which people have signed in, of all replicas. What is kept of
// them is sealed by package session; the engine sees hashes, versions and times.
//
//	s:<session>     string: the session
//	g:{<grant>}     hash: v, the version of its grant, and d, the grant
//	l:{<name>}      string: who holds the lock of a name
//	{sessions}      sorted set: the sessions, by when they end
type Sessions struct {
	engine *Engine
	limit  int
}

var _ session.Store = (*Sessions)(nil)

// NewSessions returns the sessions that are kept by an engine: at most limit, of all replicas.
func NewSessions(engine *Engine, limit int) *Sessions { return &Sessions{engine, limit} }

var (
	//go:embed sessions_seat.lua
	seatSource string
	seatScript = redis.NewScript(seatSource)
	//go:embed sessions_swap.lua
	swapSource string
	swapScript = redis.NewScript(swapSource)
	//go:embed sessions_end.lua
	endSource string
	endScript = redis.NewScript(endSource)
	//go:embed sessions_lock.lua
	lockSource string
	lockScript = redis.NewScript(lockSource)
	//go:embed sessions_unlock.lua
	unlockSource string
	unlockScript = redis.NewScript(unlockSource)
)

// The keys of a session, of a grant, of a lock, and of the set of all sessions.
func (s *Sessions) sessionKey(session string) string { return s.engine.key("s", session) }
func (s *Sessions) grantKey(grant string) string     { return s.engine.key("g", "{"+grant+"}") }
func (s *Sessions) lockKey(name string) string       { return s.engine.key("l", "{"+name+"}") }
func (s *Sessions) seatsKey() string                 { return s.engine.key("{sessions}") }

// away returns the error of a command as package session knows it: the engine has logged that it is away.
func away(err error) error {
	if errors.Is(err, ErrAway) {
		return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	return err
}

// Begin keeps a new session and its grant.
func (s *Sessions) Begin(ctx context.Context, keys session.Keys, kept, grant []byte, lifetime time.Duration) error {
	// The place is taken first: what follows may fail, and then it is free when the session would have ended.
	seated, _, err := s.seat(ctx, keys.Session, lifetime, s.limit)
	switch {
	case err != nil:
		return err
	case !seated:
		return session.ErrFull
	}
	if _, err := s.engine.run(ctx, swapScript, []string{s.grantKey(keys.Grant)}, 0, grant, max(1, milliseconds(lifetime))); err != nil {
		return away(err)
	}
	return away(s.engine.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		return client.Set(ctx, s.sessionKey(keys.Session), kept, lifetime).Err()
	}))
}

// seat adds a session to the set of all unless there are as many as limit, or keeps it there for longer. It
// reports whether the session is there, and how many there are. Without a session it counts.
func (s *Sessions) seat(ctx context.Context, session string, lifetime time.Duration, limit int) (seated bool, count int, err error) {
	result, err := s.engine.run(ctx, seatScript, []string{s.seatsKey()}, session, max(1, milliseconds(lifetime)), limit)
	if err != nil {
		return false, 0, away(err)
	}
	var here, all int64
	if numbers, ok := result.([]any); ok && len(numbers) == 2 {
		here, _ = numbers[0].(int64)
		all, _ = numbers[1].(int64)
	}
	return here == 1, int(all), nil
}

// Session returns what is kept of a session, nil if there is none.
func (s *Sessions) Session(ctx context.Context, id string) (kept []byte, err error) {
	err = s.engine.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		kept, err = client.Get(ctx, s.sessionKey(id)).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return kept, away(err)
}

// Grant returns a grant.
func (s *Sessions) Grant(ctx context.Context, grant string) (record session.Record, err error) {
	err = s.engine.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		fields, err := client.HMGet(ctx, s.grantKey(grant), "v", "d").Result()
		record = recordOf(fields)
		return err
	})
	return record, away(err)
}

// Touch keeps a session and its grant for a lifetime from now.
func (s *Sessions) Touch(ctx context.Context, keys session.Keys, lifetime time.Duration) error {
	var there *redis.BoolCmd
	err := s.engine.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			there = pipe.PExpire(ctx, s.sessionKey(keys.Session), lifetime)
			pipe.PExpire(ctx, s.grantKey(keys.Grant), lifetime)
			return nil
		})
		return err
	})
	if err != nil || !there.Val() {
		return away(err)
	}
	_, _, err = s.seat(ctx, keys.Session, lifetime, math.MaxInt32)
	return err
}

// Swap writes the next version of a grant.
func (s *Sessions) Swap(ctx context.Context, grant string, version int64, data []byte) (bool, error) {
	if version < 1 {
		return false, nil
	}
	done, err := s.engine.run(ctx, swapScript, []string{s.grantKey(grant)}, version, data, 0)
	return done == int64(1), away(err)
}

// End deletes a session and its grant, and returns the grant as it was.
func (s *Sessions) End(ctx context.Context, keys session.Keys) (record session.Record, err error) {
	if keys.Grant != "" { // first: without it, the session is of no use
		fields, err := s.engine.run(ctx, endScript, []string{s.grantKey(keys.Grant)})
		if err != nil {
			return session.Record{}, away(err)
		}
		list, _ := fields.([]any)
		record = recordOf(list)
	}
	if keys.Session == "" {
		return record, nil
	}
	return record, away(s.engine.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Del(ctx, s.sessionKey(keys.Session))
			pipe.ZRem(ctx, s.seatsKey(), keys.Session)
			return nil
		})
		return err
	}))
}

// Lock reports whether the owner holds the lock of a name for a lease from now.
func (s *Sessions) Lock(ctx context.Context, name, owner string, lease time.Duration) (bool, error) {
	held, err := s.engine.run(ctx, lockScript, []string{s.lockKey(name)}, owner, max(1, milliseconds(lease)))
	return held == int64(1), away(err)
}

// Unlock ends the lock of a name if the owner holds it.
func (s *Sessions) Unlock(ctx context.Context, name, owner string) error {
	_, err := s.engine.run(ctx, unlockScript, []string{s.lockKey(name)}, owner)
	return away(err)
}

// Count returns how many sessions there are.
func (s *Sessions) Count(ctx context.Context) (int, error) {
	_, count, err := s.seat(ctx, "", 0, 0)
	return count, err
}

// recordOf returns the record of the fields v and d of a grant; of version 0 if they are not there.
func recordOf(fields []any) (record session.Record) {
	if len(fields) != 2 {
		return record
	}
	version, _ := fields[0].(string)
	data, _ := fields[1].(string)
	number, err := strconv.ParseInt(version, 10, 64)
	if err != nil || data == "" {
		return record
	}
	return session.Record{Version: number, Data: []byte(data)}
}
