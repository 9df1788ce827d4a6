package oauth

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
	user    User
	grantID string // what it was exchanged for, once it was
}

// A grant is a user's permission to an application: the family of tokens that come from one sign-in.
type grant struct {
	id         string
	to         Client // the application, with the user
	scopes     []string
	generation uint64   // of the refresh token that is valid now
	live       []Claims // of the access tokens that may still be valid, the latest first
}

// maxLive bounds how many access tokens of a grant are valid at once; if there are more, the oldest are revoked.
const maxLive = 100

// codeVerifier is the form that RFC 7636 gives to a code verifier.
var codeVerifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// redeem exchanges an authorization code. A code that comes a second time may have been stolen: what it gave is revoked.
func (s *Server) redeem(caller Client, parameters url.Values, issuer string) (*tokenResponse, error) {
	for _, name := range []string{"code", "redirect_uri", "code_verifier"} {
		if parameters.Get(name) == "" {
			return nil, invalidRequest("Missing parameter: " + name)
		}
	}
	verifier := parameters.Get("code_verifier")
	if !codeVerifier.MatchString(verifier) {
		return nil, invalidRequest("The code verifier has to be 43 to 128 letters, digits and -._~")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code, ok := s.codes.get(parameters.Get("code"))
	if !ok || code.request.client.ID != caller.ID {
		return nil, invalidGrant("The code is unknown, has expired, or belongs to another client")
	}
	if code.grantID != "" {
		s.revokeGrant(code.grantID)
		return nil, invalidGrant("The code has been used before; what it gave is revoked")
	}
	digest := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(digest[:])
	if code.request.redirectURI != parameters.Get("redirect_uri") ||
		subtle.ConstantTimeCompare([]byte(challenge), []byte(code.request.challenge)) != 1 {
		s.codes.remove(parameters.Get("code")) // so that there is no second try
		return nil, invalidGrant("The code was given for another redirect URI or code verifier, and is void now")
	}
	given := &grant{id: randomID(), to: caller.For(code.user), scopes: code.request.scopes}
	code.grantID = given.id
	return s.extend(given, given.scopes, issuer)
}

// refresh exchanges a refresh token for an access token and the next refresh token. A token that was exchanged before may
// have been stolen: its whole family is revoked.
func (s *Server) refresh(caller Client, parameters url.Values, issuer string) (*tokenResponse, error) {
	if parameters.Get("refresh_token") == "" {
		return nil, invalidRequest("Missing parameter: refresh_token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known, generation := s.granted(parameters.Get("refresh_token"))
	switch {
	case known == nil || known.to.ID != caller.ID:
		return nil, invalidGrant("The refresh token is unknown, has expired, was revoked, or belongs to another client")
	case generation != known.generation:
		s.revokeGrant(known.id)
		return nil, invalidGrant("The refresh token has been used before; all that came from this sign-in is revoked")
	}
	if s.config.RefreshRevokes {
		s.revokeAccess(known)
	}
	return s.extend(known, narrowed(known.scopes, parameters.Get("scope")), issuer)
}

// extend makes the next tokens of a grant.
func (s *Server) extend(g *grant, scopes []string, issuer string) (*tokenResponse, error) {
	granted, payload, err := s.issue(order{g.to, scopes, issuer, s.config.UserTokenLifetime})
	if err != nil {
		return nil, err
	}
	now := s.config.Clock()
	live := []Claims{payload}
	for _, each := range g.live {
		switch {
		case !now.Before(each.ExpiresAt.Time):
		case len(live) == maxLive:
			s.tokens.revoke(each.ID, each.ExpiresAt.Time)
		default:
			live = append(live, each)
		}
	}
	g.live = live
	g.generation++
	s.grants.put(g.id, g, now.Add(s.config.RefreshLifetime))
	granted.RefreshToken = s.refreshToken(g.id, g.generation)
	return granted, nil
}

// revoke serves POST /oauth/revoke as RFC 7009 says: an access token ends alone, a refresh token together with all that
// came from the same sign-in. A text that is no token is not valid afterwards either, so that is a success.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	caller, parameters, err := s.authenticated(w, r)
	if err == nil {
		err = s.end(caller, parameters.Get("token"))
	}
	if err != nil {
		writeResult(w, nil, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// end revokes a token of the client.
func (s *Server) end(caller Client, token string) error {
	if token == "" {
		return invalidRequest("Missing parameter: token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	foreign := &refusal{http.StatusBadRequest, "unauthorized_client", "The token was given to another client"}
	if known, _ := s.granted(token); known != nil {
		if known.to.ID != caller.ID {
			return foreign
		}
		s.revokeGrant(known.id)
		return nil
	}
	payload, err := s.tokens.verify("Bearer " + token)
	if err != nil {
		return nil // it is not valid, as the caller wanted
	}
	if payload.ClientID != caller.ID {
		return foreign
	}
	s.tokens.revoke(payload.ID, payload.ExpiresAt.Time)
	return nil
}

// revokeGrant ends all tokens of a grant. The caller holds the lock, here and below.
func (s *Server) revokeGrant(id string) {
	if known, ok := s.grants.get(id); ok {
		s.revokeAccess(known)
		s.grants.remove(id)
	}
}

// revokeAccess ends the access tokens of a grant.
func (s *Server) revokeAccess(g *grant) {
	for _, each := range g.live {
		s.tokens.revoke(each.ID, each.ExpiresAt.Time)
	}
	g.live = nil
}

// refreshToken returns the refresh token of that generation. It names its grant and is signed, so that the server tells a
// token that was used before from one that never was, however many there have been.
func (s *Server) refreshToken(grantID string, generation uint64) string {
	text := grantID + "." + strconv.FormatUint(generation, 10)
	digest := hmac.New(sha256.New, s.refreshTokenKey)
	fmt.Fprint(digest, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(digest.Sum(nil))
}

// granted returns the grant that a refresh token belongs to, and the token's generation; nil if there is none.
func (s *Server) granted(token string) (*grant, uint64) {
	id, rest, _ := strings.Cut(token, ".")
	number, _, _ := strings.Cut(rest, ".")
	generation, err := strconv.ParseUint(number, 10, 64)
	if err != nil || !hmac.Equal([]byte(token), []byte(s.refreshToken(id, generation))) {
		return nil, 0
	}
	known, ok := s.grants.get(id)
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
