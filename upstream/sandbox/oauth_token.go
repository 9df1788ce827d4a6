package sandbox

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

	"certql/upstream/sandbox/response"
)

// maxTokenRequest bounds the body of a token request, in bytes.
const maxTokenRequest = 64 << 10

// A tokenAnswer is the body of a successful POST /oauth/token, member by member as the vendor sends it.
type tokenAnswer struct {
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

// errInvalidClient does not say which of id and secret is wrong.
func errInvalidClient() error {
	return &oauthError{http.StatusUnauthorized, "invalid_client", "Bad client credentials"}
}

// token answers POST /oauth/token. The parameters come in a form of either encoding or in the query string, the client
// either among them or by HTTP Basic authentication.
func (o *oauth) token(w http.ResponseWriter, r *http.Request) {
	granted, err := o.exchange(w, r)
	answerOAuth(w, granted, err)
}

// answerOAuth writes the answer to a client: what it asked for, or the error.
func answerOAuth(w http.ResponseWriter, granted any, err error) {
	// RFC 6749 demands both, for refusals as well.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if refused, ok := errors.AsType[*oauthError](err); ok {
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
		}
		response.JSON(w, refused.status, refused)
		return
	}
	if err != nil {
		response.JSON(w, http.StatusInternalServerError, &oauthError{Code: "server_error", Description: "The token could not be made."})
		return
	}
	response.JSON(w, http.StatusOK, granted)
}

// exchange turns a token request into a token. Its errors are of type *oauthError unless the fault is the server's.
func (o *oauth) exchange(w http.ResponseWriter, r *http.Request) (*tokenAnswer, error) {
	caller, parameters, err := o.authenticated(w, r)
	if err != nil {
		return nil, err
	}
	issuer := baseOf(r).String()
	switch grantType := parameters.Get("grant_type"); {
	case grantType == "":
		return nil, invalidRequest("Missing grant type")
	case grantType != "client_credentials" && grantType != "authorization_code" && grantType != "refresh_token":
		return nil, &oauthError{http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("Unsupported grant type: %.60q", grantType)}
	case caller.application != (grantType != "client_credentials"):
		return nil, &oauthError{http.StatusBadRequest, "unauthorized_client", "Unauthorized grant type: " + grantType}
	case grantType == "authorization_code":
		return o.redeem(caller, parameters, issuer)
	case grantType == "refresh_token":
		return o.refresh(caller, parameters, issuer)
	}
	granted, _, err := o.issue(order{caller, narrowed(caller.scopes, parameters.Get("scope")), issuer, o.lifetimes.credentials})
	return granted, err
}

// authenticated returns the client that makes a request, and the parameters of the request.
func (o *oauth) authenticated(w http.ResponseWriter, r *http.Request) (client, url.Values, error) {
	parameters, err := tokenParameters(w, r)
	if err != nil {
		return client{}, nil, err
	}
	caller, err := o.authenticate(r, parameters)
	return caller, parameters, err
}

// tokenParameters reads the parameters of a token request from wherever the vendor accepts them.
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
		return nil, &oauthError{http.StatusUnsupportedMediaType, "invalid_request", "The parameters are sent as a form or in the query string"}
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &oauthError{http.StatusRequestEntityTooLarge, "invalid_request", "The request is too large"}
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
func (o *oauth) authenticate(r *http.Request, parameters url.Values) (client, error) {
	id, secret := parameters.Get("client_id"), parameters.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		if secret != "" {
			return client{}, invalidRequest("The client secret is sent in two places")
		}
		// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
		basicID, idErr := url.QueryUnescape(user)
		basicSecret, secretErr := url.QueryUnescape(password)
		if idErr != nil || secretErr != nil || id != "" && id != basicID {
			return client{}, errInvalidClient()
		}
		id, secret = basicID, basicSecret
	}
	known, ok := o.clients[id]
	if !ok || subtle.ConstantTimeCompare([]byte(known.secret), []byte(secret)) != 1 {
		return client{}, errInvalidClient()
	}
	return known, nil
}

// narrowed returns the scopes of a token where a request names some: those of them that are allowed. Others are left out
// without a word, as the vendor does; a request that names none gets all that are allowed.
func narrowed(allowed []string, requested string) []string {
	if requested == "" {
		return allowed
	}
	return slices.DeleteFunc(strings.Fields(requested), func(scope string) bool {
		return !slices.Contains(allowed, everyScope) && !slices.Contains(allowed, scope)
	})
}

// issue makes an access token, and what is said with it.
func (o *oauth) issue(wanted order) (*tokenAnswer, claims, error) {
	token, payload, err := o.tokens.issue(wanted)
	if err != nil {
		return nil, claims{}, err
	}
	return &tokenAnswer{
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
