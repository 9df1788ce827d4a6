package edge

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// Origins are those whose pages may use what a browser sends by itself, such as the cookie of a session:
// the gateway's own, and those that are listed.
//
// Browsers of today say whether a request comes from a page of the same origin, unless they reach the
// gateway in the clear by a name. Then, as with browsers of old, there is only the origin of the page, and
// it is compared as a whole: http.CrossOriginProtection leaves the scheme out, so that a page which
// somebody has altered on its way in the clear would count as one of the gateway that speaks TLS.
type Origins struct {
	proxies Proxies
	own     string // empty if it is the one that a request is for
	listed  map[string]bool
}

// NewOrigins returns the origin at which browsers reach the gateway, and others whose pages may do the
// same. An empty own stands for the origin that each request is for, which has to be of an allowed host;
// its scheme is that of the connection, or the one that a trusted proxy names. Each origin has to be as
// browsers write it, such as https://portal.example.com; the error names one that is not.
func NewOrigins(proxies Proxies, own string, listed ...string) (*Origins, error) {
	o := &Origins{proxies, own, map[string]bool{}}
	for _, origin := range listed {
		if err := checkOrigin(origin); err != nil {
			return nil, err
		}
		o.listed[origin] = true
	}
	if own != "" {
		return o, checkOrigin(own)
	}
	return o, nil
}

// checkOrigin returns what is wrong with an origin.
func checkOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" || text != u.Scheme+"://"+u.Host {
		return fmt.Errorf("origin %q: must be a scheme, a host and, unless it is the usual one, a port, such as https://portal.example.com", text)
	}
	return nil
}

// Allows reports whether the page that made a browser send the request may do so, whatever the method:
// that of a handshake for a WebSocket, and of a stream of events, is GET. Programs that are no browsers
// say nothing of a page, and are allowed.
func (o *Origins) Allows(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // none stands for what a person has typed in
		return true
	case "":
		return origin == "" || origin == o.ownFor(r) || o.listed[origin]
	default:
		return o.listed[origin]
	}
}

// Handler passes on to next the requests that Allows does.
func (o *Origins) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !o.Allows(r) {
			errForeignPage.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownFor returns the origin of the gateway's own pages, as the browser that sends a request knows it.
func (o *Origins) ownFor(r *http.Request) string {
	if o.own != "" {
		return o.own
	}
	if secure, _ := o.proxies.secure(r); secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// CheckCookie returns why a request that brings a cookie is refused, because another site may have made
// the browser send it; nil if it is not. It goes by the origin of the page and, in case a browser does
// not send that, by the type of the body, which has to be one that no form can have.
func (o *Origins) CheckCookie(r *http.Request) *HTTPError {
	if !o.Allows(r) {
		return errOrigin
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return errContentType
	}
	return nil
}

var (
	errForeignPage = &HTTPError{http.StatusForbidden, "FORBIDDEN", "A page of another origin may not do that: it has to be listed in --cors-origin."}
	errOrigin      = &HTTPError{http.StatusForbidden, "FORBIDDEN", "A page of another origin may not do that in the name of the person who is signed in here."}
	errContentType = &HTTPError{http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json."}
)
