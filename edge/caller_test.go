package edge_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/edge"
	"certql/upstream"
)

// A namedCredential stands for the gateway's own.
type namedCredential string

func (c namedCredential) Token(context.Context) (string, error) { return string(c), nil }
func (c namedCredential) Key() string                           { return string(c) }

func TestAsWhomARequestIsMade(t *testing.T) {
	own := namedCredential("own")
	tests := map[string]struct {
		service upstream.Credential
		headers []string // values of Authorization
		status  int
		token   string // what goes upstream; empty for no credential
	}{
		"bearer":                   {nil, []string{"Bearer abc.def"}, http.StatusOK, "abc.def"},
		"bearer beats the gateway": {own, []string{"Bearer abc.def"}, http.StatusOK, "abc.def"},
		"scheme in small letters":  {nil, []string{"bearer abc.def"}, http.StatusOK, "abc.def"},
		"several blanks":           {nil, []string{"Bearer   abc.def  "}, http.StatusOK, "abc.def"},
		"nothing":                  {nil, nil, http.StatusOK, ""},
		"empty":                    {nil, []string{""}, http.StatusOK, ""},
		"the gateway":              {own, nil, http.StatusOK, "own"},
		"another scheme":           {own, []string{"Basic dTpw"}, http.StatusUnauthorized, ""},
		"no token":                 {own, []string{"Bearer"}, http.StatusUnauthorized, ""},
		"blank token":              {own, []string{"Bearer  "}, http.StatusUnauthorized, ""},
		"two tokens":               {own, []string{"Bearer abc def"}, http.StatusUnauthorized, ""},
		"token alone":              {own, []string{"abc.def"}, http.StatusUnauthorized, ""},
		"line break":               {own, []string{"Bearer abc\r\nX-Evil: 1"}, http.StatusUnauthorized, ""},
		"endless token":            {own, []string{"Bearer " + strings.Repeat("a", 1<<15)}, http.StatusUnauthorized, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, reached := "", false
			handler := edge.Callers(test.service, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				reached = true
				if credential, ok := upstream.CredentialFrom(r.Context()); ok {
					token, _ = credential.Token(r.Context())
				}
			}))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
			r.Header["Authorization"] = test.headers
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)

			if w.Code != test.status || reached != (test.status == http.StatusOK) || token != test.token {
				t.Fatalf("status %d, reached %v, token %q; want status %d and token %q", w.Code, reached, token, test.status, test.token)
			}
			if test.status == http.StatusOK {
				return
			}
			var body struct {
				Errors []struct {
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("the body %q: %v", w.Body, err)
			}
			if len(body.Errors) != 1 || body.Errors[0].Extensions.Code != "UNAUTHENTICATED" || w.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("the refusal is %q with headers %v", w.Body, w.Header())
			}
			if strings.Contains(w.Body.String(), "abc") {
				t.Errorf("the refusal repeats the token: %s", w.Body)
			}
		})
	}
}
