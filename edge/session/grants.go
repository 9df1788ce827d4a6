package session

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/sync/singleflight"

	"certql/upstream"
)

// refreshPause is the least time between two attempts to refresh a token that still works.
const refreshPause = 5 * time.Second

// errEnded says that a session is over.
var errEnded = errors.New("the session has ended")

// grants keep what people granted by signing in, each under a reference, sealed. Each request loads
// its session for itself, and so could write an old token over a new one, whose predecessor the tenant
// takes no more; so tokens are not part of the session, which holds the reference alone.
type grants struct {
	store  scs.Store
	sealer *sealer
	tenant *upstream.AuthorizationCode
	log    *slog.Logger

	writing   sync.Mutex // between reading a record and writing it
	refreshes singleflight.Group
}

// A record is a grant as it is kept.
type storedGrant struct {
	Grant upstream.Grant
	Until time.Time // the end of the session, unless it is used again
}

// place answers the key in the store for a reference, which is also what a record is sealed for.
func storeKey(reference string) string { return "grant:" + reference }

// find answers the record of a reference, and whether there is one.
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

func (g *grants) write(reference string, r storedGrant) error {
	sealed, err := g.sealer.seal(storeKey(reference), r)
	if err != nil {
		return err
	}
	return g.store.Commit(storeKey(reference), sealed, r.Until)
}

// change writes what edit makes of a record. It does nothing where there is no such record, or where
// edit says so.
func (g *grants) change(reference string, edit func(*storedGrant) bool) (changed bool, err error) {
	g.writing.Lock()
	defer g.writing.Unlock()
	r, found, err := g.find(reference)
	if err != nil || !found || !edit(&r) {
		return false, err
	}
	return true, g.write(reference, r)
}

// touch keeps a record until a later time.
func (g *grants) touch(reference string, until time.Time) error {
	_, err := g.change(reference, func(r *storedGrant) bool { r.Until = until; return true })
	return err
}

// end forgets a record, and answers it where there was one.
func (g *grants) end(reference string) (storedGrant, bool, error) {
	g.writing.Lock()
	defer g.writing.Unlock()
	r, found, err := g.find(reference)
	if err != nil || !found {
		return storedGrant{}, false, err
	}
	return r, true, g.store.Delete(storeKey(reference))
}

// token answers the access token of a reference. Shortly before it expires it is refreshed behind the
// callers' backs; those who come later wait for the same refresh. It fails with errEnded where the
// session is over, and with the tenant's *upstream.Error where there is no token to be had now.
func (g *grants) token(ctx context.Context, reference string) (string, error) {
	r, found, err := g.find(reference)
	if err != nil {
		return "", err
	}
	if !found {
		return "", errEnded
	}
	now, grant := time.Now(), r.Grant
	works := grant.Expiry.IsZero() || now.Before(grant.Expiry)
	if works && (grant.RefreshToken == "" || grant.RenewAt.IsZero() || now.Before(grant.RenewAt)) {
		return grant.AccessToken, nil
	}
	// The refresh outlives the caller who starts it, since others may wait for it too.
	detached := context.WithoutCancel(ctx)
	refresh := g.refreshes.DoChan(reference, func() (any, error) { return g.refresh(detached, reference, grant) })
	if works {
		return grant.AccessToken, nil
	}
	select {
	case result := <-refresh:
		if result.Err != nil {
			return "", result.Err
		}
		return result.Val.(string), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// refresh gets the grant that follows the given one, keeps it and answers its access token.
func (g *grants) refresh(ctx context.Context, reference string, before upstream.Grant) (string, error) {
	// Another refresh may have ended after the caller looked and before this one set out.
	r, found, err := g.find(reference)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "", errEnded
	case r.Grant.AccessToken != before.AccessToken:
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
	if err == nil && !kept { // whoever it was has signed out meanwhile
		g.revoke(ctx, next)
		err = errEnded
	}
	if err != nil {
		return "", err
	}
	return next.AccessToken, nil
}

// revoke ends a grant at the tenant, as far as it can, whether the caller waits for that or has gone.
func (g *grants) revoke(ctx context.Context, grant upstream.Grant) {
	if err := g.tenant.Revoke(context.WithoutCancel(ctx), grant); err != nil {
		g.log.WarnContext(ctx, "a grant could not be revoked", "identity", grant.IdentityID, "error", err)
	}
}

// postpone leaves a token that could not be refreshed alone for a moment.
func (g *grants) postpone(reference string, grant upstream.Grant) error {
	_, err := g.change(reference, func(r *storedGrant) bool {
		r.Grant.RenewAt = time.Now().Add(refreshPause)
		return r.Grant.AccessToken == grant.AccessToken
	})
	return err
}

// over ends a session that the tenant lets go on no longer.
func (g *grants) over(ctx context.Context, reference string, grant upstream.Grant, reason string) error {
	g.log.InfoContext(ctx, "a session has ended", "identity", grant.IdentityID, "reason", reason)
	_, _, err := g.end(reference)
	return errors.Join(errEnded, err)
}

// reject notes that the service refused an access token, so that the next call refreshes it.
func (g *grants) reject(reference, token string) error {
	_, err := g.change(reference, func(r *storedGrant) bool {
		r.Grant.Expiry = time.Unix(1, 0) // not zero, which stands for none
		return r.Grant.AccessToken == token
	})
	return err
}
