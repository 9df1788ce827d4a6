package oauth

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"slices"
	"time"
)

// browserCookie is the cookie that names the browser at the tenant: before the sign-in the browser that a page was sent
// to, and afterwards its session.
const browserCookie = "sandbox_tenant"

// maxSignInForm bounds the form of the sign-in page, in bytes.
const maxSignInForm = 4 << 10

// doubleClick is how long a sign-in page that was used may come again: the browser of somebody who clicks twice drops the
// response to the first click.
const doubleClick = 10 * time.Second

// A signIn is a sign-in page that waits for a user to choose.
type signIn struct {
	request authorizationRequest
	browser string // the cookie of the browser that the page was sent to
	used    string // the cookie that it was used with, which a double click comes with; empty before
	chosen  bool   // a user was: browser is the cookie of the session since
}

// offer sends the page on which a user is chosen. The user whom the browser is signed in as comes first.
func (s *Server) offer(w http.ResponseWriter, r *http.Request, wanted authorizationRequest) {
	browser, known := browserOf(r)
	if !known {
		browser = rand.Text()
		s.setBrowser(w, r, browser)
	}
	page := signInPage{Application: wanted.client.ID, Host: wanted.redirect.Host, Request: rand.Text(), Users: s.config.Users}
	s.mu.Lock()
	if current, signedIn := s.sessions.get(browser); signedIn {
		page.Current = &current
		page.Users = slices.DeleteFunc(slices.Clone(s.config.Users), func(each User) bool { return each == current })
	}
	s.pending.put(page.Request, &signIn{request: wanted, browser: browser}, s.config.Clock().Add(pendingLifetime))
	s.mu.Unlock()
	page.write(w, wanted.redirect)
}

// signIn serves POST /oauth/authorize, the form of the sign-in page. It signs the browser in as the chosen user and sends
// it back to the application with a code, or with the error that the user cancelled.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSignInForm)
	if err := r.ParseForm(); err != nil {
		writeProblem(w, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	browser, _ := browserOf(r)
	cancelled := r.PostForm.Get("cancel") != ""
	chosen, known := s.user(r.PostForm.Get("identity"))
	if !cancelled && !known {
		writeProblem(w, http.StatusBadRequest, "There is no such user.")
		return
	}
	waiting, ok := s.take(r.PostForm.Get("request"), browser)
	if !ok {
		writeProblem(w, http.StatusBadRequest, "This page has expired, or was sent to another browser. Start again at the application.")
		return
	}
	result := map[string]string{"error": "access_denied", "error_description": "The user cancelled"}
	if !cancelled {
		result = map[string]string{"code": s.accept(w, r, waiting, chosen)}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, waiting.request.result(baseOf(r), result), http.StatusSeeOther)
}

// take returns the sign-in page of that name to the browser that it was sent to, once or for as long as a double click takes.
func (s *Server) take(request, browser string) (*signIn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting, ok := s.pending.get(request)
	if !ok || browser == "" || !same(browser, waiting.browser) && !same(browser, waiting.used) {
		return nil, false
	}
	if waiting.used == "" {
		waiting.used = browser
		s.pending.put(request, waiting, s.config.Clock().Add(doubleClick))
	}
	return waiting, true
}

// same compares a secret with another in a time that does not depend on where they differ.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// accept signs the browser in, under a new cookie, and returns the code for the application. The sign-in pages in the
// browser's other tabs go on. A double click gets another code, and the same cookie.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, waiting *signIn, as User) string {
	code := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !waiting.chosen {
		before, browser := waiting.browser, rand.Text()
		for _, page := range s.pending.entries {
			if page.value.browser == before {
				page.value.browser = browser
			}
		}
		s.sessions.remove(before)
		waiting.browser, waiting.chosen = browser, true
	}
	s.sessions.put(waiting.browser, as, s.config.Clock().Add(sessionLifetime))
	s.codes.put(code, &authorizationCode{request: waiting.request, user: as}, s.config.Clock().Add(codeLifetime))
	s.setBrowser(w, r, waiting.browser)
	return code
}

// user returns the user of that id.
func (s *Server) user(id string) (User, bool) {
	for _, each := range s.config.Users {
		if each.ID == id {
			return each, true
		}
	}
	return User{}, false
}

// logout serves GET /oauth/logout: it ends the browser's session at the tenant, and sends the browser on if the request
// says where to and that is allowed.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if browser, known := browserOf(r); known {
		s.mu.Lock()
		s.sessions.remove(browser)
		s.mu.Unlock()
	}
	s.setBrowser(w, r, "")
	parameters := r.URL.Query()
	target := parameters.Get("post_logout_redirect_uri")
	if target == "" {
		writeNotice(w, http.StatusOK, "Signed out", "You are signed out of the tenant.")
		return
	}
	onward, ok := s.redirect(target)
	if !ok || len(parameters["post_logout_redirect_uri"]) != 1 || len(r.URL.RawQuery) > maxAuthorizeQuery {
		writeProblem(w, http.StatusBadRequest, "You are signed out of the tenant, but post_logout_redirect_uri is not registered.")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	//nolint:gosec // s.redirect has allowed it
	http.Redirect(w, r, with(onward, map[string]string{"state": parameters.Get("state")}), http.StatusSeeOther)
}

// browserOf returns the value of the browser's cookie, if it has one.
func browserOf(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(browserCookie)
	if err != nil || cookie.Value == "" {
		return "", false
	}
	return cookie.Value, true
}

// setBrowser sets the browser's cookie, or removes it if the value is empty. Lax makes the browser send it when an
// application of another site sends the browser here.
func (s *Server) setBrowser(w http.ResponseWriter, r *http.Request, value string) {
	cookie := &http.Cookie{ //nolint:gosec // without TLS, a browser would not keep a secure one
		Name: browserCookie, Value: value, Path: "/oauth/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
		MaxAge: int(sessionLifetime / time.Second),
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}
