//go:build unix

package gateway

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startWith runs the program as a process of its own that may have so many descriptors.
func startWith(t *testing.T, descriptors string, args ...string) *program {
	t.Helper()
	itself, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-c", `ulimit -n "$1" && shift && exec "$@"`, "sh", descriptors, itself}, append(args, "--addr=localhost:0", "--admin-addr=localhost:0")...)
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", args...)
	command.Dir = "gateway" // where it starts as a test does
	command.Env = append(os.Environ(), asProgram+"=1")
	p := &program{
		stdout: &output{lastLine: "Calls as", ready: make(chan struct{})}, stderr: &output{}, code: make(chan int, 1),
		http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		stop: func() { _ = command.Process.Signal(syscall.SIGTERM) },
	}
	command.Stdout, command.Stderr = p.stdout, p.stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = command.Wait()
		p.code <- command.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		if code := p.end(); code != ExitOK {
			t.Errorf("the program ended with exit code %d: %s", code, p.stderr)
		}
	})
	select {
	case <-p.stdout.ready:
	case code := <-p.code:
		p.done = true
		t.Fatalf("the program ended with exit code %d: %s", code, p.stderr)
	}
	return p
}

// Callers who open more connections than the process has descriptors keep neither operators nor other
// callers out, nor the upstream.
func TestOperatorsReachAGatewayWhoseDescriptorsAreWanted(t *testing.T) {
	p := startWith(t, "64")
	at, err := url.Parse(p.url(t, "GraphQL"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 80 {
		conn, err := (&net.Dialer{Timeout: time.Minute}).DialContext(t.Context(), "tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if i%2 == 0 {
			continue // it never says a word
		}
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/livez", "/readyz", "/metrics"} {
		if status, text := p.send(t, request(t, http.MethodGet, p.url(t, "Operators")+path, nil)); status != http.StatusOK {
			t.Errorf("%s: status %d, %s", path, status, text)
		}
	}
	if got := p.query(t, "", `{ certifications(first: 30) { nodes { reviewers { nodes { name } } } } }`); got.Errors != nil {
		t.Errorf("an operation of 31 calls: %+v", got.Errors)
	}
	if log := p.stderr.String(); strings.Count(log, `"msg":"the limit of descriptors allows fewer connections than the settings"`) != 1 || strings.Contains(log, "too many open files") {
		t.Errorf("the log: %s", log)
	}
}
