package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/edge"
	"certql/edge/config"
)

// tenantArgs are options for a tenant with credentials of the gateway's own.
var tenantArgs = []string{"--upstream-url=https://acme.api.identitynow.com/v3", "--client-id=id", "--client-secret=secret"}

func TestWhoIsLetIn(t *testing.T) {
	tests := map[string]struct {
		args   []string
		tenant config.Modes // on a tenant
		local  config.Modes // on the embedded sandbox
	}{
		"by default":         {nil, config.Modes{Bearer: true}, config.Modes{Bearer: true, Service: true}},
		"bearer":             {[]string{"--auth=bearer"}, config.Modes{Bearer: true}, config.Modes{Bearer: true}},
		"service":            {[]string{"--auth=service", "--service-access=any"}, config.Modes{Service: true}, config.Modes{Service: true}},
		"session":            {[]string{"--auth=session", "--session-client-id=c"}, config.Modes{Session: true}, config.Modes{Session: true}},
		"bearer and session": {[]string{"--auth=bearer,session", "--session-client-id=c"}, config.Modes{Bearer: true, Session: true}, config.Modes{Bearer: true, Session: true}},
		"the usual and session": {
			[]string{"--auth=auto,session", "--session-client-id=c"},
			config.Modes{Bearer: true, Session: true},
			config.Modes{Bearer: true, Service: true, Session: true},
		},
		"all": {
			[]string{"--auth=session,service", "--auth=bearer", "--service-access=any", "--session-client-id=c"},
			config.Modes{Bearer: true, Service: true, Session: true},
			config.Modes{Bearer: true, Service: true, Session: true},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			settings, _ := parse(t, append(test.args, tenantArgs...)...)
			if diff := cmp.Diff(test.tenant, settings.Serve.Modes()); diff != "" {
				t.Errorf("on a tenant (-want +got):\n%s", diff)
			}
			settings, _ = parse(t, test.args...)
			if diff := cmp.Diff(test.local, settings.Serve.Modes()); diff != "" {
				t.Errorf("on the sandbox (-want +got):\n%s", diff)
			}
		})
	}
}

// writeFile writes a temporary file and returns its name.
func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const someHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of hello

