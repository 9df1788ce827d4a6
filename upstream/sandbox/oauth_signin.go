package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"slices"
	"time"
)

// browserCookie names the browser at the tenant: first the one that a sign-in page was sent to, then its session.
const browserCookie = "sandbox_tenant"

// maxSignInForm bounds the form of the sign-in page, in bytes.
const maxSignInForm = 4 << 10

// A signIn is a sign-in page that waits for somebody to choose.
type signIn struct {
	request authorizationRequest
	browser string // the cookie of the browser that the page was sent to
}

// offer sends the page on which a user is chosen, the one that the browser is signed in as first.
func (o *oauth) offer(w http.ResponseWriter, r *http.Request, wanted authorizationRequest) {
	browser, known := browserOf(r)
	if !known {
		browser = rand.Text()
		o.setBrowser(w, r, browser)
	}
	page := signInPage{Application: wanted.client.id, Host: wanted.redirect.Host, Request: rand.Text(), Users: o.users}
	o.mu.Lock()
	if current, signedIn := o.sessions.get(browser); signedIn {
		page.Current = &current
		page.Users = slices.DeleteFunc(slices.Clone(o.users), func(each persona) bool { return each == current })
	}
	o.pending.put(page.Request, &signIn{wanted, browser}, o.clock().Add(pendingLifetime))
	o.mu.Unlock()
	page.answer(w, wanted.redirect)
}

// signIn answers POST /oauth/authorize, the form of the sign-in page: it signs the browser in as the chosen user, and
// sends it back to the application with a code, or with the word that somebody cancelled.
func (o *oauth) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSignInForm)
	if err := r.ParseForm(); err != nil {
		answerProblem(w, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	browser, _ := browserOf(r)
	cancelled := r.PostForm.Get("cancel") != ""
	chosen, known := o.user(r.PostForm.Get("identity"))
	if !cancelled && !known {
		answerProblem(w, http.StatusBadRequest, "There is no such user.")
		return
	}
	waiting, ok := o.take(r.PostForm.Get("request"), browser)
	if !ok {
		answerProblem(w, http.StatusBadRequest, "This page has expired, or was sent to another browser. Start again at the application.")
		return
	}
	answer := map[string]string{"error": "access_denied", "error_description": "The user cancelled"}
	if !cancelled {
		answer = map[string]string{"code": o.accept(w, r, waiting, chosen)}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, waiting.request.answer(baseOf(r), answer), http.StatusSeeOther)
}

// take returns the sign-in page of that name, once, to the browser that it was sent to.
func (o *oauth) take(request, browser string) (*signIn, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting, ok := o.pending.get(request)
	if !ok || subtle.ConstantTimeCompare([]byte(waiting.browser), []byte(browser)) != 1 {
		return nil, false
	}
	o.pending.remove(request)
	return waiting, true
}

// accept signs the browser in, under a cookie that nobody has seen before, and returns the code for the application.
func (o *oauth) accept(w http.ResponseWriter, r *http.Request, waiting *signIn, as persona) string {
	code, browser := rand.Text(), rand.Text()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions.remove(waiting.browser)
	o.sessions.put(browser, as, o.clock().Add(sessionLifetime))
	o.codes.put(code, &authorizationCode{request: waiting.request, user: as}, o.clock().Add(codeLifetime))
	o.setBrowser(w, r, browser)
	return code
}

// user returns the user of that client id.
func (o *oauth) user(id string) (persona, bool) {
	for _, each := range o.users {
		if each.client == id {
			return each, true
		}
	}
	return persona{}, false
}

// logout answers GET /oauth/logout: it ends the browser's session at the tenant, and sends the browser on to where it
// may go, if the request says where.
func (o *oauth) logout(w http.ResponseWriter, r *http.Request) {
	if browser, known := browserOf(r); known {
		o.mu.Lock()
		o.sessions.remove(browser)
		o.mu.Unlock()
	}
	o.setBrowser(w, r, "")
	parameters := r.URL.Query()
	target := parameters.Get("post_logout_redirect_uri")
	if target == "" {
		answerNotice(w, http.StatusOK, "Signed out", "You are signed out of the tenant.")
		return
	}
	onward, ok := o.redirect(target)
	if !ok || len(parameters["post_logout_redirect_uri"]) != 1 || len(r.URL.RawQuery) > maxAuthorizeQuery {
		answerProblem(w, http.StatusBadRequest, "You are signed out of the tenant, but post_logout_redirect_uri is not registered.")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	//nolint:gosec // o.redirect has allowed it
	http.Redirect(w, r, with(onward, map[string]string{"state": parameters.Get("state")}), http.StatusSeeOther)
}

// browserOf returns the cookie of a browser that has one.
func browserOf(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(browserCookie)
	if err != nil || cookie.Value == "" {
		return "", false
	}
	return cookie.Value, true
}

// setBrowser gives the browser its cookie, or takes it away where the value is empty. Lax lets it come along when an
// application of another site sends the browser here.
func (o *oauth) setBrowser(w http.ResponseWriter, r *http.Request, value string) {
	cookie := &http.Cookie{ //nolint:gosec // without TLS, a browser would not keep a secure one
		Name: browserCookie, Value: value, Path: "/oauth/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
		MaxAge: int(sessionLifetime / time.Second),
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}
