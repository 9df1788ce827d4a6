package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"certql/upstream/sandbox"
)

// logLines returns the lines of a log in JSON.
func logLines(t *testing.T, text string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(text) {
		var decoded map[string]any
		if err := json.Unmarshal([]byte(line), &decoded); err != nil {
			t.Fatalf("a line of the log is no JSON: %v: %s", err, line)
		}
		lines = append(lines, decoded)
	}
	return lines
}

// requestLines ends the program and returns the lines of its requests, by their ids.
func (p *program) requestLines(t *testing.T) map[string]map[string]any {
	t.Helper()
	if code := p.end(); code != ExitOK {
		t.Fatalf("the exit code is %d: %s", code, p.stderr)
	}
	lines := map[string]map[string]any{}
	for _, line := range logLines(t, p.stderr.String()) {
		if line["msg"] != "request" {
			continue
		}
		id, _ := line["request_id"].(string)
		if lines[id] != nil {
			t.Errorf("request %q has several lines", id)
		}
		lines[id] = line
	}
	return lines
}

// post sends a body to the GraphQL endpoint under a request id, and returns the header and the body of the
// response.
func (p *program) post(t *testing.T, id, body string, header ...string) (http.Header, []byte) {
	t.Helper()
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", id)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := p.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.Header, text.Bytes()
}

// hexadecimal is the pattern of a hash.
const hexadecimal = `^[0-9a-f]{64}$`

// secretly is what callers send and must not be in the log.
const secretly = "hunter2"

func TestEachRequestHasALineInTheLog(t *testing.T) {
	p := start(t, "--max-batch=5", "--log-level=debug", "--max-body=5000")
	endpoint := p.url(t, "GraphQL")
	token := p.token(t, p.url(t, "Upstream"), "org-admin")
	long := "Q" + strings.Repeat("x", 250)

	_, body := p.post(t, "one", `{"query":"query Two($n: Int) { a: certifications(first: $n) { totalCount } b: certifications(first: $n) { nodes { id } } }","variables":{"n":2}}`)
	p.post(t, "bearer", `{"query":"{ rateLimit { limit } }"}`, "Authorization", "Bearer "+token)
	p.post(t, "write", `{"query":"mutation Decide($c: String) { decideReviewItems(input: {certificationId: \"`+sandbox.LargeCertification+`\", decisions: [{itemId: \"`+secretly+`\", decision: APPROVE, comment: $c}]}) { errors { code } } }","variables":{"c":"`+secretly+`"}}`)
	p.post(t, "invalid", `{"query":"query `+long+` { nothing`+secretly+` }","operationName":"`+long+`"}`)
	p.post(t, "unread", `{"query":"{ `+secretly+`"}`)
	p.post(t, "large", `{"query":"{ __typename } #`+strings.Repeat(secretly, 1000)+`"}`)
	p.post(t, "batch", `[{"query":"query A { rateLimit { limit } }"},{"query":"mutation"},{"query":"query B { certificationTask(id: \"`+secretly+`\") { id } }"}]`)
	p.post(t, "watch", `{"query":"subscription Watch { certificationTask(id: \"`+secretly+`\") { id } }"}`, "Accept", "text/event-stream")
	get := request(t, http.MethodGet, endpoint+"/graphql?query="+url.QueryEscape("query Get($v: ID!) { certificationTask(id: $v) { id } }")+"&variables="+url.QueryEscape(`{"v":"`+secretly+`"}`), nil)
	get.Header.Set("X-Request-Id", "get")
	get.Header.Set("X-Certql-CSRF", "1")
	p.send(t, get)
	page := request(t, http.MethodGet, endpoint+"/%1b[31m%0a?q="+secretly, nil)
	page.Header.Set("X-Request-Id", "page")
	p.send(t, page)

	lines := p.requestLines(t)
	tests := map[string]map[string]any{
		"one": {
			"level": "INFO", "method": "POST", "path": "/graphql", "status": 200.0, "operation": "Two", "type": "query",
			"hash": hexadecimal, "codes": nil, "estimated_calls": 1.0, "calls": 1.0, "waited_ms": 0.0,
			"cached": 0.0, "coalesced": 0.0, "bytes": float64(len(body)),
		},
		"bearer":  {"level": "INFO", "type": "query", "operation": "", "calls": 0.0, "codes": nil},
		"write":   {"level": "INFO", "type": "mutation", "operation": "Decide", "codes": nil},
		"invalid": {"level": "INFO", "type": "", "operation": long[:120] + "…", "hash": hexadecimal, "codes": []any{"GRAPHQL_VALIDATION_FAILED"}, "calls": 0.0},
		"unread":  {"level": "INFO", "type": "", "operation": "", "codes": []any{"GRAPHQL_PARSE_FAILED"}},
		"large":   {"level": "INFO", "status": 413.0, "type": "", "hash": "", "codes": []any{"OPERATION_TOO_LARGE"}},
		"batch":   {"level": "INFO", "status": 200.0, "batch": 3.0, "operation": "A,,B", "type": "query,,query", "codes": []any{"GRAPHQL_PARSE_FAILED"}, "calls": 1.0},
		"watch":   {"level": "INFO", "status": 200.0, "type": "subscription", "operation": "Watch", "codes": nil},
		"get":     {"level": "INFO", "method": "GET", "path": "/graphql", "operation": "Get", "type": "query"},
		"page":    {"level": "DEBUG", "path": "/\x1b[31m\n", "status": 404.0, "operation": nil, "calls": nil},
	}
	for id, want := range tests {
		line := lines[id]
		if line == nil {
			t.Errorf("request %q has no line", id)
			continue
		}
		if _, ok := line["duration_ms"].(float64); !ok {
			t.Errorf("request %q has taken %v", id, line["duration_ms"])
		}
		for name, value := range want {
			if value == hexadecimal {
				if text, _ := line[name].(string); !regexp.MustCompile(hexadecimal).MatchString(text) {
					t.Errorf("%s of request %q is %q", name, id, text)
				}
			} else if diff := cmp.Diff(value, line[name]); diff != "" {
				t.Errorf("%s of request %q (-want +got):\n%s", name, id, diff)
			}
		}
	}
	seen := map[string]bool{"trace_id": true} // if the request is traced
	for _, line := range lines {
		for name := range line {
			seen[name] = name != "time" && name != "level" && name != "msg"
		}
	}
	for _, name := range documentedFields(t) {
		if !seen[name] {
			t.Errorf("the manual tells of the field %s, and no line has it", name)
		}
		delete(seen, name)
	}
	for name, is := range seen {
		if is {
			t.Errorf("the manual does not tell of the field %s", name)
		}
	}
	if text := p.stderr.String(); strings.Contains(text, secretly) || strings.Contains(text, token) || strings.ContainsRune(text, '\x1b') {
		t.Errorf("the log holds what it must not:\n%s", text)
	}
}

