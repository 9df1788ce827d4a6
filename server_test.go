package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/gateway"
	"certql/playground"
	"certql/testenv"
)

// A process is the program as its own process.
type process struct {
	*exec.Cmd
	url    string        // of the gateway
	stderr *bufio.Reader // where its log goes
}

// launch starts a command that runs the gateway, and waits until it serves.
func launch(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	// What the developer has set for a gateway of their own must not reach this one.
	command.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "CERTQL_") || strings.HasPrefix(variable, "OTEL_")
	}), "CERTQL_ADDR=localhost:0", "CERTQL_ADMIN_ADDR=")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: command, stderr: bufio.NewReader(stderr)}
	var said strings.Builder
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if found := regexp.MustCompile(`^GraphQL\s+(\S+)/graphql$`).FindStringSubmatch(lines.Text()); found != nil {
			p.url = found[1]
		}
		if strings.HasPrefix(lines.Text(), "Calls as") {
			break
		}
	}
	if p.url == "" {
		rest, _ := io.ReadAll(p.stderr)
		t.Fatalf("it does not serve: %s%s", &said, rest)
	}
	return p
}

// line returns the next line of the log.
func (p *process) line(t *testing.T) string {
	t.Helper()
	text, err := p.stderr.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// end returns the rest of the log, and how the process ended.
func (p *process) end(t *testing.T) (log string, err error) {
	t.Helper()
	text, err := io.ReadAll(p.stderr)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), p.Wait()
}

// ask sends an operation as the bearer of a token, if there is one, and returns the body of the response.
func ask(ctx context.Context, url, token, query string) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// What a process does with signals, what it was told when it was built, and what is built into it.
func TestTheProgramAsItIsBuilt(t *testing.T) {
	testenv.Long(t, "building the program takes some seconds")
	binary := filepath.Join(t.TempDir(), "certql")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-X certql/edge/telemetry.version=v1.2.3 -X certql/edge/telemetry.commit=0123abc", "-o", binary, ".")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	text, err := exec.CommandContext(t.Context(), binary, "--version").Output()
	if err != nil || !strings.HasPrefix(string(text), "certql v1.2.3 (0123abc, go") {
		t.Errorf("its version is %s, %v", text, err)
	}

	p := launch(t, exec.CommandContext(t.Context(), binary)) // on the embedded sandbox
	page, err := playgroundOperations(t, p.url)
	if want := playground.Operations(readme); err != nil || len(want) < 5 || !slices.Equal(page, want) {
		t.Errorf("the playground shows %q, want the README's: %v", page, err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = p.end(t)

	offersTools(t, binary)

	// An upstream that answers only when it is told to.
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	tenant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
			io.WriteString(w, `[{"id":"c1","name":"in time"}]`)
		case <-r.Context().Done():
		}
	}))
	defer tenant.Close()
	// begin starts the program, with an operation under way.
	begin := func() *process {
		p := launch(t, exec.CommandContext(t.Context(), binary, "--upstream-url="+tenant.URL+"/v3", "--introspection=on"))
		go func() { _, _ = ask(t.Context(), p.url, "caller", "{ certifications(first: 1) { nodes { name } } }") }()
		<-arrived
		return p
	}

	p = begin()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.line(t) // it says that it is ending
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	log, _ := p.end(t)
	if p.ProcessState.ExitCode() != gateway.ExitForced || strings.Contains(log, `"msg":"ended"`) {
		t.Errorf("after a second signal it ended by %v: %s", p.ProcessState, log)
	}

	p = begin()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.line(t)
	close(release)
	if log, err := p.end(t); err != nil || !strings.Contains(log, `"msg":"ended"`) {
		t.Errorf("it ended by %v: %s", err, log)
	}
}

