package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"certql/upstream"
)

// A credential is that of the person who signed in, for as long as the session lasts, so that it serves
// a subscription, too, which outlives many tokens. It prints as its key.
type credential struct {
	grants   *grants
	grant    string // its key
	key      string
	identity upstream.Identity
	userName string
	end      time.Time // of the session, unless it is used again
}

var (
	_ upstream.Renewable  = (*credential)(nil)
	_ upstream.Identified = (*credential)(nil)
)

// credential returns the credential of a session, given the key of its grant, the grant, and the end of the
// session.
func (g *grants) credential(key string, grant upstream.Grant, end time.Time) *credential {
	return &credential{
		grants: g, grant: key, key: "session:" + key,
		identity: upstream.Identity{Client: g.tenant.ClientID(), Subject: grant.IdentityID},
		userName: grant.UserName, end: end,
	}
}

// Token returns the access token, refreshed if it has expired.
func (c *credential) Token(ctx context.Context) (string, error) {
	token, err := c.grants.token(ctx, c.grant)
	if err == nil || errors.Is(err, errEnded) || ctx.Err() != nil {
		return token, err
	}
	if _, ok := errors.AsType[*upstream.Error](err); !ok {
		err = c.storeFailed(err)
	}
	return "", err
}

// storeFailed logs an error of the store, and returns what callers are told: any other error would say
// that something is wrong with them.
func (c *credential) storeFailed(err error) error {
	c.grants.storeFailed(context.Background(), err)
	return &upstream.Error{Operation: "getSession", Kind: upstream.KindUnavailable, RetryAfter: storeRetry}
}

// storeFailed logs an error of the store, unless the store does so itself, or the caller has gone.
func (g *grants) storeFailed(ctx context.Context, err error) {
	if !errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
		g.log.ErrorContext(ctx, "the store of sessions failed", "error", err)
	}
}

// Ended returns upstream.ErrSessionEnded if the person has signed out, or the session has expired: at once in
// the replica where that happened, and within a second in others.
func (c *credential) Ended() error {
	_, err := c.current()
	return err
}

// current returns the grant as it stands. The error is that of Ended.
func (c *credential) current() (upstream.Grant, error) {
	kept, version, err := c.grants.recall(context.Background(), c.grant, copyFresh)
	switch {
	case err != nil:
		return upstream.Grant{}, c.storeFailed(err)
	case version <= 0:
		return upstream.Grant{}, errEnded
	default:
		return kept.Grant, nil
	}
}

// Viewer returns who signed in and when the session ends, as GET /auth/me does, and the user levels that the
// current access token claims, whether or not it has expired. The error is that of Ended.
func (c *credential) Viewer(ctx context.Context) (*upstream.Viewer, error) {
	grant, err := c.current()
	if err != nil {
		return nil, err
	}
	viewer := &upstream.Viewer{
		Credential: upstream.ViewerSession, IdentityID: c.identity.Subject, UserName: c.userName, ExpiresAt: upstream.At(c.end),
	}
	if token, err := upstream.Bearer(grant.AccessToken); err == nil {
		claimed, err := token.Viewer(ctx)
		if err != nil {
			return nil, err
		}
		viewer.Authorities = claimed.Authorities
	}
	return viewer, nil
}

// Invalidate notes that the upstream refused a token, so that the next call refreshes it.
func (c *credential) Invalidate(token string) {
	ctx := context.Background()
	if err := c.grants.reject(ctx, c.grant, token); err != nil {
		c.grants.storeFailed(ctx, err)
	}
}

// Key returns a hash of the grant's reference.
func (c *credential) Key() string { return c.key }

// DeriveKey returns a key of the session for a purpose, which nobody can derive who has no key that seals sessions.
func (c *credential) DeriveKey(purpose string) ([]byte, error) {
	return c.grants.sealer.derive(c.key, purpose)
}

// Identity returns who signed in, and to which client.
func (c *credential) Identity() upstream.Identity { return c.identity }

// Format writes the key whatever the verb, so that no reference is ever printed.
func (c *credential) Format(f fmt.State, _ rune) { io.WriteString(f, c.key) }
