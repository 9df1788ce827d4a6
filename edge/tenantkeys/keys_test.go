package tenantkeys_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"certql/edge/tenantkeys"
)

// A key signs tokens under an id.
type key struct {
	id     string
	method jwt.SigningMethod
	secret any
}

func (k key) sign(t testing.TB, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, claims)
	if k.id != "" {
		token.Header["kid"] = k.id
	}
	text, err := token.SignedString(k.secret)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// public returns the key as a member of a JSON Web Key Set.
func (k key) public(t testing.TB) map[string]string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	member := map[string]string{"kid": k.id, "use": "sig", "alg": k.method.Alg()}
	switch secret := k.secret.(type) {
	case *ecdsa.PrivateKey:
		point, err := secret.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := len(point) / 2
		maps.Copy(member, map[string]string{"kty": "EC", "crv": secret.Params().Name, "x": encode(point[1 : half+1]), "y": encode(point[half+1:])})
	case *rsa.PrivateKey:
		maps.Copy(member, map[string]string{"kty": "RSA", "n": encode(secret.N.Bytes()), "e": "AQAB"})
	case ed25519.PrivateKey:
		maps.Copy(member, map[string]string{"kty": "OKP", "crv": "Ed25519", "x": encode(secret.Public().(ed25519.PublicKey))})
	default:
		t.Fatalf("a key of the type %T", secret)
	}
	return member
}

func newKey(t testing.TB, id string) key {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key{id, jwt.SigningMethodES256, secret}
}

func setOf(t testing.TB, keys ...key) string {
	t.Helper()
	members := make([]map[string]string, len(keys))
	for i, k := range keys {
		members[i] = k.public(t)
	}
	text, err := json.Marshal(map[string]any{"keys": members})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func fileOf(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func in(d time.Duration) *jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(d)) }

// A tenant serves a set of keys.
type tenant struct {
	asked  atomic.Int32
	answer atomic.Pointer[func(*http.Request) (*http.Response, error)]
}

func (n *tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked.Add(1)
	return (*n.answer.Load())(r)
}

func (n *tenant) serve(status int, text string) {
	answer := func(*http.Request) (*http.Response, error) { //nolint:unparam // as the others are
		return &http.Response{StatusCode: status, Header: http.Header{"Location": {"http://elsewhere/"}}, Body: io.NopCloser(strings.NewReader(text))}, nil
	}
	n.answer.Store(&answer)
}

func (n *tenant) fail() {
	answer := func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }
	n.answer.Store(&answer)
}

func keysAt(t testing.TB, n *tenant) *tenantkeys.Keys {
	t.Helper()
	keys, err := tenantkeys.New(tenantkeys.Config{URL: "http://tenant/oauth/jwks", Transport: n})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// status returns the status that a token is refused with; 0 if it is not.
func status(t testing.TB, keys *tenantkeys.Keys, token string) int {
	t.Helper()
	refused := keys.Verify(t.Context(), token)
	if refused == nil {
		return 0
	}
	if strings.Contains(refused.Message, token) && token != "" {
		t.Errorf("the refusal repeats the token: %s", refused.Message)
	}
	return refused.Status
}

func TestTokensOfTheTenantAreTaken(t *testing.T) {
	rsaSecret, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edSecret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	all := []key{
		newKey(t, "es"),
		{"rs", jwt.SigningMethodRS256, rsaSecret},
		{"ps", jwt.SigningMethodPS512, rsaSecret},
		{"ed", jwt.SigningMethodEdDSA, edSecret},
	}
	keys, err := tenantkeys.New(tenantkeys.Config{File: fileOf(t, setOf(t, all...))})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		token := k.sign(t, jwt.MapClaims{"client_id": "c", "exp": in(time.Hour)})
		for range 2 { // the second time from memory
			if got := status(t, keys, token); got != 0 {
				t.Errorf("%s: refused with %d", k.id, got)
			}
		}
		k.id = ""
		if got := status(t, keys, k.sign(t, jwt.MapClaims{"exp": in(time.Hour)})); got != 0 {
			t.Errorf("%s without its id: refused with %d", k.method.Alg(), got)
		}
	}
}

