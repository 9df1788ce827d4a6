package oauth

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// maxRedirectURI bounds a redirect URI, in bytes.
const maxRedirectURI = 2000

// ParseRedirectURI returns a URI to which a browser may be sent. Its error says what such a URI has to be.
func ParseRedirectURI(text string) (*url.URL, error) {
	uri, err := url.Parse(text)
	if err != nil || len(text) > maxRedirectURI || uri.Scheme != "http" && uri.Scheme != "https" || uri.Hostname() == "" ||
		uri.User != nil || strings.Contains(text, "#") {
		return nil, errors.New("no http or https URL without user and fragment")
	}
	return uri, nil
}

// redirect returns the URI to which an application wants a browser sent, and reports whether it may be: it has to be one
// of the registered, character by character, or any of the local machine. There, RFC 8252, section 7.3, allows any port;
// a developer needs any path as well.
func (s *Server) redirect(text string) (uri *url.URL, ok bool) {
	uri, err := ParseRedirectURI(text)
	if err != nil {
		return nil, false
	}
	switch uri.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return uri, true
	}
	return uri, slices.Contains(s.config.RedirectURIs, text)
}

// with returns the URI with more parameters in its query; those without a value are left out.
func with(uri *url.URL, parameters map[string]string) string {
	extended := *uri
	query := extended.Query()
	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}
	extended.RawQuery = query.Encode()
	return extended.String()
}
