package session

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// maxReturn bounds where a sign-in leads back to, in bytes.
const maxReturn = 1 << 10

// returnPaths are where a sign-in may lead back to, all of the gateway's own origin. One that ends in
// /* stands for all below it.
type returnPaths []string

// check answers where to go back to for what a request asks for: the first of the paths where it asks
// for nothing. It is not ok where that is not among the paths, whatever it may look like to a browser.
func (p returnPaths) check(asked string) (target string, ok bool) {
	if asked == "" {
		return strings.TrimSuffix(p[0], "*"), true
	}
	if len(asked) > maxReturn || strings.HasPrefix(asked, "//") || strings.ContainsAny(asked, `\#`) || strings.ContainsFunc(asked, unicode.IsControl) {
		return "", false
	}
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	// What is left of the path when it is decoded is what it is for the browser, too.
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
			return u.String(), true
		}
	}
	return "", false
}
