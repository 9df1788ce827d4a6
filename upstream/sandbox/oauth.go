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
)

// maxTokenRequest bounds the body of a token request, in bytes.
const maxTokenRequest = 64 << 10

// oauth answers for the tenant's authorisation server: it exchanges credentials for access tokens.
type oauth struct {
	clients map[string]client // by id
	tokens  *tokens
}

// The names under which faults and the journal know the two endpoints; the vendor's definition names them nowhere.
const (
	oauthTokenOperation = "oauthToken"
	oauthInfoOperation  = "oauthInfo"
)

// mount adds the endpoints to mux, each passed through wrap with its name.
func (o *oauth) mount(mux *http.ServeMux, wrap func(operation string, next http.Handler) http.Handler) {
	mux.Handle("POST /oauth/token", wrap(oauthTokenOperation, http.HandlerFunc(o.token)))
	mux.Handle("GET /oauth/info", wrap(oauthInfoOperation, http.HandlerFunc(o.info)))
}

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
}

// An oauthError is a refusal in the form of RFC 6749, section 5.2.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func invalidRequest(description string) error {
	return &oauthError{http.StatusBadRequest, "invalid_request", description}
}

// errInvalidClient does not say which of id and secret is wrong.
func errInvalidClient() error {
	return &oauthError{http.StatusUnauthorized, "invalid_client", "Bad client credentials"}
}

// token answers POST /oauth/token. The parameters come in a form of either encoding or in the query string, the client
// either among them or by HTTP Basic authentication.
func (o *oauth) token(w http.ResponseWriter, r *http.Request) {
	// RFC 6749 demands both, for refusals as well.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	granted, err := o.exchange(w, r)
	if refused, ok := errors.AsType[*oauthError](err); ok {
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
		}
		answer(w, refused.status, refused)
		return
	}
	if err != nil {
		answer(w, http.StatusInternalServerError, &oauthError{Code: "server_error", Description: "The token could not be made."})
		return
	}
	answer(w, http.StatusOK, granted)
}

// exchange turns a token request into a token. Its errors are of type *oauthError unless the fault is the server's.
func (o *oauth) exchange(w http.ResponseWriter, r *http.Request) (*tokenAnswer, error) {
	parameters, err := tokenParameters(w, r)
	if err != nil {
		return nil, err
	}
	caller, err := o.authenticate(r, parameters)
	if err != nil {
		return nil, err
	}
	switch grant := parameters.Get("grant_type"); grant {
	case "client_credentials":
		return o.grant(caller, parameters.Get("scope"))
	case "":
		return nil, invalidRequest("Missing grant type")
	default:
		return nil, &oauthError{http.StatusBadRequest, "unsupported_grant_type", fmt.Sprintf("Unsupported grant type: %.60q", grant)}
	}
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

// grant issues a token to a client. Scopes that it may not have are left out without a word, as the vendor does; when
// it asks for none it gets all of its own.
func (o *oauth) grant(to client, requested string) (*tokenAnswer, error) {
	scopes := to.scopes
	if requested != "" {
		scopes = slices.DeleteFunc(strings.Fields(requested), func(scope string) bool {
			return !slices.Contains(to.scopes, everyScope) && !slices.Contains(to.scopes, scope)
		})
	}
	token, payload, err := o.tokens.issue(to, scopes)
	if err != nil {
		return nil, err
	}
	return &tokenAnswer{
		AccessToken:         token,
		TokenType:           "bearer",
		ExpiresIn:           int64(o.tokens.lifetime / time.Second),
		Scope:               strings.Join(scopes, " "),
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
	}, nil
}

// An oauthInfo is the body of GET /oauth/info.
type oauthInfo struct {
	TenantID          string `json:"tenantId"`
	TenantName        string `json:"tenantName"`
	AuthorizeEndpoint string `json:"authorizeEndpoint"`
	TokenEndpoint     string `json:"tokenEndpoint"`
	CloudDomainURL    string `json:"cloudDomainUrl"`
	LogoutURL         string `json:"logoutUrl"`
	Pod               string `json:"pod"`
}

// info answers GET /oauth/info: where the tenant's endpoints are, under the host by which the caller reached it.
func (o *oauth) info(w http.ResponseWriter, r *http.Request) {
	base := &url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	answer(w, http.StatusOK, oauthInfo{
		TenantID:          tenantID,
		TenantName:        tenantName,
		AuthorizeEndpoint: base.JoinPath("oauth", "authorize").String(),
		TokenEndpoint:     base.JoinPath("oauth", "token").String(),
		CloudDomainURL:    base.String(),
		LogoutURL:         base.JoinPath("oauth", "logout").String(),
		Pod:               tenantPod,
	})
}
