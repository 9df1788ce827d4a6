package gateway

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
	"certql/shared"
	"certql/shared/enginetest"
)

// freeAddress returns an address of this machine that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	var plain net.ListenConfig
	listener, err := plain.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestAReplicaSaysWhatItIsAndWhatItShares(t *testing.T) {
	url, _ := enginetest.Memory(t)
	p := start(t, "--redis-url="+url, "--replica=certql-0")
	if want := "Replica     certql-0 of those that share " + url + "\n"; !strings.Contains(p.stdout.String(), want) {
		t.Errorf("the output lacks %q:\n%s", want, p.stdout)
	}
	if alone := start(t); strings.Contains(alone.stdout.String(), "Replica") {
		t.Errorf("one that shares nothing says\n%s", alone.stdout)
	}
}

// It is ready once the engine has answered, and stays so while the engine is away later.
func TestAGatewayStartsWithoutTheEngineAndIsNotReady(t *testing.T) {
	address := freeAddress(t)
	p := start(t, "--redis-url=redis://"+address, "--redis-timeout=1s")
	if status, text := p.ready(t); status != http.StatusServiceUnavailable || !strings.HasSuffix(text, shared.ErrAway.Error()+"\n") {
		t.Errorf("without the engine: %d %q", status, text)
	}
	if log := p.stderr.String(); strings.Count(log, "the engine that replicas share is away") != 1 || !strings.Contains(log, "connection refused") {
		t.Errorf("the log is\n%s", log)
	}
	engine := miniredis.NewMiniRedis()
	if err := engine.Set("certql:{budgets}:born", "1"); err != nil { // it has counted for long, and need not warm up
		t.Fatal(err)
	}
	if err := engine.StartAddr(address); err != nil {
		t.Skip("something else took the address: ", err)
	}
	defer engine.Close()
	for range 300 {
		if strings.Contains(p.stderr.String(), "the engine that replicas share is back") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for range 300 { // what is found out is kept for a while
		if status, _ := p.ready(t); status == http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	_, text := p.ready(t)
	t.Errorf("with the engine: %s", text)
}

func TestAnEngineThatIsTooOldIsRefusedAtTheStart(t *testing.T) {
	url, engine := enginetest.Memory(t)
	engine.Server().SetPreHook(func(c *server.Peer, command string, _ ...string) bool {
		if strings.ToUpper(command) != "HELLO" {
			return false
		}
		c.Resp3 = true
		c.WriteMapLen(2)
		for _, text := range []string{"server", "redis", "version", "6.0.16"} {
			c.WriteBulk(text)
		}
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // should it start
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := Run(ctx, []string{"--addr=localhost:0", "--admin-addr=", "--redis-url=" + url}, readme, nil, &stdout, &stderr)
	if want := "certql: " + shared.ErrTooOld.Error() + ", and not redis 6.0.16\n"; code != ExitStart || stderr.String() != want {
		t.Errorf("it ended with %d: %s", code, &stderr)
	}
}

func TestAnEngineThatRemovesKeysIsWarnedOf(t *testing.T) {
	const warning = "the engine that replicas share removes keys when its memory is full"
	keeps := start(t, "--redis-url="+enginetest.Start(t).URL())
	removes := start(t, "--redis-url="+enginetest.Start(t, "--maxmemory-policy", "allkeys-lru").URL())
	if log := keeps.stderr.String(); strings.Contains(log, warning) {
		t.Errorf("of one that keeps everything: %s", log)
	}
	if log := removes.stderr.String(); strings.Count(log, warning) != 1 || !strings.Contains(log, "allkeys-lru") {
		t.Errorf("of one that removes: %s", log)
	}
}

// authority returns a certificate for the address of this machine that is its own authority, and the name of a
// file with it, and of one with the key.
func authority(t *testing.T) (certificate tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if certificate, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return certificate, certFile, keyFile
}

// The engine and the gateway know each other by their certificates, and the gateway by its password too.
func TestAnEngineIsSpokenToByTLSAndWithAPassword(t *testing.T) {
	certificate, certFile, keyFile := authority(t)
	known := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	known.AddCert(leaf)
	engine := miniredis.NewMiniRedis()
	if err := engine.StartTLS(&tls.Config{Certificates: []tls.Certificate{certificate}, ClientCAs: known, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	engine.RequireUserAuth("gateway", "hunter2")
	args := []string{
		"--redis-url=rediss://" + engine.Addr(), "--redis-tls-ca-file=" + certFile, "--redis-tls-cert-file=" + certFile, "--redis-tls-key-file=" + keyFile,
		"--redis-username=gateway", "--redis-password=hunter2", "--redis-timeout=5s",
	}
	tests := map[string]struct {
		without []string // options
		away    bool
	}{
		"all":             {nil, false},
		"no authority":    {[]string{"--redis-tls-ca-file"}, true},
		"no certificate":  {[]string{"--redis-tls-cert-file", "--redis-tls-key-file"}, true},
		"no password":     {[]string{"--redis-username", "--redis-password"}, true},
		"nothing but TLS": {[]string{"--redis-tls-ca-file", "--redis-tls-cert-file", "--redis-tls-key-file"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
				option, _, _ := strings.Cut(arg, "=")
				return slices.Contains(test.without, option)
			})...)
			if log := p.stderr.String(); strings.Contains(log, "is away") != test.away || strings.Contains(log, "hunter2") {
				t.Errorf("away should be %t: %s", test.away, log)
			}
		})
	}
}

// The rules of the manual are all that the gateway needs: with them it can also ask for the policy, and warn of it.
func TestTheEnginesUserOfTheManualMayDoAllThatTheGatewayDoes(t *testing.T) {
	manual, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)<!-- engine user -->\\s*```\n(.*?)\n```\\s*<!-- end of engine user -->").FindSubmatch(manual)
	if found == nil {
		t.Fatal("the manual has no rules")
	}
	rules := strings.Fields(string(found[1]))
	engine := enginetest.Start(t, append([]string{"--maxmemory-policy", "allkeys-lru", "--user", "gateway", "on", ">hunter2"}, rules...)...)
	p := start(t, "--redis-url="+engine.URL(), "--redis-username=gateway", "--redis-password=hunter2", "--redis-timeout=5s")
	if log := p.stderr.String(); strings.Contains(log, "is away") || !strings.Contains(log, "removes keys") {
		t.Errorf("the log is %s", log)
	}
	p.query(t, "", countQuery)
	// Without the right to ask for it, nothing is said of the policy.
	rules = slices.DeleteFunc(rules, func(rule string) bool { return strings.HasPrefix(rule, "+config") })
	silent := enginetest.Start(t, append([]string{"--maxmemory-policy", "allkeys-lru", "--user", "gateway", "on", ">hunter2"}, rules...)...)
	p = start(t, "--redis-url="+silent.URL(), "--redis-username=gateway", "--redis-password=hunter2", "--redis-timeout=5s")
	if log := p.stderr.String(); strings.Contains(log, "is away") || strings.Contains(log, "removes keys") {
		t.Errorf("without a right to ask, the log is %s", log)
	}
}

func TestAllSettingsOfTheEngineReachIt(t *testing.T) {
	_, certFile, _ := authority(t)
	settings := config.Serve{Redis: config.Redis{
		URLs: []string{"rediss://a:1", "rediss://b:1"}, Username: "u", Password: "p", SentinelMaster: "m", SentinelPassword: "s", CAFile: certFile,
		Prefix: "x", Timeout: time.Second, Replica: "r",
	}}
	got, err := engineConfig(settings, nil)
	if err != nil || got.TLS == nil || got.TLS.RootCAs == nil || got.TLS.ServerName != "" {
		t.Fatalf("%+v, %v", got.TLS, err)
	}
	got.TLS = nil
	want := shared.Config{URLs: settings.Redis.URLs, Username: "u", Password: "p", SentinelMaster: "m", SentinelPassword: "s", Prefix: "x", Timeout: time.Second, Replica: "r"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the configuration (-want +got):\n%s", diff)
	}
	settings.Redis.CAFile = "/absent"
	if _, err := engineConfig(settings, nil); err == nil || !strings.HasPrefix(err.Error(), "--redis-tls-ca-file: ") {
		t.Errorf("without the file: %v", err)
	}
}
