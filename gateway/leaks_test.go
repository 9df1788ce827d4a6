package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"certql/upstream/sandbox"
)

// A confidingTenant is a sandbox that notes every secret that it is told or hands out, and whose clients
// have secrets that cannot be mistaken for a word.
type confidingTenant struct {
	*sandbox.Sandbox
	secrets *secrets
	refuse  atomic.Int32 // to refresh any grant, with this status; 0 for not at all
}

const confidedSecret = "client-secret-that-nobody-may-see"

// ServeHTTP lets the sandbox respond to a request.
func (c *confidingTenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.secrets.addRequest(r)
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/oauth/") {
		body, err := io.ReadAll(r.Body)
		form, parseErr := url.ParseQuery(string(body))
		if err != nil || parseErr != nil {
			http.Error(w, "no form", http.StatusBadRequest)
			return
		}
		c.secrets.addParameters(form)
		if form.Get("client_secret") == confidedSecret {
			form.Set("client_secret", sandboxSecret)
		}
		if status := int(c.refuse.Load()); status != 0 && form.Get("grant_type") == "refresh_token" {
			code := map[int]string{http.StatusBadRequest: "invalid_grant", http.StatusServiceUnavailable: "temporarily_unavailable"}[status]
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error":%q,"error_description":"Invalid refresh token: %s"}`, code, form.Get("refresh_token"))
			return
		}
		text := form.Encode()
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
	noted := httptest.NewRecorder()
	c.Sandbox.ServeHTTP(noted, r)
	c.secrets.addResponse(noted.Header(), noted.Body.Bytes())
	maps.Copy(w.Header(), noted.Header())
	w.WriteHeader(noted.Code)
	_, _ = w.Write(noted.Body.Bytes())
}

// A listening transport keeps the bodies of the gateway's responses.
type listening struct {
	http.RoundTripper
	heard *output
}

