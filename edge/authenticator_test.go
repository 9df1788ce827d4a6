package edge_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"certql/edge"
	"certql/upstream"
)

// A namedCredential is a credential with a name for a token.
type namedCredential string

func (c namedCredential) Token(context.Context) (string, error) { return string(c), nil }
func (c namedCredential) Key() string                           { return string(c) }

// signedIn has a session for one value of a cookie, and fails for another.
type signedIn struct{}

func (signedIn) Credential(_ http.ResponseWriter, r *http.Request) (upstream.Credential, error) {
	cookies := r.CookiesNamed("session")
	switch {
	case len(cookies) == 0:
		return nil, nil
	case cookies[0].Value == "broken":
		return nil, errors.New("the store does not answer")
	case cookies[0].Value != "good":
		return nil, &edge.HTTPError{Status: http.StatusUnauthorized, Code: "UNAUTHENTICATED", Message: "The session has ended."}
	}
	return namedCredential("ada"), nil
}

// gate returns the gate for a configuration.
func gate(t *testing.T, cfg edge.GateConfig) *edge.ServiceGate {
	t.Helper()
	g, err := edge.NewServiceGate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// writeFile writes a file of the test's own and returns its name.
func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const someHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of hello

// verified takes the token "good" alone.
type verified struct{}

func (verified) Verify(_ context.Context, token string) *edge.HTTPError {
	if token == "good" {
		return nil
	}
	return &edge.HTTPError{Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated, Message: "No."}
}

func TestTokensAreVerifiedWhereThereAreKeys(t *testing.T) {
	authenticator := edge.Authenticator{Bearer: true, Tokens: verified{}}
	for token, status := range map[string]int{"good": http.StatusOK, "forged": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		got, w := ask(t, authenticator, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
		if w.Code != status || status == http.StatusOK && got != token {
			t.Errorf("%q: status %d and token %q", token, w.Code, got)
		}
		if _, err := authenticator.WithBearer(t.Context(), "Bearer "+token); (err == nil) != (status == http.StatusOK) {
			t.Errorf("%q over WebSocket: %v", token, err)
		}
	}
}

func TestAsWhomARequestIsMade(t *testing.T) {
	listed := edge.GateConfig{APIKeysFile: writeFile(t, "other:"+strings.Repeat("ab", 32)+"\nreports:"+someHash+"\n")}
	everybody := edge.GateConfig{Open: true}
	own := namedCredential("own")
	var (
		bearers = edge.Authenticator{Bearer: true}
		open    = edge.Authenticator{Service: own, Gate: gate(t, everybody)}
		keyed   = edge.Authenticator{Service: own, Gate: gate(t, listed)}
		browser = edge.Authenticator{Sessions: signedIn{}}
		all     = edge.Authenticator{Bearer: true, Service: own, Gate: gate(t, listed), Sessions: signedIn{}}
		allOpen = edge.Authenticator{Bearer: true, Service: own, Gate: gate(t, everybody), Sessions: signedIn{}}
	)
	const refused = "!"
	type header = http.Header
	tests := map[string]struct {
		authenticator edge.Authenticator
		header        header
		want          string // what goes upstream; empty for no credential
	}{
		"bearer":                  {bearers, header{"Authorization": {"Bearer abc.def"}}, "abc.def"},
		"scheme in small letters": {bearers, header{"Authorization": {"bearer abc.def"}}, "abc.def"},
		"several blanks":          {bearers, header{"Authorization": {"Bearer   abc.def  "}}, "abc.def"},
		"nothing":                 {bearers, nil, ""},
		"empty":                   {bearers, header{"Authorization": {""}}, ""},
		"two empty ones":          {bearers, header{"Authorization": {"", ""}}, refused},
		"empty, open":             {allOpen, header{"Authorization": {""}}, refused},
		"empty, for the gateway":  {open, header{"Authorization": {""}}, refused},
		"empty beside a session":  {all, header{"Authorization": {""}, "Cookie": {"session=good"}}, refused},
		"empty beside a key":      {keyed, header{"Authorization": {""}, "X-Api-Key": {"hello"}}, refused},
		"empty before a token":    {all, header{"Authorization": {"", "Bearer abc"}}, refused},
		"another scheme":          {allOpen, header{"Authorization": {"Basic dTpw"}}, refused},
		"no token":                {allOpen, header{"Authorization": {"Bearer"}}, refused},
		"blank token":             {allOpen, header{"Authorization": {"Bearer  "}}, refused},
		"two tokens":              {allOpen, header{"Authorization": {"Bearer abc def"}}, refused},
		"two headers":             {allOpen, header{"Authorization": {"Bearer abc", "Bearer def"}}, refused},
		"token alone":             {allOpen, header{"Authorization": {"abc.def"}}, refused},
		"line break":              {allOpen, header{"Authorization": {"Bearer abc\r\nX-Evil: 1"}}, refused},
		"endless token":           {allOpen, header{"Authorization": {"Bearer " + strings.Repeat("a", 1<<15)}}, refused},
		"bearer, not let in":      {open, header{"Authorization": {"Bearer abc.def"}}, refused},
		"bearer for browsers":     {browser, header{"Authorization": {"Bearer abc.def"}}, refused},

		"anybody":               {open, nil, "own"},
		"anybody with a key":    {open, header{"X-Api-Key": {"hello"}}, refused},
		"key":                   {keyed, header{"X-Api-Key": {"hello"}}, "own"},
		"wrong key":             {keyed, header{"X-Api-Key": {"hello2"}}, refused},
		"hash instead of key":   {keyed, header{"X-Api-Key": {someHash}}, refused},
		"empty key":             {keyed, header{"X-Api-Key": {""}}, refused},
		"two keys":              {keyed, header{"X-Api-Key": {"hello", "hello"}}, refused},
		"no key":                {keyed, nil, ""},
		"empty key, open":       {open, header{"X-Api-Key": {""}}, refused},
		"empty key, not let in": {bearers, header{"X-Api-Key": {""}}, refused},
		"key, not let in":       {bearers, header{"X-Api-Key": {"hello"}}, refused},

		"session":                  {browser, header{"Cookie": {"session=good"}}, "ada"},
		"no session":               {browser, nil, ""},
		"ended session":            {browser, header{"Cookie": {"session=old"}}, refused},
		"ended session, open":      {allOpen, header{"Cookie": {"session=old"}}, refused},
		"session, open":            {allOpen, header{"Cookie": {"session=good"}}, "ada"},
		"session, not let in":      {open, header{"Cookie": {"session=good"}}, "own"},
		"session and bearer":       {all, header{"Cookie": {"session=good"}, "Authorization": {"Bearer abc"}}, "abc"},
		"ended session and bearer": {all, header{"Cookie": {"session=old"}, "Authorization": {"Bearer abc"}}, "abc"},
		"session and bad bearer":   {all, header{"Cookie": {"session=good"}, "Authorization": {"Bearer a b"}}, refused},
		"key and bearer":           {all, header{"X-Api-Key": {"wrong"}, "Authorization": {"Bearer abc"}}, "abc"},
		"key and session":          {all, header{"X-Api-Key": {"hello"}, "Cookie": {"session=good"}}, "own"},
		"wrong key and session":    {all, header{"X-Api-Key": {"wrong"}, "Cookie": {"session=good"}}, refused},
		"nothing, all modes":       {all, nil, ""},
		"nothing, all modes open":  {allOpen, nil, "own"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, w := ask(t, test.authenticator, func(r *http.Request) { r.Header = test.header.Clone() })
			if test.want != refused {
				if w.Code != http.StatusOK || token != test.want {
					t.Fatalf("status %d and token %q, want token %q", w.Code, token, test.want)
				}
				return
			}
			if w.Code != http.StatusUnauthorized || token != "" {
				t.Fatalf("status %d and token %q, want a refusal", w.Code, token)
			}
			if code := errorCode(t, w); code != "UNAUTHENTICATED" {
				t.Errorf("the code is %q", code)
			}
			if got, want := w.Header().Get("WWW-Authenticate") == "Bearer", test.authenticator.Bearer; got != want {
				t.Errorf("the headers are %v", w.Header())
			}
			for _, sent := range []string{"abc", "hello", "good", "old"} {
				if strings.Contains(w.Body.String(), sent) {
					t.Errorf("the refusal repeats what was sent: %s", w.Body)
				}
			}
		})
	}
}

// ask sends a request through an authenticator and returns the token that would go upstream.
func ask(t *testing.T, authenticator edge.Authenticator, edit func(*http.Request)) (token string, w *httptest.ResponseRecorder) {
	t.Helper()
	handler := authenticator.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if credential, ok := upstream.CredentialFrom(r.Context()); ok {
			token, _ = credential.Token(r.Context())
		}
	}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	edit(r)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	w = httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return token, w
}

