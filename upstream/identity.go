package upstream

import (
	"encoding/base64"
	"fmt"
	"strings"
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

// An identity is what a token claims of itself. Nobody has verified it: it serves to share
// out the budget, and nothing else.
type identity struct {
	client  string // the id of the OAuth client that the token was issued to
	subject string // whom it stands for
}

// An identified is a Credential that knows the identity behind it.
type identified interface{ identity() identity }

// readIdentity reads the claims of a JWT. What is no JWT, or claims too much, has none.
func readIdentity(token string) identity {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, signed := strings.Cut(rest, ".")
	if !signed {
		return identity{}
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return identity{}
	}
	claims, err := decodeObject[struct {
		ClientID   string `json:"client_id"`
		IdentityID string `json:"identity_id"`
		Subject    string `json:"sub"`
	}](text)
	if err != nil {
		return identity{}
	}
	subject := claims.IdentityID
	if subject == "" {
		subject = claims.Subject
	}
	if len(claims.ClientID) > maxClaim || len(subject) > maxClaim {
		return identity{}
	}
	return identity{client: claims.ClientID, subject: subject}
}

// A payer is whose budget a call spends, and who among those that share it.
type payer struct{ budget, caller string }

// payer answers who pays for the calls of a credential. No claim of a token can make a key that
// is another credential's.
func (k RateLimitKey) payer(credential Credential) payer {
	var claimed identity
	if c, ok := credential.(identified); ok {
		claimed = c.identity()
	}
	p := payer{budget: credential.Key(), caller: credential.Key()}
	switch {
	case k == RateLimitByTenant:
		p.budget = "tenant"
	case k == RateLimitByClient && claimed.client != "":
		p.budget = "claimed:" + claimed.client
	}
	if claimed.subject != "" {
		p.caller = "claimed:" + claimed.subject
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