func TestWhatDoesNotFitTogetherIsRefused(t *testing.T) {
	keys := "--api-keys-file=" + writeFile(t, "reports:"+someHash+"\n")
	noKeys := writeFile(t, "# nobody yet\n")
	badKeys := writeFile(t, "reports:"+someHash+"\nhunter2hunter2\nbilling:hunter2\n:"+someHash+"\nx:"+someHash+"00\n")
	const needsSomebody = "--auth=service: needs to know who"
	tests := map[string]struct {
		args    []string
		sandbox bool
		want    []string // how each problem begins
	}{
		"no such mode":                      {[]string{"--auth=bearer,nobody"}, true, []string{`--auth: must be auto, bearer, service or session, not "nobody"`}},
		"nobody":                            {[]string{"--auth="}, true, []string{"--auth: must be auto, bearer, service or session, several"}},
		"service for nobody":                {[]string{"--auth=service"}, false, []string{needsSomebody}},
		"service for nobody, listed":        {[]string{"--auth=service", "--service-access=listed"}, false, []string{needsSomebody}},
		"service for everybody and a list":  {[]string{"--auth=service", "--service-access=any", keys}, false, []string{"--service-access=any: lets everybody in"}},
		"a list without service":            {[]string{"--auth=bearer", keys}, false, []string{"--api-keys-file, --client-cert-name: are for callers that use"}},
		"everybody without service":         {[]string{"--service-access=any"}, false, []string{"--service-access=any: is for callers that use"}},
		"no file of keys":                   {[]string{"--auth=service", "--api-keys-file=/absent"}, false, []string{"--api-keys-file: open /absent"}},
		"a file without keys":               {[]string{"--auth=service", "--api-keys-file=" + noKeys}, false, []string{"--api-keys-file: the file "}},
		"keys in the clear":                 {[]string{"--auth=service", "--api-keys-file=" + badKeys}, false, []string{"--api-keys-file: line 2, 3, 4, 5 of the file "}},
		"names without an authority":        {[]string{"--auth=service", "--client-cert-name=reports"}, false, []string{"--client-cert-name: needs --tls-client-ca-file"}},
		"an empty name of a certificate":    {[]string{"--auth=service", "--client-cert-name=reports,,audit"}, false, []string{"--client-cert-name: must not be empty", "--client-cert-name: needs --tls-client-ca-file"}},
		"an authority without TLS":          {[]string{"--tls-client-ca-file=x"}, true, []string{"--tls-cert-file: TLS needs both"}},
		"a certificate without a key":       {[]string{"--tls-cert-file=x"}, true, []string{"--tls-cert-file: TLS needs both"}},
		"no such certificate":               {[]string{"--tls-cert-file=/absent", "--tls-key-file=/absent"}, true, []string{"--tls-cert-file: open /absent"}},
		"session without a client":          {[]string{"--auth=session"}, false, []string{"--auth=session: needs --session-client-id"}},
		"session on all addresses":          {[]string{"--auth=session", "--addr=:8080"}, true, []string{"--public-url: is needed for --auth=session"}},
		"session on a name":                 {[]string{"--auth=session", "--addr=gateway.example.com:80"}, true, []string{"--public-url: is needed"}},
		"session without TLS":               {[]string{"--auth=session", "--public-url=http://gateway.example.com"}, true, []string{"--public-url: must be https for --auth=session"}},
		"a public URL with a path":          {[]string{"--public-url=https://gateway.example.com/certql"}, true, []string{"--public-url: must be an origin"}},
		"a return path elsewhere":           {[]string{"--session-return-path=//evil.example,https://evil.example/,/\\evil.example,/a/../b,/a*,/a?b,x, "}, true, slices.Repeat([]string{"--session-return-path: must be a path such as"}, 8)},
		"no time":                           {[]string{"--session-idle-timeout=0s", "--session-lifetime=-1s"}, true, []string{"--session-idle-timeout:", "--session-lifetime:"}},
		"a life shorter than a pause":       {[]string{"--session-idle-timeout=1h", "--session-lifetime=1m"}, true, []string{"--session-lifetime: must be --session-idle-timeout or longer"}},
		"no sessions":                       {[]string{"--session-max=0"}, true, []string{"--session-max: must be 1 or more"}},
		"a short key":                       {[]string{"--session-key=aHVudGVyMg=="}, true, []string{"--session-key: must be 32 random bytes"}},
		"a key that is no base64":           {[]string{"--session-key=hunter2!"}, true, []string{"--session-key: must be 32 random bytes"}},
		"endpoints that are no URLs":        {[]string{"--session-info-url=x", "--session-authorize-url=x", "--session-token-url=x", "--session-revoke-url=x", "--session-issuer=x"}, true, []string{"--session-info-url:", "--session-authorize-url:", "--session-token-url:", "--session-revoke-url:", "--session-issuer:"}},
		"pages that are nowhere":            {[]string{"--pages=/absent"}, true, []string{"--pages: must be a directory"}},
		"a policy of pages that none reads": {[]string{"--pages-csp=connect-src self"}, true, []string{"--pages-csp: must have self in single quotes", "--pages-csp: needs --pages"}},
		"any origin, with cookies in reach": {[]string{"--auth=session", "--cors-origin=*"}, true, []string{"--cors-origin: must be an origin"}},
		"origins that no browser writes": {
			[]string{"--cors-origin=https://Portal.example.com,https://portal.example.com:443,http://[::1]:80,https://bücher.example,https://:8080,https://a:"},
			true,
			[]string{
				"--cors-origin: must be an origin as browsers write it, https://portal.example.com, not ",
				"--cors-origin: must be an origin as browsers write it, https://portal.example.com, not ",
				"--cors-origin: must be an origin as browsers write it, http://[::1], not ",
				"--cors-origin: must be an origin in ASCII, such as https://xn--bcher-kva.example",
				"--cors-origin: must be an origin such as",
				"--cors-origin: must be an origin as browsers write it, https://a, not ",
			},
		},
		"headers that are none": {
			[]string{"--cors-origin=https://a.example.com", "--cors-header=X Tenant,,X-Ünit,X:Y,X-Fine, X-Blank", "--cors-header=X\r\nY"},
			true,
			[]string{
				`--cors-header: must be the name of a header, such as X-Tenant, not "X Tenant"`,
				`--cors-header: must be the name of a header, such as X-Tenant, not ""`,
				`--cors-header: must be the name of a header, such as X-Tenant, not "X-Ünit"`,
				`--cors-header: must be the name of a header, such as X-Tenant, not "X:Y"`,
				`--cors-header: must be the name of a header, such as X-Tenant, not " X-Blank"`,
				`--cors-header: must be the name of a header, such as X-Tenant, not "X\r\nY"`,
			},
		},
		"any header": {
			[]string{"--cors-origin=https://a.example.com", "--cors-header=*,X-*"},
			true,
			[]string{
				`--cors-header: must be the name of one header, such as X-Tenant, since there is no wildcard, not "*"`,
				`--cors-header: must be the name of one header, such as X-Tenant, since there is no wildcard, not "X-*"`,
			},
		},
		"headers that no page sets": {
			[]string{"--cors-origin=https://a.example.com", "--cors-header=Cookie,origin,Sec-Fetch-Site,Proxy-Authorization"},
			true,
			[]string{
				`--cors-header: must be a header that a page can send, such as X-Tenant: browsers let no page set "Cookie"`,
				`--cors-header: must be a header that a page can send, such as X-Tenant: browsers let no page set "origin"`,
				`--cors-header: must be a header that a page can send, such as X-Tenant: browsers let no page set "Sec-Fetch-Site"`,
				`--cors-header: must be a header that a page can send, such as X-Tenant: browsers let no page set "Proxy-Authorization"`,
			},
		},
		"headers of no page":                  {[]string{"--cors-header=X-Tenant"}, true, []string{"--cors-header: needs --cors-origin"}},
		"a public URL that no browser writes": {[]string{"--public-url=https://gateway.example.com:443"}, true, []string{"--public-url: must be an origin as browsers write it, https://gateway.example.com, not"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := test.args
			if !test.sandbox {
				args = append(args, tenantArgs...)
			}
			_, _, err := config.Parse(args, nil)
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			got := strings.Split(err.Error(), "\n")
			if len(got) != len(test.want) {
				t.Fatalf("the problems are %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) || strings.Contains(got[i], "hunter2") {
					t.Errorf("problem %d is %q, want %q", i+1, got[i], want)
				}
			}
		})
	}
}

