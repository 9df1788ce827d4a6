package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox/oauth"
)

const (
	testVerifier  = "a-verifier-of-just-the-right-length-0123456789._~"
	testChallenge = "0KbRgHYC_RG008k4sxK9u1TdJ9_AZVtMtQaS_Lrma78" // the S256 of testVerifier
	testCallback  = "http://localhost:8080/auth/callback"
)

// newTestOAuth returns an authorisation server with the seeded clients.
func newTestOAuth(t testing.TB, clock func() time.Time) *oauth.Server {
	t.Helper()
	server, err := oauth.New(Config{Clock: clock}.withDefaults().oauth(seededClients()))
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// authorizePath returns a good authorization request of PortalClient.
func authorizePath() string {
	return withQuery("/oauth/authorize", "response_type", "code", "client_id", PortalClient, "redirect_uri", testCallback,
		"state", "st&te", "code_challenge", testChallenge, "code_challenge_method", "S256")
}

// tokenRequest returns a good request for a token.
func tokenRequest() *http.Request {
	return httptest.NewRequest(http.MethodPost, withQuery("/oauth/token", "grant_type", "client_credentials",
		"client_id", "reviewer-1", "client_secret", clientSecret), nil)
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// The whole of it over HTTP: discovery, sign-in, calls, revocation, and what the journal tells of it all.
func TestAnApplicationSignsAUserIn(t *testing.T) {
	t.Parallel()
	box, err := New(Config{Certifications: 20})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box)
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, target string, form url.Values, bearer string) (status int, location *url.URL, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		w, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		text, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		location, _ = w.Location()
		return w.StatusCode, location, string(text)
	}
	object := func(text string) map[string]any {
		t.Helper()
		var object map[string]any
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return object
	}

	_, _, text := send(http.MethodGet, server.URL+"/oauth/info", nil, "")
	info := object(text)
	authorizeEndpoint, tokenEndpoint := fmt.Sprint(info["authorizeEndpoint"]), fmt.Sprint(info["tokenEndpoint"])
	_, _, page := send(http.MethodGet, authorizeEndpoint+strings.TrimPrefix(authorizePath(), "/oauth/authorize"), nil, "")
	request := requestField.FindStringSubmatch(page)
	if request == nil {
		t.Fatalf("no sign-in page: %s", page)
	}
	for _, each := range box.Clients() { // a user who has two clients is there once
		if got, want := strings.Contains(page, `name="identity" value="`+each.ID+`"`), each.IdentityID != "" && each.ID != secondClient; got != want {
			t.Errorf("%s can be chosen: %t, want %t", each.ID, got, want)
		}
	}
	status, back, text := send(http.MethodPost, authorizeEndpoint, url.Values{"request": {request[1]}, "identity": {"reviewer-1"}}, "")
	if back == nil {
		t.Fatalf("status %d and no redirect: %s", status, text)
	}
	if got := back.Query().Get("iss"); got != server.URL || got != info["cloudDomainUrl"] {
		t.Errorf("the issuer is %q, the tenant %q", got, info["cloudDomainUrl"])
	}
	code := back.Query().Get("code")
	_, _, text = send(http.MethodPost, tokenEndpoint, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {PortalClient}, "client_secret": {clientSecret},
		"code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	}, "")
	tokens := object(text)
	access, refresh := fmt.Sprint(tokens["access_token"]), fmt.Sprint(tokens["refresh_token"])

	var mine []map[string]any
	status, _, text = send(http.MethodGet, server.URL+"/v3/certifications?reviewer-identity=me", nil, access)
	if err := json.Unmarshal([]byte(text), &mine); err != nil || len(mine) == 0 {
		t.Errorf("status %d, %d certifications: %v", status, len(mine), err)
	}
	send(http.MethodPost, server.URL+"/oauth/revoke", url.Values{
		"client_id": {PortalClient}, "client_secret": {clientSecret}, "token": {refresh},
	}, "")
	status, _, text = send(http.MethodGet, server.URL+"/v3/certifications", nil, access)
	if status != http.StatusUnauthorized || text != `{"error":"JWT validation failed: JWT is revoked"}` {
		t.Errorf("after the revocation: status %d, %s", status, text)
	}
	send(http.MethodGet, fmt.Sprint(info["logoutUrl"]), nil, "")

	requests := box.Requests()
	want := map[string]map[int]int{
		"oauthInfo": {200: 1}, "oauthAuthorize": {200: 1}, "oauthSignIn": {303: 1}, "oauthToken": {200: 1}, "oauthRevoke": {200: 1},
		"oauthLogout": {200: 1}, "listIdentityCertifications": {200: 1, 401: 1},
	}
	if diff := cmp.Diff(want, requests.Counts); diff != "" || requests.Total != 2 {
		t.Errorf("%d requests of the API, and the counts (-want +got):\n%s", requests.Total, diff)
	}
	written, err := json.Marshal(requests)
	if err != nil {
		t.Fatal(err)
	}
	cookies := jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(server.URL, "http://"), Path: "/oauth/"})
	secrets := []string{code, access, refresh, request[1], testVerifier, testChallenge, clientSecret, "code_challenge"}
	for _, cookie := range cookies {
		secrets = append(secrets, cookie.Value)
	}
	for _, secret := range secrets {
		if strings.Contains(string(written), secret) {
			t.Errorf("the journal has %.8s… in it:\n%s", secret, written)
		}
	}
}

