package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/upstream/sandbox"
)

// headed is a transport that adds a header to each request.
type headed struct {
	next   http.RoundTripper
	header http.Header
}

// RoundTrip adds the header.
func (h headed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range h.header {
		r.Header[name] = values
	}
	return h.next.RoundTrip(r)
}

// assistant returns a session of an assistant over HTTP, whose requests have a header.
func (p *program) assistant(t testing.TB, header http.Header) (*sdk.ClientSession, error) {
	t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v0"}, nil)
	session, err := client.Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: p.url(t, "Assistants") + "/mcp", DisableStandaloneSSE: true, MaxRetries: -1,
		HTTPClient: &http.Client{Transport: headed{p.http.Transport, header}},
	}, nil)
	if err == nil {
		t.Cleanup(func() { _ = session.Close() })
	}
	return session, err
}

// A toolResult is the structured content of a result.
type toolResult struct {
	Data   map[string]any
	Errors []struct{ Code, WhatToDo string }
	Cost   struct{ Calls, EstimatedCalls int }

	failed bool
}

// callTool calls a tool.
func callTool(ctx context.Context, t testing.TB, session *sdk.ClientSession, name string, arguments any) toolResult {
	t.Helper()
	result, err := session.CallTool(ctx, &sdk.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := json.Marshal(result.StructuredContent)
	got := toolResult{failed: result.IsError}
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatalf("%s: %v in %s", name, err, text)
	}
	return got
}

// rowsOf returns how many rows a list at the root of a result has.
func rowsOf(t testing.TB, result toolResult, list string) int {
	t.Helper()
	connection, _ := result.Data[list].(map[string]any)
	rows, ok := connection["nodes"].([]any)
	if !ok || result.failed {
		t.Fatalf("there are no rows in %+v", result)
	}
	return len(rows)
}

