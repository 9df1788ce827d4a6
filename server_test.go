package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

const countQuery = `{ certifications(first: 1) { nodes { name } totalCount } }`

// count answers how many certifications the bearer of token may see.
func count(t *testing.T, p *program, token string) int {
	t.Helper()
	var data struct {
		Certifications struct{ TotalCount int }
	}
	p.query(t, token, countQuery).into(t, &data)
	return data.Certifications.TotalCount
}

func TestTheGatewayServesTheEmbeddedSandbox(t *testing.T) {
	p := start(t)
	var data struct {
		Certification struct {
			RawID     string
			Phase     string
			Reviewer  struct{ Name string }
			Reviewers struct {
				Nodes []struct{ Email string }
			}
		}
	}
	p.query(t, "", `{ certification(id: "`+sandbox.DecidedCertification+`") {
		rawId phase reviewer { name } reviewers { nodes { email } }
	} }`).into(t, &data)
	got := fmt.Sprint(data.Certification)
	want := fmt.Sprintf("{%s ACTIVE {Priya Raman} {[{priya.raman@example.com}]}}", sandbox.DecidedCertification)
	if got != want {
		t.Errorf("the certification is %s, want %s", got, want)
	}
	for _, line := range []string{"GraphQL", "Playground", "Upstream"} {
		p.url(t, line)
	}
	if !strings.Contains(p.stdout.String(), "else org-admin\n") {
		t.Errorf("the output does not say as whom the upstream is called:\n%s", p.stdout)
	}
}

func TestAReviewersTokenSeesLessThanTheGatewayItself(t *testing.T) {
	p := start(t)
	embedded := p.url(t, "Upstream")
	all := count(t, p, "")
	reviewed := count(t, p, p.token(t, embedded, "reviewer-1"))
	idle := count(t, p, p.token(t, embedded, "idle"))
	if all != sandbox.DefaultCertifications || reviewed <= 0 || reviewed >= all || idle != 0 {
		t.Errorf("without a token there are %d certifications, for a reviewer %d, for somebody idle %d", all, reviewed, idle)
	}
}

func TestTheSandboxServesAsATenant(t *testing.T) {
	tenant := start(t, "sandbox")
	base := tenant.url(t, "Sandbox")
	read := fmt.Sprintf(`{ certification(id: %q) { rawId } }`, sandbox.CrowdCertification)
	tests := map[string]struct {
		args []string
		// Paths with the version first refuse to read what a governance group reviews, and
		// those with the version behind do not: this tells which of them were called.
		code string
	}{
		"version first":           {[]string{"--upstream-url", base + "/v3"}, "GOVERNANCE_GROUP_UNSUPPORTED"},
		"slash at the end":        {[]string{"--upstream-url", base + "/v3/"}, "GOVERNANCE_GROUP_UNSUPPORTED"},
		"version behind":          {[]string{"--upstream-url", base}, ""},
		"version first, said so":  {[]string{"--upstream-url", base + "/v3", "--upstream-layout=versioned"}, "GOVERNANCE_GROUP_UNSUPPORTED"},
		"version behind, said so": {[]string{"--upstream-url", base, "--upstream-layout=current"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.args...)
			token := p.token(t, base, "cert-admin")
			got := p.query(t, token, read)
			if test.code == "" {
				var data struct {
					Certification struct{ RawID string }
				}
				got.into(t, &data)
				if data.Certification.RawID != sandbox.CrowdCertification {
					t.Errorf("the answer is %s", got.Data)
				}
			} else if code := got.code(t); code != test.code {
				t.Errorf("the code is %q, want %q", code, test.code)
			}
		})
	}
}

// End dates lie in the future or past of the tenant, whatever the real time is.
func TestTheGatewayGoesByTheSandboxesClock(t *testing.T) {
	for _, test := range []struct{ clock, end, code string }{
		{"2001-05-01T12:00:00Z", "2001-05-02T12:00:00Z", ""},
		{"2101-05-01T12:00:00Z", "2101-04-30T12:00:00Z", "BAD_USER_INPUT"},
	} {
		p := start(t, "--sandbox-clock", test.clock)
		var data struct {
			DecideReviewItems struct {
				DecidedItems []struct{ Completed bool }
				Errors       []struct{ Code, Message string }
			}
		}
		p.query(t, "", fmt.Sprintf(`mutation { decideReviewItems(input: { certificationId: %q, decisions: [
			{ itemId: %q, decision: REVOKE, comments: "No longer needed", proposedEndDate: %q }
		] }) { decidedItems { completed } errors { code message } } }`, sandbox.LargeCertification, sandbox.LargePermissionsItem, test.end)).into(t, &data)
		refused := data.DecideReviewItems.Errors
		if decided := len(data.DecideReviewItems.DecidedItems); decided+len(refused) != 1 || (decided == 1) != (test.code == "") {
			t.Fatalf("by the clock of %s, an end on %s: %+v", test.clock, test.end, data)
		}
		if test.code != "" && (refused[0].Code != test.code || !strings.Contains(refused[0].Message, "proposedEndDate")) {
			t.Errorf("refused with %+v", refused)
		}
	}
}

