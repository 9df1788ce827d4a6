package playground_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	// The test builds the program. This import makes go test run it again after a change of the
	// program, instead of taking the result from its cache.
	_ "certql/gateway"
	"certql/testenv"
)

// TestThePlaygroundInABrowser runs the tests in browser/ in Chromium, against the program itself.
// They need what `npm ci --prefix playground` installs.
func TestThePlaygroundInABrowser(t *testing.T) {
	testenv.Long(t, "the browser takes some minutes")
	node, chromium := find(t, "node"), find(t, "chromium")
	if _, err := os.Stat(filepath.Join("node_modules", "playwright-core")); err != nil {
		unavailable(t, "playwright-core is not installed")
	}
	notice(t, "../*.go", "browser/*", "package-lock.json")
	program := build(t)
	tenant := start(t, program, "Sandbox", "sandbox", "--addr=localhost:0")
	tests := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=spec", "--test-timeout=1200000", "browser/")
	tests.Env = append(os.Environ(),
		"GATEWAY="+gateway(t, program),
		"SESSIONS="+gateway(t, program, "--auth=session"),
		"CONTROLLED="+gateway(t, program),
		"TENANT="+gateway(t, program, "--upstream-url="+tenant, "--introspection=on"),
		"TENANT_HOST="+strings.TrimSuffix(strings.TrimPrefix(tenant, "http://"), "/v3"),
		"TENANT_TOKEN="+token(t, strings.TrimSuffix(tenant, "/v3"), "reviewer-1"),
		"CHROMIUM="+chromium)
	output, err := tests.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Errorf("the browser tests: %v", err)
	}
}

// notice looks at files, so that go test takes no result from its cache if they have changed.
func notice(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("there is no %s: %v", pattern, err)
		}
		for _, name := range names {
			if _, err := os.Stat(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// find returns the path of a program.
func find(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		unavailable(t, name+" is not installed")
	}
	return path
}

// unavailable skips the test for a reason that only a developer's machine may have.
func unavailable(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// build makes the program, and returns its path.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "certql")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "certql").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, output)
	}
	return program
}

// gateway starts the program as a gateway, by default on its sandbox, and returns the URL of its playground.
func gateway(t *testing.T, program string, args ...string) string {
	t.Helper()
	return start(t, program, "Playground", append(args, "--addr=localhost:0", "--admin-addr=", "--sandbox-task-pace=4s")...)
}

// start starts the program and returns the URL that it prints after a word. It is stopped with the test.
func start(t *testing.T, program, word string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.Stderr = t.Output()
	// What the developer has set for a gateway of their own must not reach this one.
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CERTQL_") {
			command.Env = append(command.Env, variable)
		}
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // t.Context has ended by then, and the program with it
	var at string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), word+" %s", &at); err == nil {
			return at
		}
	}
	t.Fatalf("%s does not say where it is", strings.Join(command.Args, " "))
	return ""
}

// token returns an access token of a client of the sandbox at a URL.
func token(t *testing.T, at, client string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"sandbox"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&granted); err != nil || granted.Token == "" {
		t.Fatalf("status %d, %v", response.StatusCode, err)
	}
	return granted.Token
}