// documentedFields returns the fields of a request's line that the manual describes.
func documentedFields(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?s)<!-- log fields -->(.*)<!-- end of log fields -->`).FindSubmatch(text)
	if table == nil {
		t.Fatal("the manual has no table of fields")
	}
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllSubmatch(table[1], -1) {
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllSubmatch(row[1], -1) {
			names = append(names, string(name[1]))
		}
	}
	return names
}

func TestOperationsOverWebSocketHaveLinesOfTheirOwn(t *testing.T) {
	p := start(t)
	conn, _ := p.dial(t, http.Header{"X-Request-Id": {"socket"}})
	talk(t, conn, 5, `{"type":"connection_init"}`, countOverWebSocket, strings.Replace(countOverWebSocket, `"1"`, `"2"`, 1))
	if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	line := p.requestLines(t)["socket"]
	if line["status"] != 101.0 || line["calls"] != nil {
		t.Errorf("the connection's line is %v", line)
	}
	operations := 0
	for _, line := range logLines(t, p.stderr.String()) {
		if line["msg"] == "operation" && line["type"] == "query" && line["request_id"] == "socket" && line["duration_ms"] != nil {
			operations++
		}
	}
	if operations != 2 {
		t.Errorf("there are lines of %d operations, want 2:\n%s", operations, p.stderr)
	}
}

func TestARequestKeepsItsIDWhereThatIsFit(t *testing.T) {
	p := start(t)
	tests := map[string]struct {
		id   string
		kept bool
	}{
		"uuid":     {"7b1f3f9c-6a58-4a0b-9d3b-0c5f4e1f6a10", true},
		"longest":  {strings.Repeat("a", 64), true},
		"base64":   {"a/b+c==", true},
		"none":     {"", false},
		"too long": {strings.Repeat("a", 65), false},
		"blank":    {"a b", false},
		"quote":    {`a"b`, false},
		"foreign":  {"ä", false},
	}
	made := map[string]bool{}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header, _ := p.post(t, test.id, `{"query":"{ __typename }"}`)
			got := header.Get("X-Request-Id")
			if test.kept != (got == test.id) || got == "" || made[got] {
				t.Errorf("%q is answered as %q", test.id, got)
			}
			made[got] = true
		})
	}
	for id := range p.requestLines(t) {
		if !made[id] {
			t.Errorf("the log has a request %q, and no answer does", id)
		}
	}
}

func TestWhatIsLoggedIsASetting(t *testing.T) {
	t.Setenv("CERTQL_RATE_LIMITS", "5")
	tests := map[string]struct {
		args     []string
		has, not string
	}{
		"by default":  {nil, `"msg":"request"`, `"level":"DEBUG"`},
		"warnings":    {[]string{"--log-level=warn"}, `"variable":"CERTQL_RATE_LIMITS"`, `"msg":"request"`},
		"for people":  {[]string{"--log-format=text"}, "msg=request", `"msg"`},
		"for machine": {[]string{"--log-format=json"}, `"msg":"request"`, "msg=request"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.args...)
			p.query(t, "", "{ __typename }")
			p.send(t, request(t, http.MethodGet, p.url(t, "Playground")+"/", nil))
			p.end()
			if text := p.stderr.String(); !strings.Contains(text, test.has) || strings.Contains(text, test.not) {
				t.Errorf("the log has to have %q and not %q:\n%s", test.has, test.not, text)
			}
		})
	}
}
