package gateway

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// A watchedTenant is a sandbox that keeps the headers of what arrives, by path.
type watchedTenant struct {
	*sandbox.Sandbox
	url string

	mu      sync.Mutex
	headers map[string][]http.Header
}

// watchTenant starts a sandbox that adds headers to each response.
func watchTenant(t testing.TB) *watchedTenant {
	t.Helper()
	box, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	w := &watchedTenant{Sandbox: box, headers: map[string][]http.Header{}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// ServeHTTP keeps the header of a request and lets the sandbox respond.
func (w *watchedTenant) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.headers[r.URL.Path] = append(w.headers[r.URL.Path], r.Header.Clone())
	w.mu.Unlock()
	for _, name := range []string{"Set-Cookie", "X-Tenant", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} {
		answer.Header().Set(name, "of-the-tenant=1")
	}
	w.Sandbox.ServeHTTP(answer, r)
}

// last returns the header of the latest request to a path.
func (w *watchedTenant) last(t testing.TB, path string) http.Header {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.headers[path]) == 0 {
		t.Fatalf("nothing has come to %s, but to %q", path, slices.Sorted(maps.Keys(w.headers)))
	}
	return w.headers[path][len(w.headers[path])-1]
}

func TestOfARequestOnlyWhatIsMeantForItReachesTheTenant(t *testing.T) {
	tenant := watchTenant(t)
	p := start(t, "--upstream-url="+tenant.url+"/v3", "--auth=bearer,service", "--service-access=any", "--client-id=org-admin", "--client-secret="+sandboxSecret)
	token := p.token(t, tenant.url, "cert-admin")
	const body = `{"query":"{ certifications(first: 1) { nodes { name } } }"}`
	ask := func(edit func(http.Header)) http.Header {
		t.Helper()
		r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(body))
		for _, name := range []string{
			"Cookie", "Referer", "X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via", "Accept", "Accept-Charset", "Cache-Control", "If-None-Match",
			"X-Anything", "User-Agent", "Traceparent", "Tracestate", "Baggage", "X-Http-Method-Override", "Proxy-Authorization", "X-Certql-Csrf",
		} {
			r.Header.Set(name, "of-the-caller=1")
		}
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		edit(r.Header)
		response, err := p.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("the answer is %s", response.Status)
		}
		return response.Header
	}
	agent := tenant.last(t, "/oauth/token").Get("User-Agent")
	tests := map[string]struct {
		edit func(http.Header)
		want http.Header // beside Accept, Accept-Encoding, Authorization and User-Agent
	}{
		"language and id":   {func(h http.Header) { h.Set("Accept-Language", "DE-ch, en;q=0.50"); h.Set("X-Request-Id", "r-1") }, http.Header{"Accept-Language": {"de-CH,en;q=0.5"}, "X-Request-Id": {"r-1"}}},
		"no sensible ones":  {func(h http.Header) { h.Set("Accept-Language", "<script>"); h.Set("X-Request-Id", "r 1") }, http.Header{"X-Request-Id": {"made"}}},
		"neither":           {func(http.Header) {}, http.Header{"X-Request-Id": {"made"}}},
		"endless id":        {func(h http.Header) { h.Set("X-Request-Id", strings.Repeat("r", 500)) }, http.Header{"X-Request-Id": {"made"}}},
		"endless languages": {func(h http.Header) { h.Set("Accept-Language", strings.Repeat("de,", 5000)) }, http.Header{"Accept-Language": {"de"}, "X-Request-Id": {"made"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := ask(func(h http.Header) { h.Set("Cache-Control", "no-cache"); test.edit(h) })
			got := tenant.last(t, "/v3/certifications")
			id := got.Get("X-Request-Id")
			if id != answer.Get("X-Request-Id") || id == "" {
				t.Errorf("the tenant has the id %q, the caller %q", id, answer.Get("X-Request-Id"))
			}
			if test.want.Get("X-Request-Id") == "made" {
				test.want.Set("X-Request-Id", id)
			}
			for name, value := range map[string]string{"Accept": "application/json", "Accept-Encoding": "gzip", "Authorization": "Bearer " + token, "User-Agent": got.Get("User-Agent")} {
				test.want.Set(name, value)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("what reaches the tenant (-want +got):\n%s", diff)
			}
			if agent := got.Get("User-Agent"); !strings.HasPrefix(agent, "certql/") || len(agent) < len("certql/x") {
				t.Errorf("the gateway calls itself %q", agent)
			}
			for name, values := range answer {
				if strings.Contains(strings.Join(values, ""), "of-the-tenant") || name == "Slpt-Request-Id" {
					t.Errorf("the tenant's header %s reaches the caller", name)
				}
			}
		})
	}
	if strings.HasPrefix(agent, "certql/") {
		t.Errorf("the test itself is %q", agent)
	}
	ask(func(h http.Header) { h.Del("Authorization") }) // by the gateway's own token
	got := tenant.last(t, "/oauth/token")
	if diff := cmp.Diff([]string{"Content-Length", "Content-Type", "User-Agent"}, slices.Sorted(maps.Keys(got))); diff != "" || !strings.HasPrefix(got.Get("User-Agent"), "certql/") {
		t.Errorf("a request for a token as %q (-want +got):\n%s", got.Get("User-Agent"), diff)
	}
}

