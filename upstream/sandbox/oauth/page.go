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
	Host        string // where the application has the browser sent back to
	Request     string // names the page when it is sent back
	Current     *User  // whom the browser is signed in as already, if anybody
	Users       []User
}

// A noticePage says something, and ends there.
type noticePage struct {
	Title, Text string
}

// answer writes the page. Its form may lead to the application.
func (p signInPage) answer(w http.ResponseWriter, application *url.URL) {
	writePage(w, http.StatusOK, "signIn", p, "'self' "+originSource(application))
}

// originSource names the origin of a URL in a Content-Security-Policy, which has no words for an IPv6 address: there it
// is the scheme.
func originSource(u *url.URL) string {
	if strings.Contains(u.Hostname(), ":") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

// answerProblem tells a person why a request goes nowhere.
func writeProblem(w http.ResponseWriter, status int, text string) {
	writeNotice(w, status, "This cannot go on", text)
}

func writeNotice(w http.ResponseWriter, status int, title, text string) {
	writePage(w, status, "notice", noticePage{title, text}, "'none'")
}

// answerPage writes a page that loads nothing, runs nothing, stands in no frame and is kept nowhere. Its forms may lead
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
