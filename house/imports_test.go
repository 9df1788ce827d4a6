package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An importRule says what a package of this module may import.
type importRule struct {
	// project lists the packages of this module that it may import directly.
	project []string
	// never lists what must not be reached indirectly either: a path and all below it.
	never []string
	// standardOnly allows the standard library alone beside project.
	standardOnly bool
	why          string
}

const (
	gqlgen    = "github.com/99designs/gqlgen"
	gqlparser = "github.com/vektah/gqlparser"
	otelSDK   = "go.opentelemetry.io/otel/sdk" // beside which there is the interface
)

// importRules hold for every package.
var importRules = map[string]importRule{
	"certql": {
		project: []string{"certql/gateway"},
		why:     "the command has what belongs to the process, and leaves the rest to package gateway",
	},
	"certql/edge": {
		project: []string{"certql/header", "certql/upstream"},
		never:   []string{"certql/edge/config", "certql/edge/telemetry", "certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "who is let in must not depend on what is asked; upstream is there for credentials and languages",
	},
	"certql/edge/config": {
		project: []string{"certql/edge", "certql/edge/pages", "certql/edge/telemetry"},
		never:   []string{"certql/edge/session", "certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "settings are read above the packages that they are for, which need no command line; three of them check what a setting names",
	},
	"certql/edge/pages": {
		project: []string{"certql/header"},
		never:   []string{"certql/edge/config", "certql/edge/session", "certql/edge/telemetry", "certql/graph", "certql/upstream", gqlgen, gqlparser},
		why:     "files are served alike whoever asks for them",
	},
	"certql/edge/session": {
		project: []string{"certql/edge", "certql/upstream", "certql/upstream/inflight"},
		never:   []string{"certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "who signed in must not depend on what they ask; upstream is there for the tenant's sign-in and for credentials",
	},
	"certql/edge/tenantkeys": {
		project: []string{"certql/edge", "certql/upstream/inflight"},
		never:   []string{"certql/edge/config", "certql/edge/session", "certql/edge/telemetry", "certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "whose a token is shows by itself, whatever is asked with it",
	},
	"certql/edge/telemetry": {
		project: []string{"certql/upstream"},
		never:   []string{"certql/edge/config", "certql/edge/session", "certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "what operators are told is known without letting anybody in; upstream is there for ids of requests and numbers",
	},
	"certql/gateway": {
		project: []string{
			"certql/edge", "certql/edge/config", "certql/edge/pages", "certql/edge/session", "certql/edge/telemetry", "certql/edge/tenantkeys", "certql/gateway/memory",
			"certql/graph", "certql/graph/apierror", "certql/graph/document", "certql/playground", "certql/shared", "certql/upstream", "certql/upstream/sandbox",
			"certql/edge", "certql/edge/config", "certql/edge/session", "certql/edge/telemetry", "certql/edge/tenantkeys", "certql/gateway/memory",
			"certql/graph", "certql/graph/apierror", "certql/graph/document", "certql/mcp", "certql/playground", "certql/shared", "certql/upstream", "certql/upstream/sandbox",
		},
		why: "the gateway puts the others together: what it needs of a package that is not listed belongs into one that is",
	},
	"certql/gateway/memory": {
		why: "how much memory a process may take does not depend on what it does with it",
	},
	"certql/graph": {
		project: []string{
			"certql/graph/apierror", "certql/graph/document", "certql/graph/gen", "certql/graph/listing", "certql/graph/load", "certql/graph/model",
			"certql/graph/mutation", "certql/graph/outgoing", "certql/graph/plan", "certql/graph/projection", "certql/graph/relay",
			"certql/graph/transport", "certql/graph/watch", "certql/header", "certql/stack", "certql/upstream",
		},
		never: []string{"certql/edge", "certql/upstream/sandbox", otelSDK},
		why:   "the graph serves every caller that is let in, from any upstream",
	},
	"certql/graph/apierror": {
		project: []string{"certql/graph/model", "certql/graph/relay", "certql/upstream"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/graph/load", "certql/upstream/sandbox"},
		why:     "what callers see of an error is decided below everything that makes errors",
	},
	"certql/graph/document": {
		project: []string{"certql/graph/apierror", "certql/graph/kept"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/graph/load", "certql/upstream/sandbox"},
		why:     "whether a document may be executed is settled before it is known what it costs, or who resolves it",
	},
	"certql/graph/gen": {
		project: []string{"certql/graph/model", "certql/graph/projection", "certql/graph/relay", "certql/upstream"},
		never:   []string{"certql/edge", "certql/graph/load", "certql/upstream/sandbox"},
		why:     "generated code binds the schema to types and does nothing by itself",
	},
	"certql/graph/generate": {
		never: []string{"certql/graph/gen", "certql/graph/model", "certql/upstream"},
		why:   "the generator has to run while what it generates does not compile",
	},
	"certql/graph/generate/reads": {
		project: []string{},
		never:   []string{"certql/graph/gen", "certql/graph/model", "certql/upstream"},
		why:     "the generator reads the code of the gateway, and has none of it",
	},
	"certql/graph/graphtest": {
		project: []string{
			"certql/graph", "certql/graph/document", "certql/graph/gen", "certql/graph/model", "certql/graph/relay", "certql/upstream", "certql/upstream/sandbox",
		},
		never: []string{"certql/edge"},
		why:   "tests of the graph run a whole gateway over a sandbox, and no way in",
	},
	"certql/graph/kept": {
		project: []string{},
		never:   []string{"certql/edge", "certql/upstream"},
		why:     "what is kept of a document is settled by those who work it out",
	},
	"certql/graph/listing": {
		project: []string{"certql/graph/relay", "certql/upstream"},
		never:   []string{"certql/edge", gqlgen, gqlparser, "certql/upstream/sandbox"},
		why:     "how a list is read to its end does not depend on what it lists, or who asks",
	},
	"certql/graph/load": {
		project: []string{"certql/graph/listing", "certql/upstream"},
		never:   []string{"certql/edge", gqlgen, gqlparser, "certql/upstream/sandbox"},
		why:     "loaders answer plain errors and know nothing of GraphQL: gqlgen writes into the errors that it is handed",
	},
	"certql/graph/model": {
		project: []string{"certql/graph/relay", "certql/upstream"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/graph/load", "certql/upstream/sandbox"},
		why:     "the model wraps what the upstream answered and does no input or output",
	},
	"certql/graph/mutation": {
		project: []string{
			"certql/graph/apierror", "certql/graph/gen", "certql/graph/listing", "certql/graph/load", "certql/graph/model", "certql/graph/plan", "certql/upstream",
		},
		never: []string{"certql/edge", "certql/graph/document", "certql/upstream/sandbox"},
		why:   "what is written, and what became of it, does not depend on how the request came",
	},
	"certql/graph/outgoing": {
		standardOnly: true,
		why:          "how many bytes may be under way does not depend on what is in them, or on how they are written",
	},
	"certql/graph/plan": {
		project: []string{
			"certql/graph/apierror", "certql/graph/kept", "certql/graph/load", "certql/graph/model", "certql/graph/outgoing",
			"certql/graph/projection", "certql/graph/relay", "certql/upstream",
		},
		never: []string{"certql/edge", "certql/graph/gen", "certql/upstream/sandbox"},
		why:   "what an operation costs is known before anything of it is resolved",
	},
	"certql/graph/projection": {
		project: []string{"certql/graph/outgoing", "certql/plain", "certql/stack"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/graph/load", "certql/graph/model", "certql/upstream"},
		why:     "how objects are written does not depend on which there are: that is generated",
	},
	"certql/graph/relay": {
		standardOnly: true,
		why:          "the paging rules are pure, so that they can be tested and reused by themselves",
	},
	"certql/graph/transport": {
		project: []string{"certql/graph/apierror", "certql/graph/document", "certql/graph/outgoing", "certql/graph/plan", "certql/header"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/upstream/sandbox"},
		why:     "how an operation arrives and its response leaves does not depend on which fields there are",
	},
	"certql/graph/watch": {
		project: []string{"certql/graph/apierror", "certql/graph/model", "certql/graph/plan", "certql/upstream"},
		never:   []string{"certql/edge", "certql/graph/document", "certql/graph/gen", "certql/upstream/sandbox"},
		why:     "a task is watched for every subscriber, over any transport",
	},
	"certql/header": {
		standardOnly: true,
		why:          "how lists in headers are read does not depend on who reads them",
	},
	"certql/house": {
		why: "what holds for the repository is tested without running any of it",
	},
	"certql/mcp": {
		project: []string{"certql/graph/apierror", "certql/graph/document"},
		never:   []string{"certql/edge", "certql/graph/gen", "certql/graph/load", "certql/upstream/sandbox"},
		why:     "tools are requests to the handler that all others go to: what executes them, and for whom, is not known here",
	},
	"certql/playground": {
		standardOnly: true,
		why:          "the playground is files and a handler that serves them",
	},
	"certql/shared": {
		project: []string{"certql/edge/session", "certql/upstream", "certql/upstream/throttle"},
		never:   []string{"certql/edge/config", "certql/edge/telemetry", "certql/gateway", "certql/upstream/sandbox", gqlgen, gqlparser},
		why:     "what replicas share is kept for packages that know nothing of where",
	},
	"certql/shared/enginetest": {
		why: "tests start an engine for whatever is kept in it",
	},
	"certql/soak": {
		project: []string{"certql/shared/enginetest", "certql/testenv"},
		never:   []string{"certql/edge", "certql/gateway", "certql/graph", "certql/upstream"},
		why:     "the soak asks over HTTP, like any other caller, and starts what replicas share",
	},
	"certql/plain": {
		standardOnly: true,
		why:          "what a JSON string may hold does not depend on who reads or writes it",
	},
	"certql/stack": {
		standardOnly: true,
		why:          "how large a stack begins does not depend on what stands on it",
	},
	"certql/testenv": {
		standardOnly: true,
		why:          "how tests are run does not depend on what they test",
	},
	"certql/upstream": {
		project: []string{"certql/plain", "certql/stack", "certql/upstream/http1", "certql/upstream/inflight", "certql/upstream/scan", "certql/upstream/throttle"},
		never:   []string{"certql/edge", "certql/graph", "certql/upstream/sandbox", gqlgen, gqlparser, otelSDK},
		why:     "the upstream client knows nothing of GraphQL and could serve another program",
	},
	"certql/upstream/generate": {
		standardOnly: true,
		why:          "the generator has to run while what it generates does not compile",
	},
	"certql/upstream/http1": {
		standardOnly: true,
		why:          "how bytes of a call go to a server and come back does not depend on what is asked for",
	},
	"certql/upstream/inflight": {
		never: []string{"certql/edge", "certql/graph", "certql/upstream", gqlgen, gqlparser},
		why:   "how work is shared does not depend on what it is, so that sign-in here and in edge can do it alike",
	},
	"certql/upstream/throttle/throttletest": {
		project: []string{"certql/upstream/throttle"},
		why:     "a ledger for tests is one among others",
	},
	"certql/upstream/sandbox": {
		project: []string{"certql/upstream/sandbox/filter", "certql/upstream/sandbox/oauth", "certql/upstream/sandbox/response"},
		never:   []string{"certql/edge", "certql/graph", gqlgen, gqlparser},
		why:     "a simulator that shares types with the client would agree with its mistakes",
	},
	"certql/upstream/sandbox/filter": {
		standardOnly: true,
		why:          "the vendor's filter language is pure: it knows rows of any type, and nothing of what the sandbox keeps in them",
	},
	"certql/upstream/sandbox/oauth": {
		project: []string{"certql/upstream/sandbox/response"},
		never:   []string{gqlgen, gqlparser},
		why:     "who signs in and which tokens are good does not depend on the data that they are for",
	},
	"certql/upstream/sandbox/response": {
		never: []string{"certql", gqlgen, gqlparser},
		why:   "how the service words its responses does not depend on what it keeps",
	},
	"certql/upstream/scan": {
		project: []string{"certql/plain"},
		never:   []string{gqlgen, gqlparser},
		why:     "how JSON is read does not depend on what is read",
	},
	"certql/upstream/throttle": {
		standardOnly: true,
		why:          "who may send now follows from counts and clocks alone, so that it can be tested without a service",
	},
}

func TestPackagesImportWhatTheDesignAllows(t *testing.T) {
	t.Chdir("..")
	imports, standard := importsOf(t)
	for _, breach := range importBreaches(importRules, imports, standard) {
		t.Error(breach)
	}
}

func TestBreachesOfTheImportRulesAreFound(t *testing.T) {
	rules := map[string]importRule{
		"certql":   {project: []string{"certql/a", "certql/c"}, why: "main is main"},
		"certql/a": {project: []string{"certql/b"}, never: []string{"x.org/bad", "certql/c"}, why: "a is a"},
		"certql/b": {why: "b is b"},
		"certql/c": {standardOnly: true, why: "c is pure"},
	}
	tests := map[string]struct {
		imports map[string][]string
		want    []string
	}{
		"allowed":            {map[string][]string{"certql": {"certql/a", "certql/c"}, "certql/a": {"certql/b", "fmt", "x.org/badger"}, "certql/c": {"fmt"}}, nil},
		"not listed":         {map[string][]string{"certql/b": {"certql/c"}}, []string{"certql/b imports certql/c: b is b"}},
		"not listed of main": {map[string][]string{"certql": {"certql/b"}}, []string{"certql imports certql/b: main is main"}},
		"itself in main":     {map[string][]string{"certql/b": {"certql"}}, []string{"certql/b imports certql: b is b"}},
		"never":              {map[string][]string{"certql/a": {"x.org/bad/sub"}}, []string{"certql/a reaches x.org/bad/sub: a is a"}},
		"never, indirectly":  {map[string][]string{"certql/a": {"x.org/y"}, "x.org/y": {"x.org/bad"}}, []string{"certql/a reaches x.org/bad: a is a"}},
		"not standard":       {map[string][]string{"certql/c": {"x.org/y"}}, []string{"certql/c imports x.org/y, which is not of the standard library: c is pure"}},
		"package of no rule": {map[string][]string{"certql/d": nil}, []string{"certql/d has no import rule: add one to importRules, and to .golangci.yml"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := importBreaches(rules, test.imports, map[string]bool{"fmt": true})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEdgeTakesOnlyWhatItIsForFromUpstream(t *testing.T) {
	t.Chdir("..")
	allowed := map[string][]string{
		"edge":           {"Bearer", "Credential", "CredentialFrom", "WithCredential", "WithLanguage", "WithSender"},
		"edge/session":   {"At", "AuthorizationCode", "Bearer", "Credential", "ErrSessionEnded", "Error", "Grant", "GrantEnded", "Identified", "Identity", "KindUnavailable", "Renewable", "Viewer", "ViewerSession"},
		"edge/telemetry": {"ClientBudget", "Durations", "RequestIDFrom", "Stats", "WithRequestID"},
	}
	for dir, names := range allowed {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				selector, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := selector.X.(*ast.Ident); ok && pkg.Name == "upstream" && !slices.Contains(names, selector.Sel.Name) &&
					!strings.HasSuffix(name, "_test.go") {
					t.Errorf("%s uses upstream.%s: edge decides as whom to call, and calls nothing but the tenant's sign-in", name, selector.Sel.Name)
				}
				return true
			})
		}
	}
}

// importsOf returns what each package of the module, and each that it depends on, imports;
// and which of them are of the standard library. Tests are left out: they may import more.
func importsOf(t *testing.T) (imports map[string][]string, standard map[string]bool) {
	t.Helper()
	listing, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports,Standard", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	imports, standard = make(map[string][]string), make(map[string]bool)
	for decoder := json.NewDecoder(strings.NewReader(string(listing))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
			Standard   bool
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return imports, standard
		} else if err != nil {
			t.Fatal(err)
		}
		imports[pkg.ImportPath], standard[pkg.ImportPath] = pkg.Imports, pkg.Standard
	}
}

// importBreaches returns each breach of the rules, with the reason of the rule.
func importBreaches(rules map[string]importRule, imports map[string][]string, standard map[string]bool) []string {
	var breaches []string
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		rule, ok := rules[pkg]
		switch {
		case !within(pkg, "certql"):
			continue
		case !ok:
			breaches = append(breaches, pkg+" has no import rule: add one to importRules, and to .golangci.yml")
			continue
		}
		for _, imported := range imports[pkg] {
			switch {
			case within(imported, "certql") && !slices.Contains(rule.project, imported):
				breaches = append(breaches, fmt.Sprintf("%s imports %s: %s", pkg, imported, rule.why))
			case rule.standardOnly && !within(imported, "certql") && !standard[imported]:
				breaches = append(breaches, fmt.Sprintf("%s imports %s, which is not of the standard library: %s", pkg, imported, rule.why))
			}
		}
		for _, reached := range slices.Sorted(maps.Keys(reach(imports, pkg))) {
			if slices.ContainsFunc(rule.never, func(never string) bool { return within(reached, never) }) {
				breaches = append(breaches, fmt.Sprintf("%s reaches %s: %s", pkg, reached, rule.why))
			}
		}
	}
	return breaches
}

// reach returns what a package imports directly or indirectly, without itself.
func reach(imports map[string][]string, from string) map[string]bool {
	reached := make(map[string]bool)
	for rest := slices.Clone(imports[from]); len(rest) > 0; {
		next := rest[0]
		rest = rest[1:]
		if !reached[next] && next != from {
			reached[next] = true
			rest = append(rest, imports[next]...)
		}
	}
	return reached
}

// within reports whether a path is the given one or below it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