// write writes a temporary file and returns its name.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnAPIKeyIsGoodForTheGatewaysOwnCredentials(t *testing.T) {
	tenant := start(t, "sandbox")
	const key = "correct-horse-battery-staple"
	hash := sha256.Sum256([]byte(key))
	p := start(t, "--upstream-url="+tenant.url(t, "Sandbox")+"/v3", "--auth=service", "--client-id=reviewer-1", "--client-secret="+sandboxSecret,
		"--api-keys-file="+write(t, "keys", "reports:"+hex.EncodeToString(hash[:])+"\n"))
	tests := map[string]struct {
		header http.Header
		status int
		data   string
	}{
		"key":       {http.Header{"X-Api-Key": {key}}, http.StatusOK, `"totalCount":`},
		"no key":    {http.Header{}, http.StatusOK, `"UNAUTHENTICATED"`},
		"wrong key": {http.Header{"X-Api-Key": {key + "r"}}, http.StatusUnauthorized, `"UNAUTHENTICATED"`},
		"a bearer":  {http.Header{"Authorization": {"Bearer " + tenant.token(t, tenant.url(t, "Sandbox"), "org-admin")}}, http.StatusUnauthorized, `"UNAUTHENTICATED"`},
	}
	for name, test := range tests {
		r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(`{"query":"{ certifications(first: 1) { totalCount } }"}`))
		r.Header = test.header
		r.Header.Set("Content-Type", "application/json")
		if status, body := p.send(t, r); status != test.status || !strings.Contains(string(body), test.data) {
			t.Errorf("%s: status %d: %s", name, status, body)
		}
	}
}

// certificates are an authority and the certificates that it has issued, in files.
type certificates struct {
	authority, server, serverKey string
	pool                         *x509.CertPool
	client                       map[string]tls.Certificate // by name
}

