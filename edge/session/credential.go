package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"certql/upstream"
)

// A credential is that of who signed in, for as long as the session lasts: of a subscription, too,
// which outlives many tokens. It prints as its key.
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

func (g *grants) credential(reference string, grant upstream.Grant) *credential {
	sum := sha256.Sum256([]byte(reference))
	return &credential{g, reference, "session:" + hex.EncodeToString(sum[:]), upstream.Identity{
		Client: g.tenant.ClientID(), Subject: grant.IdentityID,
	}}
}

// Token answers the access token, refreshed where need be.
func (c *credential) Token(ctx context.Context) (string, error) {
	token, err := c.grants.token(ctx, c.reference)
	if err == nil || errors.Is(err, errEnded) || ctx.Err() != nil {
		return token, err
	}
	if _, ok := errors.AsType[*upstream.Error](err); !ok {
		// Nothing is wrong with the caller, as any other error would say.
		c.grants.log.ErrorContext(ctx, "the store of sessions failed", "error", err)
		err = &upstream.Error{Operation: "getSession", Kind: upstream.KindUnavailable}
	}
	return "", err
}

// Invalidate has the token refreshed that the service refused.
func (c *credential) Invalidate(token string) {
	if err := c.grants.reject(c.reference, token); err != nil {
		c.grants.log.Error("the store of sessions failed", "error", err)
	}
}

// Key answers a hash of the reference.
func (c *credential) Key() string { return c.key }

// Identity answers who signed in, and to which client.
func (c *credential) Identity() upstream.Identity { return c.identity }

// Format writes the key whatever the verb, so that no reference is ever printed.
func (c *credential) Format(f fmt.State, _ rune) { io.WriteString(f, c.key) }
