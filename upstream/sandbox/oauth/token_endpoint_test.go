package oauth

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func formRequest(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func multipartRequest(t *testing.T, form url.Values) *http.Request {
	t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name := range form {
		if err := parts.WriteField(name, form.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/oauth/token", &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	return r
}

func basicRequest(id, secret string, form url.Values) *http.Request {
	r := formRequest(form)
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r
}

// reviewerForm returns a good request, with pairs of names and values changed.
func reviewerForm(changes ...string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"reviewer-1"}, "client_secret": {"sandbox"}}
	for change := range slices.Chunk(changes, 2) {
		if change[1] == "" {
			form.Del(change[0])
		} else {
			form.Set(change[0], change[1])
		}
	}
	return form
}

func answerOf(t *testing.T, handler http.Handler, r *http.Request) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("status %d, body %q: %v", w.Code, w.Body, err)
	}
	return w, body
}

func TestTokenEndpointTakesCredentialsInEachForm(t *testing.T) {
	t.Parallel()
	server, handler := newTestServer(t)
	for _, test := range []struct {
		name    string
		request *http.Request
		client  string
	}{
		{"URL-encoded form", formRequest(reviewerForm()), "reviewer-1"},
		{"multipart form", multipartRequest(t, reviewerForm()), "reviewer-1"},
		{"query string", httptest.NewRequest(http.MethodPost, "/oauth/token?"+reviewerForm().Encode(), nil), "reviewer-1"},
		{"form and query string together", func() *http.Request {
			r := formRequest(reviewerForm("grant_type", ""))
			r.URL.RawQuery = "grant_type=client_credentials"
			return r
		}(), "reviewer-1"},
		{"basic", basicRequest("org-admin", "s:e c%ret", url.Values{"grant_type": {"client_credentials"}}), "org-admin"},
		{"basic with the id repeated", basicRequest("org-admin", "s:e c%ret", url.Values{"grant_type": {"client_credentials"}, "client_id": {"org-admin"}}), "org-admin"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, body := answerOf(t, handler, test.request)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %v", w.Code, body)
			}
			token, _ := body["access_token"].(string)
			got, err := server.tokens.verify("Bearer " + token)
			if err != nil || got.ClientID != test.client {
				t.Errorf("token of %q, error %v; want one of %q", got.ClientID, err, test.client)
			}
		})
	}
}

func TestTokenAnswerHasEveryDocumentedMember(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	w, body := answerOf(t, handler, formRequest(reviewerForm()))
	for _, random := range []string{"access_token", "jti"} {
		if text, _ := body[random].(string); len(text) < 32 {
			t.Errorf("%s is %q", random, text)
		}
		delete(body, random)
	}
	want := map[string]any{
		"token_type": "bearer", "expires_in": 750.0, "scope": "idn:campaign:read idn:campaign:manage",
		"tenant_id": tenantID, "pod": tenantPod, "org": tenantName,
		"user_id": userClient.IdentityID, "identity_id": userClient.IdentityID, "user_name": "ada.byron",
		"strong_auth": false, "strong_auth_supported": true, "accessType": "OFFLINE", "internal": false, "enabled": true,
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
}

func TestTokenOfAnAPIKeyAnswersNoUser(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	_, body := answerOf(t, handler, formRequest(reviewerForm("client_id", "api-key")))
	for _, name := range []string{"user_id", "identity_id", "user_name"} {
		if value, ok := body[name]; ok {
			t.Errorf("%s is %v, want it absent", name, value)
		}
	}
}

func TestTokenScopesAreNarrowedSilently(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	for _, test := range []struct{ name, client, secret, requested, want string }{
		{"none requested", "reviewer-1", "sandbox", "", "idn:campaign:read idn:campaign:manage"},
		{"one of its own", "reviewer-1", "sandbox", "idn:campaign:read", "idn:campaign:read"},
		{"one that it may not have", "reviewer-1", "sandbox", "idn:sources:read idn:campaign:read", "idn:campaign:read"},
		{"all, of a client with some", "reviewer-1", "sandbox", EveryScope, ""},
		{"one, of a client with all", "org-admin", "s:e c%ret", "idn:campaign:read", "idn:campaign:read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, body := answerOf(t, handler, formRequest(reviewerForm("client_id", test.client, "client_secret", test.secret, "scope", test.requested)))
			if body["scope"] != test.want {
				t.Errorf("scope %q, want %q", body["scope"], test.want)
			}
		})
	}
	if want := []string{"idn:campaign:read", "idn:campaign:manage"}; !slices.Equal(userClient.Scopes, want) {
		t.Errorf("the client's own scopes became %q", userClient.Scopes)
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	t.Parallel()
	_, handler := newTestServer(t)
	withType := func(contentType, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return r
	}
	for _, test := range []struct {
		name    string
		request *http.Request
		status  int
		code    string
	}{
		{"no parameters", formRequest(nil), 401, "invalid_client"},
		{"unknown client", formRequest(reviewerForm("client_id", "nobody")), 401, "invalid_client"},
		{"wrong secret", formRequest(reviewerForm("client_secret", "Sandbox")), 401, "invalid_client"},
		{"no secret", formRequest(reviewerForm("client_secret", "")), 401, "invalid_client"},
		{"wrong secret by basic", basicRequest("reviewer-1", "wrong", reviewerForm("client_id", "", "client_secret", "")), 401, "invalid_client"},
		{"basic that is not form-encoded", func() *http.Request {
			r := formRequest(url.Values{"grant_type": {"client_credentials"}})
			r.SetBasicAuth("reviewer-1", "%zz")
			return r
		}(), 401, "invalid_client"},
		{"two clients", basicRequest("reviewer-1", "sandbox", reviewerForm("client_id", "api-key", "client_secret", "")), 401, "invalid_client"},
		{"two secrets", basicRequest("reviewer-1", "sandbox", reviewerForm()), 400, "invalid_request"},
		{"no grant", formRequest(reviewerForm("grant_type", "")), 400, "invalid_request"},
		{"unknown grant", formRequest(reviewerForm("grant_type", "password")), 400, "unsupported_grant_type"},
		{"repeated parameter", formRequest(url.Values{"grant_type": {"client_credentials", "client_credentials"}}), 400, "invalid_request"},
		{"JSON", withType("application/json", `{"grant_type":"client_credentials"}`), 415, "invalid_request"},
		{"unreadable content type", withType(";;", "a"), 400, "invalid_request"},
		{"unreadable form", withType("application/x-www-form-urlencoded", "a=%zz"), 400, "invalid_request"},
		{"multipart without a boundary", withType("multipart/form-data", "a"), 400, "invalid_request"},
		{"multipart that ends early", withType("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc"), 400, "invalid_request"},
		{"large form", withType("application/x-www-form-urlencoded", "a="+strings.Repeat("a", maxTokenRequest)), 413, "invalid_request"},
		{"large multipart form", multipartRequest(t, reviewerForm("scope", strings.Repeat("a", 2*maxTokenRequest))), 413, "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, body := answerOf(t, handler, test.request)
			if w.Code != test.status || body["error"] != test.code {
				t.Errorf("status %d with %v, want %d with %q", w.Code, body, test.status, test.code)
			}
			if text, _ := body["error_description"].(string); text == "" || len(body) != 2 {
				t.Errorf("body %v, want error and error_description", body)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q, want no-store", got)
			}
			if got := w.Header().Get("WWW-Authenticate"); (got != "") != (test.status == 401) {
				t.Errorf("WWW-Authenticate %q with status %d", got, test.status)
			}
		})
	}
}
