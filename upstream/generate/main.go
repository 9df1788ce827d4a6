// Command generate writes what decodes the rows of package upstream, from the types of the rows: of each struct that
// the service returns, and of those within it, a method that reads its members. It is run in the package's folder.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// target is the file that is written.
const target = "decoder.generated.go"

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	source, err := readPackage(".")
	if err != nil {
		return err
	}
	w := writer{types: source.types}
	for _, root := range source.roots {
		if err := w.reach(root); err != nil {
			return err
		}
	}
	file, err := format.Source(w.file(source.roots))
	if err != nil {
		return err
	}
	return os.WriteFile(target, file, 0o644) //nolint:gosec // as other sources are
}

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

// A member is a member of an object, and the field that it is read into.
type member struct {
	name, field string
	of          ast.Expr
}

// A writer collects the methods.
type writer struct {
	types   map[string]ast.Expr
	reached []string // structs
	kept    []string // the types of values that pointers refer to
	methods bytes.Buffer
}

// reach writes the method of a struct, and those of the structs within it, unless they have been written.
func (w *writer) reach(name string) error {
	if slices.Contains(w.reached, name) {
		return nil
	}
	w.reached = append(w.reached, name)
	members, err := w.members(name)
	if err != nil {
		return err
	}
	var inner []string
	var cases bytes.Buffer
	for _, m := range members {
		code, within, err := w.value("v."+m.field, m.of)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", name, m.field, err)
		}
		fmt.Fprintf(&cases, "case %q:\n%s\n", m.name, code)
		inner = append(inner, within...)
	}
	fmt.Fprintf(&w.methods, "\nfunc (d *decoder) %s(v *%s) {\nfor name := d.Object(); name != nil; name = d.Next() {\nswitch string(name) {\n%sdefault:\nd.Skip()\n}\n}\n}\n",
		method(name), name, &cases)
	for _, each := range inner {
		if err := w.reach(each); err != nil {
			return err
		}
	}
	return nil
}

// members returns the members of a struct, with those of the structs that it embeds.
func (w *writer) members(name string) ([]member, error) {
	fields, ok := w.types[name].(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s is no struct", name)
	}
	var members []member
	for _, field := range fields.Fields.List {
		if embedded, ok := field.Type.(*ast.Ident); ok && len(field.Names) == 0 {
			within, err := w.members(embedded.Name)
			if err != nil {
				return nil, err
			}
			members = append(members, within...)
			continue
		}
		tag, ok := jsonName(field.Tag)
		if !ok || len(field.Names) != 1 {
			return nil, fmt.Errorf("%s: a field needs a name and the name of its member", name)
		}
		members = append(members, member{tag, field.Names[0].Name, field.Type})
	}
	return members, nil
}

// jsonName returns the name of a member from the tag of its field.
func jsonName(tag *ast.BasicLit) (string, bool) {
	if tag == nil {
		return "", false
	}
	_, rest, _ := strings.Cut(tag.Value, `json:"`)
	name, _, ok := strings.Cut(rest, `"`)
	return name, ok && name != "" && !strings.Contains(name, ",")
}

// value returns the code that reads a value into a place, and the structs that it needs the methods of.
func (w *writer) value(place string, of ast.Expr) (code string, structs []string, err error) {
	switch of := of.(type) {
	case *ast.Ident:
		return w.plain(place, of.Name)
	case *ast.StarExpr:
		if name, ok := of.X.(*ast.Ident); ok {
			return w.pointer(place, name.Name)
		}
	case *ast.ArrayType:
		if name, ok := of.Elt.(*ast.Ident); ok && of.Len == nil {
			return w.list(place, name.Name)
		}
	}
	return "", nil, fmt.Errorf("nothing is known that decodes a %T", of)
}

