package session

import (
	"errors"
	"net/http"
	"net/url"

	"certql/edge"
	"certql/upstream"
)

// The paths of the sign-in.
const (
	// Path is the folder of all of them.
	Path = "/auth/"
	// CallbackPath is where the tenant sends browsers back to.
	CallbackPath = Path + "callback"

	loginPath  = Path + "login"
	logoutPath = Path + "logout"
	mePath     = Path + "me"
)

// Handler returns the handler of the requests below Path.
func (s *Sessions) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, endpoint := range map[string]struct {
		method string
		serve  func(http.ResponseWriter, *http.Request) error
	}{
		loginPath:    {http.MethodGet, s.login},
		CallbackPath: {http.MethodGet, s.callback},
		logoutPath:   {http.MethodPost, s.logout},
		mePath:       {http.MethodGet, s.me},
	} {
		mux.HandleFunc(endpoint.method+" "+path, handled(endpoint.serve))
		mux.HandleFunc(path, handled(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Allow", endpoint.method)
			return errMethod
		}))
	}
	mux.HandleFunc("/", handled(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	return mux
}

// handled returns the handler that writes what serve writes or, if that fails, why the request is refused.
func handled(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Referrer-Policy", "no-referrer") // the address may hold a code
		header.Set("X-Content-Type-Options", "nosniff")
		var err error = errCookies
		if !tooManyCookies(r) {
			err = serve(w, r)
		}
		if err == nil {
			return
		}
		refused, ok := errors.AsType[*edge.HTTPError](err)
		if !ok {
			refused = edge.ErrInternal
		}
		writeProblem(w, r, refused)
	}
}

// login sends the browser to the tenant: GET /auth/login, with the path to return to as the parameter
// return.
func (s *Sessions) login(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(query["return"]) > 1 {
		return errReturnPath
	}
	returnPath, ok := s.returnPaths.check(query.Get("return"))
	if !ok {
		return errReturnPath
	}
	if s.origin.Scheme == "http" && (&url.URL{Host: r.Host}).Hostname() != s.origin.Hostname() {
		// The same machine by another name, for which the browser has other cookies.
		http.Redirect(w, r, s.url(loginPath+"?"+url.Values{"return": {returnPath}}.Encode()), http.StatusSeeOther)
		return nil
	}
	// Before a cookie is set.
	if _, err := s.tenant.Discover(r.Context()); err != nil {
		return s.tenantFailed(r, err)
	}
	begun, err := s.attempts.begin(w, r, returnPath)
	if err != nil {
		return err
	}
	target, err := s.tenant.AuthorizeURL(r.Context(), begun.State, begun.Verifier)
	if err != nil {
		return s.tenantFailed(r, err)
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// tenantFailed logs that the tenant has failed, and returns what callers are told.
func (s *Sessions) tenantFailed(r *http.Request, err error) error {
	s.log.WarnContext(r.Context(), "a sign-in has failed", "error", err)
	return errTenant
}

// The longest parameters of a callback, in bytes.
const (
	maxState = 128
	maxCode  = 4 << 10
)

// callback completes a sign-in: GET /auth/callback, where the tenant sends the browser.
func (s *Sessions) callback(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errCallback
	}
	for name, most := range map[string]int{"state": maxState, "code": maxCode, "iss": maxReturn, "error": maxState} {
		if values := query[name]; len(values) > 1 || len(query.Get(name)) > most {
			return errCallback
		}
	}
	state, code, refused := query.Get("state"), query.Get("code"), query.Get("error")
	if state == "" || (code == "") == (refused == "") {
		return errCallback
	}
	begun, ok := s.attempts.take(w, r, state)
	if !ok {
		return errState
	}
	if ours, err := s.tenant.CheckIssuer(r.Context(), query.Get("iss")); err != nil {
		return s.tenantFailed(r, err)
	} else if !ours {
		s.log.WarnContext(r.Context(), "a sign-in was sent back by another issuer than the tenant")
		return errIssuer
	}
	switch refused {
	case "":
	case "access_denied":
		return errSignIn
	default: // something is wrong with the client, or with the tenant
		s.log.WarnContext(r.Context(), "the tenant refused a sign-in", "code", knownError(refused))
		return errTenant
	}
	grant, err := s.tenant.Exchange(r.Context(), code, begun.Verifier)
	if upstream.GrantEnded(err) {
		return errCode
	}
	if err != nil {
		return s.tenantFailed(r, err)
	}
	if err := s.begin(w, r, grant); err != nil {
		return err
	}
	http.Redirect(w, r, begun.Return, http.StatusSeeOther)
	return nil
}

// knownError returns an error code of RFC 6749 if it is one, and otherwise unknown, for the log.
func knownError(code string) string {
	switch code {
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable":
		return code
	}
	return "unknown"
}

// logout ends the session here and revokes its tokens at the tenant: POST /auth/logout. The response
// says where the browser's own session at the tenant can be ended.
func (s *Sessions) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.checkCookie(r); err != nil {
		return err
	}
	if err := s.end(w, r); err != nil {
		return err
	}
	var body struct {
		LogoutURL *string `json:"logoutUrl"`
	}
	// The session has ended, even if the tenant does not say where its own is ended.
	if info, err := s.tenant.Discover(r.Context()); err == nil && info.LogoutURL != "" {
		body.LogoutURL = &info.LogoutURL
	}
	writeJSON(w, "application/json", http.StatusOK, body)
	return nil
}

// me writes who is signed in: GET /auth/me.
func (s *Sessions) me(w http.ResponseWriter, r *http.Request) error {
	if err := s.checkCookie(r); err != nil {
		return err
	}
	if _, brought := s.id(r); !brought {
		return errSignedOut
	}
	found, err := s.use(w, r)
	if err != nil {
		return err
	}
	writeJSON(w, "application/json", http.StatusOK, struct {
		Name       string `json:"name"`
		IdentityID string `json:"identityId"`
		ExpiresAt  string `json:"expiresAt"`
	}{found.grant.UserName, found.grant.IdentityID, found.expiry.UTC().Format("2006-01-02T15:04:05Z")})
	return nil
}

// checkCookie refuses a request that the page of another site made a browser send.
func (s *Sessions) checkCookie(r *http.Request) error {
	switch refused := s.origins.CheckCookie(r); {
	case refused == nil:
		return nil
	case refused.Status == http.StatusForbidden:
		return errOrigin
	default:
		return refused
	}
}
