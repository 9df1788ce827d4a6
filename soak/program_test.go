package soak

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// build returns the path of the program, newly built.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "certql")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// A process is a run of the program.
type process struct {
	urls    map[string]string // by the word that the program prints before it
	stderr  *tail
	id      int
	command *exec.Cmd
	ended   bool
}

// stop has the program end, and checks that it does with code 0.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if p.ended {
		return
	}
	p.ended = true
	_ = p.command.Process.Signal(syscall.SIGTERM)
	if err := p.command.Wait(); err != nil {
		t.Errorf("certql %q ends with %v\n%s", p.command.Args[1:], err, p.stderr)
	}
}

// kill ends the program as a crash does.
func (p *process) kill() {
	p.ended = true
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

// start runs the program until the test ends, or before; it must exit with code 0, unless it is killed. It is ready when it has printed
// a line that starts with last. The variables are added to those of the test.
func start(t *testing.T, variables []string, program, last string, args ...string) *process {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	p := &process{urls: make(map[string]string), stderr: &tail{}, command: command}
	command.Stderr = p.stderr
	command.Env = append(os.Environ(), variables...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p.id = command.Process.Pid
	t.Cleanup(func() { p.stop(t) })
	line := regexp.MustCompile(`^(\w+)\s.*?(https?://[^/\s]+)`)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if found := line.FindStringSubmatch(lines.Text()); found != nil {
			p.urls[found[1]] = found[2]
		}
		if strings.HasPrefix(lines.Text(), last) {
			return p
		}
	}
	t.Fatalf("certql %q does not serve\n%s", args, p.stderr)
	return nil
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const maxTail = 16 << 10

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p...)
	if extra := len(w.text) - maxTail; extra > 0 {
		w.text = append(w.text[:0], w.text[extra:]...)
	}
	return len(p), nil
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}

// A sandbox is the upstream, with its controls.
type sandbox struct {
	url    string
	client *http.Client
}

// set replaces the faults of the sandbox.
func (s sandbox) set(t *testing.T, faults string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/sandbox/faults", strings.NewReader(faults))
	if err != nil {
		t.Fatal(err)
	}
	if status, body := send(t, s.client, r); status != http.StatusOK {
		t.Fatalf("faults %s: %d: %s", faults, status, body)
	}
}

// token returns an access token of one of the sandbox's clients.
func (s sandbox) token(t *testing.T, client string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := send(t, s.client, r)
	found := regexp.MustCompile(`"access_token"\s*:\s*"([^"]+)"`).FindSubmatch(body)
	if status != http.StatusOK || found == nil {
		t.Fatalf("a token for %s: %d: %s", client, status, body)
	}
	return string(found[1])
}

func send(t *testing.T, client *http.Client, r *http.Request) (int, []byte) {
	t.Helper()
	response, err := client.Do(r)
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

// A reading has the gateway's metrics at one moment.
type reading struct {
	goroutines int
	resident   float64 // bytes of the process
	heap       float64 // bytes in use on the heap, garbage included
	processor  float64 // seconds spent so far
	underWay   int     // requests of callers
}

// read reads the metrics of the gateway.
func (p *process) read(ctx context.Context, client *http.Client) (reading, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.urls["Operators"]+"/metrics", http.NoBody)
	if err != nil {
		return reading{}, err
	}
	response, err := client.Do(r)
	if err != nil {
		return reading{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return reading{}, err
	}
	var got reading
	for name, set := range map[string]func(float64){
		"go_goroutines":                  func(v float64) { got.goroutines = int(v) },
		"process_resident_memory_bytes":  func(v float64) { got.resident = v },
		"go_memstats_heap_alloc_bytes":   func(v float64) { got.heap = v },
		"process_cpu_seconds_total":      func(v float64) { got.processor = v },
		"certql_http_requests_under_way": func(v float64) { got.underWay = int(v) },
	} {
		_, rest, found := bytes.Cut(body, []byte("\n"+name+" "))
		text, _, _ := bytes.Cut(rest, []byte("\n"))
		value, err := strconv.ParseFloat(string(text), 64)
		if !found || err != nil {
			return reading{}, fmt.Errorf("metric %s: %q", name, text)
		}
		set(value)
	}
	return got, nil
}

// mostResident returns the most memory that the process has had so far, in bytes, and 0 if the system does not
// tell.
func (p *process) mostResident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.id))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	found := regexp.MustCompile(`\nVmHWM:\s+(\d+) kB\n`).FindSubmatch(status)
	if err != nil || found == nil {
		t.Fatalf("%v: %s", err, status)
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
