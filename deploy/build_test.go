package deploy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scratch is a folder for what several tests share, which TestMain removes.
var scratch = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "certql-deploy-") })

func TestMain(m *testing.M) {
	for _, variable := range os.Environ() { // what a developer has set for a gateway of their own
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "CERTQL_") {
			_ = os.Unsetenv(name)
		}
	}
	code := m.Run()
	if folder, err := scratch(); err == nil {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// build runs deploy/build.sh once for all tests, and returns the folder with its output.
var build = sync.OnceValues(func() (string, error) {
	folder, err := scratch()
	if err != nil {
		return "", err
	}
	built := filepath.Join(folder, "built")
	return built, script("./build.sh", built)
})

// script runs a command in this folder; the error includes its output.
func script(name string, args ...string) error {
	var output bytes.Buffer
	command := exec.CommandContext(context.Background(), name, args...)
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return &scriptError{name, err, output.String()}
	}
	return nil
}

// A scriptError says how a script failed.
type scriptError struct {
	name   string
	err    error
	output string
}

func (e *scriptError) Error() string { return e.name + ": " + e.err.Error() + "\n" + e.output }
func (e *scriptError) Unwrap() error { return e.err }

// built returns the folder with everything that the image holds.
func built(t *testing.T) string {
	t.Helper()
	folder, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// certql runs the built program and returns its output.
func certql(t *testing.T, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(built(t), "certql"), args...)
	command.Env = env
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	err = command.Run()
	return out.String(), complaints.String(), err
}

// need skips a test if a tool is missing; in CI, which installs all of them, it fails the test.
func need(t *testing.T, there bool, what string) {
	t.Helper()
	switch {
	case there:
	case os.Getenv("CI") != "":
		t.Fatalf("%s, which CI has to have", what)
	default:
		t.Skip(what)
	}
}

// needTool is need for programs.
func needTool(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := exec.LookPath(name)
		need(t, err == nil, name+" is not installed")
	}
}

// sums returns a checksum of each file below a folder.
func sums(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, path))
		sum := sha256.Sum256(content)
		found[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// git returns the output of git in a folder.
func git(t *testing.T, folder string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", folder}, args...)...).Output()
	if err != nil {
		t.Fatalf("git %q: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// clone returns a copy of the last commit.
func clone(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "certql")
	git(t, ".", "clone", "--quiet", git(t, ".", "rev-parse", "--show-toplevel"), folder)
	return folder
}

// The second build compiles everything again, including the standard library: with a cache shared with the
// first, the test would prove nothing.
func TestTwoBuildsInTwoFoldersAreTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling everything anew takes minutes")
	}
	needTool(t, "git")
	first, second := clone(t), clone(t)
	if err := script(filepath.Join(first, "deploy/build.sh"), filepath.Join(first, "out")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-buildvcs=true") // what a machine has set must not matter
	if err := script(filepath.Join(second, "deploy/build.sh"), filepath.Join(second, "out")); err != nil {
		t.Fatal(err)
	}
	want := sums(t, filepath.Join(first, "out"))
	if diff := cmp.Diff(want, sums(t, filepath.Join(second, "out"))); diff != "" || want["certql"] == "" {
		t.Errorf("two builds of one commit differ (-first +second):\n%s", diff)
	}
}

func TestABuildSaysWhatItIs(t *testing.T) {
	needTool(t, "git")
	repository := clone(t)
	commit := git(t, repository, "rev-parse", "HEAD")
	tests := map[string]struct {
		build   func(t *testing.T, program string)
		version string // a part of it
		commit  string
	}{
		"go build": {func(t *testing.T, program string) {
			command := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=true", "-o", program, ".")
			command.Dir = repository
			if out, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}, commit[:12], commit},
		"deploy/build.sh": {func(t *testing.T, program string) {
			if err := script(filepath.Join(repository, "deploy/build.sh"), filepath.Dir(program)); err != nil {
				t.Fatal(err)
			}
		}, "devel", commit},
		"deploy/build.sh with a version": {func(t *testing.T, program string) {
			t.Setenv("VERSION", "v1.2.3")
			t.Setenv("COMMIT", "0123abc")
			if err := script(filepath.Join(repository, "deploy/build.sh"), filepath.Dir(program)); err != nil {
				t.Fatal(err)
			}
		}, "v1.2.3", "0123abc"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "certql")
			test.build(t, program)
			out, err := exec.CommandContext(t.Context(), program, "--version").Output()
			if err != nil || !strings.Contains(string(out), test.version) || !strings.Contains(string(out), test.commit) {
				t.Errorf("certql --version says %q (%v), want %q and %q in it", out, err, test.version, test.commit)
			}
		})
	}
}