// issue makes an authority that issues certificates to the gateway and to the given clients.
func issue(t *testing.T, clients ...string) certificates {
	t.Helper()
	newKey := func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	sign := func(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) []byte {
		template.NotAfter, template.SerialNumber = time.Now().Add(time.Hour), big.NewInt(time.Now().UnixNano())
		certificate, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		return certificate
	}
	inPEM := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	rootKey := newKey()
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootText := inPEM("CERTIFICATE", sign(root, root, rootKey, rootKey))
	serverKey := newKey()
	server := sign(&x509.Certificate{DNSNames: []string{"localhost"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, root, serverKey, rootKey)
	secret, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		t.Fatal(err)
	}
	made := certificates{
		authority: write(t, "ca.pem", rootText), server: write(t, "cert.pem", inPEM("CERTIFICATE", server)), serverKey: write(t, "key.pem", inPEM("PRIVATE KEY", secret)),
		pool: x509.NewCertPool(), client: map[string]tls.Certificate{},
	}
	made.pool.AppendCertsFromPEM([]byte(rootText))
	for _, name := range clients {
		key := newKey()
		made.client[name] = tls.Certificate{PrivateKey: key, Certificate: [][]byte{
			sign(&x509.Certificate{DNSNames: []string{name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, root, key, rootKey),
		}}
	}
	return made
}

func TestAClientCertificateIsGoodForTheGatewaysOwnCredentials(t *testing.T) {
	ours, foreign := issue(t, "reports.example.com", "other.example.com"), issue(t, "reports.example.com")
	tenant := start(t, "sandbox")
	p := start(t, "--upstream-url="+tenant.url(t, "Sandbox")+"/v3", "--auth=bearer,service", "--client-id=reviewer-1", "--client-secret="+sandboxSecret,
		"--tls-cert-file="+ours.server, "--tls-key-file="+ours.serverKey, "--tls-client-ca-file="+ours.authority, "--client-cert-name=reports.example.com")
	if !strings.HasPrefix(p.url(t, "GraphQL"), "https://") {
		t.Fatalf("the gateway is at %s", p.url(t, "GraphQL"))
	}
	endpoint := strings.Replace(p.url(t, "GraphQL"), "127.0.0.1", "localhost", 1) + "/graphql"
	tests := map[string]struct {
		certificates []tls.Certificate
		data         string // in the response; empty if there is none
	}{
		"listed":               {[]tls.Certificate{ours.client["reports.example.com"]}, `"totalCount":`},
		"not listed":           {[]tls.Certificate{ours.client["other.example.com"]}, `"UNAUTHENTICATED"`},
		"none":                 {nil, `"UNAUTHENTICATED"`},
		"of another authority": {[]tls.Certificate{foreign.client["reports.example.com"]}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
				RootCAs: ours.pool, MinVersion: tls.VersionTLS12,
				GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					if len(test.certificates) == 0 {
						return &tls.Certificate{}, nil
					}
					return &test.certificates[0], nil // whatever authorities are asked for
				},
			}}
			defer transport.CloseIdleConnections()
			r := request(t, http.MethodPost, endpoint, strings.NewReader(`{"query":"{ certifications(first: 1) { totalCount } }"}`))
			r.Header.Set("Content-Type", "application/json")
			response, err := transport.RoundTrip(r)
			if test.data == "" {
				if err == nil {
					response.Body.Close()
					t.Errorf("the answer is %s", response.Status)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body := make([]byte, 1000)
			n, _ := response.Body.Read(body)
			if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK || !strings.Contains(string(body[:n]), test.data) {
				t.Errorf("the answer is %s over %s: %s", response.Status, response.Proto, body[:n])
			}
		})
	}
}

func TestAHeaderHasABound(t *testing.T) {
	p := start(t, "--auth=bearer,session", "--session-return-path=/")
	tests := map[string]struct {
		header http.Header
		status int
	}{
		"a long token":      {http.Header{"Authorization": {"Bearer " + strings.Repeat("a", 16<<10)}}, http.StatusOK},
		"a header too long": {http.Header{"X-Anything": {strings.Repeat("a", 40<<10)}}, http.StatusRequestHeaderFieldsTooLarge},
		"a cookie too long": {http.Header{"Cookie": {"certql-session=" + strings.Repeat("a", 40<<10)}}, http.StatusRequestHeaderFieldsTooLarge},
		"many cookies":      {http.Header{"Cookie": {strings.Repeat("certql-login-AAAAAAAA=b; ", 2000)}}, http.StatusRequestHeaderFieldsTooLarge},
		"some cookies":      {http.Header{"Cookie": {strings.Repeat("a=b; ", 900)}}, http.StatusOK},
		"endless cookies":   {http.Header{"Cookie": {strings.Repeat("a=b; ", 4000)}}, http.StatusRequestHeaderFieldsTooLarge},
		"a bearer's cookies": {http.Header{
			"Authorization": {"Bearer the-token-of-somebody-with-cookies"}, "Cookie": {strings.Repeat("a=b; ", 4000)},
		}, http.StatusOK},
		"one too often": {http.Header{"Cookie": {strings.Repeat("certql-session=b; ", 500)}}, http.StatusUnauthorized},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
			r.Header = test.header
			r.Header.Set("Content-Type", "application/json")
			if status, body := p.send(t, r); status != test.status {
				t.Errorf("status %d, want %d: %s", status, test.status, body)
			}
		})
	}
}
