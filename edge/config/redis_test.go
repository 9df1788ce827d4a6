package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/edge/config"
)

// someSessionKey is 32 bytes in base64.
const someSessionKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// certificate writes a certificate and its key, and returns the names of the files.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"redis"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, data []byte) string {
		return writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})))
	}
	return text("CERTIFICATE", cert), text("PRIVATE KEY", private)
}

func TestAnEngineIsASetting(t *testing.T) {
	t.Setenv("CERTQL_REDIS_URL", "redis://a.example.com,redis://b.example.com:7000/")
	t.Setenv("CERTQL_REDIS_PASSWORD_FILE", writeFile(t, "hunter2\n"))
	t.Setenv("CERTQL_REPLICA", "certql-0")
	settings, _ := parse(t, "--redis-username=gateway", "--redis-prefix=acme:certql", "--redis-outage=0")
	got := settings.Serve.Redis
	got.PasswordFile = ""
	want := config.Redis{
		URLs: []string{"redis://a.example.com", "redis://b.example.com:7000/"}, Username: "gateway", Password: "hunter2",
		Prefix: "acme:certql", Timeout: 250 * time.Millisecond, Replica: "certql-0",
	}
	if diff := cmp.Diff(want, got); diff != "" || !got.Shared() {
		t.Errorf("the settings (-want +got):\n%s", diff)
	}
}

func TestWithoutAnEngineNothingIsShared(t *testing.T) {
	settings, _ := parse(t)
	if redis := settings.Serve.Redis; redis.Shared() || redis.Replica != "" {
		t.Errorf("the settings are %+v", redis)
	}
}

func TestAReplicaIsNamedAfterItsHost(t *testing.T) {
	host, err := os.Hostname()
	if err != nil || host == "" {
		t.Skip("the host has no name: ", err)
	}
	settings, _ := parse(t, "--redis-url=redis://localhost")
	if got := settings.Serve.Redis.Replica; got != host {
		t.Errorf("the replica is %q, want the host's name %q", got, host)
	}
	if got, want := lineOf(t, printed(t, "config", "--redis-url=redis://localhost"), "replica"), "replica "+host+" default"; got != want {
		t.Errorf("the line is %q, want %q", got, want)
	}
}

func TestWhereAnEngineMayBe(t *testing.T) {
	certFile, keyFile := certificate(t)
	tests := map[string][]string{
		"alone":                      {"--redis-url=redis://localhost:6379"},
		"a database":                 {"--redis-url=redis://localhost:6379/15"},
		"an address of IPv6":         {"--redis-url=redis://[::1]:6379/1"},
		"TLS":                        {"--redis-url=rediss://redis.example.com"},
		"TLS with certificates":      {"--redis-url=rediss://redis.example.com", "--redis-tls-ca-file=" + certFile, "--redis-tls-cert-file=" + certFile, "--redis-tls-key-file=" + keyFile},
		"a cluster":                  {"--redis-url=rediss://a:7000,rediss://b:7000,rediss://c:7000/0", "--redis-tls-ca-file=" + certFile},
		"sentinels":                  {"--redis-url=redis://a:26379/3,redis://b:26379/3", "--redis-sentinel-master=certql", "--redis-sentinel-password=x"},
		"one sentinel":               {"--redis-url=redis://a:26379", "--redis-sentinel-master=certql"},
		"sessions with a key":        {"--redis-url=redis://a", "--auth=session", "--session-key=" + someSessionKey},
		"least":                      {"--redis-url=redis://a:1/0", "--redis-timeout=1ns", "--redis-outage=0s", "--redis-prefix=a", "--replica=a"},
		"most":                       {"--redis-url=redis://a:65535", "--redis-timeout=29999ms", "--redis-prefix=" + strings.Repeat("a", 64), "--replica=" + strings.Repeat("a", 253)},
		"names of several parts":     {"--redis-url=redis://a", "--redis-prefix=Acme_2:certql.v1-x", "--replica=certql-0.certql.svc_1"},
		"a replica without others":   {"--replica=certql-0"},
		"an engine that is not used": {"--redis-url="},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) { parse(t, args...) })
	}
}