func TestWhatFitsTogetherIsAccepted(t *testing.T) {
	keys := "--api-keys-file=" + writeFile(t, "# of us\n\nreports: "+strings.ToUpper(someHash)+" \nreports:"+someHash)
	const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	for _, args := range [][]string{
		append([]string{"--auth=service", keys}, tenantArgs...),
		append([]string{"--auth=service", "--service-access=any"}, tenantArgs...),
		append([]string{"--auth=session", "--session-client-id=c", "--public-url=https://gateway.example.com", "--addr=:8080"}, tenantArgs...),
		{"--auth=session"},
		{"--auth=session", "--addr=127.0.0.1:80"},
		{"--auth=session", "--addr=[::1]:80"},
		{"--auth=session", "--addr=0.0.0.0:8080", "--public-url=http://localhost:8080"},
		{"--auth=session", "--addr=portal.localhost:8080"},
		{"--auth=session", "--session-return-path=/,/portal/*,/portal/index.html,/x/", "--session-key=" + key + "," + key},
		{"--addr=:8080"},
		{"--public-url=http://gateway.example.com"},
		{"--cors-origin=https://portal.example.com:8443,http://localhost:3000,http://[::1]:3000,http://portal.example.com:443,https://xn--bcher-kva.example"},
		{"--cors-origin=http://localhost:3000", "--cors-header=X-Tenant,x_unit.1", "--cors-header=Traceparent,X-Tenant,Section"},
		{"--pages=" + t.TempDir()},
		{"--pages=" + t.TempDir(), "--pages-csp=connect-src 'self' https://telemetry.example.com"},
	} {
		if _, _, err := config.Parse(args, nil); err != nil {
			t.Errorf("certql %q: %v", args, err)
		}
	}
}

