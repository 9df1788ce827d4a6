package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

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
