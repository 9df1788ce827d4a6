package session

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"certql/upstream"
)

const (
	// refreshLease is how long a replica that refreshes a grant keeps others from it, unless it says again
	// that it does: as long as others wait for one that has crashed.
	refreshLease = 5 * time.Second
	// refreshLook is how often a replica looks whether another one has refreshed a grant.
	refreshLook = 50 * time.Millisecond
	// refreshTime bounds how long a replica waits for another one.
	refreshTime = 30 * time.Second
	// writeTime is how long a replica tries to write a grant that the tenant has given, and writePause how
	// long it waits before it tries again.
	writeTime  = time.Minute
	writePause = 50 * time.Millisecond
)

// refresh gets the grant that follows the given one, keeps it and returns its access token. A refresh token
// is good once: of all replicas, one sends it, and others wait for that one unless their token still works.
func (g *grants) refresh(ctx context.Context, key string, before upstream.Grant) (string, error) {
	owner := rand.Text()
	for deadline := time.Now().Add(refreshTime); ; time.Sleep(refreshLook) {
		held, err := g.store.Lock(ctx, key, owner, refreshLease)
		if err != nil {
			return "", err
		}
		token, err := g.refreshed(ctx, key, before, held, owner)
		if !errors.Is(err, errElsewhere) || time.Now().After(deadline) {
			return token, err
		}
	}
}

// errElsewhere says that another replica refreshes the grant.
var errElsewhere = errors.New("another replica refreshes the session")

// refreshed is refresh, for the owner of the lock if it is held. Otherwise the error is errElsewhere, unless
// there is a token that works.
func (g *grants) refreshed(ctx context.Context, key string, before upstream.Grant, held bool, owner string) (string, error) {
	if held {
		defer g.hold(ctx, key, owner)()
	}
	// Another refresh may have ended after the caller looked and before this one began: with the next
	// grant, or with a failure that puts off the next attempt.
	kept, version, err := g.read(ctx, key)
	now := time.Now()
	switch {
	case err != nil:
		return "", err
	case version <= 0:
		return "", errEnded
	case kept.Grant.AccessToken != before.AccessToken || !due(kept.Grant, now) || !held && kept.Grant.Works(now):
		return kept.Grant.AccessToken, nil
	case !held:
		return "", errElsewhere
	case kept.Grant.RefreshToken == "":
		return g.over(ctx, key, kept.Grant, "the tenant gave no refresh token")
	}
	next, err := g.tenant.Refresh(ctx, kept.Grant)
	if upstream.GrantEnded(err) {
		return g.over(ctx, key, kept.Grant, "the tenant refused to refresh it")
	}
	if err != nil {
		g.log.WarnContext(ctx, "a session could not be refreshed", "identity", before.IdentityID, "error", err)
		return "", errors.Join(err, g.postpone(ctx, key, kept.Grant))
	}
	return g.replace(ctx, key, kept.Grant, next)
}

// hold goes on holding a lock until the function that it returns is called, which ends it.
func (g *grants) hold(ctx context.Context, key, owner string) (release func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		again := time.NewTicker(refreshLease / 3)
		defer again.Stop()
		for {
			select {
			case <-again.C:
				_, _ = g.store.Lock(ctx, key, owner, refreshLease) // if it is lost, versions decide
			case <-stop:
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
		_ = g.store.Unlock(ctx, key, owner) // if that fails, it ends by itself
	}
}

// replace keeps the grant that follows another one, and returns the access token to use: that of another
// refresh, if it was kept first. Grants of one sign-in end together at a tenant, so the one that is not kept
// is left to expire, unless the person has signed out meanwhile. Since the tenant no longer accepts the
// refresh token of before, a store that does not answer is asked again for a while.
func (g *grants) replace(ctx context.Context, key string, before, next upstream.Grant) (string, error) {
	for deadline := time.Now().Add(writeTime); ; time.Sleep(writePause) {
		other := ""
		kept, err := g.change(ctx, key, func(kept *storedGrant) bool {
			if kept.Grant.RefreshToken != before.RefreshToken {
				other = kept.Grant.AccessToken
				return false
			}
			kept.Grant = next
			return true
		})
		switch {
		case kept:
			return next.AccessToken, nil
		case err == nil && other != "":
			return other, nil
		case err == nil:
			g.revoke(ctx, next)
			return "", errEnded
		case time.Now().After(deadline):
			g.log.ErrorContext(ctx, "a session that was refreshed could not be kept", "identity", next.IdentityID, "error", err)
			return "", err
		}
	}
}

// postpone puts off the next refresh of a token for a moment, after one that failed.
func (g *grants) postpone(ctx context.Context, key string, grant upstream.Grant) error {
	_, err := g.change(ctx, key, func(kept *storedGrant) bool {
		kept.Grant.Postpone(time.Now())
		return kept.Grant.AccessToken == grant.AccessToken
	})
	return err
}

// over ends a session whose grant the tenant no longer accepts, unless another refresh has led to the next
// one, whose access token it returns then. Otherwise the error is errEnded.
func (g *grants) over(ctx context.Context, key string, grant upstream.Grant, reason string) (string, error) {
	for {
		kept, version, err := g.read(ctx, key)
		switch {
		case err != nil:
			return "", err
		case version <= 0:
			return "", errEnded
		case kept.Grant.RefreshToken != grant.RefreshToken:
			return kept.Grant.AccessToken, nil
		}
		ended, err := g.store.Swap(ctx, key, version, nil)
		if err != nil {
			return "", err
		}
		if ended {
			g.copies.end(key)
			g.log.InfoContext(ctx, "a session has ended", "identity", grant.IdentityID, "reason", reason)
			return "", errEnded
		}
	}
}