// plain returns the code that reads a value of a named type. Null is its zero value.
func (w *writer) plain(place, name string) (string, []string, error) {
	switch {
	case name == "Time":
		return fmt.Sprintf("%s = d.moment()", place), nil, nil
	case name == "string":
		return fmt.Sprintf("%s = d.Text()", place), nil, nil
	case w.isText(name):
		return fmt.Sprintf("%s = %s(d.Text())", place, name), nil, nil
	case name == "bool":
		return fmt.Sprintf("%s = !d.Null() && d.Boolean()", place), nil, nil
	default:
		return "", nil, fmt.Errorf("nothing is known that decodes a %s", name)
	}
}

// pointer returns the code that reads a value and refers to it. Null is nil.
func (w *writer) pointer(place, name string) (string, []string, error) {
	var read string
	var structs []string
	switch name {
	case "bool":
		read = fmt.Sprintf("%s = boolean(d.Boolean())", place)
	case "int", "int64":
		read = fmt.Sprintf("%s = d.%s.next()\n*%s = %s(d.Integer())", place, w.keeps(name), place, name)
	case "string":
		read = fmt.Sprintf("%s = d.%s.next()\n*%s = d.Text()", place, w.keeps(name), place)
	default:
		if _, ok := w.types[name].(*ast.StructType); !ok {
			return "", nil, fmt.Errorf("nothing is known that decodes a *%s", name)
		}
		read = fmt.Sprintf("%s = d.%s.next()\nd.%s(%s)", place, w.keeps(name), method(name), place)
		structs = []string{name}
	}
	return fmt.Sprintf("if %s = nil; !d.Null() {\n%s\n}", place, read), structs, nil
}

// list returns the code that reads a list. Null is nil, and a list without elements is not. What is null in the list
// does not fit.
func (w *writer) list(place, name string) (string, []string, error) {
	var read string
	var structs []string
	switch {
	case name == "string":
		read = "list = append(list, d.element())"
	case w.isStruct(name):
		read = fmt.Sprintf("list = append(list, %s{})\nd.%s(&list[len(list)-1])", name, method(name))
		structs = []string{name}
	default:
		return "", nil, fmt.Errorf("nothing is known that decodes a []%s", name)
	}
	from := w.keeps(name)
	return fmt.Sprintf("if %s = nil; !d.Null() {\nlist := d.%s.list()\nfor more := d.List(); more; more = d.More() {\n%s\n}\n%s = d.%s.ended(list)\n}", place, from, read, place, from), structs, nil
}

func (w *writer) isText(name string) bool {
	of, ok := w.types[name].(*ast.Ident)
	return ok && of.Name == "string"
}

func (w *writer) isStruct(name string) bool {
	_, ok := w.types[name].(*ast.StructType)
	return ok && name != "Time"
}

// keeps returns the decoder's field from which values of a type are taken.
func (w *writer) keeps(name string) string {
	if !slices.Contains(w.kept, name) {
		w.kept = append(w.kept, name)
	}
	return method(name) + "Values"
}

// method returns the name of a type as that of a method that is not exported.
func method(name string) string {
	if strings.HasPrefix(name, "OAuth") {
		return "oauth" + name[len("OAuth"):]
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// file returns the whole file.
func (w *writer) file(roots []string) []byte {
	var file bytes.Buffer
	file.WriteString("// Code generated by certql/upstream/generate, DO NOT EDIT.\n\npackage upstream\n\nimport \"certql/upstream/scan\"\n\n")
	file.WriteString("// A decoder reads one text, and keeps what its values refer to.\ntype decoder struct {\nscan.Scanner\n\n")
	for _, name := range w.kept {
		fmt.Fprintf(&file, "%sValues values[%s]\n", method(name), name)
	}
	file.WriteString("}\n\n// row reads the next value into what row points to, which is zero. The decoder fails if it does not fit.\nfunc (d *decoder) row(row any) {\nswitch row := row.(type) {\n")
	for _, name := range roots {
		fmt.Fprintf(&file, "case *%s:\nd.%s(row)\n", name, method(name))
	}
	file.WriteString("default:\nd.Fail()\n}\n}\n")
	file.Write(w.methods.Bytes())
	return file.Bytes()
}
