package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// value returns the code that reads a selected member into a place, which is zero if the value does not fit, and the
// structs that it needs the methods of. Field is the name of the member's constant.
func (w *writer) value(place, field string, of ast.Expr) (code string, structs []string, err error) {
	switch of := of.(type) {
	case *ast.Ident:
		return w.plain(place, field, of.Name)
	case *ast.StarExpr:
		if name, ok := of.X.(*ast.Ident); ok {
			return w.pointer(place, field, name.Name)
		}
	case *ast.ArrayType:
		if name, ok := of.Elt.(*ast.Ident); ok && of.Len == nil {
			return w.list(place, field, name.Name)
		}
	}
	return "", nil, fmt.Errorf("nothing is known that decodes a %T", of)
}

// fitting returns the code that reads a value if it is of a kind of package scan.
func fitting(place, zero, field, kind, read string) string {
	return fmt.Sprintf("if %s = %s; d.fits(%s, scan.%s) {\n%s\n}", place, zero, field, kind, read)
}

// plain returns the code that reads a value of a named type.
func (w *writer) plain(place, field, name string) (string, []string, error) {
	switch {
	case name == "Time":
		return fmt.Sprintf("%s = d.moment()", place), nil, nil
	case name == "string":
		return fmt.Sprintf("%s = d.text(%s)", place, field), nil, nil
	case w.isText(name):
		return fmt.Sprintf("%s = %s(d.text(%s))", place, name, field), nil, nil
	case name == "bool":
		return fitting(place, "false", field, "Boolean", place+" = d.Boolean()"), nil, nil
	default:
		return "", nil, fmt.Errorf("nothing is known that decodes a %s", name)
	}
}

// pointer returns the code that reads a value and refers to it.
func (w *writer) pointer(place, field, name string) (string, []string, error) {
	switch name {
	case "bool":
		return fitting(place, "nil", field, "Boolean", place+" = boolean(d.Boolean())"), nil, nil
	case "int", "int64":
		return fitting(place, "nil", field, "Number", fmt.Sprintf("%s = integer(d, %s, &d.%s)", place, field, w.keeps(name))), nil, nil
	case "string":
		return fitting(place, "nil", field, "String", fmt.Sprintf("%s = d.%s.next()\n*%s = d.Text()", place, w.keeps(name), place)), nil, nil
	}
	if _, ok := w.types[name].(*ast.StructType); !ok {
		return "", nil, fmt.Errorf("nothing is known that decodes a *%s", name)
	}
	read := fmt.Sprintf("%s = d.%s.next()\nd.%s(%s)", place, w.keeps(name), method(name), place)
	return fitting(place, "nil", field, "Object", read), []string{name}, nil
}

// list returns the code that reads a list. A list without elements is not nil.
func (w *writer) list(place, field, name string) (string, []string, error) {
	var kind, read string
	var structs []string
	switch {
	case name == "string":
		kind, read = "String", "list = append(list, d.Text())"
	case w.isStruct(name):
		kind, read = "Object", fmt.Sprintf("list = append(list, %s{})\nd.%s(&list[len(list)-1])", name, method(name))
		structs = []string{name}
	default:
		return "", nil, fmt.Errorf("nothing is known that decodes a []%s", name)
	}
	from := w.keeps(name)
	read = fmt.Sprintf("list := d.%s.list()\nfor more := d.List(); more; more = d.More() {\nif d.elementFits(%s, scan.%s) {\n%s\n}\n}\n%s = d.%s.ended(list)", from, field, kind, read, place, from)
	return fitting(place, "nil", field, "List", read), structs, nil
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
