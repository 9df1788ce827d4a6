package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"certql/graph"
)

// Whoever adds a code without telling would have it counted as none.
func TestEveryCodeIsAmongTheCodes(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			value, ok := n.(*ast.ValueSpec)
			if !ok || len(value.Values) != len(value.Names) {
				return true
			}
			for i, constant := range value.Names {
				literal, ok := value.Values[i].(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING || !strings.HasPrefix(constant.Name, "code") {
					continue
				}
				found++
				if code, err := strconv.Unquote(literal.Value); err != nil || !slices.Contains(graph.Codes(), code) {
					t.Errorf("%s: Codes() lacks %s (%v)", name, literal.Value, err)
				}
			}
			return true
		})
	}
	if found < 12 {
		t.Errorf("%d codes were found", found)
	}
}
