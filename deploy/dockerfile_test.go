package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// sent copies the build context that an engine gets: the files of the repository without those that
// .dockerignore names.
func sent(t *testing.T) string {
	t.Helper()
	ignored, err := os.ReadFile("../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(ignored))
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name := range strings.SplitSeq(git(t, "..", "ls-files", "--cached", "--others", "--exclude-standard"), "\n") {
		ignored, err := matcher.MatchesOrParentMatches(name)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join("..", name))
		if ignored || os.IsNotExist(err) { // removed, and not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// The step of the Dockerfile that builds the program, run on what the Dockerfile sees: an engine that could
// pull the image of Go would do the same.
func TestTheDockerfileSeesAllThatTheProgramIsBuiltFrom(t *testing.T) {
	needTool(t, "git")
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^RUN .* deploy/build\.sh /out$`).Match(dockerfile) {
		t.Fatal("the Dockerfile does not run deploy/build.sh /out")
	}
	says, err := exec.CommandContext(t.Context(), filepath.Join(built(t), "certql"), "--version").Output()
	found := regexp.MustCompile(`^certql (\S+) \((\S+), `).FindSubmatch(says)
	if err != nil || found == nil {
		t.Fatalf("the program says %q: %v", says, err)
	}
	t.Setenv("VERSION", string(found[1]))
	t.Setenv("COMMIT", string(found[2]))
	folder := sent(t)
	if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil {
		t.Error("the repository itself is sent to the engine")
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := script(filepath.Join(folder, "deploy/build.sh"), out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sums(t, built(t)), sums(t, out)); diff != "" {
		t.Errorf("what the Dockerfile builds differs (-repository +Dockerfile):\n%s", diff)
	}
}
