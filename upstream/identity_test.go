package upstream

import (
	"encoding/base64"
	"strings"
	"testing"
)

func tokenWith(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestReadClaims(t *testing.T) {
	for _, tt := range []struct {
		name, token string
		want        Identity
	}{
		{"all claims", tokenWith(`{"client_id":"c","identity_id":"i","sub":"s","exp":1}`), Identity{"c", "i"}},
		{"a subject of another kind", tokenWith(`{"client_id":"c","sub":"s"}`), Identity{"c", "s"}},
		{"an API key", tokenWith(`{"client_id":"c"}`), Identity{Client: "c"}},
		{"no claims", tokenWith(`{}`), Identity{}},
		{"claims of other types", tokenWith(`{"client_id":7,"identity_id":["i"]}`), Identity{}},
		{"one claim of another type", tokenWith(`{"client_id":{"a":1},"identity_id":"i"}`), Identity{Subject: "i"}},
		{"a claim that is too long", tokenWith(`{"client_id":"` + strings.Repeat("c", 201) + `","sub":"s"}`), Identity{}},
		{"a payload that is a list", tokenWith(`["client_id"]`), Identity{}},
		{"a payload that is cut off", tokenWith(`{"client_id":"c"`), Identity{}},
		{"opaque", "0123456789abcdef", Identity{}},
		{"two parts", "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"client_id":"c"}`)), Identity{}},
		{"not base64", "e30.*.c2ln", Identity{}},
		{"empty", "", Identity{}},
	} {
		if got, _ := readClaims(tt.token); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// What a token claims never gives it the budget of a credential of another kind.
func TestClaimsAreNoKeys(t *testing.T) {
	opaque, err := Bearer("opaque")
	if err != nil {
		t.Fatal(err)
	}
	forged, err := Bearer(tokenWith(`{"client_id":"` + opaque.Key() + `","sub":"` + opaque.Key() + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := RateLimitByClient.payer(opaque), RateLimitByClient.payer(forged); a.Budget == b.Budget || a.Caller == b.Caller {
		t.Errorf("%+v shares with %+v", a, b)
	}
}

func FuzzReadIdentity(f *testing.F) {
	for _, token := range []string{"", "a.b.c", tokenWith(`{"client_id":"c","sub":"s"}`), tokenWith(`{"client_id":"\u0000"}`), "..", "e30.bnVsbA.x"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		got, _ := readClaims(token)
		if len(got.Client) > maxClaim || len(got.Subject) > maxClaim {
			t.Errorf("%q claims too much: %+v", token, got)
		}
	})
}
