package main

import (
	"go/ast"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// names are the names of constants of package upstream that select fields.
type names map[string]bool

func (n names) sorted() []string { return slices.Sorted(maps.Keys(n)) }

// code is the code of some packages.
type code struct {
	packages  map[string]*packages.Package // by path
	functions map[string]function          // by full name, that collect follows
}

// A function is the code of a function.
type function struct {
	body *ast.BlockStmt
	in   *packages.Package
}

// newCode returns the code of packages. Of the upstream's, only the methods of rows are followed, since its others read
// rows from responses; and none of those that gqlgen generates.
func newCode(loaded []*packages.Package) code {
	c := code{map[string]*packages.Package{}, map[string]function{}}
	for _, each := range loaded {
		c.packages[each.PkgPath] = each
	}
	for _, each := range loaded {
		for _, file := range each.Syntax {
			for _, declared := range file.Decls {
				declared, ok := declared.(*ast.FuncDecl)
				if !ok || declared.Body == nil {
					continue
				}
				defined := each.TypesInfo.Defs[declared.Name].(*types.Func)
				if each.PkgPath != genPath && (each.PkgPath != upstreamPath || c.isOfRow(defined)) {
					c.functions[fullName(defined)] = function{declared.Body, each}
				}
			}
		}
	}
	return c
}

// isOfRow reports whether a function is a method of a row.
func (c code) isOfRow(f *types.Func) bool {
	receiver := f.Signature().Recv()
	if receiver == nil {
		return false
	}
	of := receiver.Type()
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	row, ok := of.Underlying().(*types.Struct)
	return ok && row.NumFields() > 0 && c.constant(of, row.Field(0)) != ""
}

// fullName returns the name of a function with its package and receiver; that of the generic one of which it is an
// instance. It is empty for what is no function.
func fullName(object types.Object) string {
	f, ok := object.(*types.Func)
	if !ok {
		return ""
	}
	return f.Origin().FullName()
}

// always returns the fields that are read by the code of packages that is not generated.
func (c code) always(paths []string) names {
	found, seen := names{}, map[string]bool{}
	for _, path := range paths {
		in := c.packages[path]
		for _, file := range in.Syntax {
			if !strings.HasSuffix(filepath.Base(in.Fset.Position(file.Pos()).Filename), ".generated.go") {
				c.collect(file, in, found, seen)
			}
		}
	}
	return found
}

// resolving matches the names of the functions in which gqlgen resolves fields, of which the type and the name are
// parts.
var resolving = regexp.MustCompile(`^_([A-Z][A-Za-z0-9]*)_([a-z][A-Za-z0-9]*)$`)

// ofFields returns the fields that are read to resolve a field of the schema, by its type and name, if any are. It
// goes by the package that gqlgen has generated.
func (c code) ofFields(path string) map[string]names {
	of := map[string]names{}
	for _, file := range c.packages[path].Syntax {
		for _, declared := range file.Decls {
			declared, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if parts := resolving.FindStringSubmatch(declared.Name.Name); parts != nil {
				found := names{}
				c.collect(declared.Body, c.packages[path], found, map[string]bool{})
				if len(found) > 0 {
					of[parts[1]+"."+parts[2]] = found
				}
			}
		}
	}
	return of
}

// collect adds the fields that are read by a piece of code, and by the functions that it names and that have not been
// seen.
func (c code) collect(piece ast.Node, in *packages.Package, found names, seen map[string]bool) {
	ast.Inspect(piece, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if selection := in.TypesInfo.Selections[node]; selection != nil && selection.Kind() == types.FieldVal {
				c.field(selection, found)
			}
		case *ast.Ident:
			name := fullName(in.TypesInfo.Uses[node])
			if named, ok := c.functions[name]; ok && !seen[name] {
				seen[name] = true
				c.collect(named.body, named.in, found, seen)
			}
		}
		return true
	})
}

// field adds a field that is read, if it can be selected. It may be one of a struct that others embed.
func (c code) field(selection *types.Selection, found names) {
	of := selection.Recv()
	for _, i := range selection.Index() {
		if pointer, ok := of.Underlying().(*types.Pointer); ok {
			of = pointer.Elem()
		}
		field := of.Underlying().(*types.Struct).Field(i)
		if constant := c.constant(of, field); constant != "" {
			found[constant] = true
		}
		of = field.Type()
	}
}

// constant returns the name of the constant by which a field of a struct is selected; empty if it cannot be.
func (c code) constant(of types.Type, field *types.Var) string {
	owner, ok := types.Unalias(of).(*types.Named)
	if !ok || owner.Obj().Pkg() == nil || owner.Obj().Pkg().Path() != upstreamPath {
		return ""
	}
	constant := owner.Obj().Name() + field.Name() + "Field"
	if !ast.IsExported(constant) || c.packages[upstreamPath].Types.Scope().Lookup(constant) == nil {
		return ""
	}
	return constant
}
