package session

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"certql/edge"
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
		setRetryAfter(w, err)
		onward, _ := errors.AsType[returning](err)
		writeProblem(w, r, refused, onward.path)
	}
}

// A returning is an error of a sign-in that was to lead to a path, and can be begun again.
type returning struct {
	error

	path string
}

// Unwrap returns the error itself.
func (e returning) Unwrap() error { return e.error }

// refusalTime is how long after the upstream has refused the token of a session a person who comes to sign
// in is sent to the tenant, although the session goes on.
const refusalTime = time.Minute

// login sends the browser to the tenant: GET /auth/login, with the path to return to as the parameter
// return. If a person is signed in already, it sends the browser to that path at once.
func (s *Sessions) login(w http.ResponseWriter, r *http.Request) error {
	returnPath, ok := s.returnPaths.of(r)
	if !ok {
		return errReturnPath
	}
	if s.origin.Scheme == "http" && (&url.URL{Host: r.Host}).Hostname() != s.origin.Hostname() {
		// The same machine by another name, for which the browser has other cookies.
		http.Redirect(w, r, s.url(loginPath+"?"+url.Values{"return": {returnPath}}.Encode()), http.StatusSeeOther)
		return nil
	}
	// A page whose calls are refused sends the browser here, and would do so again if it were led on.
	kept, signedIn, err := s.peek(r)
	if err != nil {
		return returning{err, returnPath}
	}
	if signedIn && time.Since(kept.Refused) > refusalTime {
		http.Redirect(w, r, returnPath, http.StatusSeeOther) //nolint:gosec // s.returnPaths has allowed it
		return nil
	}
	target, err := s.toTenant(w, r, returnPath)
	if err != nil {
		return returning{err, returnPath}
	}
	http.Redirect(w, r, target, http.StatusSeeOther) //nolint:gosec // it is the tenant's
	return nil
}

// toTenant begins an attempt to sign in, and returns where at the tenant the person does so.
func (s *Sessions) toTenant(w http.ResponseWriter, r *http.Request, returnPath string) (target string, err error) {
	// Before a cookie is set.
	if _, err := s.tenant.Discover(r.Context()); err != nil {
		return "", s.tenantFailed(r.Context(), err)
	}
	begun, err := s.attempts.begin(w, r, returnPath)
	if err != nil {
		return "", err
	}
	target, err = s.tenant.AuthorizeURL(r.Context(), begun.State, begun.Verifier)
	if err != nil {
		return "", s.tenantFailed(r.Context(), err)
	}
	return target, nil
}

// tenantFailed logs that the tenant has failed, and returns what callers are told.
func (s *Sessions) tenantFailed(ctx context.Context, err error) error {
	s.log.WarnContext(ctx, "a sign-in has failed", "error", err)
	return errTenant
}

// logout ends the session here and revokes its tokens at the tenant: POST /auth/logout, with the path to
// return to as the parameter return. The response says where the browser's own session at the tenant can
// be ended; the tenant is asked there to send the browser back to that path.
func (s *Sessions) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.checkCookie(r); err != nil {
		return err
	}
	returnPath, ok := s.returnPaths.of(r)
	if !ok {
		return errReturnPath
	}
	if err := s.end(w, r); err != nil {
		return err
	}
	var body struct {
		LogoutURL *string `json:"logoutUrl"`
	}
	// The session has ended, even if the tenant does not say where its own is ended.
	if info, err := s.tenant.Discover(r.Context()); err == nil && info.LogoutURL != "" {
		body.LogoutURL = new(comingBack(info.LogoutURL, s.url(returnPath)))
	}
	writeJSON(w, "application/json", http.StatusOK, body)
	return nil
}

// comingBack returns the URL at which a tenant ends its own session, with the request to send the browser
// to another URL afterwards, as OpenID Connect RP-Initiated Logout has it.
func comingBack(logoutURL, returnURL string) string {
	u, err := url.Parse(logoutURL)
	if err != nil {
		return logoutURL
	}
	query := u.Query()
	query.Set("post_logout_redirect_uri", returnURL)
	u.RawQuery = query.Encode()
	return u.String()
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
