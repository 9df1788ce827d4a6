package gateway

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"certql/testenv"
)

// TestTheClientsInABrowser compiles the documents of the clients in clients/ against the schema, runs a page of each in
// Chromium, on another origin than the gateway and on its own, and tests their caches. It needs what
// `npm ci --prefix clients` installs.
func TestTheClientsInABrowser(t *testing.T) {
	testenv.Long(t, "compilers and a browser take a while")
	unavailable := t.Skip
	if os.Getenv("CI") == "true" {
		unavailable = t.Fatal
	}
	programs := map[string]string{}
	for _, name := range []string{"node", "npm", "chromium"} {
		path, err := exec.LookPath(name)
		if err != nil {
			unavailable(name, " is not installed")
		}
		programs[name] = path
	}
	if _, err := os.Stat("clients/node_modules/relay-compiler"); err != nil {
		unavailable("the clients are not installed: npm ci --prefix clients")
	}
	notice(t, "clients", "schema", "docs")

	command := func(name string, args ...string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), programs[name], args...)
		command.Dir = "clients"
		return command
	}
	if output, err := command("npm", "run", "build").CombinedOutput(); err != nil {
		t.Fatalf("npm run build: %v: %s", err, output)
	}
	pages := httptest.NewServer(http.FileServer(http.Dir("clients/build/pages")))
	defer pages.Close()
	run := func(t *testing.T, variables []string, files ...string) {
		t.Helper()
		tests := command("node", append([]string{"--test", "--test-reporter=spec", "--test-timeout=240000"}, files...)...)
		tests.Env = append(append(os.Environ(), "CHROMIUM="+programs["chromium"]), variables...)
		output, err := tests.CombinedOutput()
		t.Logf("%s", output)
		if err != nil {
			t.Errorf("the tests of the clients: %v", err)
		}
	}
	const session = "test/session.test.mjs"
	t.Run("on another origin", func(t *testing.T) {
		files, err := filepath.Glob("clients/test/*.test.mjs")
		if err != nil || len(files) < 4 {
			t.Fatalf("the tests are %v (%v)", files, err)
		}
		for i, file := range files {
			files[i] = strings.TrimPrefix(filepath.ToSlash(file), "clients/")
		}
		files = slices.DeleteFunc(files, func(file string) bool { return file == session })
		p := start(t, "--cors-origin="+pages.URL, "--sandbox-rate-limit=0", "--rate-limit=10000")
		run(t, []string{"GATEWAY=" + p.url(t, "GraphQL") + "/graphql", "SANDBOX=" + p.url(t, "Upstream"), "PAGES=" + pages.URL}, append(files, "build/test/")...)
	})
	for _, client := range []string{"relay", "apollo", "urql"} {
		t.Run("in a session, "+client, func(t *testing.T) {
			// What is refused must not wait inside the gateway.
			p := start(t, "--auth=session", "--pages=clients/build/pages", "--queue-wait=1s", "--cache-ttl=0", "--sandbox-rate-limit=0", "--rate-limit=10000")
			run(t, []string{"GATEWAY=" + byName(p.url(t, "GraphQL")), "SANDBOX=" + p.url(t, "Upstream"), "CLIENT=" + client}, session)
		})
	}
}

// notice looks at the files in folders, so that go test takes no result from its cache if they have changed.
func notice(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(fromRoot(t, folder), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "build") {
				return fs.SkipDir
			}
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// fromRoot returns the absolute path of a file or folder of the repository. go test sees what a test reads,
// but looks for relative paths in the folder of the package, which TestMain leaves.
func fromRoot(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return absolute
}
