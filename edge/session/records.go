package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"certql/upstream"
)

// records are the sessions and grants of a store, which are sealed there, each for its own key.
//
// Tokens are not part of the session, which holds the reference of its grant alone and never changes. A
// grant is changed by whoever has read its latest version: otherwise a slow request could overwrite a new
// token with an old one, which the tenant no longer accepts.
type records struct {
	store  Store
	sealer *sealer
	copies *copies // nil if the store is the memory of the process
}

// A storedSession is a session as it is kept.
type storedSession struct {
	Deadline time.Time `json:"deadline"` // its end, however it is used
	Grant    string    `json:"grant"`    // the reference of its grant
}

// A storedGrant is a grant as it is kept.
type storedGrant struct {
	Grant upstream.Grant
	// Refused is when the upstream last refused an access token, so that it was refreshed; zero if it never
	// did. Refusals is how many it has refused in quick succession.
	Refused  time.Time
	Refusals int
	// Arrivals are the latest sign-ins that have led to this session, the newest last.
	Arrivals []arrival
}

// An arrival is a sign-in that was completed, and where it led.
type arrival struct {
	State  string
	Return string
}

// withArrival returns the arrivals with one more, without the oldest if there are as many as a browser may
// have sign-ins under way.
func withArrival(before []arrival, latest arrival) []arrival {
	all := append(before[:len(before):len(before)], latest)
	return all[max(0, len(all)-maxAttempts):]
}

// unreadable is the version of a grant that is there, but was sealed by a key that this replica does not have:
// another one may.
const unreadable = -1

// newSecret returns an id of a session, or a reference of a grant: 32 random bytes.
func newSecret() string {
	secret := make([]byte, sha256.Size)
	rand.Read(secret) // it never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

// keyOf returns the key for the id of a session or the reference of a grant, which it does not give away.
func keyOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sessionLabel and grantLabel return what the record of a key is sealed for.
func sessionLabel(key string) string { return "session:" + key }
func grantLabel(key string) string   { return "grant:" + key }

// session returns the session of a key, and whether there is one. If the store does not answer, the copy of a
// minute ago will do.
func (s *records) session(ctx context.Context, key string) (kept storedSession, found bool, err error) {
	data, err := s.store.Session(ctx, key)
	switch {
	case err != nil:
		spare, ok := s.copies.find(key, copyKept)
		if !ok {
			return storedSession{}, false, err
		}
		data = spare.Data
	case data == nil:
		s.copies.end(key)
	default:
		s.copies.put(key, Record{1, data})
	}
	if data == nil || !s.sealer.open(sessionLabel(key), data, &kept) || !time.Now().Before(kept.Deadline) {
		return storedSession{}, false, nil
	}
	return kept, true, nil
}

// read returns the grant of a key as it is in the store, and its version, which is 0 if there is none, or
// unreadable.
func (s *records) read(ctx context.Context, key string) (kept storedGrant, version int64, err error) {
	record, err := s.store.Grant(ctx, key)
	if err != nil {
		return storedGrant{}, 0, err
	}
	if record.Version == 0 {
		s.copies.end(key)
	} else {
		s.copies.put(key, record)
	}
	kept, version = s.opened(key, record)
	return kept, version, nil
}

// recall is read for use and not for change: a copy that is fresh enough will do or, if the store does not
// answer, that of a minute ago.
func (s *records) recall(ctx context.Context, key string, fresh time.Duration) (kept storedGrant, version int64, err error) {
	record, ok := s.copies.find(key, fresh)
	if !ok {
		if kept, version, err = s.read(ctx, key); err == nil {
			return kept, version, nil
		}
		if record, ok = s.copies.find(key, copyKept); !ok {
			return storedGrant{}, 0, err
		}
	}
	kept, version = s.opened(key, record)
	return kept, version, nil
}

// opened returns what is sealed in the record of a key, and its version, which may be unreadable.
func (s *records) opened(key string, record Record) (kept storedGrant, version int64) {
	switch {
	case record.Version == 0:
		return storedGrant{}, 0
	case !s.sealer.open(grantLabel(key), record.Data, &kept):
		return storedGrant{}, unreadable
	default:
		return kept, record.Version
	}
}

// change writes what edit makes of a grant, and reports whether it did. It does nothing if there is no
// such grant, or if edit returns false. Edit is called again if the grant has changed meanwhile.
func (s *records) change(ctx context.Context, key string, edit func(*storedGrant) bool) (changed bool, err error) {
	for ctx.Err() == nil {
		kept, version, err := s.read(ctx, key)
		if err != nil || version <= 0 || !edit(&kept) {
			return false, err
		}
		sealed, err := s.sealer.seal(grantLabel(key), kept)
		if err != nil {
			return false, err
		}
		if changed, err = s.store.Swap(ctx, key, version, sealed); err != nil {
			return false, err
		}
		if changed {
			s.copies.put(key, Record{version + 1, sealed})
			return true, nil
		}
	}
	return false, ctx.Err()
}

// begin keeps a session and its grant. The error may be ErrFull.
func (s *records) begin(ctx context.Context, keys Keys, session storedSession, grant storedGrant, lifetime time.Duration) error {
	sealedSession, err := s.sealer.seal(sessionLabel(keys.Session), session)
	if err != nil {
		return err
	}
	sealedGrant, err := s.sealer.seal(grantLabel(keys.Grant), grant)
	if err != nil {
		return err
	}
	return s.store.Begin(ctx, keys, sealedSession, sealedGrant, lifetime)
}

// end deletes a session and its grant, and returns the grant if there was one.
func (s *records) end(ctx context.Context, keys Keys) (ended storedGrant, found bool, err error) {
	record, err := s.store.End(ctx, keys)
	if err == nil || record.Version > 0 {
		s.copies.end(keys.Session)
		s.copies.end(keys.Grant)
	}
	ended, version := s.opened(keys.Grant, record)
	return ended, version > 0, err
}