const callQueue = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"MyQueue","arguments":{}}}`

// toolRequest returns a request that calls a tool, as a client of before 2026 sends it.
func toolRequest(t testing.TB, url, text string, header http.Header) *http.Request {
	t.Helper()
	r := request(t, http.MethodPost, url+"/mcp", strings.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

// Assistants are let in as GraphQL's callers are, and act as them.
func TestAssistantsAreTheCallersOfGraphQL(t *testing.T) {
	hash := sha256.Sum256([]byte("a-key"))
	keys := "--api-keys-file=" + write(t, "keys", "reports:"+hex.EncodeToString(hash[:])+"\n")
	tests := map[string]struct {
		args   []string
		header func(p *program) http.Header
		queue  bool // whether there is one
		status int  // if it is refused
		says   string
	}{
		"everybody, on the sandbox": {args: []string{"--client-id=reviewer-1"}, queue: true},
		"a bearer": {queue: true, header: func(p *program) http.Header {
			return http.Header{"Authorization": {"Bearer " + p.token(t, p.url(t, "Upstream"), "reviewer-1")}}
		}},
		"another bearer": {header: func(p *program) http.Header {
			return http.Header{"Authorization": {"Bearer " + p.token(t, p.url(t, "Upstream"), "org-admin")}}
		}},
		"nobody":             {args: []string{"--auth=bearer"}, status: http.StatusUnauthorized, says: "No access token was sent"},
		"a wrong scheme":     {header: func(*program) http.Header { return http.Header{"Authorization": {"Basic x"}} }, status: http.StatusUnauthorized, says: "UNAUTHENTICATED"},
		"a key":              {args: []string{"--auth=service", keys, "--client-id=reviewer-1"}, queue: true, header: func(*program) http.Header { return http.Header{"X-Api-Key": {"a-key"}} }},
		"another key":        {args: []string{"--auth=service", keys}, status: http.StatusUnauthorized, says: "not one that this gateway knows", header: func(*program) http.Header { return http.Header{"X-Api-Key": {"another"}} }},
		"no key":             {args: []string{"--auth=service", keys}, status: http.StatusUnauthorized, says: "No API key was sent"},
		"nobody signed in":   {args: []string{"--auth=session"}, status: http.StatusUnauthorized, says: "Nobody is signed in"},
		"a page":             {status: http.StatusForbidden, says: "--cors-origin", header: func(*program) http.Header { return http.Header{"Origin": {"https://evil.example.com"}} }},
		"a host of no names": {status: http.StatusMisdirectedRequest, header: func(*program) http.Header { return http.Header{"X-Host": {"evil.example.com"}} }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(test.args, "--mcp")...)
			header := http.Header{}
			if test.header != nil {
				header = test.header(p)
			}
			if test.status != 0 {
				r := toolRequest(t, p.url(t, "GraphQL"), callQueue, header)
				r.Host = header.Get("X-Host")
				if status, body := p.send(t, r); status != test.status || !strings.Contains(string(body), test.says) {
					t.Errorf("the response is %d: %s", status, body)
				}
				return
			}
			session, err := p.assistant(t, header)
			if err != nil {
				t.Fatal(err)
			}
			if rows := rowsOf(t, callTool(t.Context(), t, session, "MyQueue", nil), "certifications"); (rows > 0) != test.queue {
				t.Errorf("the queue has %d rows", rows)
			}
		})
	}
}

func TestAssistantsOfASessionAreThePersonWhoSignedIn(t *testing.T) {
	p := start(t, "--auth=session", "--mcp")
	b := newBrowser(t, p)
	b.signIn(t, "reviewer-1")
	cookie := http.Header{"Cookie": {"certql-session=" + b.cookie(t, "certql-session")}}
	session, err := p.assistant(t, cookie)
	if err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, callTool(t.Context(), t, session, "MyQueue", nil), "certifications"); rows == 0 {
		t.Error("the queue is empty")
	}
}

// A token that the tenant does not take is refused by the tenant, and the assistant told what to do.
func TestAnAssistantsTokenMayBeRefusedByTheTenant(t *testing.T) {
	p := start(t, "--mcp")
	session, err := p.assistant(t, http.Header{"Authorization": {"Bearer no.good.token"}})
	if err != nil {
		t.Fatal(err)
	}
	got := callTool(t.Context(), t, session, "MyQueue", nil)
	if !got.failed || got.Errors[0].Code != "UNAUTHENTICATED" || !strings.Contains(got.Errors[0].WhatToDo, "a new token") {
		t.Errorf("the result is %+v", got)
	}
}

// The limits, the log, the metrics and the traces of GraphQL are those of calls.
func TestCallsAreLimitedAndToldOfAsOperationsAre(t *testing.T) {
	spans := newReceiver(t)
	p := start(t, "--mcp", "--max-estimated-calls=2", "--documents-only", "--documents="+sampleManifest)
	session, err := p.assistant(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	large := map[string]any{"certificationId": sandbox.LargeCertification}
	if got := callTool(t.Context(), t, session, "OpenItems", large); got.failed || got.Cost.Calls != 2 || got.Cost.EstimatedCalls != 2 {
		t.Errorf("the result is %+v", got)
	}
	if got := callTool(t.Context(), t, session, "CertificationSummary", large); !got.failed || got.Errors[0].Code != "UPSTREAM_CALLS_EXCEEDED" {
		t.Errorf("the result is %+v", got)
	}
	if tools, err := session.ListTools(t.Context(), nil); err != nil || len(tools.Tools) != 8 {
		t.Errorf("the tools are %+v: %v", tools, err)
	}
	if said := p.stdout.String(); !strings.Contains(said, "/mcp, 8 tools\n") || !strings.Contains(said, "Documents   9 trusted\n") {
		t.Errorf("the output is\n%s", said)
	}
	body := toolRequest(t, p.url(t, "GraphQL"), strings.Replace(callQueue, "{}", `{"after":"`+strings.Repeat("x", 300<<10)+`"}`, 1), nil)
	if status, text := p.send(t, body); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body is answered with %d: %s", status, text)
	}
	if n := p.scrape(t).samples[`certql_trusted_operations_total{code="OK",operation="OpenItems"}`]; n != "1" {
		t.Errorf("the metrics count %q operations of the name", n)
	}
	p.end()
	line := func(operation string) map[string]any {
		for _, line := range logLines(t, p.stderr.String()) {
			if line["operation"] == operation {
				return line
			}
		}
		t.Fatalf("there is no line of %s: %s", operation, p.stderr)
		return nil
	}
	if open := line("OpenItems"); open["path"] != "/mcp" || open["calls"] != 2.0 || open["msg"] != "request" || open["request_id"] == "" {
		t.Errorf("the line is %v", open)
	}
	if refused := line("CertificationSummary"); fmt.Sprint(refused["codes"]) != "[UPSTREAM_CALLS_EXCEEDED]" {
		t.Errorf("the line is %v", refused)
	}
	traced := map[string]string{} // parents of spans, by the name
	ids := map[string]string{}
	for _, span := range spans.received() {
		ids[hex.EncodeToString(span.GetSpanId())] = span.GetName()
	}
	for _, span := range spans.received() {
		traced[span.GetName()] = ids[hex.EncodeToString(span.GetParentSpanId())]
	}
	if traced["query OpenItems"] != "POST /mcp" && traced["query"] != "POST /mcp" {
		t.Errorf("the spans and their parents are %v", traced)
	}
}

func TestToolsAreOffByDefault(t *testing.T) {
	p := start(t)
	status, body := p.send(t, toolRequest(t, p.url(t, "GraphQL"), callQueue, nil))
	if status != http.StatusNotFound || strings.Contains(p.stdout.String(), "Assistants") {
		t.Errorf("the response is %d: %s", status, body)
	}
}

// Writes that are not offered are no trusted documents either.
func TestOnlyOfferedToolsAreTrustedDocuments(t *testing.T) {
	text, err := os.ReadFile("mcp/documents/sign_off.graphql")
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"documentId": "%x", "variables": {"certificationId": %q}}`, sha256.Sum256(text), sandbox.LargeCertification)
	if code := start(t, "--mcp").postBody(t, body).code(t); code != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("without writes, the code is %s", code)
	}
	var data struct {
		SignOffCertification struct{ Errors []struct{ Code string } }
	}
	start(t, "--mcp", "--mcp-writes").postBody(t, body).into(t, &data)
	if errs := data.SignOffCertification.Errors; len(errs) != 1 || errs[0].Code != "UNDECIDED_ITEMS" {
		t.Errorf("with writes, the payload has %+v", errs)
	}
}

