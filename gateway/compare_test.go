package gateway

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The jobs of docs/compare.md take as many calls as it says, whichever way they are done, and both ways of a job
// read or write equally many values.
func TestTheComparisonIsAsItIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("the jobs wait for the budget")
	}
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
	got, want := callsIn(string(output)), callsIn(string(told))
	if len(got) != 10 || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the calls are\n%s\nand docs/compare.md tells\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// callsIn returns the way, the values and the calls of each row of the table of jobs.
func callsIn(text string) []string {
	var rows []string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) == 7 && (strings.Contains(cells[1], "by hand") || strings.Contains(cells[1], "certql")) {
			rows = append(rows, strings.TrimSpace(cells[1])+","+cells[2]+","+cells[3])
		}
	}
	return rows
}