func TestWhatDoesNotFitAnEngineIsRefusedAtOnce(t *testing.T) {
	certFile, _ := certificate(t)
	url := func(text string) []string { return []string{"--redis-url=" + text} }
	with := func(args ...string) []string { return append(args, "--redis-url=redis://localhost") }
	const (
		form    = "--redis-url: must be redis://host:port/db or rediss://host:port/db"
		port    = form + ", with a port from 1 to 65535"
		plain   = form + ", without query and fragment"
		noUser  = "--redis-url: must be without user and password, which --redis-username and --redis-password are for"
		number  = form + ", with the number of a database or without"
		prefix  = "--redis-prefix: must be 1 to 64 letters, digits and any of . _ : -, not "
		replica = "--replica: must be up to 253 letters, digits and any of . _ -, not "
		timeout = "--redis-timeout: must be longer than 0 and shorter than --queue-wait, such as 250ms, not "
	)
	tests := map[string]struct {
		args []string
		want []string
	}{
		"a password":                   {url("redis://:hunter2@localhost:6379"), []string{noUser}},
		"a user":                       {url("redis://hunter2@localhost:6379"), []string{noUser}},
		"an empty user":                {url("redis://@localhost:6379"), []string{noUser}},
		"a password with a comma":      {url("redis://:hunter,2hunter2@localhost:6379"), []string{form, form}},
		"a password that is no URL":    {url("redis://:hunter2%zz@localhost:6379"), []string{form}},
		"a password as query":          {url("redis://localhost:6379?password=hunter2"), []string{plain}},
		"an option of a library":       {url("rediss://localhost:6379/0?skip_verify=true"), []string{plain}},
		"an empty query":               {url("redis://localhost?"), []string{plain}},
		"an empty fragment":            {url("redis://localhost#"), []string{plain}},
		"no scheme":                    {url("localhost:6379"), []string{form}},
		"another scheme":               {url("http://localhost:6379"), []string{form}},
		"a socket":                     {url("unix:///var/run/redis.sock"), []string{form}},
		"no host":                      {url("redis://:6379"), []string{form}},
		"no URL between two":           {url("redis://a,,redis://b"), []string{form}},
		"port 0":                       {url("redis://localhost:0"), []string{port}},
		"a port too large":             {url("redis://localhost:65536"), []string{port}},
		"a database that is no number": {url("redis://localhost/certql"), []string{number}},
		"a database below 0":           {url("redis://localhost/-1"), []string{number}},
		"two databases in one":         {url("redis://localhost/1/2"), []string{number}},
		"a database written oddly":     {url("redis://localhost/01"), []string{number}},
		"TLS with half of them":        {url("redis://a,rediss://b"), []string{"--redis-url: must all be redis:// or all be rediss://"}},
		"an address twice":             {url("redis://a:6379,redis://A"), []string{"--redis-url: must name each address once"}},
		"a cluster with a database":    {url("redis://a/1,redis://b/1"), []string{"--redis-url: must name no database if it has several addresses, since a cluster has only one"}},
		"several databases":            {url("redis://a/1,redis://b/2"), []string{"--redis-url: must all name the same database"}},
		"several of sentinels":         {append(url("redis://a/1,redis://b"), "--redis-sentinel-master=m"), []string{"--redis-url: must all name the same database"}},
		"a sentinel's password alone":  {with("--redis-sentinel-password=hunter2"), []string{"--redis-sentinel-password: needs --redis-sentinel-master, the name by which the sentinels know the master"}},
		"a user without a password":    {with("--redis-username=gateway"), []string{"--redis-username: needs --redis-password ($CERTQL_REDIS_PASSWORD, or $CERTQL_REDIS_PASSWORD_FILE)"}},
		"certificates without TLS":     {with("--redis-tls-ca-file=" + certFile), []string{"--redis-tls-ca-file, --redis-tls-cert-file: are for an engine that speaks TLS, whose URL begins with rediss://"}},
		"a certificate without a key":  {append(url("rediss://a"), "--redis-tls-cert-file="+certFile), []string{"--redis-tls-cert-file: needs both --redis-tls-cert-file and --redis-tls-key-file"}},
		"a key without a certificate":  {append(url("rediss://a"), "--redis-tls-key-file="+certFile), []string{"--redis-tls-cert-file: needs both --redis-tls-cert-file and --redis-tls-key-file"}},
		"no such certificates":         {append(url("rediss://a"), "--redis-tls-ca-file=/absent", "--redis-tls-cert-file=/absent", "--redis-tls-key-file=/absent"), []string{"--redis-tls-ca-file: open /absent: no such file or directory", "--redis-tls-cert-file: open /absent: no such file or directory"}},
		"no certificate in the file":   {append(url("rediss://a"), "--redis-tls-ca-file=config_test.go"), []string{`--redis-tls-ca-file: the file "config_test.go" has no certificate`}},
		"a prefix that is a pattern":   {with("--redis-prefix=cert*"), []string{prefix + `"cert*"`}},
		"a prefix that tags":           {with("--redis-prefix={certql}"), []string{prefix + `"{certql}"`}},
		"a prefix of two words":        {with("--redis-prefix=cert ql"), []string{prefix + `"cert ql"`}},
		"a prefix with a line":         {with("--redis-prefix=certql\n"), []string{prefix + `"certql\n"`}},
		"a prefix in another script":   {with("--redis-prefix=çertql"), []string{prefix + `"çertql"`}},
		"no prefix":                    {with("--redis-prefix="), []string{prefix + `""`}},
		"a prefix too long":            {with("--redis-prefix=" + strings.Repeat("a", 65)), []string{prefix + `"` + strings.Repeat("a", 65) + `"`}},
		"a replica of two parts":       {with("--replica=a:1"), []string{replica + `"a:1"`}},
		"a replica with a bar":         {with("--replica=a|b"), []string{replica + `"a|b"`}},
		"a replica that is a pattern":  {[]string{"--replica=?"}, []string{replica + `"?"`}},
		"a replica too long":           {with("--replica=" + strings.Repeat("a", 254)), []string{replica + `"` + strings.Repeat("a", 254) + `"`}},
		"no time":                      {with("--redis-timeout=0"), []string{timeout + "0s"}},
		"as long as the queue":         {with("--redis-timeout=30s"), []string{timeout + "30s"}},
		"an outage that is over":       {with("--redis-outage=-1s"), []string{"--redis-outage: must be 0 or longer, such as 5m, not -1s"}},
		"sessions without a key":       {with("--auth=session"), []string{"--auth=session: needs --session-key with --redis-url, since each replica has to decrypt what another has encrypted"}},
		"without an engine": {
			[]string{
				"--redis-username=a", "--redis-password=hunter2", "--redis-sentinel-master=m", "--redis-sentinel-password=hunter2", "--redis-tls-ca-file=x",
				"--redis-tls-cert-file=x", "--redis-tls-key-file=x", "--redis-prefix=x", "--redis-timeout=1s", "--redis-outage=1s",
			},
			[]string{
				"--redis-username: means nothing without --redis-url", "--redis-password: means nothing without --redis-url",
				"--redis-sentinel-master: means nothing without --redis-url", "--redis-sentinel-password: means nothing without --redis-url",
				"--redis-tls-ca-file: means nothing without --redis-url", "--redis-tls-cert-file: means nothing without --redis-url",
				"--redis-tls-key-file: means nothing without --redis-url", "--redis-prefix: means nothing without --redis-url",
				"--redis-timeout: means nothing without --redis-url", "--redis-outage: means nothing without --redis-url",
			},
		},
		"all at once": {
			[]string{
				"--redis-url=redis://:hunter2@a,redis://b/1,rediss://c/2,x", "--redis-sentinel-password=hunter2", "--redis-username=u", "--redis-prefix=*",
				"--redis-timeout=-1s", "--redis-outage=-1s", "--replica=a b", "--auth=session",
			},
			[]string{
				replica + `"a b"`, noUser, form, "--redis-url: must all be redis:// or all be rediss://",
				"--redis-url: must all name the same database",
				"--redis-sentinel-password: needs --redis-sentinel-master, the name by which the sentinels know the master",
				"--redis-username: needs --redis-password ($CERTQL_REDIS_PASSWORD, or $CERTQL_REDIS_PASSWORD_FILE)",
				prefix + `"*"`, timeout + "-1s", "--redis-outage: must be 0 or longer, such as 5m, not -1s",
				"--auth=session: needs --session-key with --redis-url, since each replica has to decrypt what another has encrypted",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := problemsOf(t, test.args...)
			for i, line := range got {
				got[i] = strings.TrimSuffix(line, " (default)")
			}
			if strings.Contains(strings.Join(got, "\n"), "hunter") {
				t.Error("a problem repeats a password")
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(test.want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
