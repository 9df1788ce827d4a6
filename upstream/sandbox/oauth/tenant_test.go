package oauth

import (
	"cmp"
	"net/http"
	"testing"
	"time"
)

// The applications of the test's tenant, and the secret of the first.
const (
	portalClient       = "portal"
	publicPortalClient = "portal-public"
	clientSecret       = "sandbox"
)

// testUsers returns the users of the test's tenant.
func testUsers() []User {
	return []User{
		{ID: "org-admin", IdentityID: "3f6a1c0e", UserName: "olivia.grant", Authority: "ORG_ADMIN", Name: "Olivia Grant"},
		{ID: "cert-admin", IdentityID: "8d24b7f1", UserName: "cedric.adeyemi", Authority: "CERT_ADMIN", Name: "Cedric Adeyemi"},
		{ID: "reviewer-1", IdentityID: "b1e07c52", UserName: "priya.raman", Name: "Priya Raman", Email: "priya.raman@example.com"},
		{ID: "reviewer-2", IdentityID: "6c0f2d84", UserName: "grace.abara", Name: `Grace "Gigi" Abara, PhD`, Department: "R&D", Role: "Reviewer"},
	}
}

func newTestServer(t *testing.T) (*Server, http.Handler) {
	t.Helper()
	return newTestServerOf(t, Config{Clock: newManualClock().time, TokenLifetime: 750 * time.Second})
}

// newTestServerOf returns a server with the test's clients and users. A lifetime of zero
// becomes that of the vendor.
func newTestServerOf(t *testing.T, config Config) (*Server, http.Handler) {
	t.Helper()
	config.TokenLifetime = cmp.Or(config.TokenLifetime, 43_200*time.Second)
	config.UserTokenLifetime = cmp.Or(config.UserTokenLifetime, 750*time.Second)
	config.RefreshLifetime = cmp.Or(config.RefreshLifetime, 86_400*time.Second)
	config.Users = testUsers()
	config.Clients = []Client{
		{ID: portalClient, Secret: clientSecret, Application: true, Scopes: []string{EveryScope}},
		{ID: publicPortalClient, Application: true, Scopes: []string{EveryScope}},
		userClient,
		{ID: "org-admin", Secret: "s:e c%ret", IdentityID: "1", UserName: "root", Authorities: []string{"ORG_ADMIN"}, Scopes: []string{EveryScope}},
		{ID: "api-key", Secret: "sandbox", Scopes: []string{EveryScope}},
	}
	server, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server.Mount(mux, func(_ string, next http.Handler) http.Handler { return next })
	return server, mux
}
