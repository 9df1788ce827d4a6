package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"certql/testenv"
)

// maxRing is how many files of a package may need each other in a ring, each of them directly or by
// way of others. A larger ring can only be read as a whole: something in it wants a file, or a package,
// below the others.
const maxRing = 7

// maxRings are the packages with another bound.
var maxRings = map[string]int{
	"certql/graph": 5, // whose parts are packages
}

func TestFilesNeedEachOtherInSmallRings(t *testing.T) {
	testenv.Long(t, "all sources are loaded with their types")
	packages, exports := listPackages(t)
	for _, pkg := range packages {
		bound, ok := maxRings[pkg.ImportPath]
		if !ok {
			bound = maxRing
		}
		ring := largestRing(neededBy(t, pkg, exports))
		t.Logf("%s: %d files, %d in the largest ring", pkg.ImportPath, len(pkg.GoFiles), len(ring))
		if len(ring) > bound {
			t.Errorf("%s: %d files need each other, and %d may: %s", pkg.ImportPath, len(ring), bound, strings.Join(ring, " "))
		}
	}
}

func TestTheLargestRingIsFound(t *testing.T) {
	needs := func(pairs ...string) map[string]map[string]bool {
		needed := map[string]map[string]bool{}
		for _, pair := range pairs {
			from, to, _ := strings.Cut(pair, ">")
			for _, file := range []string{from, to} {
				if needed[file] == nil {
					needed[file] = map[string]bool{}
				}
			}
			needed[from][to] = true
		}
		return needed
	}
	for name, test := range map[string]struct {
		needs map[string]map[string]bool
		want  []string
	}{
		"a line":             {needs("a>b", "b>c"), nil},
		"two":                {needs("a>b", "b>a", "b>c"), []string{"a", "b"}},
		"by way of others":   {needs("a>b", "b>c", "c>d", "d>a", "e>a"), []string{"a", "b", "c", "d"}},
		"the larger of two":  {needs("a>b", "b>a", "b>c", "c>d", "d>e", "e>c"), []string{"c", "d", "e"}},
		"two that share one": {needs("a>b", "b>a", "b>c", "c>b"), []string{"a", "b", "c"}},
	} {
		if got := largestRing(test.needs); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// A listed package is one of this module, as the go command describes it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Main bool }
}

// listPackages returns the packages of this module, and the compiled declarations of these and of all
// that they depend on, by their import paths.
func listPackages(t *testing.T) (packages []listed, exports map[string]string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module", "./...")
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports = map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var pkg listed
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return packages, exports
		} else if err != nil {
			t.Fatal(err)
		}
		exports[pkg.ImportPath] = pkg.Export
		if pkg.Module != nil && pkg.Module.Main {
			packages = append(packages, pkg)
		}
	}
}

// neededBy returns, for each file of a package that was written by hand, the others whose declarations
// it uses.
func neededBy(t *testing.T, pkg listed, exports map[string]string) map[string]map[string]bool {
	t.Helper()
	set := token.NewFileSet()
	needed := map[string]map[string]bool{}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(set, filepath.Join(pkg.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		if !ast.IsGenerated(file) {
			needed[name] = map[string]bool{}
		}
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	checked, err := config.Check(pkg.ImportPath, set, files, &info)
	if err != nil {
		t.Fatal(err)
	}
	for use, object := range info.Uses {
		if object.Pkg() != checked || !object.Pos().IsValid() {
			continue
		}
		from, to := filepath.Base(set.Position(use.Pos()).Filename), filepath.Base(set.Position(object.Pos()).Filename)
		if needed[from] != nil && needed[to] != nil {
			needed[from][to] = true
		}
	}
	return needed
}

// largestRing returns the most files that all need each other, sorted; nil if no two do.
func largestRing(needs map[string]map[string]bool) []string {
	var largest []string
	for file := range needs {
		below := reached(needs, file)
		var ring []string
		for other := range below {
			if other != file && reached(needs, other)[file] {
				ring = append(ring, other)
			}
		}
		if len(ring) > 0 && len(ring)+1 > len(largest) {
			largest = append(ring, file)
		}
	}
	slices.Sort(largest)
	return largest
}

// reached returns what a file needs, directly or by way of others.
func reached(needs map[string]map[string]bool, from string) map[string]bool {
	found := map[string]bool{}
	for open := []string{from}; len(open) > 0; {
		next := open[0]
		open = open[1:]
		for needed := range needs[next] {
			if !found[needed] {
				found[needed] = true
				open = append(open, needed)
			}
		}
	}
	return found
}
