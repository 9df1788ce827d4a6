package edge

import (
	"fmt"
	"mime"
	"net/http"
)

// Origins are those whose pages may use what a browser sends by itself, such as the cookie of a
// session: the gateway's own, and those that are listed.
type Origins struct{ protection *http.CrossOriginProtection }

// NewOrigins answers the origins that are listed, beside the one that a request is for. Each is as
// browsers write it, such as https://portal.example.com.
func NewOrigins(listed ...string) (*Origins, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range listed {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("origin %q: %w", origin, err)
		}
	}
	return &Origins{protection}, nil
}

// Allows says whether the page that had a browser send the request may do so, whatever the method:
// that of a handshake for a WebSocket, and of a stream of events, is GET. Programs that are no
// browsers say nothing of a page and may.
func (o *Origins) Allows(r *http.Request) bool {
	asWrite := *r
	asWrite.Method = http.MethodPost // the only kind that is looked at
	return o.protection.Check(&asWrite) == nil
}

// CheckCookie refuses a request, which a browser has added a cookie to, where another site may have had
// it sent: by its origin and, should a browser not tell that, by the type of its body, which no form
// can have.
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
	errOrigin      = &HTTPError{http.StatusForbidden, codeForbidden, "The page of another origin may not do that in the name of who is signed in here."}
	errContentType = &HTTPError{http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json."}
)
