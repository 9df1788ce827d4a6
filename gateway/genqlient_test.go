package gateway

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"certql/testenv"
)

// TestAClientByGenqlient generates the client in clients/genqlient from the schema, as its users do, and runs it.
func TestAClientByGenqlient(t *testing.T) {
	testenv.Long(t, "a compiler takes a while")
	notice(t, "clients/genqlient", "schema")
	command := func(environment string, args ...string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = "clients/genqlient"
		command.Env = append(os.Environ(), environment)
		return command
	}
	if output, err := command("", "generate", ".").CombinedOutput(); err != nil {
		t.Fatalf("go generate: %v: %s", err, output)
	}
	p := start(t)
	output, err := command("TOKEN=", "run", ".", p.url(t, "GraphQL")+"/graphql").CombinedOutput()
	if lines := strings.Count(string(output), "\n"); err != nil || lines != 5 {
		t.Errorf("it writes %d lines, want 5 certifications: %v: %s", lines, err, output)
	}
	output, err = command("TOKEN=nobody", "run", ".", p.url(t, "GraphQL")+"/graphql").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(output), "UNAUTHENTICATED: ") {
		t.Errorf("with a token that is refused: %v: %s", err, output)
	}
}
