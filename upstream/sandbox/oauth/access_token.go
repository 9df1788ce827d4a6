package oauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims is the payload of an access token, named as the vendor names it.
type Claims struct {
	TenantID    string   `json:"tenant_id"`
	Pod         string   `json:"pod"`
	Org         string   `json:"org"`
	IdentityID  string   `json:"identity_id,omitempty"`
	UserName    string   `json:"user_name,omitempty"`
	ClientID    string   `json:"client_id"`
	Authorities []string `json:"authorities"`
	Scope       []string `json:"scope"`
	jwt.RegisteredClaims
}

// Allows reports whether the token carries one of the scopes: by itself, through the one that covers all or, if it is
// UserScope, by belonging to a user.
func (c Claims) Allows(scopes ...string) bool {
	if slices.Contains(c.Scope, EveryScope) {
		return true
	}
	return slices.ContainsFunc(scopes, func(scope string) bool {
		return slices.Contains(c.Scope, scope) || scope == UserScope && c.IdentityID != ""
	})
}

// A tokenError is the text with which the service refuses an access token: the value of "error" in the body of a 401.
type tokenError string

func (e tokenError) Error() string { return string(e) }

// ErrTokenExpired is the only error of an access token whose text the vendor documents.
const ErrTokenExpired tokenError = "JWT validation failed: JWT is expired"

// What else can be wrong with an access token.
const (
	errTokenMissing   tokenError = "JWT is required!"
	errTokenSignature tokenError = "JWT validation failed: JWT signature is invalid"
	errTokenMalformed tokenError = "JWT validation failed: JWT is malformed"
	errTokenInvalid   tokenError = "JWT validation failed: JWT claims are invalid"
	errTokenRevoked   tokenError = "JWT validation failed: JWT is revoked"
)

// maxVerified bounds how many tokens are remembered as verified, and maxRevoked how many as revoked.
const (
	maxVerified = 4096
	maxRevoked  = 100_000
)

// tokens issues and verifies access tokens. It is safe for concurrent use.
type tokens struct {
	key    *ecdsa.PrivateKey
	keyID  string
	clock  func() time.Time
	parser *jwt.Parser

	// Verifying a signature costs more than most operations do, and a client sends the same token many times.
	verified sync.Map // string → Claims
	count    atomic.Int64

	revocations sync.RWMutex
	revoked     *ttlMap[struct{}] // by the token's id
}

// newTokens returns an issuer with a key of its own.
func newTokens(clock func() time.Time) (*tokens, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key that signs access tokens: %w", err)
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
		jwt.WithTimeFunc(clock),
		jwt.WithExpirationRequired(),
	)
	return &tokens{key: key, keyID: randomID(), clock: clock, parser: parser, revoked: newTTLMap[struct{}](maxRevoked, clock)}, nil
}

// An order says what an access token is to be. The caller has checked it.
type order struct {
	to       Client // with the user who signed in, if it is an application
	scopes   []string
	issuer   string // the URL by which the tenant was called
	lifetime time.Duration
}

// issue returns a signed token and its claims. The token expires at a whole second, never before its lifetime is over.
func (t *tokens) issue(o order) (string, Claims, error) {
	now := t.clock()
	expires := now.Add(o.lifetime)
	if whole := expires.Truncate(time.Second); whole.Before(expires) {
		expires = whole.Add(time.Second)
	}
	payload := Claims{
		TenantID:    tenantID,
		Pod:         tenantPod,
		Org:         tenantName,
		IdentityID:  o.to.IdentityID,
		UserName:    o.to.UserName,
		ClientID:    o.to.ID,
		Authorities: append([]string{}, o.to.Authorities...),
		Scope:       append([]string{}, o.scopes...),
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        randomID(),
			Issuer:    o.issuer,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodES256, payload).SignedString(t.key)
	if err != nil {
		return "", Claims{}, fmt.Errorf("sign an access token: %w", err)
	}
	return signed, payload, nil
}

// verify returns the claims of the bearer token in the value of an Authorization header. Its error is a tokenError.
func (t *tokens) verify(authorizationHeader string) (Claims, error) {
	scheme, token, _ := strings.Cut(authorizationHeader, " ")
	token = strings.TrimSpace(token)
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return Claims{}, errTokenMissing
	}
	if known, ok := t.verified.Load(token); ok {
		payload := known.(Claims)
		if !t.clock().Before(payload.ExpiresAt.Time) {
			return Claims{}, ErrTokenExpired
		}
		return t.unlessRevoked(payload)
	}
	var payload Claims
	_, err := t.parser.ParseWithClaims(token, &payload, func(*jwt.Token) (any, error) { return &t.key.PublicKey, nil })
	switch {
	case err == nil:
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Claims{}, errTokenMalformed
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return Claims{}, errTokenSignature
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, ErrTokenExpired
	default:
		return Claims{}, errTokenInvalid
	}
	t.remember(token, payload)
	return t.unlessRevoked(payload)
}

// unlessRevoked returns the claims of a token that is valid otherwise, or the error of one that is revoked.
func (t *tokens) unlessRevoked(payload Claims) (Claims, error) {
	t.revocations.RLock()
	defer t.revocations.RUnlock()
	if _, gone := t.revoked.get(payload.ID); gone {
		return Claims{}, errTokenRevoked
	}
	return payload, nil
}

// revoke makes the token of that id invalid; expires is when it would have expired.
func (t *tokens) revoke(id string, expires time.Time) {
	t.revocations.Lock()
	defer t.revocations.Unlock()
	t.revoked.put(id, struct{}{}, expires)
}

// remember keeps a verified token, and forgets all others if there are too many.
func (t *tokens) remember(token string, payload Claims) {
	if t.count.Add(1) > maxVerified {
		t.verified.Clear()
		t.count.Store(1)
	}
	t.verified.Store(token, payload)
}

// randomID returns 32 hexadecimal digits, the form that most of the vendor's identifiers have.
func randomID() string {
	var id [16]byte
	rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}
