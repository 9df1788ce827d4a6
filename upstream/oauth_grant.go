package upstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// A Grant is what a person has granted by signing in. It prints as the person's identity id.
type Grant struct {
	AccessToken string
	// RefreshToken gets the next grant; empty where the tenant gave none.
	RefreshToken string
	// Expiry is when the access token ends, and RenewAt when it is time to get the next one; both are
	// zero where the tenant does not say.
	Expiry, RenewAt time.Time
	// IdentityID and UserName are who signed in; empty where the tenant does not say.
	IdentityID, UserName string
}

// Format writes who signed in whatever the verb, so that no token is ever printed.
func (g Grant) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "grant of %q", g.IdentityID) }

// fetch asks the token endpoint. What the answer leaves out is as before.
func (a *AuthorizationCode) fetch(ctx context.Context, before Grant, ask func(context.Context, *oauth2.Config) (*oauth2.Token, error)) (Grant, error) {
	info, err := a.Discover(ctx)
	if err != nil {
		return Grant{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, a.client), a.config.FetchTimeout)
	defer cancel()
	asked := a.config.Now()
	granted, err := ask(ctx, a.oauth(info))
	if err != nil {
		return Grant{}, grantFailure(ctx, err, asked)
	}
	bearer, err := Bearer(granted.AccessToken)
	if err != nil {
		return Grant{}, &Error{Operation: opGetToken, Kind: KindInvalid, cause: errNotToken}
	}
	grant := Grant{
		AccessToken:  granted.AccessToken,
		RefreshToken: granted.RefreshToken,
		IdentityID:   cmp.Or(claimed(granted, "identity_id"), bearer.claimed.Subject, before.IdentityID),
		UserName:     cmp.Or(claimed(granted, "user_name"), before.UserName),
	}
	if lifetime := lifetimeOf(granted); lifetime > 0 {
		// Counted from before the request, so as to err on the early side.
		grant.Expiry = asked.Add(lifetime)
		grant.RenewAt = grant.Expiry.Add(-min(lifetime/5, maxRenewalLead))
	}
	return grant, nil
}

// claimed answers a text that came beside a token, fit to be shown.
func claimed(token *oauth2.Token, name string) string {
	text, _ := token.Extra(name).(string)
	return printable(text, maxClaim)
}

// GrantEnded says whether an error of Refresh means that the person has to sign in again: the tenant
// does not accept the refresh token any more. Other refusals, such as of the client itself or by
// something in between, may pass.
func GrantEnded(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Operation != opGetToken {
		return false
	}
	unexplained := e.DetailCode == "" && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnauthorized)
	return unexplained || e.DetailCode == "invalid_grant"
}
