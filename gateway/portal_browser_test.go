package gateway

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestThePortalInABrowser runs the tests of the portal in examples/portal/ in Chromium, on the files that are built of it
// and the sandbox. They need what `npm ci` installs in playground and in examples/portal.
func TestThePortalInABrowser(t *testing.T) {
	chromium := findBrowser(t, "playground", "examples/portal")
	notice(t, "examples/portal", "examples/browser/gateway.mjs", "playground/browser/page.mjs", "playground/package-lock.json")
	files, err := filepath.Glob("examples/portal/browser/*.test.mjs")
	if err != nil || len(files) < 2 {
		t.Fatalf("the tests are %v (%v)", files, err)
	}
	isOfBudget := func(file string) bool { return strings.HasSuffix(file, "budget.test.mjs") }
	of := func(wanted bool) []string {
		return slices.DeleteFunc(slices.Clone(files), func(file string) bool { return isOfBudget(file) != wanted })
	}
	for name, test := range map[string]struct{ args, files []string }{
		"with a budget for all": {nil, of(false)},
		// What is refused must not wait inside the gateway.
		"with a budget that is short": {[]string{"--queue-wait=1s"}, of(true)},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(test.args, "--auth=session", "--pages=examples/portal/dist", "--cache-ttl=0", "--task-poll-min=200ms",
				"--sandbox-task-pace=4s", "--sandbox-rate-limit=0", "--rate-limit=10000")...)
			variables := []string{"GATEWAY=" + byName(p.url(t, "GraphQL")), "SANDBOX=" + p.url(t, "Upstream")}
			// They share the state of the sandbox, and so take turns.
			chromium.run(t, variables, append([]string{"--test-concurrency=1"}, test.files...)...)
		})
	}
}
