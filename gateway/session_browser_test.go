package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSessionsInABrowser runs the tests in examples/browser/ in Chromium: of the example, of the gateway that it is
// served by, and of the sandbox that it signs in at. They need what `npm ci --prefix playground` installs.
func TestSessionsInABrowser(t *testing.T) {
	chromium := findBrowser(t, "playground")
	notice(t, "examples/browser", "examples/session", "playground/browser/page.mjs", "playground/package-lock.json")
	issued := issue(t)
	for name, test := range map[string]struct{ args, only []string }{
		"on localhost in the clear": {nil, nil},
		// What differs there: the cookie's name and attributes.
		"by TLS": {
			[]string{"--tls-cert-file=" + issued.server, "--tls-key-file=" + issued.serverKey},
			[]string{"--test-name-pattern=cookie|signs in|signing out"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				io.WriteString(w, `<!DOCTYPE html><link rel="icon" href="data:,"><title>Portal</title>`)
			}))
			defer portal.Close()
			listed := byName(portal.URL)
			p := start(t, append(test.args, "--cors-origin="+listed, "--cors-header=X-Tenant", "--auth=bearer,session", "--pages=examples/session",
				"--sandbox-token-lifetime=8s", "--sandbox-refresh-revokes", "--sandbox-rate-limit=0", "--rate-limit=10000")...)
			variables := []string{"GATEWAY=" + byName(p.url(t, "GraphQL")), "PORTAL=" + listed, "SANDBOX=" + p.url(t, "Upstream")}
			chromium.run(t, variables, append(test.only, "examples/browser/")...)
		})
	}
}

// byName returns a URL of this machine with the name that its cookies are for.
func byName(url string) string { return strings.Replace(url, "127.0.0.1", "localhost", 1) }
