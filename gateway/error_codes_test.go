package gateway

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"certql/graph/apierror"
	"certql/graph/gen"
)

// docs/errors.md lists every code that callers may get, and every limit, with what to do about it, and
// nothing else.
func TestEveryErrorCodeIsListedWithWhatToDo(t *testing.T) {
	text, err := os.ReadFile(fromRoot(t, "docs/errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	refusals, limits := codesOfRefusals(t, "edge"), limitsIn(t, "edge", "graph")
	mutations := make(map[string]bool)
	for _, code := range gen.AllMutationErrorCode {
		mutations[string(code)] = true
	}
	graph := make(map[string]bool)
	for _, code := range apierror.Codes() {
		graph[code] = true
	}
	for title, want := range map[string]map[string]bool{
		"In `errors`": graph, "In the payload of a mutation": mutations, "Before the graph": refusals, "Limits": limits,
	} {
		_, section, found := strings.Cut(string(text), "\n## "+title+"\n")
		if !found {
			t.Errorf("there is no section %q", title)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), listed(t, section)); diff != "" {
			t.Errorf("%s (-source +docs/errors.md):\n%s", title, diff)
		}
	}
}

// listed returns what the first column of the tables in a section names, in order. Each row says something
// in its other columns.
func listed(t *testing.T, section string) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(section) {
		columns := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(columns[0], -1) {
			names = append(names, name[1])
		}
		for _, column := range columns[1:] {
			column = strings.TrimSpace(column)
			if sentences := len(columns) > 2; len(column) < 3 || sentences && !strings.HasSuffix(column, ".") {
				t.Errorf("a column has no sentence: %s", line)
			}
		}
	}
	slices.Sort(names)
	return names
}

// codesOfRefusals returns the codes of every HTTPError that the packages in a folder make.
func codesOfRefusals(t *testing.T, folder string) map[string]bool {
	t.Helper()
	codes := make(map[string]bool)
	eachNode(t, folder, func(n ast.Node) {
		made, ok := n.(*ast.CompositeLit)
		if !ok || nameOf(made.Type) != "HTTPError" {
			return
		}
		code := made.Elts[1] // without keys: the status, the code and the message
		for _, element := range made.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok && nameOf(pair.Key) == "Code" {
				code = pair.Value
			}
		}
		switch text := textOf(code); {
		case text != "":
			codes[text] = true
		case nameOf(code) == "CodeUnauthenticated":
			codes[apierror.CodeUnauthenticated] = true
		default:
			t.Errorf("the code of an HTTPError is neither a text nor known: %v", code)
		}
	})
	return codes
}

// limitsIn returns the names that extensions.limit may have, by how the packages in folders write them:
// as an argument of TooLarge and of its short forms, as the field of a refusal, as a constant, or by an
// assignment.
func limitsIn(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	note := func(value ast.Expr) {
		if text := textOf(value); text != "" {
			names[text] = true
		}
	}
	for _, folder := range folders {
		eachNode(t, folder, func(n ast.Node) {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name := nameOf(n.Fun); name == "TooLarge" || name == "tooLarge" {
					note(n.Args[0])
				}
			case *ast.KeyValueExpr:
				if nameOf(n.Key) == "limit" {
					note(n.Value)
				}
			case *ast.ValueSpec:
				if len(n.Values) == 1 && strings.HasPrefix(n.Names[0].Name, "Limit") {
					note(n.Values[0])
				}
			case *ast.AssignStmt:
				if at, ok := n.Lhs[0].(*ast.IndexExpr); ok && textOf(at.Index) == "limit" && nameOf(at.X) == "Extensions" {
					note(n.Rhs[0])
				}
			}
		})
	}
	return names
}

// eachNode visits the syntax of all Go files below a folder, but for tests and what is generated.
func eachNode(t *testing.T, folder string, visit func(ast.Node)) {
	t.Helper()
	err := filepath.WalkDir(fromRoot(t, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, ".generated.") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			visit(n)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// nameOf returns the name that an expression is, without its package or whose field it is; empty if it is
// something else.
func nameOf(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.Ident:
		return expression.Name
	case *ast.SelectorExpr:
		return expression.Sel.Name
	}
	return ""
}

// textOf returns the text that a literal is; empty if it is something else.
func textOf(expression ast.Expr) string {
	literal, ok := expression.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return text
}
