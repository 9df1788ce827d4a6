package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"certql/edge"
	"certql/upstream"
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
	// MaxBytes bounds the memory that they take, by the tokens in them, unless Store is given; 0 for any
	// amount.
	MaxBytes int64
	// Keys, each of 32 bytes, seal what is kept: the first seals, and each of them opens. By default one is
	// made that lasts as long as the sessions.
	Keys [][]byte
	// Store keeps the sessions; by default it is the memory of the process.
	Store scs.Store
	// Logger has a line for each session that begins or ends; by default there is none.
	Logger *slog.Logger
}

// Sessions are those of browsers in which people have signed in. It is safe for concurrent use.
type Sessions struct {
	origin      *url.URL
	origins     *edge.Origins
	returnPaths returnPaths
	tenant      *upstream.AuthorizationCode
	log         *slog.Logger
	cookies     cookies
	manager     *scs.SessionManager
	attempts    attempts
	arrivals    arrivals
	grants      *grants
}

// entriesPerSession is how many entries of the store a session takes: itself, and its grant.
const entriesPerSession = 2

// New returns sessions for the given configuration. The error is one of its keys.
func New(cfg Config) (*Sessions, error) {
	sealer, err := newSealer(cfg.Keys)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	if cfg.Store == nil {
		cfg.Store = newMemory(entriesPerSession*cfg.MaxSessions, cfg.MaxBytes)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cookies := cookiesFor(cfg.Origin)
	return &Sessions{
		origin: cfg.Origin, origins: cfg.Origins, returnPaths: cfg.ReturnPaths, tenant: cfg.Tenant, log: cfg.Logger, cookies: cookies,
		// Not made by scs.New, which starts a goroutine that cannot be stopped.
		manager: &scs.SessionManager{
			IdleTimeout: cfg.IdleTimeout, Lifetime: cfg.Lifetime, Store: cfg.Store, Codec: codec{},
			HashTokenInStore: true, // so that access to the store discloses no cookie
		},
		attempts: attempts{sealer, cookies},
		arrivals: arrivals{used: newMemory(maxUsed, 0)},
		grants:   &grants{store: cfg.Store, sealer: sealer, tenant: cfg.Tenant, log: cfg.Logger},
	}, nil
}

// Count returns how many sessions there are if the memory of the process keeps them, and else 0.
func (s *Sessions) Count() int {
	kept, ok := s.manager.Store.(*memory)
	if !ok {
		return 0
	}
	return kept.count() / entriesPerSession
}

// A session is one that a request belongs to.
type session struct {
	reference string
	grant     upstream.Grant
	expiry    time.Time // unless it is used again
}

// errNoSession is the error of a request whose cookie belongs to no session.
var errNoSession = &edge.HTTPError{
	Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated, Message: "The session has ended: sign in again, at /auth/login.",
}

// Credential returns the credential of the person whose session a request brings the cookie of; nil if
// it brings none. It extends the session. The error is an *edge.HTTPError if the session has ended, the
// page of another site made the browser send the request, or there are too many cookies.
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
		return nil, err
	}
	return s.grants.credential(found.reference, found.grant), nil
}

// use returns the session of a request, and extends it. If there is none, the error is errNoSession, and
// the browser is made to forget the cookie.
func (s *Sessions) use(w http.ResponseWriter, r *http.Request) (session, error) {
	ctx, reference, err := s.load(r)
	if err != nil {
		return session{}, err
	}
	kept, found, err := s.grants.find(reference)
	switch {
	case err != nil:
		return session{}, s.fault(r.Context(), err)
	case reference == "" || !found:
		s.forget(ctx, w, r)
		return session{}, errNoSession
	}
	_, expiry, err := s.manager.Commit(ctx)
	if err == nil {
		err = s.grants.touch(reference, expiry)
	}
	if err != nil {
		return session{}, s.fault(r.Context(), err)
	}
	return session{reference, kept.Grant, expiry}, nil
}

