package upstream

import (
	"encoding/base64"
	"fmt"
	"strings"

	"certql/upstream/throttle"
)

// RateLimitKey says which calls spend the same request budget.
type RateLimitKey string

// The keys. The service counts by client id.
const (
	// RateLimitByClient, the default, gives all tokens of one client id one budget. The id is
	// read from the token, unverified. A token that does not tell has a budget of its own.
	RateLimitByClient RateLimitKey = "client"
	// RateLimitByCredential gives each credential a budget of its own.
	RateLimitByCredential RateLimitKey = "credential"
	// RateLimitByTenant gives all calls of a Client one budget.
	RateLimitByTenant RateLimitKey = "tenant"
)

// maxClaim bounds what is taken from a token, in bytes.
const maxClaim = 200

// An Identity is what a token claims of itself, or what a credential knows of its tokens. Nobody
// has verified it: it serves to share out the budget, and nothing else.
type Identity struct {
	Client  string // the id of the OAuth client that the token was issued to
	Subject string // whom it stands for
}

// An Identified is a Credential that knows the identity behind it.
type Identified interface {
	Credential
	Identity() Identity
}

// readIdentity reads the claims of a JWT. What is no JWT, or claims too much, has none.
func readIdentity(token string) Identity {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, signed := strings.Cut(rest, ".")
	if !signed {
		return Identity{}
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return Identity{}
	}
	claims, err := decodeObject[struct {
		ClientID   string `json:"client_id"`
		IdentityID string `json:"identity_id"`
		Subject    string `json:"sub"`
	}](text)
	if err != nil {
		return Identity{}
	}
	subject := claims.IdentityID
	if subject == "" {
		subject = claims.Subject
	}
	if len(claims.ClientID) > maxClaim || len(subject) > maxClaim {
		return Identity{}
	}
	return Identity{Client: claims.ClientID, Subject: subject}
}

// payer answers who pays for the calls of a credential. No claim of a token can make a key that
// is another credential's.
func (k RateLimitKey) payer(credential Credential) throttle.Payer {
	var claimed Identity
	if c, ok := credential.(Identified); ok {
		claimed = c.Identity()
	}
	p := throttle.Payer{Budget: credential.Key(), Caller: credential.Key()}
	switch {
	case k == RateLimitByTenant:
		p.Budget = "tenant"
	case k == RateLimitByClient && claimed.Client != "":
		p.Budget = "claimed:" + claimed.Client
	}
	if claimed.Subject != "" {
		p.Caller = "claimed:" + claimed.Subject
	}
	return p
}

func (k RateLimitKey) validate() error {
	switch k {
	case RateLimitByClient, RateLimitByCredential, RateLimitByTenant:
		return nil
	}
	return fmt.Errorf("RateLimitKey: must be %s, %s or %s", RateLimitByClient, RateLimitByCredential, RateLimitByTenant)
}
