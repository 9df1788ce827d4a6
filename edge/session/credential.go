package session

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"certql/upstream"
)

// A credential is that of the person who signed in, for as long as the session lasts, so that it serves
// a subscription, too, which outlives many tokens. It prints as its key.
type credential struct {
	grants    *grants
	reference string
	key       string
	identity  upstream.Identity
}

var (
	_ upstream.Renewable  = (*credential)(nil)
	_ upstream.Identified = (*credential)(nil)
)

// credential returns the credential of a session, given the reference of its grant and the grant.
func (g *grants) credential(reference string, grant upstream.Grant) *credential {
	sum := sha256.Sum256([]byte(reference))
	return &credential{g, reference, "session:" + hex.EncodeToString(sum[:]), upstream.Identity{
		Client: g.tenant.ClientID(), Subject: grant.IdentityID,
	}}
}

// Token returns the access token, refreshed if it has expired.
func (c *credential) Token(ctx context.Context) (string, error) {
	token, err := c.grants.token(ctx, c.reference)
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
	c.grants.log.Error("the store of sessions failed", "error", err)
	return &upstream.Error{Operation: "getSession", Kind: upstream.KindUnavailable}
}

// Ended returns upstream.ErrSessionEnded if the person has signed out, or the session has expired.
func (c *credential) Ended() error {
	switch _, found, err := c.grants.find(c.reference); {
	case err != nil:
		return c.storeFailed(err)
	case !found:
		return errEnded
	default:
		return nil
	}
}

// Invalidate notes that the upstream refused a token, so that the next call refreshes it.
func (c *credential) Invalidate(token string) {
	if err := c.grants.reject(c.reference, token); err != nil {
		c.grants.log.Error("the store of sessions failed", "error", err)
	}
}

// Key returns a hash of the reference.
func (c *credential) Key() string { return c.key }

// DeriveKey returns a key that is derived from the reference, which nobody knows but this gateway.
func (c *credential) DeriveKey(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(c.reference), []byte(c.key), purpose, sha256.Size)
}

// Identity returns who signed in, and to which client.
func (c *credential) Identity() upstream.Identity { return c.identity }

// Format writes the key whatever the verb, so that no reference is ever printed.
func (c *credential) Format(f fmt.State, _ rune) { io.WriteString(f, c.key) }