func TestWhereASignInLeadsBackTo(t *testing.T) {
	for _, test := range []struct{ args, want []string }{
		{nil, []string{"/"}},
		{[]string{"--session-return-path="}, []string{"/"}},
		{[]string{"--pages=."}, []string{"/pages/*", "/"}},
		{[]string{"--pages=.", "--session-return-path=/x,/y/*"}, []string{"/x", "/y/*"}},
	} {
		settings, _, err := config.Parse(append([]string{"--auth=session"}, test.args...), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := settings.Serve.ReturnPaths(); !slices.Equal(got, test.want) {
			t.Errorf("with %q it may lead to %q", test.args, got)
		}
	}
}

func TestSecretsOfSessionsAreMasked(t *testing.T) {
	const secret, key = "hunter2hunter2", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	keyFile := writeFile(t, key+"\n")
	t.Setenv("CERTQL_SESSION_CLIENT_SECRET", secret)
	text := printed(t, "config", "--auth=session", "--session-key-file="+keyFile)
	for _, want := range []string{"session-client-secret ******** variable CERTQL_SESSION_CLIENT_SECRET", "session-key ******** file " + keyFile} {
		option, _, _ := strings.Cut(want, " ")
		if got := lineOf(t, text, option); got != want {
			t.Errorf("the line is %q, want %q", got, want)
		}
	}
	if strings.Contains(text, secret) || strings.Contains(text, key) {
		t.Errorf("a secret is printed:\n%s", text)
	}
	settings, _ := parse(t, "--session-key-file="+keyFile)
	if keys, err := settings.Serve.Session.Keys(); err != nil || len(keys) != 1 || string(keys[0]) != "01234567890123456789012345678901" {
		t.Errorf("the keys are %q, %v", keys, err)
	}
}

func TestTheGateIsWhatTheSettingsSay(t *testing.T) {
	file := writeFile(t, "reports:"+someHash)
	keys := "--api-keys-file=" + file
	tests := map[string]struct {
		args    []string
		sandbox bool
		want    edge.GateConfig
	}{
		"everybody on a tenant":           {[]string{"--service-access=any"}, false, edge.GateConfig{Open: true}},
		"keys on a tenant":                {[]string{keys}, false, edge.GateConfig{APIKeysFile: file}},
		"everybody on the sandbox":        {nil, true, edge.GateConfig{Open: true}},
		"keys on the sandbox":             {[]string{keys}, true, edge.GateConfig{APIKeysFile: file}},
		"everybody, said so, on the same": {[]string{"--service-access=any"}, true, edge.GateConfig{Open: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"--auth=service"}, test.args...)
			if !test.sandbox {
				args = append(args, tenantArgs...)
			}
			settings, _ := parse(t, args...)
			if diff := cmp.Diff(test.want, settings.Serve.Gate()); diff != "" {
				t.Errorf("the gate (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamesOfCertificatesAreForTheGate(t *testing.T) {
	settings := config.Serve{Upstream: config.Upstream{UpstreamURL: "https://acme.example.com"}, Access: config.Access{ClientCertNames: []string{"reports.example.com", "audit"}}}
	if diff := cmp.Diff(edge.GateConfig{ClientCertNames: []string{"reports.example.com", "audit"}}, settings.Gate()); diff != "" {
		t.Errorf("the gate (-want +got):\n%s", diff)
	}
	settings.UpstreamURL = "" // on the sandbox
	if settings.Gate().Open {
		t.Error("the gate is open for others than those that are listed")
	}
}
