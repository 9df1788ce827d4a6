package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A sourcePackage is what a package says of the rows that it decodes.
type sourcePackage struct {
	types map[string]ast.Expr // of the package, by their names
	roots []string            // the types that are decoded as wholes, in the order of the files
}

// decoding are the generic functions whose type argument is what they decode.
var decoding = map[string]bool{"list": true, "get": true, "post": true, "decodeObject": true}

// readPackage reads the package in a folder, without what is generated. It does not check types, since the package
// may not compile while the file that is written is missing.
func readPackage(folder string) (sourcePackage, error) {
	p := sourcePackage{types: map[string]ast.Expr{}}
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return p, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == target {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return p, err
		}
		ast.Inspect(file, p.note)
	}
	return p, nil
}

// note notes a type, or a type argument.
func (p *sourcePackage) note(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.FuncDecl:
		return node.Type.TypeParams == nil // whose type arguments are parameters
	case *ast.TypeSpec:
		if node.TypeParams == nil {
			p.types[node.Name.Name] = node.Type
		}
	case *ast.IndexExpr:
		function, isName := node.X.(*ast.Ident)
		argument, named := node.Index.(*ast.Ident)
		if isName && named && decoding[function.Name] && !slices.Contains(p.roots, argument.Name) {
			p.roots = append(p.roots, argument.Name)
		}
	}
	return true
}