func TestOtherTokensAreRefused(t *testing.T) {
	own, other := newKey(t, "own"), newKey(t, "other")
	keys, err := tenantkeys.New(tenantkeys.Config{File: fileOf(t, setOf(t, own))})
	if err != nil {
		t.Fatal(err)
	}
	good := own.sign(t, jwt.MapClaims{"exp": in(time.Hour)})
	parts := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	posing := key{"own", other.method, other.secret}
	public, err := own.secret.(*ecdsa.PrivateKey).PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"of an unknown key":     other.sign(t, jwt.MapClaims{"exp": in(time.Hour)}),
		"of a key that poses":   posing.sign(t, jwt.MapClaims{"exp": in(time.Hour)}),
		"expired":               own.sign(t, jwt.MapClaims{"exp": in(-2 * time.Minute)}),
		"not valid yet":         own.sign(t, jwt.MapClaims{"exp": in(time.Hour), "nbf": in(2 * time.Minute)}),
		"never ending":          own.sign(t, jwt.MapClaims{"client_id": "c"}),
		"ending at no time":     own.sign(t, jwt.MapClaims{"exp": "soon"}),
		"unsigned":              key{"own", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType}.sign(t, jwt.MapClaims{"exp": in(time.Hour)}),
		"of a shared secret":    key{"own", jwt.SigningMethodHS256, public}.sign(t, jwt.MapClaims{"exp": in(time.Hour)}),
		"without its signature": parts[0] + "." + parts[1] + ".",
		"with other claims":     parts[0] + "." + encode(fmt.Appendf(nil, `{"exp":%d,"client_id":"victim"}`, time.Now().Add(time.Hour).Unix())) + "." + parts[2],
		"with a key of its own": encode([]byte(`{"alg":"ES256","kid":"own","jwk":{"kty":"EC"}}`)) + "." + parts[1] + "." + parts[2],
		"no JWT":                "opaque-token",
		"nothing":               "",
		"encrypted":             "a.b.c.d.e",
		"many dots":             strings.Repeat(".", 1000),
	}
	for name, token := range tests {
		if got := status(t, keys, token); got != http.StatusUnauthorized {
			t.Errorf("a token %s is told %d, want 401", name, got)
		}
	}
	// Clocks may be a little apart.
	if got := status(t, keys, own.sign(t, jwt.MapClaims{"exp": in(-30 * time.Second), "nbf": in(30 * time.Second)})); got != 0 {
		t.Errorf("a token of a clock that is 30 s off is told %d", got)
	}
}

func TestSetsThatAreNoSetOfKeys(t *testing.T) {
	own := newKey(t, "own")
	secret := map[string]any{"keys": []any{map[string]string{"kty": "oct", "k": "c2VjcmV0", "kid": "own"}}}
	symmetric, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	encrypting := own.public(t)
	encrypting["use"] = "enc"
	unfit, err := json.Marshal(map[string]any{"keys": []any{encrypting}})
	if err != nil {
		t.Fatal(err)
	}
	many := make([]key, 51)
	for i := range many {
		many[i] = own
	}
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "<html>", "no keys": `{"keys":[]}`, "no list": `{"keys":"x"}`, "another object": `{}`,
		"shared secrets": string(symmetric), "keys for encryption": string(unfit), "too many": setOf(t, many...),
		"too long": `{"keys":[],"x":"` + strings.Repeat("x", 256<<10) + `"}`,
	} {
		if _, err := tenantkeys.New(tenantkeys.Config{File: fileOf(t, text)}); err == nil {
			t.Errorf("%s is taken for a set of keys", name)
		}
	}
	if _, err := tenantkeys.New(tenantkeys.Config{File: "no/such/file"}); err == nil {
		t.Error("a file that is not there is taken")
	}
	mixed := strings.Replace(setOf(t, own), `"keys":[`, `"keys":[{"kty":"new-kind"},null,{"kty":"oct","k":"c2VjcmV0","kid":"own"},`, 1)
	keys, err := tenantkeys.New(tenantkeys.Config{File: fileOf(t, mixed)})
	if err != nil {
		t.Fatal(err)
	}
	if got := status(t, keys, own.sign(t, jwt.MapClaims{"exp": in(time.Hour)})); got != 0 {
		t.Errorf("beside keys that cannot be used: %d", got)
	}
}

func TestKeysThatChangeAreFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newKey(t, "first"), newKey(t, "second")
		n := &tenant{}
		n.serve(http.StatusOK, setOf(t, first))
		keys := keysAt(t, n)
		want := func(name string, k key, wanted int, asked int32) {
			t.Helper()
			if got := status(t, keys, k.sign(t, jwt.MapClaims{"exp": in(time.Hour), "jti": rand.Text()})); got != wanted || n.asked.Load() != asked {
				t.Errorf("%s: told %d after %d fetches, want %d after %d", name, got, n.asked.Load(), wanted, asked)
			}
		}
		want("the first key", first, 0, 1)
		want("the first key again", first, 0, 1)
		time.Sleep(11 * time.Second)
		n.serve(http.StatusOK, setOf(t, second))
		want("a new key", second, 0, 2)
		want("a key that is gone", first, 401, 2) // too soon to look again
		time.Sleep(11 * time.Second)
		n.fail()
		want("a new key while there is no route", newKey(t, "third"), 401, 3)
		want("a known key while there is no route", second, 0, 3)
		time.Sleep(2 * time.Hour)
		if got := status(t, keys, second.sign(t, jwt.MapClaims{"exp": in(time.Hour), "jti": "late"})); got != 0 {
			t.Errorf("a known key after hours without a route: told %d", got)
		}
		synctest.Wait()
		if n.asked.Load() != 4 {
			t.Errorf("%d fetches, want another one after an hour", n.asked.Load())
		}
	})
}

// Whoever writes tokens of keys that nobody knows does not have the tenant asked for each.
func TestForgersDoNotHaveKeysFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &tenant{}
		n.serve(http.StatusOK, setOf(t, newKey(t, "own")))
		keys := keysAt(t, n)
		forger := newKey(t, "")
		for i := range 600 {
			forger.id = fmt.Sprint("key-", i)
			if got := status(t, keys, forger.sign(t, jwt.MapClaims{"exp": in(time.Hour)})); got != http.StatusUnauthorized {
				t.Fatalf("told %d", got)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if asked := n.asked.Load(); asked > 7 {
			t.Errorf("600 forged tokens of a minute had the keys fetched %d times, want 7 at most", asked)
		}
	})
}

func TestWithoutKeysNoTokenIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := newKey(t, "own")
		token := own.sign(t, jwt.MapClaims{"exp": in(time.Hour)})
		n := &tenant{}
		keys := keysAt(t, n)
		fails := map[string]func(){
			"no route":      n.fail,
			"down":          func() { n.serve(http.StatusBadGateway, setOf(t, own)) },
			"a redirect":    func() { n.serve(http.StatusFound, setOf(t, own)) },
			"a page":        func() { n.serve(http.StatusOK, "<html>") },
			"an empty set":  func() { n.serve(http.StatusOK, `{"keys":[]}`) },
			"a set too big": func() { n.serve(http.StatusOK, setOf(t, own)+strings.Repeat(" ", 256<<10)) },
			"no response": func() {
				answer := func(r *http.Request) (*http.Response, error) { //nolint:unparam // as the others are
					<-r.Context().Done()
					return nil, r.Context().Err()
				}
				n.answer.Store(&answer)
			},
		}
		for name, fail := range fails {
			fail()
			began := time.Now()
			if got := status(t, keys, token); got != http.StatusServiceUnavailable || time.Since(began) > 6*time.Second {
				t.Errorf("%s: told %d after %s, want 503", name, got, time.Since(began))
			}
			if err := keys.Fetch(t.Context()); err == nil {
				t.Errorf("%s: the fetch succeeds", name)
			}
			time.Sleep(11 * time.Second)
		}
		n.serve(http.StatusOK, setOf(t, own))
		if got := status(t, keys, token); got != 0 {
			t.Errorf("when they are there: told %d", got)
		}
	})
}

func TestATokenIsRefusedWhenItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := newKey(t, "own")
		n := &tenant{}
		n.serve(http.StatusOK, setOf(t, own))
		keys := keysAt(t, n)
		token := own.sign(t, jwt.MapClaims{"exp": in(time.Minute)})
		for after, want := range []int{0, 0, 401} {
			if got := status(t, keys, token); got != want {
				t.Errorf("after %d minutes: told %d, want %d", after, got, want)
			}
			time.Sleep(time.Minute)
		}
	})
}
