package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"certql/upstream/sandbox/response"
)

// A tenant is a sandbox that a test talks to over HTTP.
type tenant struct {
	*Sandbox
	t      testing.TB
	clock  *manualClock
	server *httptest.Server
	tokens map[string]string // by client
}

// newTenant starts a sandbox without a rate limit, unless the configuration has one.
func newTenant(t testing.TB, config Config) *tenant {
	t.Helper()
	clock := newManualClock()
	config.Clock = clock.time
	if config.RateLimit == 0 {
		config.RateLimit = NoRateLimit
	}
	box, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return &tenant{box, t, clock, server, make(map[string]string)}
}

// token returns an access token of a seeded client.
func (n *tenant) token(of string) string {
	n.t.Helper()
	if known, ok := n.tokens[of]; ok {
		return known
	}
	n.tokens[of] = accessToken(n.t, n.Sandbox, of)
	return n.tokens[of]
}

// accessToken returns an access token of a seeded client, with some of its scopes or all of them.
func accessToken(t testing.TB, handler http.Handler, of string, scopes ...string) string {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, withQuery("/oauth/token", "grant_type", "client_credentials",
		"client_id", of, "client_secret", clientSecret, "scope", strings.Join(scopes, " ")), nil)
	answered := httptest.NewRecorder()
	handler.ServeHTTP(answered, request)
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(answered.Body.Bytes(), &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token for %s: status %d, %v", of, answered.Code, err)
	}
	return granted.AccessToken
}

// A reply is a response of the sandbox.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// do sends a request as a client of the sandbox. A body that is a string goes as it is; anything else as JSON.
func (n *tenant) do(as, method, target string, body any) *reply {
	n.t.Helper()
	var sent []byte
	switch body := body.(type) {
	case nil:
	case string:
		sent = []byte(body)
	default:
		var err error
		if sent, err = json.Marshal(body); err != nil {
			n.t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(n.t.Context(), method, n.server.URL+target, strings.NewReader(string(sent)))
	if err != nil {
		n.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		request.Header.Set("Authorization", "Bearer "+n.token(as))
	}
	return n.send(request, sent)
}

// send sends a request as it is, and checks the responses of operations against the definition.
func (n *tenant) send(request *http.Request, sent []byte) *reply {
	n.t.Helper()
	answered, err := n.server.Client().Do(request)
	if err != nil {
		n.t.Fatal(err)
	}
	received := n.receive(answered)
	switch answered.StatusCode {
	case 405, 413, 415: // not in the definition
	default:
		if isOperation(request.URL.Path) && request.Method != http.MethodHead {
			conforms(n.t, request, sent, answered, received.body)
		}
	}
	return received
}

// receive reads a response to its end.
func (n *tenant) receive(answered *http.Response) *reply {
	n.t.Helper()
	defer answered.Body.Close()
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return &reply{n.t, answered.StatusCode, answered.Header, body}
}

// isOperation reports whether a path is one of the operations, or looks like one.
func isOperation(path string) bool {
	return slices.ContainsFunc(services, func(service string) bool { return strings.Contains(path, service) })
}

// get reads as a client, or fails.
func (n *tenant) get(as, target string) *reply {
	n.t.Helper()
	answered := n.do(as, http.MethodGet, target, nil)
	if answered.status != http.StatusOK {
		n.t.Fatalf("GET %s as %s: status %d: %s", target, as, answered.status, answered.body)
	}
	return answered
}

// into decodes the body.
func (r *reply) into(value any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, value); err != nil {
		r.t.Fatalf("%v in %.300s", err, r.body)
	}
}

// object decodes the body of one row into plain values, since the tests of responses should not rely on the types.
func (r *reply) object() map[string]any {
	r.t.Helper()
	var row map[string]any
	r.into(&row)
	return row
}

// rows decodes the body of a list into plain values.
func (r *reply) rows() []map[string]any {
	r.t.Helper()
	var rows []map[string]any
	r.into(&rows)
	return rows
}

// refused checks that the response is an ErrorResponseDto of that status and detail code.
func (r *reply) refused(status int, code string) {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %.300s", r.status, status, r.body)
	}
	var body struct {
		DetailCode, TrackingID string
		Messages               []struct{ Locale, LocaleOrigin, Text string }
	}
	if err := json.Unmarshal(r.body, &body, json.MatchCaseInsensitiveNames(true)); err != nil {
		r.t.Fatalf("%v in %.300s", err, r.body)
	}
	if number, _, _ := strings.Cut(body.DetailCode, " "); number != code {
		r.t.Errorf("detail code %q, want %s: %s", body.DetailCode, code, r.body)
	}
	if len(body.TrackingID) != 32 || r.header.Get(response.TrackingHeader) != body.TrackingID {
		r.t.Errorf("tracking id %q in the body, %q in the header", body.TrackingID, r.header.Get(response.TrackingHeader))
	}
	if len(body.Messages) != 2 || body.Messages[0].Locale != "en-US" || body.Messages[0].LocaleOrigin != "DEFAULT" ||
		body.Messages[1].Locale != "und" || body.Messages[1].LocaleOrigin != "REQUEST" ||
		body.Messages[0].Text == "" || body.Messages[1].Text != body.Messages[0].Text {
		r.t.Errorf("messages %+v", body.Messages)
	}
}

// withQuery joins parameters to a path, as name, value, name, value.
func withQuery(path string, parameters ...string) string {
	values := url.Values{}
	for each := range slices.Chunk(parameters, 2) {
		values.Add(each[0], each[1])
	}
	return joinQuery(path, "?"+values.Encode())
}

// request builds a request without a content type.
func (n *tenant) request(as, method, target, body string) *http.Request {
	n.t.Helper()
	request, err := http.NewRequestWithContext(n.t.Context(), method, n.server.URL+target, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+n.token(as))
	return request
}
