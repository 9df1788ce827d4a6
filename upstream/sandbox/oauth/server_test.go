package oauth

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEndpointsHaveTheirMethods(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	for path, allowed := range map[string]string{
		"/oauth/info": "GET, OPTIONS, HEAD", "/oauth/authorize": "GET, POST, OPTIONS, HEAD", "/oauth/token": "POST, OPTIONS",
		"/oauth/revoke": "POST, OPTIONS", "/oauth/logout": "GET, OPTIONS, HEAD",
	} {
		for method, status := range map[string]int{http.MethodPut: 405, http.MethodOptions: 204} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != status || w.Header().Get("Allow") != allowed {
				t.Errorf("%s %s: status %d, allowed %q; want %d and %q", method, path, w.Code, w.Header().Get("Allow"), status, allowed)
			}
		}
	}
}

func TestInfoNamesTheHostThatWasAsked(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	for _, test := range []struct{ target, base string }{
		{"http://localhost:9090/oauth/info", "http://localhost:9090"},
		{"https://acme.api.example/oauth/info", "https://acme.api.example"},
		{"http://[::1]:9090/oauth/info", "http://[::1]:9090"},
	} {
		w, body := answerOf(t, handler, httptest.NewRequest(http.MethodGet, test.target, nil))
		want := map[string]any{
			"tenantId": tenantID, "tenantName": tenantName, "pod": tenantPod,
			"authorizeEndpoint": test.base + "/oauth/authorize", "tokenEndpoint": test.base + "/oauth/token",
			"cloudDomainUrl": test.base, "logoutUrl": test.base + "/oauth/logout",
		}
		if diff := cmp.Diff(want, body); diff != "" || w.Code != http.StatusOK {
			t.Errorf("%s: status %d, answer differs (-want +got):\n%s", test.target, w.Code, diff)
		}
	}
}
