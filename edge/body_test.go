package edge_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/edge"
)

func TestNoMoreOfABodyIsReadThanTheLimit(t *testing.T) {
	tests := map[string]struct {
		body    string
		chunked bool
		status  int
		read    bool // to its end
	}{
		"none":             {"", false, http.StatusOK, true},
		"at the limit":     {"12345678", false, http.StatusOK, true},
		"over the limit":   {"123456789", false, http.StatusRequestEntityTooLarge, false},
		"chunked, at it":   {"12345678", true, http.StatusOK, true},
		"chunked, over it": {"123456789", true, http.StatusOK, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			read := false
			handler := edge.LimitBody(8, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				read = err == nil && string(body) == test.body
			}))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(test.body))
			if test.chunked {
				r.ContentLength = -1
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != test.status || read != test.read {
				t.Errorf("status %d, read to the end %v; want %d, %v", w.Code, read, test.status, test.read)
			}
		})
	}
}
