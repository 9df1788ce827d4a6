package gateway

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"certql/testenv"
)

// The jobs of docs/compare.md take as many calls and lines as it says, whichever way they are done, and all ways of a job
// read or write equally many values. A way whose packages are missing is not run; in CI they must be there. Tailcall is run if
// TAILCALL names its program.
func TestTheComparisonIsAsItIsTold(t *testing.T) {
	testenv.Long(t, "the jobs wait for the budget")
	skip := t.Skip
	if os.Getenv("CI") == "true" {
		skip = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		skip("node is not installed: ", err)
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ways := []string{"by hand", "certql"}
	for way, packageName := range map[string]string{"SDK": "sailpoint-api-client", "Hive Gateway": "@graphql-hive/gateway-runtime"} {
		if _, err := os.Stat("docs/compare/node_modules/" + packageName); err == nil {
			ways = append(ways, way)
		} else if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed: npm ci --prefix docs/compare", packageName)
		}
	}
	if os.Getenv("TAILCALL") != "" {
		ways = append(ways, "Tailcall")
	}
	notice(t, "docs/compare")
	command := exec.CommandContext(t.Context(), node, fromRoot(t, "docs/compare/run.mjs"), executable, "--at-once")
	command.Env, command.Dir = append(os.Environ(), asProgram+"=1"), fromRoot(t, "gateway") // where the executable begins
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, output, &stderr)
	}
	told, err := os.ReadFile("docs/compare.md")
	if err != nil {
		t.Fatal(err)
	}
	got, want := callsIn(string(output), ways), callsIn(string(told), ways)
	if len(got) != 5*len(ways) || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the rows are\n%s\nand docs/compare.md tells\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// callsIn returns what does not depend on time in each row of the table of jobs that is of one of the ways: the way, the
// values, the calls and the lines. Hive Gateway repeats all that it sent together with a call that is refused, and whether one of
// the 99 calls for permissions is refused depends on when they are sent, so that those calls are left out.
func callsIn(text string, ways []string) []string {
	var rows []string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) == 7 && slices.Contains(ways, cells[1]) {
			if cells[1] == "Hive Gateway" && cells[2] == "99" {
				cells[3] = "some"
			}
			rows = append(rows, strings.Join([]string{cells[1], cells[2], cells[3], cells[6]}, ", "))
		}
	}
	return rows
}
