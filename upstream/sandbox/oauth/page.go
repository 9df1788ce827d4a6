package oauth

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"certql/upstream/sandbox/response"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// pages are the pages for people: "signIn" for a signInPage and "notice" for a noticePage.
var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(pageStyle) }, //nolint:gosec // it is the file above
}).Parse(pageSource))

// A signInPage is the page on which a user is chosen.
type signInPage struct {
	Application string
	Host        string // to which the browser is sent back
	Request     string // names the page in its form
	Current     *User  // whom the browser is signed in as, if anybody
	Users       []User
}

// A noticePage tells something, and leads nowhere.
type noticePage struct {
	Title, Text string
}

// write sends the page. Its form may lead to the application.
func (p signInPage) write(w http.ResponseWriter, application *url.URL) {
	writePage(w, http.StatusOK, "signIn", p, "'self' "+originSource(application))
}

// originSource returns the origin of a URL as a Content-Security-Policy names it. That has no form for an IPv6 address,
// for which it is the scheme alone.
func originSource(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

// writeProblem sends a page that tells a person why a request cannot go on.
func writeProblem(w http.ResponseWriter, status int, text string) {
	writeNotice(w, status, "This cannot go on", text)
}

// writeNotice sends a page that tells something.
func writeNotice(w http.ResponseWriter, status int, title, text string) {
	writePage(w, status, "notice", noticePage{title, text}, "'none'")
}

// writePage sends a page that loads nothing, runs nothing, shows in no frame and is kept in no cache. Its forms may lead
// to formAction.
func writePage(w http.ResponseWriter, status int, name string, page any, formAction string) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, page); err != nil {
		response.InternalFault(w)
		return
	}
	digest := sha256.Sum256([]byte(pageStyle))
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(digest[:])+
		"'; img-src data:; form-action "+formAction+"; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Frame-Options", "DENY")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin") // with less, the form would not say where it comes from
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// A browser that is gone cannot be told.
	_, _ = body.WriteTo(w)
}
