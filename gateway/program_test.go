package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// readme is the README, which the command hands to Run.
var readme string

// asProgram is the variable by which the test's executable is told to be the program.
const asProgram = "TEST_RUNS_THE_PROGRAM"

func TestMain(m *testing.M) {
	// All paths in these tests start at the root of the repository.
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		panic(err)
	}
	readme = string(text)
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		code := Run(ctx, os.Args[1:], readme, os.Stdin, os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	// What the developer has set for a gateway of their own must not reach those of the tests.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "CERTQL_") || strings.HasPrefix(name, "OTEL_") {
			_ = os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(m)
}

// A program is a run of the program under test.
type program struct {
	stdout, stderr *output
	stop           context.CancelFunc
	code           chan int // what Run returned
	done           bool
	http           *http.Client
}

// start runs the program with the given arguments and waits until it serves. When the test ends, the
// program is stopped and has to end with ExitOK.
func start(t testing.TB, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	p := &program{
		stdout: &output{lastLine: "Calls as", ready: make(chan struct{})},
		stderr: &output{},
		stop:   stop,
		code:   make(chan int, 1),
		http:   &http.Client{Transport: noticing{&http.Transport{}, handedOut}},
	}
	var anywhere []string
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--addr") }) {
		anywhere = append(anywhere, "--addr=localhost:0") // a free port
	}
	if len(args) > 0 && args[0] == "sandbox" {
		p.stdout.lastLine = "Controls"
	} else if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--admin-addr") }) {
		anywhere = append(anywhere, "--admin-addr=localhost:0")
	}
	go func() { p.code <- Run(ctx, append(args, anywhere...), readme, nil, p.stdout, p.stderr) }()
	t.Cleanup(func() {
		p.http.CloseIdleConnections()
		if code := p.end(); code != ExitOK {
			t.Errorf("certql %q ended with exit code %d: %s", args, code, p.stderr)
		}
		handedOut.check(t, "the output", p.stdout.String())
		handedOut.check(t, "the log", p.stderr.String())
	})
	select {
	case <-p.stdout.ready:
	case code := <-p.code:
		p.done = true
		t.Fatalf("certql %q ended with exit code %d: %s", args, code, p.stderr)
	}
	return p
}

// end stops the program and returns its exit code.
func (p *program) end() int {
	if p.done {
		return ExitOK
	}
	p.done = true
	p.stop()
	return <-p.code
}

// url returns the URL that the program has printed after a word, without the path.
func (p *program) url(t testing.TB, word string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + word + `\s.*?(https?://[^/\s]+)`).FindStringSubmatch(p.stdout.String())
	if found == nil {
		t.Fatalf("no line of the output gives a URL for %q:\n%s", word, p.stdout)
	}
	return found[1]
}

// An answer is a response of the GraphQL endpoint.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct{ Code, Limit string }
	}
}

// code returns the code of the only error; another number of errors fails the test.
func (a answer) code(t testing.TB) string {
	t.Helper()
	if len(a.Errors) != 1 {
		t.Fatalf("there are %d errors, want 1: %+v", len(a.Errors), a.Errors)
	}
	return a.Errors[0].Extensions.Code
}

// into decodes the data of an answer, which must have no errors.
func (a answer) into(t testing.TB, data any) {
	t.Helper()
	if a.Errors != nil {
		t.Fatalf("errors: %+v", a.Errors)
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		t.Fatalf("data %s: %v", a.Data, err)
	}
}

// query sends an operation as the bearer of a token or, if that is empty, without one.
func (p *program) query(t testing.TB, token, text string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": text})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	var got answer
	if status, body := p.send(t, r); json.Unmarshal(body, &got) != nil {
		t.Fatalf("status %d: %s", status, body)
	}
	return got
}

// send sends a request and returns the status and the body of the response.
func (p *program) send(t testing.TB, r *http.Request) (int, []byte) {
	t.Helper()
	response, err := p.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// token exchanges the credentials of a seeded client of the sandbox at base.
func (p *program) token(t testing.TB, base, client string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {sandboxSecret}}
	r := request(t, http.MethodPost, base+"/oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := p.send(t, r)
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token for %s: status %d: %s", client, status, body)
	}
	return granted.AccessToken
}

func request(t testing.TB, method, target string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An output takes what the program prints. It closes ready once there is a whole line that starts with
// lastLine.
type output struct {
	lastLine string
	ready    chan struct{}

	mu   sync.Mutex
	text strings.Builder
	seen bool
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if o.ready != nil && !o.seen {
		for line := range strings.Lines(o.text.String()) {
			if strings.HasPrefix(line, o.lastLine) && strings.HasSuffix(line, "\n") {
				o.seen = true
				close(o.ready)
			}
		}
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
