package oauth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxTokenRequest bounds the body of a token request, in bytes.
const maxTokenRequest = 64 << 10

// A tokenResponse is the body of a successful POST /oauth/token, member by member as the vendor sends it.
type tokenResponse struct {
	AccessToken         string `json:"access_token"`
	TokenType           string `json:"token_type"`
	ExpiresIn           int64  `json:"expires_in"` // seconds
	Scope               string `json:"scope"`
	TenantID            string `json:"tenant_id"`
	Pod                 string `json:"pod"`
	Org                 string `json:"org"`
	UserID              string `json:"user_id,omitzero"`
	IdentityID          string `json:"identity_id,omitzero"`
	UserName            string `json:"user_name,omitzero"`
	StrongAuth          bool   `json:"strong_auth"`
	StrongAuthSupported bool   `json:"strong_auth_supported"`
	AccessType          string `json:"accessType"`
	Internal            bool   `json:"internal"`
	Enabled             bool   `json:"enabled"`
	JTI                 string `json:"jti"`
	RefreshToken        string `json:"refresh_token,omitzero"`
}

// token serves POST /oauth/token. The parameters come in a form of either encoding or in the query string; the client's
// credentials are among them, or come by HTTP Basic authentication.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	granted, err := s.exchange(w, r)
	writeResult(w, granted, err)
}

// exchange returns the token that a request asks for. Its errors are of type *refusal unless the fault is the server's.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) (*tokenResponse, error) {
	caller, parameters, err := s.authenticated(w, r)
	if err != nil {
		return nil, err
	}
	issuer := baseOf(r).String()
	switch grantType := parameters.Get("grant_type"); {
	case grantType == "":
		return nil, invalidRequest("Missing grant type")
	case grantType != "client_credentials" && grantType != "authorization_code" && grantType != "refresh_token":
		return nil, &refusal{http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("Unsupported grant type: %.60q", grantType)}
	case caller.Application != (grantType != "client_credentials"):
		return nil, &refusal{http.StatusBadRequest, "unauthorized_client", "Unauthorized grant type: " + grantType}
	case grantType == "authorization_code":
		return s.redeem(caller, parameters, issuer)
	case grantType == "refresh_token":
		return s.refresh(caller, parameters, issuer)
	}
	granted, _, err := s.issue(order{caller, narrowed(caller.Scopes, parameters.Get("scope")), issuer, s.config.TokenLifetime})
	return granted, err
}

// authenticated returns the client that makes a request, and the parameters of the request.
func (s *Server) authenticated(w http.ResponseWriter, r *http.Request) (Client, url.Values, error) {
	parameters, err := tokenParameters(w, r)
	if err != nil {
		return Client{}, nil, err
	}
	caller, err := s.authenticate(r, parameters)
	return caller, parameters, err
}

// tokenParameters reads the parameters of a token request from each place where the vendor accepts them.
func tokenParameters(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxTokenRequest)
	contentType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Content-Type") == "": // everything is in the query string
		contentType = "application/x-www-form-urlencoded"
	case err != nil:
		return nil, invalidRequest("The content type cannot be read")
	}
	switch contentType {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(maxTokenRequest)
	default:
		return nil, &refusal{http.StatusUnsupportedMediaType, "invalid_request", "The parameters are sent as a form or in the query string"}
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "invalid_request", "The request is too large"}
	}
	if err != nil {
		return nil, invalidRequest("The parameters cannot be read")
	}
	for name, values := range r.Form {
		if len(values) > 1 {
			return nil, invalidRequest(fmt.Sprintf("Repeated parameter: %.60q", name))
		}
	}
	return r.Form, nil
}

// authenticate returns the client that makes the request.
func (s *Server) authenticate(r *http.Request, parameters url.Values) (Client, error) {
	id, secret := parameters.Get("client_id"), parameters.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		if secret != "" {
			return Client{}, invalidRequest("The client secret is sent in two places")
		}
		// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
		basicID, idErr := url.QueryUnescape(user)
		basicSecret, secretErr := url.QueryUnescape(password)
		if idErr != nil || secretErr != nil || id != "" && id != basicID {
			return Client{}, invalidClient()
		}
		id, secret = basicID, basicSecret
	}
	known, ok := s.clients[id]
	if !ok || subtle.ConstantTimeCompare([]byte(known.Secret), []byte(secret)) != 1 {
		return Client{}, invalidClient()
	}
	return known, nil
}

// narrowed returns the scopes of a token: those that the request names, without those that are not allowed, which the
// vendor leaves out silently; or all that are allowed, if the request names none.
func narrowed(allowed []string, requested string) []string {
	if requested == "" {
		return allowed
	}
	return slices.DeleteFunc(strings.Fields(requested), func(scope string) bool {
		return !slices.Contains(allowed, EveryScope) && !slices.Contains(allowed, scope)
	})
}

// issue makes an access token, and the response that carries it.
func (s *Server) issue(wanted order) (*tokenResponse, Claims, error) {
	token, payload, err := s.tokens.issue(wanted)
	if err != nil {
		return nil, Claims{}, err
	}
	return &tokenResponse{
		AccessToken:         token,
		TokenType:           "bearer",
		ExpiresIn:           int64(wanted.lifetime / time.Second),
		Scope:               strings.Join(wanted.scopes, " "),
		TenantID:            payload.TenantID,
		Pod:                 payload.Pod,
		Org:                 payload.Org,
		UserID:              payload.IdentityID,
		IdentityID:          payload.IdentityID,
		UserName:            payload.UserName,
		StrongAuthSupported: true,
		AccessType:          "OFFLINE",
		Internal:            false,
		Enabled:             true,
		JTI:                 payload.ID,
	}, payload, nil
}
