package edge

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// Origins are those whose pages may use what a browser sends by itself, such as the cookie of a session:
// the gateway's own, and those that are listed.
type Origins struct {
	protection *http.CrossOriginProtection
	listed     []string
}

// NewOrigins returns the listed origins, which count beside the one that a request is for. Each has to
// be as browsers write it, such as https://portal.example.com; the error names one that is not.
func NewOrigins(listed ...string) (*Origins, error) {
	o := &Origins{http.NewCrossOriginProtection(), listed}
	for _, origin := range listed {
		if err := o.protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("origin %q: %w", origin, err)
		}
	}
	return o, nil
}

// Allows reports whether the page that made a browser send the request may do so, whatever the method:
// that of a handshake for a WebSocket, and of a stream of events, is GET. Programs that are no browsers
// say nothing of a page, and are allowed.
func (o *Origins) Allows(r *http.Request) bool {
	asWrite := *r
	asWrite.Method = http.MethodPost // since reads are not looked at
	return o.protection.Check(&asWrite) == nil && !o.inTheClear(r)
}

// inTheClear reports whether a request that is for an origin with TLS comes from a page of the same host
// without TLS, which anyone on the way may have written. The library compares hosts alone if the browser
// does not say how the two origins are related.
func (o *Origins) inTheClear(r *http.Request) bool {
	page := r.Header.Get("Origin")
	return r.Header.Get("Sec-Fetch-Site") == "" && strings.HasPrefix(page, "http://") &&
		(r.TLS != nil || slices.Contains(o.listed, "https://"+r.Host)) && !slices.Contains(o.listed, page)
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
	errOrigin      = &HTTPError{http.StatusForbidden, "FORBIDDEN", "The page of another origin may not do that in the name of who is signed in here."}
	errContentType = &HTTPError{http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json."}
)
