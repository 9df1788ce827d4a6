package house

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whatever the modules require is in docs/decisions.md, in the version that they require: each module of
// the program under a heading of its own.
func TestEveryDependencyIsJustified(t *testing.T) {
	t.Chdir("..")
	text, err := os.ReadFile("docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions := string(text)
	for _, folder := range []string{".", "deploy", "clients/genqlient"} {
		required := requirements(t, folder)
		if len(required) == 0 {
			t.Errorf("%s requires nothing", folder)
		}
		for path, version := range required {
			heading := regexp.MustCompile(`(?m)^### \d+\. ` + regexp.QuoteMeta("`"+path+"`") + `$`)
			if folder == "." && !heading.MatchString(decisions) {
				t.Errorf("docs/decisions.md has no entry that says why %s is required", path)
			}
			if !strings.Contains(decisions, "| `"+path+"` | "+version+" | ") {
				t.Errorf("docs/decisions.md does not have %s %s, which %s/go.mod requires", path, version, folder)
			}
		}
	}
}

// requirements returns the versions of the modules that a folder's go.mod requires directly.
func requirements(t *testing.T, folder string) map[string]string {
	t.Helper()
	listing, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", filepath.Join(folder, "go.mod")).Output()
	if err != nil {
		t.Fatalf("go mod edit: %v", err)
	}
	var module struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
	}
	if err := json.Unmarshal(listing, &module); err != nil {
		t.Fatal(err)
	}
	versions := make(map[string]string)
	for _, required := range module.Require {
		if !required.Indirect {
			versions[required.Path] = required.Version
		}
	}
	return versions
}
