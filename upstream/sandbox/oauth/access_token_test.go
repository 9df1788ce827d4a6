package oauth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

func newTestTokens(t *testing.T, clock *manualClock) *tokens {
	t.Helper()
	issuer, err := newTokens(clock.time)
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

var userClient = Client{
	ID: "reviewer-1", Secret: "sandbox", IdentityID: "2c91808a7190d06e01719938fcd20792", UserName: "ada.byron",
	Authorities: []string{"CERT_ADMIN"}, Scopes: []string{"idn:campaign:read", "idn:campaign:manage"},
}

func TestTokenCarriesTheDocumentedClaims(t *testing.T) {
	t.Parallel()
	issuer := newTestTokens(t, newManualClock())
	token, _, err := issuer.issue(order{userClient, userClient.Scopes, "http://tenant.example", 750 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	decode := func(part string) (object map[string]any) {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &object); err != nil {
			t.Fatal(err)
		}
		return object
	}
	if diff := cmp.Diff(map[string]any{"alg": "ES256", "typ": "JWT"}, decode(parts[0])); diff != "" {
		t.Errorf("header differs (-want +got):\n%s", diff)
	}
	payload := decode(parts[1])
	if id, _ := payload["jti"].(string); len(id) != 32 {
		t.Errorf("jti %q, want 32 hex digits", id)
	}
	delete(payload, "jti")
	want := map[string]any{
		"iss": "http://tenant.example", "tenant_id": tenantID, "org": tenantName, "pod": tenantPod,
		"identity_id": "2c91808a7190d06e01719938fcd20792", "user_name": "ada.byron", "client_id": "reviewer-1",
		"authorities": []any{"CERT_ADMIN"}, "scope": []any{"idn:campaign:read", "idn:campaign:manage"},
		"iat": 1772443800.0, "exp": 1772444551.0, // 9:30:00.25 and 750 s later, rounded up
	}
	if diff := cmp.Diff(want, payload); diff != "" {
		t.Errorf("payload differs (-want +got):\n%s", diff)
	}
}

func TestTokenOfAnAPIKeyNamesNoUser(t *testing.T) {
	t.Parallel()
	issuer := newTestTokens(t, newManualClock())
	token, claims, err := issuer.issue(order{to: Client{ID: "api-key"}, lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if claims.Allows(UserScope) {
		t.Error("it has the scope of users")
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{"identity_id", "user_name", "null"} {
		if strings.Contains(string(raw), absent) {
			t.Errorf("payload %s has %s in it", raw, absent)
		}
	}
}

func TestTokensVerifyWhatTheyIssued(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	issuer := newTestTokens(t, clock)
	token, want, err := issuer.issue(order{to: userClient, scopes: []string{"idn:campaign:read"}, lifetime: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"Bearer " + token, "bearer " + token, "BEARER  " + token} {
		got, err := issuer.verify(header)
		if err != nil {
			t.Fatalf("%.10s: %v", header, err)
		}
		if got.ClientID != want.ClientID || got.IdentityID != want.IdentityID || got.ID != want.ID {
			t.Errorf("%.10s: claims %+v, want %+v", header, got, want)
		}
		if !got.Allows("idn:campaign:read") || got.Allows("idn:campaign:manage") {
			t.Errorf("scope %v allows the wrong things", got.Scope)
		}
		if !got.Allows("idn:campaign:manage", "idn:campaign:read") || got.Allows() || !got.Allows(UserScope) {
			t.Errorf("scope %v of a user allows the wrong things", got.Scope)
		}
	}
	clock.advance(10*time.Second + 749*time.Millisecond)
	if _, err := issuer.verify("Bearer " + token); err != nil {
		t.Errorf("before it expires: %v", err)
	}
	clock.advance(time.Millisecond)
	if _, err := issuer.verify("Bearer " + token); !errors.Is(err, ErrTokenExpired) {
		t.Errorf("when it expires: %v", err)
	}
}

func TestTokensRefuse(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	issuer, other := newTestTokens(t, clock), newTestTokens(t, clock)
	good, payload, err := issuer.issue(order{to: userClient, scopes: userClient.Scopes, lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := other.issue(order{to: userClient, scopes: userClient.Scopes, lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(method jwt.SigningMethod, key any, edit func(*Claims)) string {
		changed := payload
		edit(&changed)
		token, err := jwt.NewWithClaims(method, changed).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	unchanged := func(*Claims) {}
	parts := strings.Split(good, ".")
	for _, test := range []struct {
		name   string
		header string
		want   error
	}{
		{"no header", "", errTokenMissing},
		{"scheme alone", "Bearer", errTokenMissing},
		{"blank token", "Bearer  ", errTokenMissing},
		{"another scheme", "Basic " + good, errTokenMissing},
		{"token without a scheme", good, errTokenMissing},
		{"no token at all", "Bearer abc", errTokenMalformed},
		{"two parts", "Bearer " + parts[0] + "." + parts[1], errTokenMalformed},
		{"payload that is no JSON", "Bearer " + parts[0] + ".YWJj." + parts[2], errTokenMalformed},
		{"changed payload", "Bearer " + parts[0] + "." + strings.Split(foreign, ".")[1] + "." + parts[2], errTokenSignature},
		{"key of another tenant", "Bearer " + foreign, errTokenSignature},
		{"no signature", "Bearer " + parts[0] + "." + parts[1] + ".", errTokenSignature},
		{"algorithm none", "Bearer " + sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, unchanged), errTokenSignature},
		{"shared secret", "Bearer " + sign(jwt.SigningMethodHS256, []byte("sandbox"), unchanged), errTokenSignature},
		{"expired", "Bearer " + sign(jwt.SigningMethodES256, issuer.key, func(c *Claims) {
			c.ExpiresAt = jwt.NewNumericDate(clock.time().Add(-time.Second))
		}), ErrTokenExpired},
		{"without expiry", "Bearer " + sign(jwt.SigningMethodES256, issuer.key, func(c *Claims) { c.ExpiresAt = nil }), errTokenInvalid},
		{"not yet valid", "Bearer " + sign(jwt.SigningMethodES256, issuer.key, func(c *Claims) {
			c.NotBefore = jwt.NewNumericDate(clock.time().Add(time.Minute))
		}), errTokenInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := issuer.verify(test.header)
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if got.ClientID != "" {
				t.Errorf("claims %+v with an error", got)
			}
		})
	}
}

func TestTokensRememberABoundedNumber(t *testing.T) {
	t.Parallel()
	issuer := newTestTokens(t, newManualClock())
	remembered := func(want int) {
		t.Helper()
		var got int
		issuer.verified.Range(func(any, any) bool { got++; return true })
		if got != want {
			t.Errorf("%d remembered, want %d", got, want)
		}
	}
	for i := range 3 * maxVerified {
		if i > 0 && i%maxVerified == 0 {
			remembered(maxVerified)
		}
		issuer.remember(strconv.Itoa(i), Claims{})
		if i%maxVerified == 0 {
			remembered(1)
		}
	}
}

func BenchmarkTokenVerify(b *testing.B) {
	clock := newManualClock()
	issuer, err := newTokens(clock.time)
	if err != nil {
		b.Fatal(err)
	}
	token, _, err := issuer.issue(order{to: userClient, scopes: userClient.Scopes, lifetime: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := issuer.verify("Bearer " + token); err != nil {
			b.Fatal(err)
		}
	}
}