// RoundTrip carries a request.
func (l listening) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r)
	if err != nil || r.URL.Path == "/oauth/authorize" || response.StatusCode == http.StatusSeeOther {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	_, _ = l.heard.Write(body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, err
}

// Everything that callers can do, good and bad, is done once. What the gateway printed, logged, traced and
// sent meanwhile is searched for every secret that there was.
func TestNothingGivesASecretAway(t *testing.T) {
	spans := newReceiver(t)
	var library output // what the standard library logs, such as panics
	log.SetOutput(&library)
	defer log.SetOutput(os.Stderr)

	box, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit, TokenLifetime: time.Second, TaskPace: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	tenant := &confidingTenant{Sandbox: box, secrets: handedOut}
	server := httptest.NewServer(tenant)
	defer server.Close()
	const apiKey = "api-key-that-nobody-may-see-0123"
	hash := sha256.Sum256([]byte(apiKey))
	t.Setenv("CERTQL_CLIENT_SECRET", confidedSecret)
	p := start(t, "--auth=bearer,service,session", "--introspection=on", "--upstream-url="+server.URL+"/v3", "--log-level=debug", "--log-format=json",
		"--client-id=org-admin", "--api-keys-file="+write(t, "keys", "reports:"+hex.EncodeToString(hash[:])),
		"--session-client-id="+sandbox.PortalClient, "--session-client-secret-file="+write(t, "secret", confidedSecret),
		"--session-revoke-url="+server.URL+"/oauth/revoke", "--cors-origin=https://portal.example.com", "--rate-limit=100000", "--max-write-batch=1")

	var heard output
	b := newBrowser(t, p)
	b.http.Transport = listening{b.http.Transport, &heard}
	b.signIn(t, "org-admin")
	if b.me(t) == nil {
		t.Fatal("nobody is signed in")
	}
	const (
		variable = "variable-that-nobody-may-see"
		comment  = "comment-that-nobody-may-see"
		literal  = "literal-that-nobody-may-see"
	)
	for kind, text := range map[string]string{"a variable": variable, "a comment": comment, "a literal": literal} {
		handedOut.add(kind, text)
	}
	ask := func(header http.Header, query string, variables map[string]any) {
		t.Helper()
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables, "extensions": map[string]any{"trace": true}})
		if err != nil {
			t.Fatal(err)
		}
		r := request(t, http.MethodPost, b.gateway+"/graphql", bytes.NewReader(body))
		r.Header = header.Clone()
		r.Header.Set("Content-Type", "application/json")
		b.do(t, r)
	}
	bearer := p.token(t, server.URL, "reviewer-1")
	callers := map[string]http.Header{
		"session":         {},
		"bearer":          {"Authorization": {"Bearer " + bearer}},
		"API key":         {"X-Api-Key": {apiKey}},
		"wrong bearer":    {"Authorization": {"Bearer " + bearer + "A"}},
		"no bearer":       {"Authorization": {"Bearer " + bearer + " " + bearer}},
		"another scheme":  {"Authorization": {"Token " + bearer}},
		"wrong API key":   {"X-Api-Key": {apiKey + "A"}},
		"another origin":  {"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
		"a listed origin": {"Origin": {"https://portal.example.com"}, "Sec-Fetch-Site": {"same-site"}},
		"subscription":    {"Accept": {"text/event-stream"}},
	}
	operations := []struct {
		query     string
		variables map[string]any
	}{
		{`{ certifications(first: 2) { nodes { name reviewers { nodes { name } } } } }`, nil},
		{`query ($id: ID!) { certification(id: $id) { name } }`, map[string]any{"id": variable}},
		{`query ($id: Int!) { certification(id: $id) { name } }`, map[string]any{"id": variable}},
		{`{ certification(id: "` + literal + `") { name } } # ` + comment, nil},
		{`{ certifications(filter: { campaign: { name: { startsWith: "` + literal + `" } } }) { totalCount } `, nil},
		{`mutation ($c: String) { decideReviewItems(input: { certificationId: "` + sandbox.LargeCertification + `", decisions: [{ itemId: "` +
			sandbox.LargePermissionsItem + `", decision: APPROVE, comment: $c }] }) { errors { message } } }`, map[string]any{"c": comment}},
		{`mutation { signOffCertification(input: { certificationId: "` + sandbox.LargeCertification + `" }) { errors { message } } }`, nil},
		{`subscription { certificationTask(id: "` + literal + `") { status } }`, nil},
	}
	everything := func() {
		for _, header := range callers {
			for _, operation := range operations {
				ask(header, operation.query, operation.variables)
			}
		}
		b.open(t, "/graphql?query="+url.QueryEscape(`{ certification(id: "`+literal+`") { name } }`)+"&token="+bearer)
		b.post(t, "/graphql", `{"query": "`+literal)
	}
	everything()

	// The tenant fails in all the ways in which it can.
	for _, fault := range []sandbox.Fault{
		{Operation: "*", Kind: sandbox.FaultStatus, Status: 500, Strikes: sandbox.BeforeApplying},
		{Operation: "*", Kind: sandbox.FaultStatus, Status: 401, Strikes: sandbox.BeforeApplying},
		{Operation: "*", Kind: sandbox.FaultCut, Strikes: sandbox.BeforeApplying},
		{Operation: "oauthToken", Kind: sandbox.FaultStatus, Status: 503},
		{Operation: "oauthToken", Kind: sandbox.FaultStatus, Status: 401},
	} {
		if err := tenant.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		for _, header := range []http.Header{callers["session"], callers["bearer"], callers["API key"]} {
			ask(header, operations[0].query, nil)
			ask(header, operations[5].query, operations[5].variables)
		}
	}
	if err := tenant.SetFaults(); err != nil {
		t.Fatal(err)
	}

	// Sign-ins go wrong in all the ways in which they can.
	other := newBrowser(t, p)
	other.http.Transport = listening{other.http.Transport, &heard}
	at := other.open(t, "/auth/login?return=/")
	other.stopAt = func(u *url.URL) bool { return u.Path == "/auth/callback" }
	callback, err := url.Parse(other.choose(t, at, "reviewer-2").header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range []func(url.Values){
		func(v url.Values) { v.Set("state", v.Get("state")+"A") },
		func(v url.Values) { v.Add("state", v.Get("state")) },
		func(v url.Values) { v.Set("error", v.Get("code")) },
		func(v url.Values) { v.Set("iss", v.Get("code")) },
	} {
		query := callback.Query()
		edit(query)
		other.open(t, "/auth/callback?"+query.Encode())
	}
	other.open(t, callback.RequestURI())
	other.open(t, callback.RequestURI()) // once more
	other.open(t, "/auth/login?return="+url.QueryEscape("https://"+bearer))
	other.setCookie(t, "certql-session", b.cookie(t, "certql-session")+"A")
	other.me(t)
	other.query(t, countQuery)
	other.choose(t, other.open(t, "/auth/login"), "")
	other.stopAt = nil

	// The session goes on if a refresh fails, and with one that works, until the tenant refuses it.
	tenant.refuse.Store(http.StatusServiceUnavailable)
	const failed = "a session could not be refreshed"
	for deadline := time.Now().Add(time.Minute); !strings.Contains(p.stderr.String(), failed) && time.Now().Before(deadline); {
		ask(callers["session"], operations[0].query, nil)
	}
	if b.me(t) == nil || !strings.Contains(p.stderr.String(), failed) {
		t.Errorf("a refresh that fails ends the session, or none has failed")
	}
	tenant.refuse.Store(0)
	refreshed := tenant.Requests().Count("oauthToken")
	for deadline := time.Now().Add(time.Minute); tenant.Requests().Count("oauthToken") == refreshed && time.Now().Before(deadline); {
		ask(callers["session"], operations[0].query, nil) // which may fail for a second more
	}
	b.count(t)
	tenant.refuse.Store(http.StatusBadRequest)
	for deadline := time.Now().Add(time.Minute); b.me(t) != nil && time.Now().Before(deadline); {
		ask(callers["session"], operations[0].query, nil)
	}
	if b.me(t) != nil {
		t.Error("a refused refresh does not end the session")
	}
	tenant.refuse.Store(0)
	b.signIn(t, "org-admin")
	everything()
	conn, _ := p.dial(t, http.Header{"Cookie": {"certql-session=" + b.cookie(t, "certql-session")}, "Origin": {p.url(t, "GraphQL")}})
	_, _ = heard.Write([]byte(talk(t, conn, 2, `{"type":"connection_init","payload":{"Authorization":"Bearer `+bearer+`"}}`,
		`{"id":"1","type":"subscribe","payload":{"query":"{ certification(id: \"`+literal+`\") { name } }"}}`)))
	_ = conn.CloseNow()
	for _, path := range []string{"/metrics", "/readyz", "/version"} {
		shown := b.open(t, p.url(t, "Operators")+path)
		handedOut.check(t, path, shown.body)
	}
	if out := b.post(t, "/auth/logout", ""); out.status != http.StatusOK {
		t.Errorf("the sign-out answers %d: %s", out.status, out.body)
	}
	p.http.CloseIdleConnections()
	b.http.CloseIdleConnections()
	other.http.CloseIdleConnections()
	if code := p.end(); code != ExitOK {
		t.Errorf("the exit code is %d", code)
	}

	kinds := handedOut.kinds()
	for _, kind := range []string{
		"a bearer", "an API key", "an access token", "a refresh token", "code", "state", "code_verifier", "client_secret",
		"the cookie certql-session", "a variable", "a comment", "a literal",
	} {
		if kinds[kind] == 0 {
			t.Errorf("no secret was %s: there are %q", kind, slices.Sorted(maps.Keys(kinds)))
		}
	}
	if len(spans.received()) == 0 || !strings.Contains(p.stderr.String(), `"msg":"request"`) || len(heard.String()) < 10_000 {
		t.Errorf("%d spans, %d bytes of log and %d of answers: too little was looked at", len(spans.received()), len(p.stderr.String()), len(heard.String()))
	}
	handedOut.check(t, "the output", p.stdout.String())
	handedOut.check(t, "the log", p.stderr.String())
	handedOut.check(t, "the log of the library", library.String())
	handedOut.check(t, "a trace", fmt.Sprint(spans.received()))
	handedOut.checkBut(t, "an answer", heard.String(), "a variable", "a literal", "a comment") // which are the caller's own
}

// The trace that the playground shows exists on the embedded sandbox alone. There, each kind of caller asks
// for it: with reads that are sent, are refused, and come from the cache, and with a write.
func TestThePlaygroundsTraceGivesNoSecretAway(t *testing.T) {
	const comment, apiKey = "comment-that-nobody-may-see", "api-key-that-nobody-may-see-0123"
	handedOut.add("a comment", comment)
	hash := sha256.Sum256([]byte(apiKey))
	p := start(t, "--auth=bearer,service,session", "--api-keys-file="+write(t, "keys", "reports:"+hex.EncodeToString(hash[:])))
	b := newBrowser(t, p)
	b.signIn(t, "org-admin")
	token := p.token(t, p.url(t, "Upstream"), "reviewer-1")
	const read = `{ certifications(first: 2) { nodes { name reviewers { nodes { name } } } } }`
	const secret = `{ certification(id: "literal-that-nobody-may-see") { name } }`
	decide := `mutation { decideReviewItems(input: { certificationId: "` + sandbox.LargeCertification + `", decisions: [{ itemId: "` +
		sandbox.LargePermissionsItem + `", decision: APPROVE, comment: "` + comment + `" }] }) { decidedItemIds errors { code } } }`
	for kind, header := range map[string]http.Header{
		"session": {}, "bearer": {"Authorization": {"Bearer " + token}}, "API key": {"X-Api-Key": {apiKey}},
	} {
		for _, query := range []string{read, read, secret, decide} {
			body, err := json.Marshal(map[string]any{"query": query, "extensions": map[string]any{"trace": true}})
			if err != nil {
				t.Fatal(err)
			}
			r := request(t, http.MethodPost, b.gateway+"/graphql", bytes.NewReader(body))
			maps.Copy(r.Header, header)
			r.Header.Set("Content-Type", "application/json")
			shown := b.do(t, r)
			var got struct {
				Extensions struct {
					Upstream struct{ Trace json.RawMessage }
				}
			}
			if err := json.Unmarshal([]byte(shown.body), &got); err != nil || len(got.Extensions.Upstream.Trace) < len(`[{"method":"GET"}]`) {
				t.Errorf("%s: %.30s… has no trace: %d: %s", kind, query, shown.status, shown.body)
			}
			handedOut.checkBut(t, kind+": the trace", string(got.Extensions.Upstream.Trace), "a literal") // which is the caller's own
			handedOut.checkBut(t, kind+": the answer", shown.body, "a literal")
		}
	}
}
