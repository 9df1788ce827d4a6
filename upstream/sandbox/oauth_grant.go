package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// An authorizationCode stands for a user who has signed in, until the application exchanges it.
type authorizationCode struct {
	request authorizationRequest
	user    persona
	grantID string // what it was exchanged for, once it was
}

// A grant is a user's permission to an application: the family of tokens that come from one sign-in.
type grant struct {
	id         string
	to         client // the application, with the user
	scopes     []string
	generation uint64   // of the refresh token that is good now
	live       []claims // of the access tokens that may be good still, the latest first
}

// maxLive bounds how many access tokens of a grant are good at once; where there would be more, the oldest are revoked.
const maxLive = 100

// codeVerifier is the form that RFC 7636 gives to a code verifier.
var codeVerifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

func invalidGrant(description string) error {
	return &oauthError{http.StatusBadRequest, "invalid_grant", description}
}

// redeem exchanges an authorization code. A code that comes a second time may have been stolen: what it gave is revoked.
func (o *oauth) redeem(caller client, parameters url.Values, issuer string) (*tokenAnswer, error) {
	for _, name := range []string{"code", "redirect_uri", "code_verifier"} {
		if parameters.Get(name) == "" {
			return nil, invalidRequest("Missing parameter: " + name)
		}
	}
	verifier := parameters.Get("code_verifier")
	if !codeVerifier.MatchString(verifier) {
		return nil, invalidRequest("The code verifier has to be 43 to 128 letters, digits and -._~")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	code, ok := o.codes.get(parameters.Get("code"))
	if !ok || code.request.client.id != caller.id {
		return nil, invalidGrant("The code is unknown, has expired, or belongs to another client")
	}
	if code.grantID != "" {
		o.revokeGrant(code.grantID)
		return nil, invalidGrant("The code has been used before; what it gave is revoked")
	}
	digest := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(digest[:])
	if code.request.redirectURI != parameters.Get("redirect_uri") ||
		subtle.ConstantTimeCompare([]byte(challenge), []byte(code.request.challenge)) != 1 {
		o.codes.remove(parameters.Get("code")) // so that nobody can try again
		return nil, invalidGrant("The code was given for another redirect URI or code verifier, and is void now")
	}
	given := &grant{id: randomID(), to: code.user.through(caller), scopes: code.request.scopes}
	code.grantID = given.id
	return o.extend(given, given.scopes, issuer)
}

// refresh exchanges a refresh token for an access token and the next refresh token. One that was exchanged before may
// have been stolen: its whole family is revoked.
func (o *oauth) refresh(caller client, parameters url.Values, issuer string) (*tokenAnswer, error) {
	if parameters.Get("refresh_token") == "" {
		return nil, invalidRequest("Missing parameter: refresh_token")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	known, generation := o.granted(parameters.Get("refresh_token"))
	switch {
	case known == nil || known.to.id != caller.id:
		return nil, invalidGrant("The refresh token is unknown, has expired, was revoked, or belongs to another client")
	case generation != known.generation:
		o.revokeGrant(known.id)
		return nil, invalidGrant("The refresh token has been used before; all that came from this sign-in is revoked")
	}
	if o.refreshRevokes {
		o.revokeAccess(known)
	}
	return o.extend(known, narrowed(known.scopes, parameters.Get("scope")), issuer)
}

// extend makes the next tokens of a grant.
func (o *oauth) extend(g *grant, scopes []string, issuer string) (*tokenAnswer, error) {
	answer, payload, err := o.issue(order{g.to, scopes, issuer, o.lifetimes.user})
	if err != nil {
		return nil, err
	}
	now := o.clock()
	live := []claims{payload}
	for _, each := range g.live {
		switch {
		case !now.Before(each.ExpiresAt.Time):
		case len(live) == maxLive:
			o.tokens.revoke(each.ID, each.ExpiresAt.Time)
		default:
			live = append(live, each)
		}
	}
	g.live = live
	g.generation++
	o.grants.put(g.id, g, now.Add(o.lifetimes.refresh))
	answer.RefreshToken = o.refreshToken(g.id, g.generation)
	return answer, nil
}

// revoke answers POST /oauth/revoke, as RFC 7009 has it: an access token ends by itself, a refresh token with all that
// came from the same sign-in. What is no token is none afterwards, either.
func (o *oauth) revoke(w http.ResponseWriter, r *http.Request) {
	caller, parameters, err := o.authenticated(w, r)
	if err == nil {
		err = o.end(caller, parameters.Get("token"))
	}
	if err != nil {
		answerOAuth(w, nil, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// end revokes a token of the client.
func (o *oauth) end(caller client, token string) error {
	if token == "" {
		return invalidRequest("Missing parameter: token")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	foreign := &oauthError{http.StatusBadRequest, "unauthorized_client", "The token was given to another client"}
	if known, _ := o.granted(token); known != nil {
		if known.to.id != caller.id {
			return foreign
		}
		o.revokeGrant(known.id)
		return nil
	}
	payload, err := o.tokens.verify("Bearer " + token)
	if err != nil {
		return nil // it is no good token, as the caller wanted
	}
	if payload.ClientID != caller.id {
		return foreign
	}
	o.tokens.revoke(payload.ID, payload.ExpiresAt.Time)
	return nil
}

// revokeGrant ends all tokens of a grant. The caller holds the lock, here and below.
func (o *oauth) revokeGrant(id string) {
	if known, ok := o.grants.get(id); ok {
		o.revokeAccess(known)
		o.grants.remove(id)
	}
}

// revokeAccess ends the access tokens of a grant.
func (o *oauth) revokeAccess(g *grant) {
	for _, each := range g.live {
		o.tokens.revoke(each.ID, each.ExpiresAt.Time)
	}
	g.live = nil
}

// refreshToken returns the refresh token of that generation. It names its grant and vouches for itself, so that one that
// was used before is told from one that never was, however many there have been.
func (o *oauth) refreshToken(grantID string, generation uint64) string {
	text := grantID + "." + strconv.FormatUint(generation, 10)
	digest := hmac.New(sha256.New, o.refreshTokenKey)
	fmt.Fprint(digest, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(digest.Sum(nil))
}

// granted returns the grant that a refresh token belongs to, and the token's generation; nil where there is none.
func (o *oauth) granted(token string) (*grant, uint64) {
	id, rest, _ := strings.Cut(token, ".")
	number, _, _ := strings.Cut(rest, ".")
	generation, err := strconv.ParseUint(number, 10, 64)
	if err != nil || !hmac.Equal([]byte(token), []byte(o.refreshToken(id, generation))) {
		return nil, 0
	}
	known, ok := o.grants.get(id)
	if !ok {
		return nil, 0
	}
	return known, generation
}

// randomKey returns a key for refreshToken.
func randomKey() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // it never fails
	return key
}
