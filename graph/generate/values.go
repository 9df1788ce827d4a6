package main

import (
	"go/types"

	"github.com/99designs/gqlgen/codegen/config"
)

// direct names the methods of projection.Writer for scalars that gqlgen writes by a function: for
// values that may be null, and for those that must not.
var direct = map[string]struct{ nullable, nonNull string }{
	graphqlPath + ".MarshalBoolean": {"Boolean", "Boolean"},
	modelPath + ".MarshalID":        {"Text", "NonNullText"},
	modelPath + ".MarshalInt":       {"Int", "NonNullInt"},
	modelPath + ".MarshalString":    {"Text", "NonNullText"},
}

// value prints what writes the value of a Go expression. The plans are those of the objects that
// it may be.
func (p projectionPrinter) value(ref *config.TypeReference, expression, plans string) {
	if expression != "v" {
		p.line("v := %s", expression)
	}
	if !ref.IsNilable() || ref.IsSlice() && ref.GQL.NonNull { // which has no elements if it is nil
		p.valueThere(ref, plans)
		return
	}
	p.line("if v == nil {")
	p.null(ref)
	p.line("} else {")
	p.valueThere(ref, plans)
	p.line("}")
}

// valueThere prints what writes v, which is not nil.
func (p projectionPrinter) valueThere(ref *config.TypeReference, plans string) {
	switch {
	case ref.IsSlice():
		p.list(ref, plans)
	case p.interfaces[ref.Definition.Name] != nil:
		p.either(ref, plans)
	case ref.Definition.IsCompositeType() && ref.IsPtr():
		p.object(ref.Definition.Name, 0, "v", plans)
	case ref.Definition.IsCompositeType():
		p.object(ref.Definition.Name, 0, "&v", plans)
	case ref.IsPtr():
		p.scalar(ref, "*v")
	default:
		p.scalar(ref, "v")
	}
}

// null prints what a missing value becomes.
func (p projectionPrinter) null(ref *config.TypeReference) {
	if ref.GQL.NonNull {
		p.line("w.Fail()")
	} else {
		p.line("w.Null()")
	}
}

// list prints what writes the list v.
func (p projectionPrinter) list(ref *config.TypeReference, plans string) {
	element := ref.Elem()
	if ref.Definition.IsCompositeType() {
		p.line("list := w.Foresee(len(v), %s[0].Size)", plans)
	}
	p.line("w.BeginList()")
	p.line("for i := range v {")
	p.line("if !w.Element(i) {")
	p.line("break")
	p.line("}")
	if ref.Definition.IsCompositeType() {
		p.line("w.Continue(list, i)")
		p.line("ctx := projection.At(ctx, i, %s)", plans)
	}
	if element.IsStruct() && ref.Definition.IsCompositeType() {
		p.object(ref.Definition.Name, 0, "&v[i]", plans) // which needs no copy
	} else {
		p.value(element, "v[i]", plans)
	}
	p.line("}")
	p.line("w.EndList()")
}

// either prints what writes v, which is one of the types of an interface.
func (p projectionPrinter) either(ref *config.TypeReference, plans string) {
	p.line("switch v := v.(type) {")
	for i, object := range p.possible(ref.Definition.Name) {
		name := p.typeOf(object.Type)
		p.line("case %s:", name)
		p.object(object.Name, i, "&v", plans)
		p.line("case *%s:", name)
		p.line("if v == nil {")
		p.line("w.Fail()")
		p.line("} else {")
		p.object(object.Name, i, "v", plans)
		p.line("}")
	}
	p.line("default:")
	p.line("w.Fail()")
	p.line("}")
}

// object prints what writes the object that a Go expression points to.
func (p projectionPrinter) object(name string, i int, pointer, plans string) {
	p.line("w.write%s(ctx, %s[%d], %s)", name, plans, i, pointer)
}

// scalar prints what writes a scalar that is there.
func (p projectionPrinter) scalar(ref *config.TypeReference, expression string) {
	if ref.HasEnumValues() || ref.IsContext || ref.CastType != nil {
		p.fail("%s: a scalar that is written in such a way cannot be projected", ref.Definition.Name)
		return
	}
	write, method := "Value", ""
	if ref.Marshaler != nil {
		method = direct[ref.Marshaler.FullName()].nullable
	}
	if ref.GQL.NonNull {
		write = "NonNull"
		if ref.Marshaler != nil {
			method = direct[ref.Marshaler.FullName()].nonNull
		}
	}
	switch {
	case ref.Marshaler != nil && ref.Marshaler.FullName() == modelPath+".MarshalDateTime":
		p.line("if v := %s; v.IsZero() {", expression)
		p.null(ref)
		p.line("} else {")
		p.line("w.Appended(v.Append)")
		p.line("}")
	case isEnum(ref.GO):
		if method = "Text"; ref.GQL.NonNull {
			method = "NonNullText"
		}
		p.line("w.%s(%s.EnumName(%s))", method, p.pkg(modelPath), expression)
	case ref.IsMarshaler:
		p.line("w.%s(%s)", write, expression)
	case ref.Marshaler == nil:
		p.fail("%s: nothing is known that writes it", ref.Definition.Name)
	case method != "":
		p.line("w.%s(%s)", method, expression)
	default:
		p.line("w.%s(%s.%s(%s))", write, p.pkg(ref.Marshaler.Pkg().Path()), ref.Marshaler.Name(), expression)
	}
}

// isEnum reports whether a type is one of the upstream's enums, which know their values.
func isEnum(of types.Type) bool {
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	method, _, _ := types.LookupFieldOrMethod(of, true, nil, "Known")
	_, is := method.(*types.Func)
	return is
}
