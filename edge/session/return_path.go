package session

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
)

// maxReturn bounds the path that a sign-in leads back to, in bytes, as it is asked for and as it is
// written in a URL. The cookie of an attempt holds it, and browsers drop cookies of more than 4 KiB.
const maxReturn = 1 << 10

// returnPaths are the paths of the gateway's own origin that a sign-in or a sign-out may lead back to. One
// that ends in /* stands for all paths below it.
type returnPaths []string

// usual returns the path to go back to if none is asked for: the first of those that there are.
func (p returnPaths) usual() string { return strings.TrimSuffix(p[0], "*") }

// of returns the path to go back to that a request asks for with the parameter return, as check does. It
// is not ok if the query cannot be read, or has several.
func (p returnPaths) of(r *http.Request) (target string, ok bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(query["return"]) > 1 {
		return "", false
	}
	return p.check(query.Get("return"))
}

// check returns the path to go back to if a request asks for one: the path itself or, if it is empty, the
// usual one. It is not ok if the path is not one of them, however a browser may
// read it.
func (p returnPaths) check(asked string) (target string, ok bool) {
	if asked == "" {
		return p.usual(), true
	}
	if len(asked) > maxReturn || strings.HasPrefix(asked, "//") || strings.ContainsAny(asked, `\#`) || strings.ContainsFunc(asked, unicode.IsControl) {
		return "", false
	}
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	// A path that decoding or cleaning would change could be another one for the browser.
	clean := path.Clean(u.Path)
	if strings.HasSuffix(u.Path, "/") && clean != "/" {
		clean += "/"
	}
	if clean != u.Path || strings.ContainsAny(u.Path, `\`) || strings.ContainsFunc(u.Path, unicode.IsControl) {
		return "", false
	}
	for _, allowed := range p {
		below, isTree := strings.CutSuffix(allowed, "*")
		if u.Path == allowed || isTree && strings.HasPrefix(u.Path, below) {
			target = u.String()
			return target, len(target) <= maxReturn
		}
	}
	return "", false
}
