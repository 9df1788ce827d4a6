package gateway

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A heldRequest is inside the gateway until its body is complete.
type heldRequest struct {
	conn    net.Conn
	replies *bufio.Reader
}

// hold sends a request without its body, and waits until the gateway wants that.
func (p *program) hold(t *testing.T, header string) *heldRequest {
	t.Helper()
	at, err := url.Parse(p.url(t, "GraphQL"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	h := &heldRequest{conn, bufio.NewReader(conn)}
	if _, err := io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 26\r\nExpect: 100-continue\r\n"+header+"\r\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := h.replies.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%v: %q", err, line)
	}
	if _, err := h.replies.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return h
}

// letGo completes the request, which then is answered.
func (h *heldRequest) letGo(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(h.conn, `{"query":"{ __typename }"}`); err != nil {
		t.Fatal(err)
	}
	if line, err := h.replies.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 ") {
		t.Fatalf("%v: %q", err, line)
	}
	h.conn.Close()
}

// A page that points its own name at the gateway is of the gateway's origin for the browser. It reads
// nothing, neither from the listener of callers nor from that of operators.
func TestAPageThatRebindsItsNameReadsNothing(t *testing.T) {
	p := start(t, "--allowed-hosts=gateway,reviews.example.com", "--auth=auto,session", "--pages=examples/session")
	callers, operators := p.url(t, "GraphQL"), p.url(t, "Operators")
	targets := map[string]string{
		"GraphQL":     callers + "/graphql?query=" + url.QueryEscape("{ __typename }"),
		"playground":  callers + "/",
		"token":       callers + "/sign-in/token",
		"sign-in":     callers + "/auth/me",
		"pages":       callers + "/pages/",
		"metrics":     operators + "/metrics",
		"health":      operators + "/livez",
		"readiness":   operators + "/readyz",
		"the version": operators + "/version",
	}
	hosts := map[string]bool{ // whether they are allowed
		"": true, "localhost:8080": true, "gateway": true, "GATEWAY.:8080": true, "reviews.example.com": true, "127.0.0.1:1": true, "[::1]": true, "10.0.0.7:8080": true,
		"evil.example": false, "evil.example:8080": false, "gateway.evil.example": false, "127.0.0.1.nip.io": false, "a.reviews.example.com": false,
	}
	for what, target := range targets {
		for host, allowed := range hosts {
			r := request(t, http.MethodGet, target, nil)
			r.Host = host
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("GraphQL-Preflight", "1")
			status, text := p.send(t, r)
			if refused := status == http.StatusMisdirectedRequest; refused == allowed || refused && (!strings.Contains(string(text), "--allowed-hosts") || strings.Contains(string(text), "evil")) {
				t.Errorf("%s at %q: status %d, %s", what, host, status, text)
			}
		}
	}
	r := request(t, http.MethodPost, callers+"/graphql", strings.NewReader(`{"query":"mutation { __typename }"}`))
	r.Host = "evil.example"
	r.Header.Set("Content-Type", "application/json")
	if status, text := p.send(t, r); status != http.StatusMisdirectedRequest {
		t.Errorf("a mutation: status %d, %s", status, text)
	}
	if n := p.scrape(t).samples[`certql_http_refused_total{reason="host"}`]; n != strconv.Itoa(5*len(targets)+1) {
		t.Errorf("%s are counted", n)
	}
	if log := p.stderr.String(); strings.Contains(log, "evil") || !strings.Contains(log, `"status":421`) {
		t.Errorf("the log: %s", log)
	}
}

