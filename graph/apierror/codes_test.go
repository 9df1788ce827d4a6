package apierror_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"certql/graph/apierror"
)

// A code that is missing from Codes would not be counted in the metrics.
func TestEveryCodeIsAmongTheCodes(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../*.go", "../*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
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
				named := strings.HasPrefix(constant.Name, "Code") || strings.HasPrefix(constant.Name, "code")
				if !ok || literal.Kind != token.STRING || !named {
					continue
				}
				found++
				if code, err := strconv.Unquote(literal.Value); err != nil || !slices.Contains(apierror.Codes(), code) {
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