func TestATenantIsCalledAsTheBearerAlone(t *testing.T) {
	tenant := start(t, "sandbox")
	t.Setenv("CERTQL_CLIENT_ID", "org-admin")
	t.Setenv("CERTQL_CLIENT_SECRET", sandboxSecret)
	for _, mode := range []string{"auto", "bearer"} {
		p := start(t, "--upstream-url", tenant.url(t, "Sandbox")+"/v3", "--auth", mode)
		got := p.query(t, "", countQuery)
		if code := got.code(t); code != "UNAUTHENTICATED" || string(got.Data) != `{"certifications":null}` {
			t.Errorf("--auth=%s without a token answers %s with code %q", mode, got.Data, code)
		}
		if code := p.query(t, "no.such.token", countQuery).code(t); code != "UNAUTHENTICATED" {
			t.Errorf("--auth=%s with a wrong token answers code %q", mode, code)
		}
		if n := count(t, p, p.token(t, tenant.url(t, "Sandbox"), "org-admin")); n != sandbox.DefaultCertifications {
			t.Errorf("--auth=%s with an administrator's token shows %d certifications", mode, n)
		}
	}
}

func TestATenantIsCalledAsTheGatewayWhereTheModeSaysSo(t *testing.T) {
	tenant := start(t, "sandbox")
	t.Setenv("CERTQL_CLIENT_ID", "reviewer-2")
	t.Setenv("CERTQL_CLIENT_SECRET", sandboxSecret)
	p := start(t, "--upstream-url", tenant.url(t, "Sandbox")+"/v3", "--auth=service")
	own, reviewer := count(t, p, ""), count(t, p, p.token(t, tenant.url(t, "Sandbox"), "reviewer-2"))
	if own != reviewer || own == 0 {
		t.Errorf("the gateway's own credentials show %d certifications, the same reviewer's token %d", own, reviewer)
	}

	t.Setenv("CERTQL_CLIENT_SECRET", "wrong")
	refused := start(t, "--upstream-url", tenant.url(t, "Sandbox")+"/v3", "--auth=service")
	if code := refused.query(t, "", countQuery).code(t); code != "UNAUTHENTICATED" {
		t.Errorf("a wrong secret answers code %q", code)
	}
}

func TestTheEmbeddedSandboxIsCalledAsWhoIsNamed(t *testing.T) {
	p := start(t, "--client-id=idle")
	if n := count(t, p, ""); n != 0 {
		t.Errorf("somebody idle sees %d certifications", n)
	}
}

func TestEachOtherPathIsAnswered(t *testing.T) {
	p := start(t)
	tests := map[string]struct {
		method, path string
		status       int
		contains     string
	}{
		"playground":     {http.MethodGet, "/", http.StatusOK, "playground/app.js"},
		"query by GET":   {http.MethodGet, "/graphql?query=" + url.QueryEscape("{ __typename }"), http.StatusOK, `"Query"`},
		"unknown path":   {http.MethodGet, "/nowhere", http.StatusNotFound, ""},
		"below graphql":  {http.MethodPost, "/graphql/x", http.StatusNotFound, ""},
		"sandbox's path": {http.MethodGet, "/v3/certifications", http.StatusNotFound, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := request(t, test.method, p.url(t, "GraphQL")+test.path, nil)
			r.Header.Set("GraphQL-Preflight", "1")
			if status, body := p.send(t, r); status != test.status || !strings.Contains(string(body), test.contains) {
				t.Errorf("the answer is %d: %s", status, body)
			}
		})
	}
}

