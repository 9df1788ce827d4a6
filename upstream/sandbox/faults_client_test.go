package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestAFaultMayBeOfOneClient(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	if err := n.SetFaults(
		Fault{Operation: "listIdentityCertifications", Kind: FaultStatus, Status: 500, ClientID: "org-admin-2", Count: 1},
		Fault{Operation: "oauthToken", Kind: FaultStatus, Status: 401, ClientID: "reviewer-1"},
	); err != nil {
		t.Fatal(err)
	}
	for _, client := range []string{"org-admin", "cert-admin"} {
		if status := n.get(client, "/v3/certifications").status; status != http.StatusOK {
			t.Errorf("%s gets %d", client, status)
		}
	}
	for _, want := range []int{http.StatusInternalServerError, http.StatusOK} { // requests of others do not count
		if status := n.do("org-admin-2", "GET", "/v3/certifications", nil).status; status != want {
			t.Errorf("its own client gets %d, want %d", status, want)
		}
	}
	form := func(id string) url.Values {
		return url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {clientSecret}}
	}
	post := func(target, body string, basic string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if basic != "" {
			r.SetBasicAuth(basic, clientSecret)
		}
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		return w.Code
	}
	for name, test := range map[string]struct {
		got, want int
	}{
		"by form":          {post("/oauth/token", form("reviewer-1").Encode(), ""), 401},
		"by query":         {post("/oauth/token?"+form("reviewer-1").Encode(), "", ""), 401},
		"by header":        {post("/oauth/token", "grant_type=client_credentials", "reviewer-1"), 401},
		"another by form":  {post("/oauth/token", form("reviewer-2").Encode(), ""), 200},
		"another by query": {post("/oauth/token?"+form("reviewer-2").Encode(), "", ""), 200},
		"another by name":  {post("/oauth/token", "grant_type=client_credentials", "reviewer-2"), 200},
	} {
		if test.got != test.want {
			t.Errorf("a token %s: %d, want %d", name, test.got, test.want)
		}
	}
}
