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

// A Config says how people sign in, and how long they stay so. All of it is mandatory, but for Keys,
// Store and Logger.
type Config struct {
	Tenant *upstream.AuthorizationCode
	// Origin is the one by which browsers reach the gateway, and Origins those whose pages may use its
	// cookies.
	Origin  *url.URL
	Origins *edge.Origins
	// ReturnPaths are where a sign-in may lead back to: paths of Origin or, with /* at the end, all
	// below one.
	ReturnPaths []string
	// IdleTimeout is how long a session lasts without a request, and Lifetime how long at most.
	IdleTimeout, Lifetime time.Duration
	// MaxSessions bounds the sessions at a time in a store that is made here.
	MaxSessions int
	// Keys, each of 32 bytes, seal what is kept: the first seals, and each opens. By default there is one
	// that nobody else knows.
	Keys [][]byte
	// Store keeps the sessions; by default it is the memory of the process.
	Store scs.Store
	// Logger is told of sessions that begin and end; by default nobody is.
	Logger *slog.Logger
}

// Sessions are the browsers that somebody has signed in by. It is safe for concurrent use.
type Sessions struct {
	origin      *url.URL
	origins     *edge.Origins
	returnPaths returnPaths
	tenant      *upstream.AuthorizationCode
	log         *slog.Logger
	cookies     cookies
	manager     *scs.SessionManager
	attempts    attempts
	grants      *grants
}

// entriesPerSession is how many entries of the store a session takes: itself, and its grant.
const entriesPerSession = 2

// New answers sessions for the given configuration.
func New(cfg Config) (*Sessions, error) {
	sealer, err := newSealer(cfg.Keys)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	if cfg.Store == nil {
		cfg.Store = newMemory(entriesPerSession * cfg.MaxSessions)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cookies := cookiesFor(cfg.Origin)
	return &Sessions{
		origin: cfg.Origin, origins: cfg.Origins, returnPaths: cfg.ReturnPaths, tenant: cfg.Tenant, log: cfg.Logger, cookies: cookies,
		// Not made by scs.New, which starts a goroutine that nobody can stop.
		manager: &scs.SessionManager{
			IdleTimeout: cfg.IdleTimeout, Lifetime: cfg.Lifetime, Store: cfg.Store, Codec: codec{},
			HashTokenInStore: true, // so that who sees the store has no cookie
		},
		attempts: attempts{sealer, cookies},
		grants:   &grants{store: cfg.Store, sealer: sealer, tenant: cfg.Tenant, log: cfg.Logger},
	}, nil
}

// Count answers how many sessions there are, as long as the memory of the process keeps them, and
// else 0.
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

// The refusals of requests with a cookie.
var errNoSession = &edge.HTTPError{
	Status: http.StatusUnauthorized, Code: codeUnauthenticated, Message: "The session has ended: sign in again, at /auth/login.",
}

// Credential answers in whose name a request is made that brings the cookie of a session; nil where it
// brings none. A session that has ended, a request that the page of another site had sent, and one
// with more cookies than are looked through are refused.
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

// use answers the session of a request, and keeps it for another while. It fails with errNoSession
// where there is none, and has the browser forget its cookie.
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

// load answers a context with the session that a request brings the cookie of, and the reference of its
// grant; empty where there is no such session.
func (s *Sessions) load(r *http.Request) (ctx context.Context, reference string, err error) {
	id, _ := s.id(r)
	if ctx, err = s.manager.Load(r.Context(), id); err != nil {
		return nil, "", s.fault(r.Context(), err)
	}
	return ctx, s.manager.GetString(ctx, grantKey), nil
}

// maxID bounds the cookie of a session, in bytes.
const maxID = 64

// id answers the id in the cookie of a request, empty where it can be none, and whether there is such a
// cookie at all.
func (s *Sessions) id(r *http.Request) (id string, brought bool) {
	found := r.CookiesNamed(s.cookies.session)
	if len(found) != 1 || len(found[0].Value) > maxID {
		return "", len(found) > 0
	}
	return found[0].Value, true
}

// begin makes a session for somebody who has signed in, in place of the one that there may have been.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, grant upstream.Grant) error {
	ctx, before, err := s.load(r)
	if err != nil {
		return err
	}
	s.endGrant(r.Context(), before)
	if err := s.manager.RenewToken(ctx); err != nil {
		return s.fault(r.Context(), err)
	}
	reference := rand.Text()
	s.manager.Put(ctx, grantKey, reference)
	id, expiry, err := s.manager.Commit(ctx)
	if err == nil {
		err = s.grants.write(reference, storedGrant{grant, expiry})
	}
	if errors.Is(err, errFull) {
		s.log.WarnContext(ctx, "a session was refused", "reason", errFull.Error())
	}
	if err != nil {
		s.grants.revoke(r.Context(), grant)
		s.forget(ctx, w, r)
		if errors.Is(err, errFull) {
			return errTooMany
		}
		return s.fault(r.Context(), err)
	}
	http.SetCookie(w, s.cookies.make(s.cookies.session, id))
	s.log.InfoContext(ctx, "a session has begun", "identity", grant.IdentityID)
	return nil
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

// endGrant ends the grant of a reference, if it has one, here and at the tenant.
func (s *Sessions) endGrant(ctx context.Context, reference string) {
	ended, found, err := s.grants.end(reference)
	if err != nil {
		_ = s.fault(ctx, err)
	}
	if found {
		s.log.InfoContext(ctx, "a session has ended", "identity", ended.Grant.IdentityID, "reason", "whoever it was has signed out, or in again")
		s.grants.revoke(ctx, ended.Grant)
	}
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

// fault notes that the store has failed, and answers what callers are told.
func (s *Sessions) fault(ctx context.Context, err error) error {
	s.log.ErrorContext(ctx, "the store of sessions failed", "error", err)
	return fmt.Errorf("sessions: %w", err)
}

// url answers the URL of a path, as browsers see it.
func (s *Sessions) url(path string) string { return strings.TrimSuffix(s.origin.String(), "/") + path }