func TestDocumentsThatAreNoToolsStopTheStart(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.graphql")
	if err := os.WriteFile(bad, []byte("query Bad { rateLimit { limit } }"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"mcp"}, {"--mcp", "--addr=localhost:0", "--admin-addr="}} {
		for name, each := range map[string]struct {
			path, want string
			code       int
		}{
			"a file":  {bad, "certql: " + bad + ": the operation Bad has no comment above it", ExitStart},
			"folder":  {filepath.Dir(bad), "certql: " + bad + ": the operation Bad has no comment above it", ExitStart},
			"nothing": {bad + "x", "no such file", ExitStart},
		} {
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), append(slices.Clone(args), "--mcp-documents="+each.path), readme, strings.NewReader(""), &stdout, &stderr)
			if code != each.code || stdout.Len() > 0 || !strings.Contains(stderr.String(), each.want) {
				t.Errorf("%s, %s: %d, %q and %s", args, name, code, &stdout, &stderr)
			}
		}
	}
}

// toolProcess returns a session with the program as a process of its own, and what it logs once that has ended.
func toolProcess(t *testing.T, args ...string) (*sdk.ClientSession, *output) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), executable, append([]string{"mcp"}, args...)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Dir = fromRoot(t, "gateway") // where tests begin
	log := &output{}
	command.Stderr = log
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v0"}, nil)
	session, err := client.Connect(t.Context(), &sdk.CommandTransport{Command: command}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	t.Cleanup(func() {
		_ = session.Close()
		if code := command.ProcessState.ExitCode(); code != ExitOK {
			t.Errorf("it ended with %d: %s", code, log)
		}
		handedOut.check(t, "the log", log.String())
	})
	return session, log
}

