package sandbox

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

// The tenant that the sandbox plays, as its tokens and GET /oauth/info name it.
const (
	tenantID   = "5e1f3c52-9d0b-4c0a-8a57-2f6f1f0c9a11"
	tenantName = "sandbox"
	tenantPod  = "local"
)

// everyScope is the scope that covers all others, within the level of its user.
const everyScope = "sp:scopes:all"

// A client is a registered OAuth client: a personal access token of a user, or an API key that belongs to none.
type client struct {
	id          string
	secret      string
	identityID  string // empty for an API key
	userName    string // empty for an API key
	authorities []string
	scopes      []string
}

// claims is the payload of an access token, named as the vendor names it.
type claims struct {
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

// allows tells whether the token carries the scope, by itself or through the one that covers all.
func (c claims) allows(scope string) bool {
	return slices.Contains(c.Scope, everyScope) || slices.Contains(c.Scope, scope)
}

// A tokenError is the text with which the service refuses an access token: the value of "error" in the body of a 401.
type tokenError string

func (e tokenError) Error() string { return string(e) }

// What can be wrong with an access token. Only the text for the expired one is documented.
const (
	errTokenMissing   tokenError = "JWT is required!"
	errTokenExpired   tokenError = "JWT validation failed: JWT is expired"
	errTokenSignature tokenError = "JWT validation failed: JWT signature is invalid"
	errTokenMalformed tokenError = "JWT validation failed: JWT is malformed"
	errTokenInvalid   tokenError = "JWT validation failed: JWT claims are invalid"
)

// maxVerified bounds how many tokens are remembered as verified.
const maxVerified = 4096

// tokens issues and verifies access tokens. It is safe for concurrent use.
type tokens struct {
	key      *ecdsa.PrivateKey
	lifetime time.Duration
	clock    func() time.Time
	parser   *jwt.Parser

	// Verifying a signature costs more than most operations do, and a client sends one token many times.
	verified sync.Map // string → claims
	count    atomic.Int64
}

// newTokens returns an issuer with a key of its own, whose tokens live for lifetime by the clock.
func newTokens(lifetime time.Duration, clock func() time.Time) (*tokens, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key that signs access tokens: %w", err)
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
		jwt.WithTimeFunc(clock),
		jwt.WithExpirationRequired(),
	)
	return &tokens{key: key, lifetime: lifetime, clock: clock, parser: parser}, nil
}

// issue returns a signed token for the client with the scopes, which the caller has checked, and its claims. It expires
// at a whole second, never earlier than its lifetime from now.
func (t *tokens) issue(to client, scopes []string) (string, claims, error) {
	now := t.clock()
	expires := now.Add(t.lifetime)
	if whole := expires.Truncate(time.Second); whole.Before(expires) {
		expires = whole.Add(time.Second)
	}
	payload := claims{
		TenantID:    tenantID,
		Pod:         tenantPod,
		Org:         tenantName,
		IdentityID:  to.identityID,
		UserName:    to.userName,
		ClientID:    to.id,
		Authorities: append([]string{}, to.authorities...),
		Scope:       append([]string{}, scopes...),
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        randomID(),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodES256, payload).SignedString(t.key)
	if err != nil {
		return "", claims{}, fmt.Errorf("sign an access token: %w", err)
	}
	return signed, payload, nil
}

// verify returns the claims of the bearer token in the value of an Authorization header. Its error is a tokenError.
func (t *tokens) verify(authorizationHeader string) (claims, error) {
	scheme, token, _ := strings.Cut(authorizationHeader, " ")
	token = strings.TrimSpace(token)
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return claims{}, errTokenMissing
	}
	if known, ok := t.verified.Load(token); ok {
		payload := known.(claims)
		if !t.clock().Before(payload.ExpiresAt.Time) {
			return claims{}, errTokenExpired
		}
		return payload, nil
	}
	var payload claims
	_, err := t.parser.ParseWithClaims(token, &payload, func(*jwt.Token) (any, error) { return &t.key.PublicKey, nil })
	switch {
	case err == nil:
	case errors.Is(err, jwt.ErrTokenMalformed):
		return claims{}, errTokenMalformed
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return claims{}, errTokenSignature
	case errors.Is(err, jwt.ErrTokenExpired):
		return claims{}, errTokenExpired
	default:
		return claims{}, errTokenInvalid
	}
	t.remember(token, payload)
	return payload, nil
}

// remember keeps a verified token, and forgets all others when there are too many.
func (t *tokens) remember(token string, payload claims) {
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