// offersTools fails the test unless a program offers tools over its standard input and output, where there is
// nothing but the protocol, and ends with them.
func offersTools(t *testing.T, binary string) {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "mcp", "--client-id=reviewer-1", "--log-format=json")
	var log bytes.Buffer
	command.Stderr = &log
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v0"}, nil)
	session, err := client.Connect(t.Context(), &sdk.CommandTransport{Command: command}, nil)
	if err != nil {
		t.Fatalf("%v: %s", err, &log)
	}
	if about := session.InitializeResult(); about.ServerInfo.Name != "certql" || about.ServerInfo.Version != "v1.2.3" {
		t.Errorf("it is %+v", about.ServerInfo)
	}
	queue, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "MyQueue", Arguments: map[string]any{"first": 1}})
	if err != nil || queue.IsError {
		t.Errorf("the queue is %+v, %v", queue, err)
	}
	if err := session.Close(); err != nil || command.ProcessState.ExitCode() != gateway.ExitOK {
		t.Errorf("it ended by %v, %v: %s", command.ProcessState, err, &log)
	}
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("the log has the line %s", line)
		}
	}
}

// An upstream may send what it likes over a connection that is idle. Nobody is shown it, nor does the log have it, and
// the connection is not used again.
func TestWhatTheUpstreamSendsUnaskedIsDropped(t *testing.T) {
	testenv.Long(t, "building the program takes some seconds")
	binary := filepath.Join(t.TempDir(), "certql")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	unasked := make(chan struct{}, 2)
	tenant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		_, _ = buffered.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Total-Count: 0\r\nContent-Length: 2\r\n\r\n[]")
		_ = buffered.Flush()
		time.Sleep(50 * time.Millisecond) // until the client has put the connection aside
		_, _ = buffered.WriteString("HTTP/1.1 200 the-upstreams-secret\r\n\r\n")
		_ = buffered.Flush()
		unasked <- struct{}{}
		_, _ = io.Copy(io.Discard, connection)
	}))
	defer tenant.Close()
	p := launch(t, exec.CommandContext(t.Context(), binary, "--upstream-url="+tenant.URL+"/v3", "--log-level=warn", "--log-format=json", "--cache-ttl=0"))
	for range 2 {
		body, err := ask(t.Context(), p.url, "caller", "{ certifications(first: 1) { nodes { name } } }")
		if err != nil || strings.Contains(string(body), "errors") {
			t.Fatalf("%s, %v", body, err)
		}
		<-unasked
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if log, err := p.end(t); err != nil || strings.Contains(log, "secret") {
		t.Errorf("it ended by %v, and said %s", err, log)
	}
}

// playgroundOperations returns the operations that the page of the playground is told of.
func playgroundOperations(t *testing.T, url string) ([]string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/playground/settings.json", nil)
	if err != nil {
		return nil, err
	}
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var settings struct{ Operations []string }
	err = json.NewDecoder(response.Body).Decode(&settings)
	return settings.Operations, err
}

func TestTheReadmesFirstCommandStartsTheGateway(t *testing.T) {
	testenv.Long(t, "building the program takes some seconds")
	first := regexp.MustCompile("(?ms)^```sh\n(.*?)\n").FindStringSubmatch(readme)
	if first == nil || first[1] != "go run ." {
		t.Fatalf("the first command of the README is %q", first)
	}
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	// A group of its own, since go run leaves signals to the program that it starts.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	signalGroup := func(s syscall.Signal) error { return syscall.Kill(-command.Process.Pid, s) }
	command.Cancel = func() error { return signalGroup(syscall.SIGKILL) }
	p := launch(t, command)
	var got struct {
		Data struct {
			Certifications struct{ TotalCount int }
		}
	}
	text, err := ask(t.Context(), p.url, "", "{ certifications(first: 1) { nodes { name } totalCount } }")
	if err != nil || json.Unmarshal(text, &got) != nil || got.Data.Certifications.TotalCount == 0 {
		t.Errorf("there are no certifications: %v, %s", err, text)
	}
	var line struct{ Msg string }
	if said := p.line(t); json.Unmarshal([]byte(said), &line) != nil || line.Msg != "request" {
		t.Errorf("the first line of the log is %s", said)
	}
	if err := signalGroup(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	// Whatever the program returns, go run itself ends with 1 after an interrupt, unless the program is gone by then.
	log, err := p.end(t)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited || !strings.Contains(log, `"msg":"ended"`) {
		t.Errorf("go run . ended with %v: %s", p.ProcessState, log)
	}
}