// Over standard input and output, all calls are those of one credential.
func TestToolsOverStreamsActAsOneCredential(t *testing.T) {
	tenant := start(t, "sandbox")
	url := tenant.url(t, "Sandbox")
	tests := map[string]struct {
		args     []string
		reviewer bool
		says     string
	}{
		"the sandbox's administrator": {nil, false, `"calls_as":"org-admin"`},
		"another of the sandbox":      {[]string{"--client-id=reviewer-1"}, true, `"calls_as":"reviewer-1"`},
		"a client":                    {[]string{"--upstream-url=" + url, "--client-id=reviewer-1", "--client-secret=" + sandboxSecret}, true, `"calls_as":"reviewer-1"`},
		"a bearer":                    {[]string{"--upstream-url=" + url, "--token=" + tenant.token(t, url, "reviewer-1")}, true, `"calls_as":"the bearer of --token"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			session, log := toolProcess(t, test.args...)
			if rows := rowsOf(t, callTool(t.Context(), t, session, "MyQueue", nil), "certifications"); (rows > 0) != test.reviewer {
				t.Errorf("the queue has %d rows", rows)
			}
			got := callTool(t.Context(), t, session, "Campaigns", nil)
			if got.failed != test.reviewer {
				t.Errorf("the campaigns are %+v", got)
			}
			if _, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "SignOff"}); err == nil {
				t.Error("there is a tool that writes")
			}
			if text := log.String(); !strings.Contains(text, test.says) || !strings.Contains(text, `"operation":"MyQueue"`) || !strings.Contains(text, `"request_id":"`) {
				t.Errorf("the log is %s", text)
			}
		})
	}
}

// The inspector's command line finds nothing wrong with the tools, and calls them over both transports.
func TestTheInspectorCallsTools(t *testing.T) {
	skip := t.Skip
	if os.Getenv("CI") == "true" {
		skip = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		skip("node is not installed: ", err)
	}
	inspector := fromRoot(t, "mcp/inspector/node_modules/.bin/mcp-inspector")
	if _, err := os.Stat(inspector); errors.Is(err, fs.ErrNotExist) {
		skip("the inspector is not installed: npm ci --prefix mcp/inspector")
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--mcp", "--mcp-writes")
	inspect := func(t *testing.T, args ...string) (string, string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), node, append([]string{inspector, "--cli"}, args...)...)
		command.Env = append(os.Environ(), "HOME="+t.TempDir())
		command.Dir = fromRoot(t, "gateway")
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		if err := command.Run(); err != nil {
			t.Fatalf("%q: %v: %s%s", args, err, &stdout, &stderr)
		}
		return stdout.String(), stderr.String()
	}
	bearer := "Authorization: Bearer " + p.token(t, p.url(t, "Upstream"), "reviewer-1")
	for transport, target := range map[string]func(args ...string) []string{
		"streams": func(args ...string) []string {
			return append(args, "-e", asProgram+"=1", "-e", "CERTQL_CLIENT_ID=reviewer-1", "--", executable, "mcp", "--mcp-writes")
		},
		"HTTP": func(args ...string) []string {
			return append(args, "--header", bearer, "--server-url", p.url(t, "Assistants")+"/mcp", "--transport", "http")
		},
	} {
		t.Run(transport, func(t *testing.T) {
			listed, warned := inspect(t, target("--method", "tools/list", "--strict")...)
			var tools struct{ Tools []struct{ Name string } }
			if err := json.Unmarshal([]byte(listed), &tools); err != nil || len(tools.Tools) != 11 {
				t.Errorf("%d tools: %v: %.300s", len(tools.Tools), err, listed)
			}
			if strings.Contains(warned, "Path: inputSchema") || strings.Contains(warned, "Error: tool") {
				t.Errorf("of the tools it says:\n%s", warned)
			}
			queue, _ := inspect(t, target("--method", "tools/call", "--tool-name", "MyQueue", "--tool-arg", "first=2")...)
			var called struct {
				StructuredContent toolResult
				IsError           bool
			}
			if err := json.Unmarshal([]byte(queue), &called); err != nil || called.IsError || rowsOf(t, called.StructuredContent, "certifications") != 2 {
				t.Errorf("the queue is %s (%v)", queue, err)
			}
		})
	}
}

