package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	_, _, page := send(http.MethodGet, authorizeEndpoint+"?"+authorizeQuery().Encode(), nil, "")
	request := requestField.FindStringSubmatch(page)
	if request == nil {
		t.Fatalf("no sign-in page: %s", page)
	}
	status, back, text := send(http.MethodPost, authorizeEndpoint, url.Values{"request": {request[1]}, "identity": {"reviewer-1"}}, "")
	if back == nil {
		t.Fatalf("status %d and no redirect: %s", status, text)
	}
	if got := back.Query().Get("iss"); got != server.URL || got != info["cloudDomainUrl"] {
		t.Errorf("the issuer is %q, the tenant %q", got, info["cloudDomainUrl"])
	}
	code := back.Query().Get("code")
	_, _, text = send(http.MethodPost, tokenEndpoint, codeForm(code), "")
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
	secrets := []string{code, access, refresh, request[1], testVerifier, challengeOf(testVerifier), clientSecret, "code_challenge"}
	for _, cookie := range cookies {
		secrets = append(secrets, cookie.Value)
	}
	for _, secret := range secrets {
		if strings.Contains(string(written), secret) {
			t.Errorf("the journal has %.8s… in it:\n%s", secret, written)
		}
	}
}

func TestOAuthEndpointsHaveTheirMethods(t *testing.T) {
	t.Parallel()
	_, handler := newTestOAuth(t)
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

func TestFaultsStrikeEveryOAuthEndpoint(t *testing.T) {
	t.Parallel()
	box, err := New(Config{Certifications: 20})
	if err != nil {
		t.Fatal(err)
	}
	for operation, r := range map[string]*http.Request{
		oauthInfoOperation:      httptest.NewRequest(http.MethodGet, "/oauth/info", nil),
		oauthAuthorizeOperation: httptest.NewRequest(http.MethodGet, "/oauth/authorize?"+authorizeQuery().Encode(), nil),
		oauthSignInOperation:    httptest.NewRequest(http.MethodPost, "/oauth/authorize", nil),
		oauthTokenOperation:     formRequest(reviewerForm()),
		oauthRevokeOperation:    httptest.NewRequest(http.MethodPost, "/oauth/revoke", nil),
		oauthLogoutOperation:    httptest.NewRequest(http.MethodGet, "/oauth/logout", nil),
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

func TestOAuthInfoNamesTheHostThatWasAsked(t *testing.T) {
	t.Parallel()
	_, handler := newTestOAuth(t)
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

func TestAFaultOfTheTokenEndpointIsARefusalOfOAuth(t *testing.T) {
	t.Parallel()
	box, err := New(Config{Certifications: 20})
	if err != nil {
		t.Fatal(err)
	}
	for status, code := range map[int]string{400: "invalid_grant", 401: "invalid_client", 403: "invalid_grant", 500: "server_error", 503: "temporarily_unavailable"} {
		if err := box.SetFaults(Fault{Operation: oauthTokenOperation, Kind: FaultStatus, Status: status}); err != nil {
			t.Fatal(err)
		}
		if w, body := answerOf(t, box, formRequest(reviewerForm())); w.Code != status || body["error"] != code {
			t.Errorf("status %d with %v, want %d with %s", w.Code, body, status, code)
		}
	}
}
