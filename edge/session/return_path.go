package session

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// maxReturn bounds the path that a sign-in leads back to, in bytes.
const maxReturn = 1 << 10

// returnPaths are the paths of the gateway's own origin that a sign-in may lead back to. One that ends in
// /* stands for all paths below it.
type returnPaths []string

// check returns the path to go back to if a request asks for one: the path itself or, if it is empty, the
// first of the paths that there are. It is not ok if the path is not one of them, however a browser may
// read it.
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
			return u.String(), true
		}
	}
	return "", false
}
