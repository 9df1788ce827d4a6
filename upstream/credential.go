package upstream

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrNoCredential says that a context does not name on whose behalf to call. An Error of the kind
// KindUnauthenticated wraps it.
const ErrNoCredential = plainError("the context holds no credential")

// ErrSessionEnded says that the person on whose behalf to call has to sign in again. It is for the Token
// of a Credential; an Error of the kind KindUnauthenticated wraps it.
var ErrSessionEnded = errors.New("the session has ended")

// maxTokenBytes bounds a token, since it travels in a header.
const maxTokenBytes = 16 << 10

// A Credential says on whose behalf a Client calls the service.
type Credential interface {
	// Token returns the access token to send, fetching one first if need be, within
	// the limits of ctx.
	Token(ctx context.Context) (string, error)
	// Key identifies the caller without giving the token away. It never changes, and two
	// callers never share it.
	Key() string
}

// A Renewable is a Credential that can fetch another token when the service refuses the
// one that it has.
type Renewable interface {
	Credential
	// Invalidate tells the credential that the service refused the given token.
	Invalidate(token string)
}

// An Ending is a Credential that may end before its tokens do, such as the session of a person who signs
// out.
type Ending interface {
	Credential
	// Ended returns ErrSessionEnded, or another error, if the credential is not to be used any more. It
	// is asked before each read, also before one that the cache can serve, and sends nothing to the service.
	Ended() error
}

// ended returns why a credential is not to be used any more; nil if it may be.
func ended(credential Credential) error {
	if ending, ok := credential.(Ending); ok {
		return ending.Ended()
	}
	return nil
}

// An Identified is a Credential that knows the identity behind it.
type Identified interface {
	Credential
	// Identity returns what shares out the budget, at once.
	Identity() Identity
	// Viewer returns who the credential stands for. It may fetch a token first, as Token does, and fails
	// like that.
	Viewer(ctx context.Context) (*Viewer, error)
}

// A Sealing is a Credential by whose secret something can be sealed that nobody else is to read, but all
// replicas for the same caller.
type Sealing interface {
	Credential
	// DeriveKey returns a key of 32 bytes for a purpose, which does not give the secret away. It is the same
	// in each process.
	DeriveKey(purpose string) ([]byte, error)
}

// deriveKey returns a key for a purpose that is derived from the secret of a credential (HKDF with SHA-256).
func deriveKey(secret, credentialKey, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(secret), []byte(credentialKey), purpose, sha256.Size)
}

// ownBudget returns the key of the budget of a credential that is one of several with the same Key; empty for
// others.
func ownBudget(credential Credential) string {
	if one, ok := credential.(interface{ budgetKey() string }); ok {
		return one.budgetKey()
	}
	return ""
}

type credentialKey struct{}

// WithCredential returns a context for calls on behalf of a credential.
func WithCredential(ctx context.Context, credential Credential) context.Context {
	return context.WithValue(ctx, credentialKey{}, credential)
}

// CredentialFrom returns the credential in a context, and whether there is one.
func CredentialFrom(ctx context.Context) (Credential, bool) {
	credential, ok := ctx.Value(credentialKey{}).(Credential)
	return credential, ok && credential != nil
}

// A BearerToken is the Credential of a caller who brought an access token along. It
// prints as its key.
type BearerToken struct {
	token   *string // a pointer, which prints as an address if Format is not asked
	key     string
	claimed Identity
	expires time.Time // as it claims; the zero time if it does not say
	// verified says that the token is one of the tenant's for certain.
	verified bool
}

// bearerPrefix begins the keys of access tokens.
const bearerPrefix = "bearer:"

// Bearer returns a credential for an access token. It refuses text that RFC 6750 does not
// allow as one, such as text that cannot stand in a header; the error does not repeat it.
func Bearer(token string) (*BearerToken, error) {
	switch body := strings.TrimRight(token, "="); {
	case body == "":
		return nil, errors.New("the access token is empty")
	case len(token) > maxTokenBytes:
		return nil, fmt.Errorf("the access token is longer than %d bytes", maxTokenBytes)
	case strings.ContainsFunc(body, notInToken):
		return nil, errors.New("the access token has characters that no token has")
	}
	sum := sha256.Sum256([]byte(token))
	var key [len(bearerPrefix) + 2*sha256.Size]byte
	b := &BearerToken{token: &token, key: string(hex.AppendEncode(append(key[:0], bearerPrefix...), sum[:]))}
	b.claimed, b.expires = readClaims(token)
	return b, nil
}

// Verified returns the credential for a token whose signature was found to be the tenant's. It counts as
// one that the service has accepted.
func (b *BearerToken) Verified() *BearerToken {
	verified := *b
	verified.verified = true
	return &verified
}

// Token returns the access token as it came.
func (b *BearerToken) Token(context.Context) (string, error) { return *b.token, nil }

// Key returns a hash of the access token.
func (b *BearerToken) Key() string { return b.key }

// Identity returns what the token claims.
func (b *BearerToken) Identity() Identity { return b.claimed }

// Viewer returns who the token claims to stand for.
func (b *BearerToken) Viewer(context.Context) (*Viewer, error) {
	return claimedViewer(ViewerBearer, *b.token), nil
}

// DeriveKey returns a key that is derived from the token.
func (b *BearerToken) DeriveKey(purpose string) ([]byte, error) {
	return deriveKey(*b.token, b.key, purpose)
}

// expired reports whether the token says that it has expired.
func (b *BearerToken) expired(now time.Time) bool {
	return !b.expires.IsZero() && !now.Before(b.expires)
}

// Format writes the key whatever the verb, so that no token is ever printed.
func (b BearerToken) Format(f fmt.State, _ rune) { io.WriteString(f, b.key) }

func notInToken(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-._~+/", r)
}
