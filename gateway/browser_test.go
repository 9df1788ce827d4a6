package gateway

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"certql/testenv"
)

// A testBrowser runs tests in node that drive Chromium.
type testBrowser struct{ node, chromium string }

// findBrowser returns node and Chromium. The test is skipped without them, or without the packages in
// the given folders; in CI, it fails.
func findBrowser(t *testing.T, folders ...string) testBrowser {
	t.Helper()
	testenv.Long(t, "the browser takes a minute")
	unavailable := t.Skip
	if os.Getenv("CI") == "true" {
		unavailable = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		unavailable("node is not installed: ", err)
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		unavailable("chromium is not installed: ", err)
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
			unavailable("packages are not installed: npm ci --prefix " + folder)
		}
	}
	return testBrowser{node, chromium}
}

// run runs tests with more variables in their environment, and fails the test if they fail. Args are those
// of node's test runner.
func (b testBrowser) run(t *testing.T, variables []string, args ...string) {
	t.Helper()
	args = append([]string{"--test", "--test-reporter=spec", "--test-timeout=1200000"}, args...)
	tests := exec.CommandContext(t.Context(), b.node, args...)
	tests.Env = append(append(os.Environ(), "CHROMIUM="+b.chromium), variables...)
	output, err := tests.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Errorf("the browser tests: %v", err)
	}
}
