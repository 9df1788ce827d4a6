package telemetry

import (
	"net/http"
	"strings"
)

const (
	requestIDHeader = "X-Request-Id"
	maxRequestID    = 64
)

// requestID returns the id that a request brings along if that is fit for logs and headers, and a new
// one otherwise.
func requestID(r *http.Request, newID func() string) string {
	if id := r.Header.Get(requestIDHeader); isRequestID(id) {
		return id
	}
	return newID()
}

// isRequestID reports whether an id is one that proxies and programs commonly make: up to 64 letters,
// digits and the characters - _ . : + / =.
func isRequestID(id string) bool {
	return id != "" && len(id) <= maxRequestID && !strings.ContainsFunc(id, func(r rune) bool {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return false
		}
		return !strings.ContainsRune("-_.:+/=", r)
	})
}
