package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"certql/upstream"
)

func TestBearer(t *testing.T) {
	for _, token := range []string{"eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIxIn0.c2ln_-", "abc123", "a+b/c~d==", strings.Repeat("a", 16<<10)} {
		credential, err := upstream.Bearer(token)
		if err != nil {
			t.Errorf("%.20q is refused: %v", token, err)
			continue
		}
		if got, err := credential.Token(t.Context()); got != token || err != nil {
			t.Errorf("got %.20q, %v; want %.20q", got, err, token)
		}
	}
	for _, token := range []string{"", "=", "a b", "a\r\nX-Other: b", "tökén", "a\x00", "a=b", `"a"`, " a", strings.Repeat("a", 16<<10+1)} {
		if _, err := upstream.Bearer(token); err == nil {
			t.Errorf("%.20q is taken", token)
		} else if len(token) > 2 && strings.Contains(err.Error(), token) {
			t.Errorf("%v gives the token away", err)
		}
	}
}

func TestABearerTokenIsNeverPrinted(t *testing.T) {
	const token = "s3cretTok3n"
	credential, err := upstream.Bearer(token)
	if err != nil {
		t.Fatal(err)
	}
	exported := struct{ C upstream.Credential }{credential}
	unexported := struct{ c upstream.Credential }{credential}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{credential, *credential, exported, unexported} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, token) || strings.Contains(text, fmt.Sprintf("%x", token)) {
				t.Errorf("%s of %T prints %s", format, value, text)
			}
		}
	}
}

func TestKeysTellCallersApart(t *testing.T) {
	keyOf := func(token string) string {
		credential, err := upstream.Bearer(token)
		if err != nil {
			t.Fatal(err)
		}
		return credential.Key()
	}
	if first, second := keyOf("a"), keyOf("a"); first != second {
		t.Errorf("the same token has the keys %s and %s", first, second)
	}
	if keyOf("a") == keyOf("b") {
		t.Error("two tokens share a key")
	}
	if strings.Contains(keyOf("s3cret"), "s3cret") {
		t.Errorf("the key %s holds the token", keyOf("s3cret"))
	}
}

func TestNoCallWithoutACredential(t *testing.T) {
	client := newClient(t, upstream.Config{
		BaseURL: "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			t.Error("a request was sent")
			return nil, errors.New("unexpected")
		}),
	})
	broken := errors.New("the vault is sealed")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		want upstream.Kind
	}{
		{"none", t.Context(), upstream.KindUnauthenticated},
		{"nil", upstream.WithCredential(t.Context(), nil), upstream.KindUnauthenticated},
		{"one without a token", upstream.WithCredential(t.Context(), staticCredential{}), upstream.KindUnauthenticated},
		{"one that fails", upstream.WithCredential(t.Context(), staticCredential{err: broken}), upstream.KindUnauthenticated},
		{"one that waits for a caller who left", upstream.WithCredential(canceled, staticCredential{err: context.Canceled}), upstream.KindCanceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := client.GetIdentityCertification(tt.ctx, "c1")
			e := upstreamError(t, err)
			if e.Kind != tt.want || e.Sent || e.Status != 0 || e.Operation != "getIdentityCertification" {
				t.Errorf("got %v, sent %t", e, e.Sent)
			}
			if strings.Contains(err.Error(), "vault") {
				t.Errorf("%v repeats a foreign text", err)
			}
		})
	}
}

// A staticCredential always returns the same token.
type staticCredential struct {
	token string
	err   error
}

func (c staticCredential) Token(context.Context) (string, error) { return c.token, c.err }
func (c staticCredential) Key() string                           { return "static" }

// Something that is sealed by the secret of a credential can be opened on each replica, and by no other.
func TestCredentialsDeriveKeys(t *testing.T) {
	client := func(secret, id string) upstream.Sealing {
		c, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{TokenURL: "https://tenant/oauth/token", ClientID: id, ClientSecret: secret})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	bearer := func(token string) upstream.Sealing {
		b, err := upstream.Bearer(token)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	seen := map[string]string{}
	for name, make := range map[string]func() upstream.Sealing{
		"a token":        func() upstream.Sealing { return bearer("a") },
		"another token":  func() upstream.Sealing { return bearer("b") },
		"a client":       func() upstream.Sealing { return client("a", "a") },
		"another client": func() upstream.Sealing { return client("a", "b") },
		"another secret": func() upstream.Sealing { return client("b", "a") },
	} {
		for _, purpose := range []string{"", "x", "y"} {
			key, err := make().DeriveKey(purpose)
			again, _ := make().DeriveKey(purpose)
			if err != nil || len(key) != 32 || !bytes.Equal(key, again) {
				t.Errorf("%s: %x and %x, %v", name, key, again, err)
			}
			if before := seen[string(key)]; before != "" {
				t.Errorf("%s for %q has the key of %s", name, purpose, before)
			}
			seen[string(key)] = name
		}
	}
}