func TestHTTP2AndWebSocketsAreForAllowedHostsToo(t *testing.T) {
	p := start(t)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	p2 := &program{http: &http.Client{Transport: &http.Transport{Protocols: &protocols}}}
	defer p2.http.CloseIdleConnections()
	for host, want := range map[string]int{"localhost": http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		r := request(t, http.MethodGet, p.url(t, "GraphQL")+"/", nil)
		r.Host = host
		if status, text := p2.send(t, r); status != want {
			t.Errorf("HTTP/2 for %s: status %d, %s", host, status, text)
		}
	}
	r := request(t, http.MethodGet, p.url(t, "GraphQL")+"/graphql", nil)
	r.Host = "evil.example"
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Origin": "http://evil.example",
		"Sec-Websocket-Version": "13", "Sec-Websocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-Websocket-Protocol": "graphql-transport-ws",
	} {
		r.Header.Set(name, value)
	}
	if status, text := p.send(t, r); status != http.StatusMisdirectedRequest {
		t.Errorf("a WebSocket for %s: status %d, %s", r.Host, status, text)
	}
}

// Whatever the path, one sender has only so much room, and a page of a listed origin can read that and when
// to come again. The sender is known by a trusted proxy alone.
func TestOneSendersFloodIsRefusedAtTheDoor(t *testing.T) {
	const portal = "https://portal.example.com"
	p := start(t, "--max-requests-per-sender=2", "--max-requests=3", "--trusted-proxies=127.0.0.0/8,::1", "--cors-origin="+portal, "--auth=auto,session", "--pages=examples/session")
	held := []*heldRequest{p.hold(t, "X-Forwarded-For: 198.51.100.1\r\n"), p.hold(t, "X-Forwarded-For: 203.0.113.5, 198.51.100.1:4000\r\n")}
	ask := func(path, sender string) (status int, header http.Header, text string) {
		t.Helper()
		r := request(t, http.MethodGet, p.url(t, "GraphQL")+path, nil)
		r.Header.Set("X-Forwarded-For", sender)
		r.Header.Set("Origin", portal)
		response, err := p.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, response.Header, string(body)
	}
	for _, path := range []string{"/graphql?query={__typename}", "/auth/me", "/auth/login", "/pages/", "/"} {
		status, header, text := ask(path, "198.51.100.1")
		if status != http.StatusTooManyRequests || header.Get("Retry-After") != "1" || !strings.Contains(text, `"code":"RATE_LIMITED"`) {
			t.Errorf("%s: status %d, %v, %s", path, status, header, text)
		}
		readable := strings.HasPrefix(path, "/graphql") || strings.HasPrefix(path, "/auth/")
		if allowed := header.Get("Access-Control-Allow-Origin"); readable && (allowed != portal || !strings.Contains(header.Get("Access-Control-Expose-Headers"), "Retry-After")) {
			t.Errorf("%s: the page cannot read it: %v", path, header)
		}
		if status, _, text := ask(path, "198.51.100.2"); status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			t.Errorf("%s of another sender: status %d, %s", path, status, text)
		}
	}
	// A preflight takes no room.
	r := request(t, http.MethodOptions, p.url(t, "GraphQL")+"/graphql", nil)
	for name, value := range map[string]string{"X-Forwarded-For": "198.51.100.1", "Origin": portal, "Access-Control-Request-Method": "POST"} {
		r.Header.Set(name, value)
	}
	if status, text := p.send(t, r); status != http.StatusNoContent {
		t.Errorf("a preflight: status %d, %s", status, text)
	}
	held = append(held, p.hold(t, "X-Forwarded-For: 198.51.100.2\r\n"))
	if status, header, text := ask("/graphql?query={__typename}", "198.51.100.3"); status != http.StatusServiceUnavailable || header.Get("Retry-After") != "1" || header.Get("Access-Control-Allow-Origin") != portal {
		t.Errorf("with no room left: status %d, %v, %s", status, header, text)
	}
	// Operators are let in all the same.
	if status, text := p.ready(t); status != http.StatusOK {
		t.Errorf("operators: status %d, %s", status, text)
	}
	for _, h := range held {
		h.letGo(t)
	}
	for _, sender := range []string{"198.51.100.1", "198.51.100.3"} {
		if status, _, text := ask("/auth/me", sender); status != http.StatusUnauthorized {
			t.Errorf("with room again: status %d, %s", status, text)
		}
	}
	counts := map[string]string{}
	for _, reason := range refusals() {
		counts[reason] = p.scrape(t).samples[`certql_http_refused_total{reason="`+reason+`"}`]
	}
	if diff := cmp.Diff(map[string]string{"host": "0", "requests": "1", "requestsPerSender": "5", "websockets": "0", "websocketsPerSender": "0", "bodies": "0", "bodiesPerSender": "0"}, counts); diff != "" {
		t.Errorf("what is counted (-want +got):\n%s", diff)
	}
	if log := p.stderr.String(); strings.Contains(log, "198.51.100") || !strings.Contains(log, `"status":429`) {
		t.Errorf("the log: %s", log)
	}
}

