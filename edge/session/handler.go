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
	// Path is what all of them are below.
	Path = "/auth/"
	// CallbackPath is where the tenant sends browsers back to.
	CallbackPath = Path + "callback"

	loginPath  = Path + "login"
	logoutPath = Path + "logout"
	mePath     = Path + "me"
)

// Handler answers the requests below Path.
func (s *Sessions) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, endpoint := range map[string]struct {
		method string
		answer func(http.ResponseWriter, *http.Request) error
	}{
		loginPath:    {http.MethodGet, s.login},
		CallbackPath: {http.MethodGet, s.callback},
		logoutPath:   {http.MethodPost, s.logout},
		mePath:       {http.MethodGet, s.me},
	} {
		mux.HandleFunc(endpoint.method+" "+path, answering(endpoint.answer))
		mux.HandleFunc(path, answering(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Allow", endpoint.method)
			return errMethod
		}))
	}
	mux.HandleFunc("/", answering(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	return mux
}

// answering answers a request, or why it is refused.
func answering(answer func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Referrer-Policy", "no-referrer") // the address may hold a code
		header.Set("X-Content-Type-Options", "nosniff")
		var err error = errCookies
		if !tooManyCookies(r) {
			err = answer(w, r)
		}
		if err == nil {
			return
		}
		reason, ok := errors.AsType[*edge.HTTPError](err)
		if !ok {
			reason = errInternal
		}
		writeProblem(w, r, reason)
	}
}

// login sends the browser to the tenant: GET /auth/login, with the path to return to as return.
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
		// The same machine by another name, for which it has other cookies; they are the same for each port.
		http.Redirect(w, r, s.url(loginPath+"?"+url.Values{"return": {returnPath}}.Encode()), http.StatusSeeOther)
		return nil
	}
	// Before anything is left in the browser.
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

// tenantFailed notes that the tenant has failed, and answers what callers are told.
func (s *Sessions) tenantFailed(r *http.Request, err error) error {
	s.log.WarnContext(r.Context(), "a sign-in has failed", "error", err)
	return errTenant
}

// The longest parameters of a callback, in bytes.
const (
	maxState = 128
	maxCode  = 4 << 10
)

// callback ends a sign-in: GET /auth/callback, as the tenant has the browser ask for it.
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
		s.log.WarnContext(r.Context(), "a sign-in was sent back by somebody else than the tenant")
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

// knownError answers an error code of RFC 6749 as it may be logged.
func knownError(code string) string {
	switch code {
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable":
		return code
	}
	return "unknown"
}

// logout ends the session, here and as far as it goes at the tenant: POST /auth/logout. It answers where
// the browser's own session at the tenant can be ended.
func (s *Sessions) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.checkCookie(r); err != nil {
		return err
	}
	if err := s.end(w, r); err != nil {
		return err
	}
	var answer struct {
		LogoutURL *string `json:"logoutUrl"`
	}
	// The session has ended, whether the tenant says where to go on or not.
	if info, err := s.tenant.Discover(r.Context()); err == nil && info.LogoutURL != "" {
		answer.LogoutURL = &info.LogoutURL
	}
	writeJSON(w, "application/json", http.StatusOK, answer)
	return nil
}

// me answers who is signed in: GET /auth/me.
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

// checkCookie refuses what the page of another site had a browser send.
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
