package tenantkeys

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// leeway is how far the tenant's clock and this one may be apart.
const leeway = time.Minute

// algorithms are those of signatures by private keys. None and those of shared secrets are not among them.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// verify returns why a token is not taken; nil if it is.
func (k *Keys) verify(ctx context.Context, token string) error {
	hash := sha256.Sum256([]byte(token))
	if until, ok := k.verified.GetIfPresent(hash); ok {
		if !k.config.Now().Before(until) {
			return errExpired
		}
		return nil
	}
	parsed, err := jwt.ParseSigned(token, algorithms())
	if err != nil {
		return errInvalid
	}
	set, err := k.current(ctx)
	if err != nil {
		return err
	}
	id := parsed.Headers[0].KeyID
	keys := named(set, id)
	if len(keys) == 0 {
		if set = k.renewed(ctx); set == nil {
			return errInvalid
		}
		keys = named(set, id)
	}
	for _, key := range keys {
		var claims jwt.Claims
		if parsed.Claims(key.Key, &claims) == nil {
			return k.judge(hash, claims)
		}
	}
	return errInvalid
}

// named returns the keys of a set with an id; all if it is empty.
func named(set *jose.JSONWebKeySet, id string) []jose.JSONWebKey {
	if id == "" {
		return set.Keys
	}
	return set.Key(id)
}

// judge returns whether a token whose signature is good may be used now.
func (k *Keys) judge(hash [sha256.Size]byte, claims jwt.Claims) error {
	now := k.config.Now()
	if claims.Expiry == nil {
		return errInvalid // it would never end
	}
	until := claims.Expiry.Time().Add(leeway)
	if !now.Before(until) {
		return errExpired
	}
	if claims.NotBefore != nil && now.Add(leeway).Before(claims.NotBefore.Time()) {
		return errInvalid
	}
	k.verified.Set(hash, until)
	return nil
}
