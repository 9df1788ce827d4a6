package session

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"certql/upstream"
	"certql/upstream/inflight"
)

// errEnded says that a session is over.
var errEnded = upstream.ErrSessionEnded

// grants keep what people granted by signing in, each under a reference, sealed. Tokens are not part of
// the session, which holds the reference alone: each request loads its session for itself, and could
// overwrite a new token with an old one, which the tenant no longer accepts.
type grants struct {
	store  scs.Store
	sealer *sealer
	tenant *upstream.AuthorizationCode
	log    *slog.Logger

	writing   sync.Mutex // from reading a grant to writing it
	refreshes inflight.Group[string]
}

// A storedGrant is a grant as it is kept.
type storedGrant struct {
	Grant upstream.Grant
	Until time.Time // the end of the session, unless it is used again
	// Refused is when the upstream last refused an access token, so that it was refreshed; zero if it never
	// did. Refusals is how many it has refused in quick succession.
	Refused  time.Time
	Refusals int
	// Arrivals are the latest sign-ins that have led to this session, the newest last.
	Arrivals []arrival
}

// storeKey returns the key in the store for a reference, which is also the label that the grant is
// sealed for.
func storeKey(reference string) string { return "grant:" + reference }

// find returns the grant of a reference, and whether there is one.
func (g *grants) find(reference string) (storedGrant, bool, error) {
	sealed, found, err := g.store.Find(storeKey(reference))
	if err != nil || !found {
		return storedGrant{}, false, err
	}
	var r storedGrant
	if !g.sealer.open(storeKey(reference), sealed, &r) {
		return storedGrant{}, false, nil
	}
	return r, true, nil
}

// write keeps a grant under a reference.
func (g *grants) write(reference string, r storedGrant) error {
	sealed, err := g.sealer.seal(storeKey(reference), r)
	if err != nil {
		return err
	}
	return g.store.Commit(storeKey(reference), sealed, r.Until)
}

// change writes what edit makes of a grant, and reports whether it did. It does nothing if there is no
// such grant, or if edit returns false.
func (g *grants) change(reference string, edit func(*storedGrant) bool) (changed bool, err error) {
	g.writing.Lock()
	defer g.writing.Unlock()
	r, found, err := g.find(reference)
	if err != nil || !found || !edit(&r) {
		return false, err
	}
	return true, g.write(reference, r)
}

// touch keeps a grant until a later time.
func (g *grants) touch(reference string, until time.Time) error {
	_, err := g.change(reference, func(r *storedGrant) bool { r.Until = until; return true })
	return err
}

// end deletes a grant, and returns it if there was one.
func (g *grants) end(reference string) (storedGrant, bool, error) {
	g.writing.Lock()
	defer g.writing.Unlock()
	r, found, err := g.find(reference)
	if err != nil || !found {
		return storedGrant{}, false, err
	}
	return r, true, g.store.Delete(storeKey(reference))
}

// token returns the access token of a reference. Shortly before it expires, a refresh begins of which
// callers notice nothing; once it has expired, they wait for that refresh. The error is errEnded if the
// session is over, and the tenant's *upstream.Error if there is no token to be had now.
func (g *grants) token(ctx context.Context, reference string) (string, error) {
	r, found, err := g.find(reference)
	if err != nil {
		return "", err
	}
	if !found {
		return "", errEnded
	}
	now, grant := time.Now(), r.Grant
	if !due(grant, now) {
		return grant.AccessToken, nil
	}
	refresh := g.refreshes.Start(ctx, reference, func(ctx context.Context) (string, error) { return g.refresh(ctx, reference, grant) })
	if grant.Works(now) {
		return grant.AccessToken, nil
	}
	return refresh.Wait(ctx)
}

// due reports whether a grant is to be refreshed: its token has expired, or does so shortly and there is
// a way to get the next one.
func due(grant upstream.Grant, now time.Time) bool {
	return !grant.Works(now) || grant.RefreshToken != "" && grant.Due(now)
}

// refresh gets the grant that follows the given one, keeps it and returns its access token.
func (g *grants) refresh(ctx context.Context, reference string, before upstream.Grant) (string, error) {
	// Another refresh may have ended after the caller looked and before this one began: with the next
	// grant, or with a failure that puts off the next attempt.
	r, found, err := g.find(reference)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "", errEnded
	case r.Grant.AccessToken != before.AccessToken || !due(r.Grant, time.Now()):
		return r.Grant.AccessToken, nil
	case before.RefreshToken == "":
		return "", g.over(ctx, reference, before, "the tenant gave no refresh token")
	}
	next, err := g.tenant.Refresh(ctx, before)
	if upstream.GrantEnded(err) {
		return "", g.over(ctx, reference, before, "the tenant refused to refresh it")
	}
	if err != nil {
		g.log.WarnContext(ctx, "a session could not be refreshed", "identity", before.IdentityID, "error", err)
		return "", errors.Join(err, g.postpone(reference, before))
	}
	kept, err := g.change(reference, func(r *storedGrant) bool { r.Grant = next; return true })
	if err == nil && !kept { // the person has signed out meanwhile
		g.revoke(ctx, next)
		err = errEnded
	}
	if err != nil {
		return "", err
	}
	return next.AccessToken, nil
}

// revoke revokes a grant at the tenant, whether or not the caller still waits. If that fails, the log
// has a line.
func (g *grants) revoke(ctx context.Context, grant upstream.Grant) {
	if err := g.tenant.Revoke(context.WithoutCancel(ctx), grant); err != nil {
		g.log.WarnContext(ctx, "a grant could not be revoked", "identity", grant.IdentityID, "error", err)
	}
}

// postpone puts off the next refresh of a token for a moment, after one that failed.
func (g *grants) postpone(reference string, grant upstream.Grant) error {
	_, err := g.change(reference, func(r *storedGrant) bool {
		r.Grant.Postpone(time.Now())
		return r.Grant.AccessToken == grant.AccessToken
	})
	return err
}

// over ends a session that the tenant no longer accepts. The error is errEnded.
func (g *grants) over(ctx context.Context, reference string, grant upstream.Grant, reason string) error {
	g.log.InfoContext(ctx, "a session has ended", "identity", grant.IdentityID, "reason", reason)
	_, _, err := g.end(reference)
	return errors.Join(errEnded, err)
}

// If the upstream refuses more than maxRefusals access tokens, none of which has lived for tokenWorks, it
// refuses whatever the tenant grants. The next one is refreshed after a pause.
const (
	maxRefusals  = 5
	refreshPause = 10 * time.Second
	tokenWorks   = time.Minute
)

// refused is the Expiry of a token that the upstream has refused. It is not zero, which stands for no
// expiry.
var refused = time.Unix(1, 0)

// reject notes that the upstream refused an access token, so that the next call refreshes it. Several calls
// may have sent it.
func (g *grants) reject(reference, token string) error {
	_, err := g.change(reference, func(r *storedGrant) bool {
		now := time.Now()
		since := now.Sub(r.Refused).Abs()
		switch {
		case r.Grant.AccessToken != token, r.Grant.Expiry.Equal(refused), r.Refusals > maxRefusals && since < refreshPause:
			return false
		case since > tokenWorks:
			r.Refusals = 0
		}
		r.Grant.Expiry = refused
		r.Refused, r.Refusals = now, r.Refusals+1
		return true
	})
	return err
}
