package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"certql/edge"
	"certql/upstream"
	"certql/upstream/inflight"
)

// A Config says how people sign in, and how long they stay signed in. All of it is mandatory, except for
// Keys, Store and Logger.
type Config struct {
	Tenant *upstream.AuthorizationCode
	// Origin is the one at which browsers reach the gateway, and Origins are those whose pages may use
	// its cookies.
	Origin  *url.URL
	Origins *edge.Origins
	// ReturnPaths are the paths of Origin that a sign-in or a sign-out may lead back to; the first is the
	// usual one. One that ends in /* stands for all paths below it.
	ReturnPaths []string
	// IdleTimeout is how long a session lasts without a request, and Lifetime how long at most.
	IdleTimeout, Lifetime time.Duration
	// MaxSessions bounds the sessions at a time, unless Store is given.
	MaxSessions int
	// MaxBytes bounds the memory that they take, by the tokens in them, or that copies of what is in Store
	// take; 0 for any amount.
	MaxBytes int64
	// Keys, each of 32 bytes, seal what is kept: the first seals, and each of them opens. By default one is
	// made that lasts as long as the sessions. With a Store that others share, all have to have them.
	Keys [][]byte
	// Store keeps the sessions, maybe those of several replicas; by default it is the memory of the process.
	Store Store
	// Logger has a line for each session that begins or ends; by default there is none.
	Logger *slog.Logger
}

// Sessions are those of browsers in which people have signed in. It is safe for concurrent use.
type Sessions struct {
	origin         *url.URL
	origins        *edge.Origins
	returnPaths    returnPaths
	tenant         *upstream.AuthorizationCode
	log            *slog.Logger
	idle, lifetime time.Duration
	cookies        cookies
	attempts       attempts
	underWay       inflight.Group[string] // the ids of the sessions that are being made
	grants         *grants
	counted        atomic.Int64
}

// New returns sessions for the given configuration. The error is one of its keys.
func New(cfg Config) (*Sessions, error) {
	sealer, err := newSealer(cfg.Keys)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	kept := records{store: cfg.Store, sealer: sealer}
	if cfg.Store == nil {
		kept.store = newMemory(cfg.MaxSessions, cfg.MaxBytes)
	} else {
		kept.copies = newCopies(cfg.MaxBytes)
	}
	cookies := cookiesFor(cfg.Origin)
	return &Sessions{
		origin: cfg.Origin, origins: cfg.Origins, returnPaths: cfg.ReturnPaths, tenant: cfg.Tenant, log: cfg.Logger, cookies: cookies,
		idle: cfg.IdleTimeout, lifetime: cfg.Lifetime,
		attempts: attempts{sealer, cookies},
		grants:   &grants{records: kept, tenant: cfg.Tenant, log: cfg.Logger},
	}, nil
}

// Count returns how many sessions there are, of all replicas that share the store. If the store does not
// answer, it returns how many there were.
func (s *Sessions) Count() int {
	if n, err := s.grants.store.Count(context.Background()); err == nil {
		s.counted.Store(int64(n))
	}
	return int(s.counted.Load())
}

// A session is one that a request belongs to.
type session struct {
	keys     Keys // the grant's is empty if there is no such session
	deadline time.Time
	grant    upstream.Grant
	expiry   time.Time // unless it is used again
}

// errNoSession is the error of a request whose cookie belongs to no session.
var errNoSession = &edge.HTTPError{
	Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated, Message: "The session has ended: sign in again, at /auth/login.",
}

// Credential returns the credential of the person whose session a request brings the cookie of; nil if
// it brings none. It extends the session. The error is an *edge.HTTPError if the session has ended, the
// page of another site made the browser send the request, there are too many cookies, or the store of
// sessions does not answer.
func (s *Sessions) Credential(w http.ResponseWriter, r *http.Request) (upstream.Credential, error) {
	if tooManyCookies(r) {
		return nil, errCookies
	}
	if _, brought := s.id(r); !brought {
		return nil, nil
	}
	if refused := s.origins.CheckCookie(r); refused != nil {
		return nil, refused
	}
	found, err := s.use(w, r)
	if err != nil {
		setRetryAfter(w, err)
		return nil, err
	}
	return s.grants.credential(found.keys.Grant, found.grant, found.expiry), nil
}

// use returns the session of a request, and extends it. If there is none, the error is errNoSession, and
// the browser is made to forget the cookie.
func (s *Sessions) use(w http.ResponseWriter, r *http.Request) (session, error) {
	found, err := s.find(r)
	if err != nil {
		return session{}, err
	}
	kept, version, err := s.grant(r.Context(), found)
	if err != nil {
		return session{}, err
	}
	if version <= 0 {
		if version == 0 && found.keys.Grant != "" { // the tenant has ended it
			_, _, _ = s.grants.end(r.Context(), found.keys)
		}
		s.forget(w, r)
		return session{}, errNoSession
	}
	found.grant = kept.Grant
	found.expiry = s.touch(r.Context(), found)
	return found, nil
}

// find returns the session that a request brings the cookie of.
func (s *Sessions) find(r *http.Request) (session, error) {
	id, _ := s.id(r)
	if id == "" {
		return session{}, nil
	}
	found := session{keys: Keys{Session: keyOf(id)}}
	kept, known, err := s.grants.session(r.Context(), found.keys.Session)
	if err != nil {
		return session{}, s.fault(r.Context(), err)
	}
	if known {
		found.keys.Grant, found.deadline = keyOf(kept.Grant), kept.Deadline
	}
	return found, nil
}