// load returns a context with the session that a request brings the cookie of, and the reference of its
// grant; empty if there is no such session.
func (s *Sessions) load(r *http.Request) (ctx context.Context, reference string, err error) {
	id, _ := s.id(r)
	if ctx, err = s.manager.Load(r.Context(), id); err != nil {
		return nil, "", s.fault(r.Context(), err)
	}
	return ctx, s.manager.GetString(ctx, grantKey), nil
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

// peek returns the grant of the session that a request belongs to, without extending the session. It is not
// ok if there is none, or if the store fails.
func (s *Sessions) peek(r *http.Request) (kept storedGrant, ok bool) {
	_, reference, err := s.load(r)
	if err != nil || reference == "" {
		return storedGrant{}, false
	}
	kept, ok, err = s.grants.find(reference)
	if err != nil {
		_ = s.fault(r.Context(), err)
		return storedGrant{}, false
	}
	return kept, ok
}

// begin makes a session for a person who has signed in, in place of the one that the request may bring the
// cookie of, and returns its id. If it fails, there is no session.
func (s *Sessions) begin(ctx context.Context, r *http.Request, grant upstream.Grant, arrived arrival) (id string, err error) {
	loaded, before, err := s.load(r)
	if err != nil {
		return "", err
	}
	ended := s.endGrant(ctx, before)
	if err := s.manager.RenewToken(loaded); err != nil {
		return "", s.fault(ctx, err)
	}
	reference := rand.Text()
	s.manager.Put(loaded, grantKey, reference)
	id, expiry, err := s.manager.Commit(loaded)
	if err == nil {
		err = s.grants.write(reference, storedGrant{
			Grant: grant, Until: expiry, Arrivals: withArrival(ended.Arrivals, arrived),
		})
	}
	if err == nil {
		s.log.InfoContext(ctx, "a session has begun", "identity", grant.IdentityID)
		return id, nil
	}
	s.grants.revoke(ctx, grant)
	if err := s.manager.Destroy(loaded); err != nil {
		_ = s.fault(ctx, err)
	}
	if errors.Is(err, errFull) {
		s.log.WarnContext(ctx, "a session was refused", "reason", errFull.Error())
		return "", errTooMany
	}
	return "", s.fault(ctx, err)
}

// end ends the session of a request, if it has one, here and at the tenant.
func (s *Sessions) end(w http.ResponseWriter, r *http.Request) error {
	ctx, reference, err := s.load(r)
	if err != nil {
		return err
	}
	s.endGrant(r.Context(), reference)
	s.forget(ctx, w, r)
	return nil
}

// endGrant ends the grant of a reference, if it has one, here and at the tenant, and returns it.
func (s *Sessions) endGrant(ctx context.Context, reference string) storedGrant {
	ended, found, err := s.grants.end(reference)
	if err != nil {
		_ = s.fault(ctx, err)
	}
	if found {
		s.log.InfoContext(ctx, "a session has ended", "identity", ended.Grant.IdentityID, "reason", "the person has signed out, or in again")
		s.grants.revoke(ctx, ended.Grant)
	}
	return ended
}

// forget removes a session from the store and its cookie from the browser.
func (s *Sessions) forget(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if err := s.manager.Destroy(ctx); err != nil {
		_ = s.fault(ctx, err)
	}
	if _, brought := s.id(r); brought {
		s.cookies.remove(w, s.cookies.session)
	}
}

// fault logs that the store has failed, and returns an error that callers see as an internal one.
func (s *Sessions) fault(ctx context.Context, err error) error {
	s.log.ErrorContext(ctx, "the store of sessions failed", "error", err)
	return fmt.Errorf("sessions: %w", err)
}

// url returns the URL of a path, as browsers see it.
func (s *Sessions) url(path string) string { return strings.TrimSuffix(s.origin.String(), "/") + path }