func TestFaultsStrikeEveryOAuthEndpoint(t *testing.T) {
	t.Parallel()
	box, err := New(Config{Certifications: 20})
	if err != nil {
		t.Fatal(err)
	}
	for operation, r := range map[string]*http.Request{
		"oauthInfo":      httptest.NewRequest(http.MethodGet, "/oauth/info", nil),
		"oauthAuthorize": httptest.NewRequest(http.MethodGet, authorizePath(), nil),
		"oauthSignIn":    httptest.NewRequest(http.MethodPost, "/oauth/authorize", nil),
		"oauthToken":     tokenRequest(),
		"oauthRevoke":    httptest.NewRequest(http.MethodPost, "/oauth/revoke", nil),
		"oauthLogout":    httptest.NewRequest(http.MethodGet, "/oauth/logout", nil),
	} {
		if err := box.SetFaults(Fault{Operation: operation, Kind: FaultStatus, Status: 503}, Fault{Operation: "*", Kind: FaultStatus, Status: 500, Strikes: BeforeApplying}); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		box.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"error":"temporarily_unavailable"`) {
			t.Errorf("%s: status %d, want 503: %s", operation, w.Code, w.Body)
		}
	}
}

func TestAFaultOfTheTokenEndpointIsARefusalOfOAuth(t *testing.T) {
	t.Parallel()
	box, err := New(Config{Certifications: 20})
	if err != nil {
		t.Fatal(err)
	}
	for status, code := range map[int]string{400: "invalid_grant", 401: "invalid_client", 403: "invalid_grant", 500: "server_error", 503: "temporarily_unavailable"} {
		if err := box.SetFaults(Fault{Operation: "oauthToken", Kind: FaultStatus, Status: status}); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		box.ServeHTTP(w, tokenRequest())
		if w.Code != status || !strings.Contains(w.Body.String(), `{"error":"`+code+`"`) {
			t.Errorf("status %d with %s, want %d with %s", w.Code, w.Body, status, code)
		}
	}
}

func TestTokenLifetimesGoByTheGrant(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config                     Config
		credentials, user, refresh time.Duration
	}{
		"usual":  {Config{}, 43_200 * time.Second, 750 * time.Second, 86_400 * time.Second},
		"chosen": {Config{TokenLifetime: 5 * time.Second, RefreshLifetime: time.Minute}, 5 * time.Second, 5 * time.Second, time.Minute},
	} {
		got := test.config.withDefaults().oauth(nil)
		if got.TokenLifetime != test.credentials || got.UserTokenLifetime != test.user || got.RefreshLifetime != test.refresh {
			t.Errorf("%s: %v, %v and %v; want %v, %v and %v", name, got.TokenLifetime, got.UserTokenLifetime, got.RefreshLifetime,
				test.credentials, test.user, test.refresh)
		}
	}
}