// mcpBlocks returns the code blocks of docs/mcp.md in a language.
func mcpBlocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("docs/mcp.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block[1])
	}
	return blocks
}

// What an assistant's configuration in docs/mcp.md runs is the program, and it offers tools.
func TestTheConfigurationsOfTheManualWork(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	blocks := mcpBlocks(t, "json")
	if len(blocks) < 2 {
		t.Fatalf("docs/mcp.md has %d configurations", len(blocks))
	}
	tenant := start(t, "sandbox")
	for _, block := range blocks {
		var configuration struct {
			MCPServers map[string]struct {
				Command string
				Args    []string
				Env     map[string]string
			}
		}
		if err := json.Unmarshal([]byte(block), &configuration); err != nil || len(configuration.MCPServers) != 1 {
			t.Fatalf("%v: %s", err, block)
		}
		for _, server := range configuration.MCPServers {
			if server.Command != "/path/to/certql" {
				t.Fatalf("the command is %s", server.Command)
			}
			command := exec.CommandContext(context.WithoutCancel(t.Context()), executable, server.Args...)
			command.Env, command.Dir = append(os.Environ(), asProgram+"=1"), fromRoot(t, "gateway")
			for name, value := range server.Env {
				value = strings.NewReplacer("https://TENANT.api.identitynow.com", tenant.url(t, "Sandbox"), "YOUR_CLIENT_ID", "reviewer-1", "YOUR_CLIENT_SECRET", sandboxSecret).Replace(value)
				command.Env = append(command.Env, name+"="+value)
			}
			var log bytes.Buffer
			command.Stderr = &log
			session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v0"}, nil).Connect(t.Context(), &sdk.CommandTransport{Command: command}, nil)
			if err != nil {
				t.Fatalf("%v: %s", err, &log)
			}
			rowsOf(t, callTool(t.Context(), t, session, "MyQueue", nil), "certifications")
			if err := session.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// The commands of docs/mcp.md are those of the program, and its document is a tool.
func TestTheCommandsOfTheManualWork(t *testing.T) {
	folder := t.TempDir()
	documents := mcpBlocks(t, "graphql")
	if len(documents) != 1 {
		t.Fatalf("docs/mcp.md has %d documents", len(documents))
	}
	if err := os.WriteFile(filepath.Join(folder, "late.graphql"), []byte(documents[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "--mcp", "--client-id=reviewer-1")
	seen := 0
	for _, block := range mcpBlocks(t, "sh") {
		for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
			words := shellWords(t, line)
			seen++
			switch {
			case slices.Equal(words, []string{"go", "build", "."}), slices.Equal(words[:2], []string{"npm", "ci"}), words[0] == "npx":
			case words[0] == "curl":
				words = words[1:]
				r := toolRequest(t, p.url(t, "GraphQL"), words[len(words)-1], nil)
				if status, body := p.send(t, r); status != http.StatusOK || !bytes.Contains(body, []byte(`"cost"`)) {
					t.Errorf("%q is answered with %d: %s", words, status, body)
				}
			case words[0] == "./certql":
				args := words[1:]
				for i := range args {
					args[i] = strings.Replace(args[i], "tools", folder, 1)
				}
				if slices.Contains(args, "mcp") {
					var stdout, stderr bytes.Buffer
					if code := Run(t.Context(), args, readme, strings.NewReader(""), &stdout, &stderr); code != ExitOK || stdout.Len() > 0 {
						t.Errorf("%q ends with %d: %s%s", args, code, &stdout, &stderr)
					}
					break
				}
				start(t, args...)
			default:
				t.Errorf("nothing is known of the command %q", words)
			}
		}
	}
	if seen < 5 {
		t.Errorf("docs/mcp.md has %d commands", seen)
	}
}
