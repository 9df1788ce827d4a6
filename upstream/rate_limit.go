package upstream

import (
	"fmt"

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

// payer returns who pays for the calls of a credential. No claim of a token can make a key that
// is another credential's.
func (k RateLimitKey) payer(credential Credential) throttle.Payer {
	var claimed Identity
	if c, ok := credential.(Identified); ok {
		claimed = c.Identity()
	}
	p := throttle.Payer{Budget: credential.Key(), Caller: credential.Key()}
	if own := ownBudget(credential); own != "" {
		p.Budget = own
	}
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