// grant returns the grant of a session and its version, as read does.
func (s *Sessions) grant(ctx context.Context, of session) (storedGrant, int64, error) {
	if of.keys.Grant == "" {
		return storedGrant{}, 0, nil
	}
	kept, version, err := s.grants.recall(ctx, of.keys.Grant, 0)
	if err != nil {
		return storedGrant{}, 0, s.fault(ctx, err)
	}
	return kept, version, nil
}

// maxTouchPause is the longest time between two extensions of a session by one replica, in a store that
// replicas share. If it is idle for long, it may end that much earlier.
const maxTouchPause = time.Minute

// touch extends a session, unless this replica has done so lately, and returns when it ends.
func (s *Sessions) touch(ctx context.Context, of session) time.Time {
	if until, lately := s.grants.copies.touched(of.keys.Session); lately {
		return until
	}
	now := time.Now()
	until := s.until(now, of.deadline)
	if err := s.grants.store.Touch(ctx, of.keys, until.Sub(now)); err != nil {
		s.grants.storeFailed(ctx, err) // the next request extends it
		return until
	}
	s.grants.copies.touch(of.keys.Session, until, min(maxTouchPause, s.idle/10))
	return until
}

// until returns when a session with a deadline ends that is used now.
func (s *Sessions) until(now, deadline time.Time) time.Time {
	if until := now.Add(s.idle); until.Before(deadline) {
		return until
	}
	return deadline
}

// maxID bounds the cookie of a session, in bytes.
const maxID = 64

// id returns the id in the cookie of a request, empty if it cannot be one, and whether there is such a
// cookie at all.
func (s *Sessions) id(r *http.Request) (id string, brought bool) {
	found := r.CookiesNamed(s.cookies.session)
	if len(found) != 1 || len(found[0].Value) > maxID {
		return "", len(found) > 0
	}
	return found[0].Value, true
}

// peek returns the grant of the session that a request belongs to, and whether there is one, without
// extending the session.
func (s *Sessions) peek(r *http.Request) (kept storedGrant, signedIn bool, err error) {
	found, err := s.find(r)
	if err != nil {
		return storedGrant{}, false, err
	}
	kept, version, err := s.grant(r.Context(), found)
	return kept, version > 0, err
}

// begin makes a session for a person who has signed in, in place of the one that the request may bring the
// cookie of, and returns its id. If it fails, there is no session.
func (s *Sessions) begin(ctx context.Context, r *http.Request, grant upstream.Grant, arrived arrival) (id string, err error) {
	id, reference, now := newSecret(), newSecret(), time.Now()
	keys, deadline := Keys{keyOf(id), keyOf(reference)}, now.Add(s.lifetime)
	before, err := s.find(r)
	var ended storedGrant
	if err == nil {
		ended, err = s.endSession(ctx, before.keys)
	}
	if err == nil {
		kept := storedGrant{Grant: grant, Arrivals: withArrival(ended.Arrivals, arrived)}
		err = s.grants.begin(ctx, keys, storedSession{deadline, reference}, kept, s.until(now, deadline).Sub(now))
	}
	if err == nil {
		s.log.InfoContext(ctx, "a session has begun", "identity", grant.IdentityID)
		return id, nil
	}
	s.grants.revoke(ctx, grant)
	if errors.Is(err, ErrFull) {
		s.log.WarnContext(ctx, "a session was refused", "reason", ErrFull.Error())
		return "", errTooMany
	}
	_, _, _ = s.grants.end(ctx, keys) // it may have been kept all the same
	return "", s.fault(ctx, err)
}

// end ends the session of a request, if it has one, here and at the tenant.
func (s *Sessions) end(w http.ResponseWriter, r *http.Request) error {
	found, err := s.find(r)
	if err != nil {
		return err
	}
	if _, err := s.endSession(r.Context(), found.keys); err != nil {
		return err
	}
	s.forget(w, r)
	return nil
}

// endSession ends a session, if it is one, here and at the tenant, and returns its grant.
func (s *Sessions) endSession(ctx context.Context, keys Keys) (storedGrant, error) {
	if keys.Session == "" {
		return storedGrant{}, nil
	}
	ended, found, err := s.grants.end(context.WithoutCancel(ctx), keys)
	if found {
		s.log.InfoContext(ctx, "a session has ended", "identity", ended.Grant.IdentityID, "reason", "the person has signed out, or in again")
		s.grants.revoke(ctx, ended.Grant)
		return ended, nil // what is left of it is of no use
	}
	if err != nil {
		return storedGrant{}, s.fault(ctx, err)
	}
	return storedGrant{}, nil
}

// forget makes the browser forget the cookie of a session.
func (s *Sessions) forget(w http.ResponseWriter, r *http.Request) {
	if _, brought := s.id(r); brought {
		s.cookies.remove(w, s.cookies.session)
	}
}

// fault logs that the store has failed, and returns the error that callers see: the session may go on.
func (s *Sessions) fault(ctx context.Context, err error) error {
	if refused, ok := errors.AsType[*edge.HTTPError](err); ok {
		return refused
	}
	s.grants.storeFailed(ctx, err)
	return errStore
}

// url returns the URL of a path, as browsers see it.
func (s *Sessions) url(path string) string { return strings.TrimSuffix(s.origin.String(), "/") + path }
