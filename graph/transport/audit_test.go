package transport_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"testing"

	"certql/graph/graphtest"
)

// audits is how many audits graphql-http 1.23.1 has.
const audits = 61

func TestEveryAuditOfGraphQLOverHTTPPasses(t *testing.T) {
	t.Parallel()
	node := nodeWith(t, "audit", "graphql-http")
	w := graphtest.SharedTenant(t)
	audit := exec.CommandContext(t.Context(), node, "audit/audit.mjs", w.Gateway.URL)
	audit.Stderr = os.Stderr
	output, err := audit.Output()
	if err != nil {
		t.Fatalf("the audits did not run: %v: %s", err, output)
	}
	var results []struct{ ID, Name, Status, Reason string }
	if err := json.Unmarshal(output, &results); err != nil {
		t.Fatalf("the results are no JSON: %v: %s", err, output)
	}
	for _, r := range results {
		if r.Status != "ok" {
			t.Errorf("%s: %s: %s: %s", r.Status, r.ID, r.Name, r.Reason)
		}
	}
	if len(results) != audits {
		t.Errorf("%d audits ran, want %d", len(results), audits)
	}
}

// nodeWith returns the path of node. If node or the npm package in the folder is missing, it skips the
// test; in CI it fails the test.
func nodeWith(t *testing.T, folder, module string) string {
	t.Helper()
	skip := t.Skip
	if os.Getenv("CI") == "true" {
		skip = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		skip("node is not installed: ", err)
	}
	if _, err := os.Stat(folder + "/node_modules/" + module); errors.Is(err, fs.ErrNotExist) {
		skip(module + " is not installed: npm ci --prefix graph/" + folder)
	}
	return node
}
