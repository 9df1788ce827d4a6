package session

import (
	"net/http"
	"net/url"
	"strings"
)

// maxCookies is how many cookies a request may bring: several times what browsers keep for a host. Of a
// few thousand, net/http reads none, and that of a session would go unnoticed.
const maxCookies = 1000

// tooManyCookies reports whether a request brings more cookies than it may.
func tooManyCookies(r *http.Request) bool {
	n := 0
	for _, line := range r.Header["Cookie"] {
		n += strings.Count(line, ";") + 1
	}
	return n > maxCookies
}

// cookies are the names and attributes of the cookies. Over TLS, their names tell the browser to accept
// them from this host alone, and never from a page in the clear.
type cookies struct {
	session string // the name of a session's cookie
	attempt string // what the name of an attempt's cookie begins with
	secure  bool
}

// cookiesFor returns the cookies for the origin that browsers see. Not every browser accepts secure
// cookies from localhost in the clear, so there they are plain.
func cookiesFor(origin *url.URL) cookies {
	if origin.Scheme == "https" {
		return cookies{"__Host-certql", "__Host-certql-login-", true}
	}
	return cookies{"certql-session", "certql-login-", false}
}

// make returns a cookie that lasts until the browser is closed. The browser sends it when a link on
// another site is followed, but not with the forms and scripts of other sites.
func (c cookies) make(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// remove makes the browser forget a cookie.
func (c cookies) remove(w http.ResponseWriter, name string) {
	cookie := c.make(name, "")
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}