// Nobody is believed by default, so that nobody escapes the bound by naming others.
func TestNobodyIsATrustedProxyByDefault(t *testing.T) {
	p := start(t, "--max-requests-per-sender=1")
	held := p.hold(t, "X-Forwarded-For: 198.51.100.1\r\n")
	for name, value := range map[string]string{"X-Forwarded-For": "198.51.100.2", "Forwarded": "for=198.51.100.3", "X-Real-Ip": "198.51.100.4"} {
		r := request(t, http.MethodGet, p.url(t, "GraphQL")+"/", nil)
		r.Header.Set(name, value)
		if status, _ := p.send(t, r); status != http.StatusTooManyRequests {
			t.Errorf("%s: status %d", name, status)
		}
	}
	held.letGo(t)
}

func TestWebSocketsOfOneSenderAreBounded(t *testing.T) {
	p := start(t, "--max-websockets-per-sender=2", "--max-websockets=3", "--max-requests=1", "--max-requests-per-sender=1", "--trusted-proxies=127.0.0.1,::1")
	from := func(sender string) http.Header { return http.Header{"X-Forwarded-For": {sender}} }
	var first []func() error
	for range 2 {
		conn, status := p.dial(t, from("2001:db8::1"))
		if status != http.StatusSwitchingProtocols {
			t.Fatalf("status %d", status)
		}
		first = append(first, conn.CloseNow)
	}
	if _, status := p.dial(t, from("2001:db8::2")); status != http.StatusTooManyRequests {
		t.Errorf("one more of the same network: status %d", status)
	}
	if _, status := p.dial(t, from("2001:db8:0:1::1")); status != http.StatusSwitchingProtocols {
		t.Errorf("of another one: status %d", status)
	}
	if _, status := p.dial(t, from("2001:db8:0:2::1")); status != http.StatusServiceUnavailable {
		t.Errorf("one more than there may be: status %d", status)
	}
	// They do not count as requests.
	if got := p.query(t, "", "{ __typename }"); got.Errors != nil {
		t.Errorf("a request beside them: %+v", got.Errors)
	}
	if err := first[0](); err != nil {
		t.Fatal(err)
	}
	for { // the gateway notices on its own time
		if _, status := p.dial(t, from("2001:db8::3")); status == http.StatusSwitchingProtocols {
			break
		}
	}
}

func TestTLSIsStrict(t *testing.T) {
	ours := issue(t)
	for name, test := range map[string]struct {
		args, host string
		want       string
	}{
		"by the public name": {"--public-url=https://reviews.example.com", "reviews.example.com", "max-age=31536000"},
		"on the machine":     {"--public-url=https://reviews.example.com", "localhost", ""},
		"no public name":     {"--log-level=info", "localhost", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "--tls-cert-file="+ours.server, "--tls-key-file="+ours.serverKey, test.args)
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ours.pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
			defer transport.CloseIdleConnections()
			for _, path := range []string{"/", "/graphql", "/nothing/here"} {
				r := request(t, http.MethodGet, p.url(t, "GraphQL")+path, nil)
				r.Host = test.host
				response, err := (&http.Client{Transport: transport}).Do(r)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if got := response.Header.Get("Strict-Transport-Security"); got != test.want {
					t.Errorf("%s: %q, want %q", path, got, test.want)
				}
			}
		})
	}
}
