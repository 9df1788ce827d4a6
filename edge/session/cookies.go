package session

import (
	"net/http"
	"net/url"
	"strings"
)

// maxCookies is how many cookies a request may bring: several times what browsers keep for a host. Where
// there are a few thousand, net/http reads none of them, and that of a session would go unnoticed.
const maxCookies = 1000

// tooManyCookies says whether a request brings more cookies than it may.
func tooManyCookies(r *http.Request) bool {
	n := 0
	for _, line := range r.Header["Cookie"] {
		n += strings.Count(line, ";") + 1
	}
	return n > maxCookies
}

// cookies are the names and attributes of the cookies. Over TLS, their names tell the browser to take
// them from this very host alone, and never from a page in the clear.
type cookies struct {
	session string // the name of the session's
	attempt string // how the name of an attempt's begins
	secure  bool
}

// cookiesFor answers the cookies for the origin that browsers see. Not every browser takes secure cookies
// from a page on localhost that came in the clear, so there they are plain.
func cookiesFor(origin *url.URL) cookies {
	if origin.Scheme == "https" {
		return cookies{"__Host-certql", "__Host-certql-login-", true}
	}
	return cookies{"certql-session", "certql-login-", false}
}

// make answers a cookie that goes when the browser is closed. Links of other sites lead to pages that
// are signed in; forms and scripts of other sites do not have it sent.
func (c cookies) make(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// remove has the browser forget a cookie.
func (c cookies) remove(w http.ResponseWriter, name string) {
	cookie := c.make(name, "")
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}
