package graphtest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"certql/upstream"
)

// Admin is the OAuth client of an administrator, who may do everything.
const Admin = "org-admin"

// Reviewer1 is the identity of the OAuth client reviewer-1.
const Reviewer1 = "b1e07c52d94a4f3c8c6d1f20a7e35b91"

// Reviewer2 is the identity of the OAuth client reviewer-2.
const Reviewer2 = "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62"

// AsBearer returns a handler whose requests call the upstream with the token that they have. A request
// without a token is passed on, and one with another kind of authorization refused.
func AsBearer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if authorization := r.Header.Get("Authorization"); authorization != "" {
			ctx, err := asBearerOf(r.Context(), authorization)
			if err != nil {
				http.Error(w, "bad token", http.StatusUnauthorized)
				return
			}
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

// asBearerOf returns a context in which the upstream is called with the token of an Authorization.
func asBearerOf(ctx context.Context, authorization string) (context.Context, error) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok {
		return nil, errors.New("no bearer")
	}
	credential, err := upstream.Bearer(token)
	if err != nil {
		return nil, err
	}
	return upstream.WithCredential(ctx, credential), nil
}

// Token returns an access token of a seeded OAuth client, from the sandbox's token endpoint.
func (w *Tenant) Token(t testing.TB, client string) string {
	t.Helper()
	if known, ok := w.tokens.Load(client); ok {
		return known.(string)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Rest.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token for %s: status %d, %v", client, resp.StatusCode, err)
	}
	w.tokens.Store(client, granted.AccessToken)
	return granted.AccessToken
}