// errorCode returns the code of the only error in a response.
func errorCode(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 || body.Errors[0].Message == "" {
		t.Fatalf("the body is %q: %v", w.Body, err)
	}
	return body.Errors[0].Extensions.Code
}

// What a header says in the table before, a message says over WebSocket.
// Where callers have to be known, others are refused at once.
func TestOnlyKnownCallersPassWhereTheyHaveToBeKnown(t *testing.T) {
	reached := 0
	authenticator := edge.Authenticator{Bearer: true}
	handler := authenticator.Handler(authenticator.Known(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ })))
	for _, header := range []string{"", "Bearer a.b.c"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		answered := httptest.NewRecorder()
		handler.ServeHTTP(answered, r)
		refused := answered.Code == http.StatusUnauthorized && answered.Header().Get("WWW-Authenticate") == "Bearer" && strings.Contains(answered.Body.String(), authenticator.Missing())
		if refused != (header == "") {
			t.Errorf("with %q, the answer is %d: %s", header, answered.Code, answered.Body)
		}
	}
	if reached != 1 {
		t.Errorf("%d callers have passed", reached)
	}
}

func TestATokenMayComeInAMessage(t *testing.T) {
	tests := map[string]struct {
		authenticator edge.Authenticator
		authorization string
		want          string // empty if it is refused
	}{
		"bearer":         {edge.Authenticator{Bearer: true}, "Bearer abc.def", "abc.def"},
		"small letters":  {edge.Authenticator{Bearer: true}, "bearer abc.def", "abc.def"},
		"another scheme": {edge.Authenticator{Bearer: true}, "Basic dTpw", ""},
		"no token":       {edge.Authenticator{Bearer: true}, "Bearer ", ""},
		"nothing":        {edge.Authenticator{Bearer: true}, "", ""},
		"not let in":     {edge.Authenticator{Sessions: signedIn{}}, "Bearer abc.def", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, err := test.authenticator.WithBearer(t.Context(), test.authorization)
			if test.want == "" {
				refused, ok := errors.AsType[*edge.HTTPError](err)
				if !ok || refused.Status != http.StatusUnauthorized || refused.Code != edge.CodeUnauthenticated || err.Error() != refused.Message || ctx != nil {
					t.Errorf("it is refused with %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			credential, ok := upstream.CredentialFrom(ctx)
			if !ok {
				t.Fatal("there is no credential")
			}
			if token, err := credential.Token(ctx); err != nil || token != test.want {
				t.Errorf("the token is %q, %v, want %q", token, err, test.want)
			}
		})
	}
}

func TestAFaultOfTheGatewayLetsNobodyIn(t *testing.T) {
	authenticator := edge.Authenticator{Service: namedCredential("own"), Gate: gate(t, edge.GateConfig{Open: true}), Sessions: signedIn{}}
	token, w := ask(t, authenticator, func(r *http.Request) { r.Header.Set("Cookie", "session=broken") })
	if code := errorCode(t, w); w.Code != http.StatusInternalServerError || code != "INTERNAL" || token != "" || strings.Contains(w.Body.String(), "store") {
		t.Errorf("status %d, code %q, token %q: %s", w.Code, code, token, w.Body)
	}
}

func TestAClientCertificateLetsIn(t *testing.T) {
	names := []string{"reports.example.com", "spiffe://example.com/billing", "audit"}
	authenticator := edge.Authenticator{Service: namedCredential("own"), Gate: gate(t, edge.GateConfig{ClientCertNames: names})}
	billing, err := url.Parse("spiffe://example.com/billing")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		certificate *x509.Certificate
		unverified  bool
		want        string
	}{
		"none":                      {nil, false, ""},
		"DNS name":                  {&x509.Certificate{DNSNames: []string{"x.example.com", "reports.example.com"}}, false, "own"},
		"URI":                       {&x509.Certificate{URIs: []*url.URL{billing}}, false, "own"},
		"common name":               {&x509.Certificate{Subject: pkix.Name{CommonName: "audit"}}, false, "own"},
		"common name beside others": {&x509.Certificate{Subject: pkix.Name{CommonName: "audit"}, DNSNames: []string{"x.example.com"}}, false, ""},
		"no name":                   {&x509.Certificate{}, false, ""},
		"another":                   {&x509.Certificate{DNSNames: []string{"reports.example.com.evil.example", "*.example.com"}}, false, ""},
		"not verified":              {&x509.Certificate{DNSNames: []string{"reports.example.com"}}, true, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, w := ask(t, authenticator, func(r *http.Request) {
				r.TLS = &tls.ConnectionState{}
				if test.certificate != nil {
					r.TLS.PeerCertificates = []*x509.Certificate{test.certificate}
				}
				if test.certificate != nil && !test.unverified {
					r.TLS.VerifiedChains = [][]*x509.Certificate{{test.certificate}}
				}
			})
			if w.Code != http.StatusOK || token != test.want {
				t.Errorf("status %d and token %q, want token %q", w.Code, token, test.want)
			}
		})
	}
}