func TestTheLimitsAreTheSettings(t *testing.T) {
	tests := map[string]struct {
		setting, query, limit string
	}{
		"body":        {"--max-body=100", "{ __typename }" + strings.Repeat(" ", 100), "body"},
		"tokens":      {"--max-tokens=5", "{ a: __typename b: __typename }", "tokens"},
		"depth":       {"--max-depth=1", "{ rateLimit { limit } }", "depth"},
		"aliases":     {"--max-aliases=1", "{ a: __typename b: __typename }", "aliases"},
		"root fields": {"--max-root-fields=1", "{ a: __typename b: __typename }", "rootFields"},
		"directives":  {"--max-directives=1", "{ a: __typename @skip(if: false) b: __typename @skip(if: false) }", "directives"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.setting)
			if got := p.query(t, "", "{ __typename }"); got.Errors != nil {
				t.Errorf("what is within the limit is refused: %+v", got.Errors)
			}
			got := p.query(t, "", test.query)
			if code := got.code(t); code != "OPERATION_TOO_LARGE" || got.Errors[0].Extensions.Limit != test.limit || got.Data != nil {
				t.Errorf("the answer is %s with %+v", got.Data, got.Errors)
			}
		})
	}
	p := start(t, "--no-introspection")
	if code := p.query(t, "", "{ __schema { queryType { name } } }").code(t); code != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("introspection is answered with the code %q", code)
	}
}

func TestHTTP2IsSpokenWithoutTLS(t *testing.T) {
	p := start(t)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	r.Header.Set("Content-Type", "application/json")
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK {
		t.Errorf("the answer is %s over %s", response.Status, response.Proto)
	}
}

func TestOnlyListedOriginsMayCallFromABrowser(t *testing.T) {
	tests := map[string]struct {
		args    []string
		origin  string
		allowed bool
	}{
		"none by default": {nil, "https://portal.example.com", false},
		"listed":          {[]string{"--cors-origin=https://portal.example.com,http://localhost:3000"}, "http://localhost:3000", true},
		"another":         {[]string{"--cors-origin=https://portal.example.com"}, "https://portal.example.com.evil.example", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.args...)
			endpoint := p.url(t, "GraphQL") + "/graphql"
			preflight := request(t, http.MethodOptions, endpoint, nil)
			preflight.Header.Set("Access-Control-Request-Method", http.MethodPost)
			preflight.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
			post := request(t, http.MethodPost, endpoint, strings.NewReader(`{"query":"{ __typename }"}`))
			post.Header.Set("Content-Type", "application/json")
			for kind, r := range map[string]*http.Request{"preflight": preflight, "post": post} {
				r.Header.Set("Origin", test.origin)
				response, err := p.http.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				want := ""
				if test.allowed {
					want = test.origin
				}
				if got := response.Header.Get("Access-Control-Allow-Origin"); got != want {
					t.Errorf("the %s allows the origin %q, want %q", kind, got, want)
				}
				if got := response.Header.Get("Access-Control-Allow-Credentials"); got != "" {
					t.Errorf("the %s allows credentials: %q", kind, got)
				}
			}
		})
	}
}

func TestTheEndWaitsForWhatIsUnderWay(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, `[{"id":"1","name":"in time"}]`)
	}))
	defer slow.Close()
	p := start(t, "--upstream-url", slow.URL+"/v3")
	endpoint, err := url.Parse(p.url(t, "GraphQL"))
	if err != nil {
		t.Fatal(err)
	}

	var got answer
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		got = p.query(t, "token", `{ certifications(first: 1) { nodes { name } } }`)
	}()
	select {
	case <-arrived:
	case <-answered:
		t.Fatalf("the upstream was not asked: %s %+v", got.Data, got.Errors)
	}
	p.stop()
	for open := true; open; { // until nobody else is let in
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", endpoint.Host)
		if open = err == nil; open {
			connection.Close()
		}
	}
	close(release)
	<-answered
	if code := p.end(); code != exitOK {
		t.Errorf("the exit code is %d", code)
	}
	if diff := cmp.Diff(`{"certifications":{"nodes":[{"name":"in time"}]}}`, string(got.Data)); diff != "" || got.Errors != nil {
		t.Errorf("the query under way was not answered (-want +got):\n%s%+v", diff, got.Errors)
	}
}

// BenchmarkStart measures from the start of the program to its first answer.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p := start(b)
		var data struct{ Certifications any }
		p.query(b, "", countQuery).into(b, &data)
		b.StopTimer()
		p.http.CloseIdleConnections()
		p.end()
		b.StartTimer()
	}
}
