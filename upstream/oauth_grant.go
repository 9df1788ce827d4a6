package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// A grant is renewed a fifth of its lifetime before its end, at most this long.
	maxRenewalLead = time.Minute
	// renewalPause is the least time between two attempts to renew a grant that still works.
	renewalPause = 5 * time.Second
)

// A Grant is what a tenant has granted to a person who signed in, or to a client for itself. It prints
// as the person's identity id.
type Grant struct {
	AccessToken string
	// RefreshToken gets the next grant; empty if the tenant gave none.
	RefreshToken string
	// Expiry is when the access token ends, and RenewAt when it is time to get the next one; both are
	// zero if the tenant does not say.
	Expiry, RenewAt time.Time
	// IdentityID and UserName are who signed in; empty if the tenant does not say.
	IdentityID, UserName string
}

// Format writes who signed in whatever the verb, so that no token is ever printed.
func (g Grant) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "grant of %q", g.IdentityID) }

// Works reports whether the access token still works at a moment, as far as the tenant has said.
func (g Grant) Works(now time.Time) bool { return g.Expiry.IsZero() || now.Before(g.Expiry) }

// Due reports whether it is time at a moment to get the next grant.
func (g Grant) Due(now time.Time) bool {
	return !g.Works(now) || !g.RenewAt.IsZero() && !now.Before(g.RenewAt)
}

// Postpone makes g due again in a moment, so that a tenant that cannot renew it now is left alone.
func (g *Grant) Postpone(now time.Time) { g.RenewAt = now.Add(renewalPause) }

// GrantEnded reports whether an error of Refresh means that the person has to sign in again: the tenant
// does not accept the refresh token any more. Other refusals, such as of the client itself or by
// something in between, may pass.
func GrantEnded(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Operation != TokenOperation {
		return false
	}
	unexplained := e.DetailCode == "" && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnauthorized)
	return unexplained || e.DetailCode == "invalid_grant"
}
