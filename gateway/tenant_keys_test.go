package gateway

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A gateway that has the tenant's keys takes the tenant's tokens, and sends nothing for others.
func TestTokensAreVerifiedByTheTenantsKeys(t *testing.T) {
	tenant := startLater(t)
	response, err := http.DefaultClient.Do(request(t, http.MethodGet, tenant.url+"/oauth/jwks", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, option := range map[string]string{"URL": "--tenant-jwks-url=" + tenant.url + "/oauth/jwks", "file": "--tenant-jwks-file=" + file} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "--auth=bearer", "--upstream-url="+tenant.url+"/v3", option)
			good := p.token(t, tenant.url, "org-admin")
			forged := good[:strings.LastIndex(good, ".")+1] + strings.Repeat("A", 86)
			const query = `{"query":"{ certifications(first: 1) { totalCount } }"}`
			ask := func(token string) (status int, body string) {
				t.Helper()
				r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(query))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer "+token)
				status, text := p.send(t, r)
				return status, string(text)
			}
			if status, body := ask(good); status != http.StatusOK || strings.Contains(body, "errors") {
				t.Fatalf("a token of the tenant: %d, %s", status, body)
			}
			before := tenant.Requests().Total
			if status, body := ask(forged); status != http.StatusUnauthorized || !strings.Contains(body, "UNAUTHENTICATED") {
				t.Errorf("a forged token: %d, %s", status, body)
			}
			conn, _ := p.dial(t, nil)
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"connection_init","payload":{"Authorization":"Bearer `+forged+`"}}`)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != 4401 {
				t.Errorf("a forged token in a first message ends with %v", err)
			}
			if sent := tenant.Requests().Total - before; sent != 0 {
				t.Errorf("%d calls were sent for forged tokens", sent)
			}
		})
	}
}
