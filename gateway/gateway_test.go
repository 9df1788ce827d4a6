package gateway

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"certql/upstream/sandbox"
)

const countQuery = `{ certifications(first: 1) { nodes { name } totalCount } }`

// count returns how many certifications the bearer of a token may see.
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
		// What a governance group reviews cannot be read by paths with the version first, and can
		// be by those with the version behind: this tells which of them were called.
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

// End dates lie in the future or in the past by the clock of the tenant, whatever the real time is.
func TestTheGatewayGoesByTheSandboxesClock(t *testing.T) {
	for _, test := range []struct{ clock, end, code string }{
		{"2001-05-01T12:00:00Z", "2001-05-02T12:00:00Z", ""},
		{"2101-05-01T12:00:00Z", "2101-04-30T12:00:00Z", "BAD_USER_INPUT"},
	} {
		p := start(t, "--sandbox-clock", test.clock)
		var data struct {
			DecideReviewItems struct {
				DecidedItems []struct{ Completed bool }
				Errors       []struct {
					Code, Message string
					Field         []string
				}
			}
		}
		p.query(t, "", fmt.Sprintf(`mutation { decideReviewItems(input: { certificationId: %q, decisions: [
			{ itemId: %q, decision: REVOKE, comment: "No longer needed", proposedEndDate: %q }
		] }) { decidedItems { completed } errors { code message field } } }`, sandbox.LargeCertification, sandbox.LargePermissionsItem, test.end)).into(t, &data)
		refused := data.DecideReviewItems.Errors
		if decided := len(data.DecideReviewItems.DecidedItems); decided+len(refused) != 1 || (decided == 1) != (test.code == "") {
			t.Fatalf("by the clock of %s, an end on %s: %+v", test.clock, test.end, data)
		}
		if test.code != "" && (refused[0].Code != test.code || !slices.Contains(refused[0].Field, "proposedEndDate") || strings.Contains(refused[0].Message, "proposedEndDate")) {
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
	p := start(t, "--upstream-url", tenant.url(t, "Sandbox")+"/v3", "--auth=bearer,service", "--service-access=any")
	own, reviewer := count(t, p, ""), count(t, p, p.token(t, tenant.url(t, "Sandbox"), "reviewer-2"))
	if own != reviewer || own == 0 {
		t.Errorf("the gateway's own credentials show %d certifications, the same reviewer's token %d", own, reviewer)
	}

	t.Setenv("CERTQL_CLIENT_SECRET", "wrong")
	refused := start(t, "--upstream-url", tenant.url(t, "Sandbox")+"/v3", "--auth=service", "--service-access=any")
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

func TestWhatAGetMayBe(t *testing.T) {
	p := start(t)
	const watch = `subscription { certificationTask(id: "a07b92e4f5c84d1bb6f3d0e9c8a71407") { status } }` // of a task that has finished
	tests := map[string]struct {
		operation, accept string
		status            int
		contains          string
	}{
		"a query":                      {"{ __typename }", "", http.StatusOK, `"Query"`},
		"a query with @defer":          {"{ ... @defer { __typename } }", "multipart/mixed", http.StatusOK, `"Query"`},
		"a subscription":               {watch, "text/event-stream", http.StatusOK, `"ERROR"`},
		"a subscription of one answer": {watch, "application/json", http.StatusNotAcceptable, "accept text/event-stream"},
		"a mutation":                   {"mutation { __typename }", "", http.StatusMethodNotAllowed, "GET is for reading"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := request(t, http.MethodGet, p.url(t, "GraphQL")+"/graphql?query="+url.QueryEscape(test.operation), nil)
			r.Header.Set("Apollo-Require-Preflight", "true")
			r.Header.Set("Accept", cmp.Or(test.accept, "*/*"))
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
	for name, test := range map[string]struct{ setting, body, code string }{
		"list length": {"--max-list-length=1", `{"query": "{ __typename }", "variables": {"x": [1, 2]}}`, "OPERATION_TOO_LARGE"},
		"batch":       {"--max-batch=1", `[{"query": "{ __typename }"}, {"query": "{ __typename }"}]`, "OPERATION_TOO_LARGE"},
		"time":        {"--operation-timeout=1ns", `{"query": "{ certifications { totalCount } }"}`, "UPSTREAM_TIMEOUT"},
	} {
		t.Run(name, func(t *testing.T) {
			if code := start(t, test.setting).postBody(t, test.body).code(t); code != test.code {
				t.Errorf("the code is %q, want %q", code, test.code)
			}
		})
	}
	p := start(t, "--introspection=off")
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

// dial opens a WebSocket of the gateway. The status is that of the response to the handshake.
func (p *program) dial(t *testing.T, header http.Header) (conn *websocket.Conn, status int) {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), p.url(t, "GraphQL")+"/graphql", &websocket.DialOptions{
		HTTPClient: p.http, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if response == nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		response.Body.Close()
	}
	if err == nil {
		t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, response.StatusCode
}

// talk sends messages, and returns the given number of answers, one after the other.
func talk(t *testing.T, conn *websocket.Conn, answers int, messages ...string) string {
	t.Helper()
	for _, message := range messages {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	var all strings.Builder
	for range answers {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			t.Fatalf("%v after %s", err, &all)
		}
		all.Write(text)
	}
	return all.String()
}

const countOverWebSocket = `{"type":"subscribe","id":"1","payload":{"query":"{ certifications { totalCount } }"}}`

func TestWebSocketsReachTheGateway(t *testing.T) {
	p := start(t, "--cors-origin=https://portal.example.com")
	idle := p.token(t, p.url(t, "Upstream"), "idle")
	all := fmt.Sprintf(`"totalCount":%d`, sandbox.DefaultCertifications)
	tests := map[string]struct {
		header  http.Header
		payload string
		status  int
		want    string
	}{
		"the gateway itself":      {nil, "", 101, all},
		"token of the handshake":  {http.Header{"Authorization": {"Bearer " + idle}}, "", 101, `"totalCount":0`},
		"token of the message":    {nil, `,"payload":{"authorization":"bearer ` + idle + `"}`, 101, `"totalCount":0`},
		"no token":                {http.Header{"Authorization": {"Basic x"}}, "", 401, ""},
		"listed page":             {http.Header{"Origin": {"https://portal.example.com"}}, "", 101, all},
		"own page":                {http.Header{"Origin": {p.url(t, "GraphQL")}}, "", 101, all},
		"another page":            {http.Header{"Origin": {"https://evil.example"}}, "", 403, ""},
		"a page of the same host": {http.Header{"Origin": {"http://localhost:1"}}, "", 403, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			conn, status := p.dial(t, test.header)
			if status != test.status {
				t.Fatalf("the status is %d, want %d", status, test.status)
			}
			if conn == nil {
				return
			}
			got := talk(t, conn, 3, `{"type":"connection_init"`+test.payload+`}`, countOverWebSocket)
			if !strings.Contains(got, test.want) || !strings.Contains(got, `"complete"`) {
				t.Errorf("the answers are %s", got)
			}
		})
	}
}

func TestWebSocketsAreBoundedBySettings(t *testing.T) {
	p := start(t, "--max-websockets=1", "--max-websocket-operations=1", "--sandbox-task-pace=1h", "--max-body=1000")
	conn, _ := p.dial(t, nil)
	watching := strings.Replace(countOverWebSocket, "{ certifications { totalCount } }",
		`subscription { certificationTask(id: \"`+p.queueTask(t)+`\") { status } }`, 1)
	got := talk(t, conn, 3, `{"type":"connection_init"}`, watching, strings.Replace(countOverWebSocket, "1", "2", 1))
	if !strings.Contains(got, "--max-websocket-operations") || !strings.Contains(got, "QUEUED") {
		t.Errorf("the answers are %s", got)
	}
	if _, status := p.dial(t, nil); status != http.StatusServiceUnavailable {
		t.Errorf("a second connection is answered by %d", status)
	}
	if err := conn.Write(t.Context(), websocket.MessageText, make([]byte, 1001)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("a long message is answered by %v", err)
	}
}

// queueTask returns the id of a new task.
func (p *program) queueTask(t *testing.T) string {
	t.Helper()
	var data struct {
		Queued struct{ Tasks []struct{ RawID string } }
	}
	p.query(t, "", `mutation { queued: reassignReviewItemsAsync(input: {
		certificationId: "`+sandbox.LargeCertification+`", reason: "Moved on",
		reassignTo: "6c0f2d84-51ab-4e97-b3d2-98e7a1c40f62", references: [{id: "`+sandbox.LargePermissionsItem+`", type: ITEM}]
	}) { tasks { rawId } errors { message } } }`).into(t, &data)
	return data.Queued.Tasks[0].RawID
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
