package main

import (
	"cmp"
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin"
)

// projections is the plugin of gqlgen that writes how objects are projected. What it does not know
// how to write fails the generation.
type projections struct{}

var _ plugin.CodeGenerator = projections{}

// Name names the plugin.
func (projections) Name() string { return "projections" }

// GenerateCode writes projection.generated.go beside what gqlgen generates.
func (projections) GenerateCode(data *codegen.Data) error {
	p := projectionPrinter{printer: newPrinter(data.Config.Exec.Pkg()), interfaces: data.Interfaces, objects: map[string]*codegen.Object{}}
	var results []*config.TypeReference
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			result := field.TypeReference
			known := func(other *config.TypeReference) bool { return types.Identical(other.GO, result.GO) }
			if result.Definition.IsCompositeType() && !result.Definition.BuiltIn && !slices.ContainsFunc(results, known) {
				results = append(results, result)
			}
		}
		if !object.Root && !object.BuiltIn {
			p.objects[object.Name] = object
		}
	}
	p.projector(data.QueryRoot.Name, results)
	for _, object := range data.Objects {
		if p.objects[object.Name] != nil {
			p.table(object)
			p.writer(object)
			for _, field := range object.Fields {
				if field.IsResolver {
					p.resolver(object, field)
				}
			}
		}
	}
	source, err := p.source(data.Config.Exec.Package)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data.Config.Exec.Dir(), "projection.generated.go"), source, 0o644) //nolint:gosec // as other sources are
}

// A projectionPrinter writes Go that projects objects.
type projectionPrinter struct {
	*printer

	interfaces map[string]*codegen.Interface
	objects    map[string]*codegen.Object
}

// possible returns the objects that a type may be.
func (p projectionPrinter) possible(name string) []*codegen.Object {
	if object := p.objects[name]; object != nil {
		return []*codegen.Object{object}
	}
	var objects []*codegen.Object
	for _, implementor := range p.interfaces[name].Implementors {
		if object := p.objects[implementor.Name]; !slices.Contains(objects, object) {
			objects = append(objects, object)
		}
	}
	return objects
}

// projector prints what the executor calls.
func (p projectionPrinter) projector(query string, results []*config.TypeReference) {
	p.line("// A Projector writes what resolvers have returned as JSON, without the executor.")
	p.line("type Projector struct { schema *executableSchema }")
	p.line("")
	p.line("// NewProjector makes the Projector of a schema that NewExecutableSchema has made.")
	p.line("func NewProjector(schema %s.ExecutableSchema) Projector {", p.pkg(graphqlPath))
	p.line("return Projector{schema.(*executableSchema)}")
	p.line("}")
	p.line("")
	p.line("// Project returns the JSON of the value of the field in the context. It returns false if the value")
	p.line("// is no object, or the executor has to report what is wrong with it.")
	p.line("func (p Projector) Project(ctx %s.Context, planner *%s.Planner, value any) (graphql.Marshaler, bool) {", p.pkg("context"), p.pkg(projectionPath))
	p.line("var w projecting")
	p.line("switch v := value.(type) {")
	// What is any of several types comes last: it would take those types for itself.
	slices.SortStableFunc(results, func(a, b *config.TypeReference) int {
		return cmp.Compare(len(p.possible(a.Definition.Name)), len(p.possible(b.Definition.Name)))
	})
	for _, result := range results {
		p.line("case %s:", p.typeOf(result.GO))
		if result.IsNilable() {
			p.line("if v == nil {")
			p.line("return nil, false // whether that is an error depends on the field")
			p.line("}")
		}
		p.line("plans := w.begin(ctx, planner, p.schema, %s)", typesOf(result.Definition.Name))
		p.valueThere(result, "plans")
	}
	p.line("default:")
	p.line("return nil, false")
	p.line("}")
	p.line("return w.Finish()")
	p.line("}")
	p.line("")
	p.line("// Query returns the JSON of what is selected at the root of a query.")
	p.line("func (p Projector) Query(ctx context.Context, operation *graphql.OperationContext, selected %s.SelectionSet) graphql.Marshaler {", p.pkg("github.com/vektah/gqlparser/v2/ast"))
	p.line("return newExecutionContext(operation, p.schema, nil)._%s(ctx, selected)", query)
	p.line("}")
	p.line("")
	p.line("// Introspect returns the JSON of what is selected of a part of the schema: of an *introspection.Schema or an")
	p.line("// *introspection.Type. It returns false if the value is another one, or no type.")
	p.line("func (p Projector) Introspect(ctx context.Context, operation *graphql.OperationContext, value any) (graphql.Marshaler, bool) {")
	p.line("selected := graphql.GetFieldContext(ctx).Field.Selections")
	p.line("switch v := value.(type) {")
	p.line("case *%s.Schema:", p.pkg("github.com/99designs/gqlgen/graphql/introspection"))
	p.line("return newExecutionContext(operation, p.schema, nil).___Schema(ctx, selected, v), true")
	p.line("case *introspection.Type:")
	p.line("if v == nil {")
	p.line("return nil, false")
	p.line("}")
	p.line("return newExecutionContext(operation, p.schema, nil).___Type(ctx, selected, v), true")
	p.line("default:")
	p.line("return nil, false")
	p.line("}")
	p.line("}")
	p.line("")
	p.line("// projecting writes one value.")
	p.line("type projecting struct {")
	p.line("*executionContext")
	p.line("%s.Writer", p.pkg(projectionPath))
	p.line("")
	p.line("given []arguments")
	p.line("}")
	p.line("")
	p.line("// arguments are those of a field, whatever their type.")
	p.line("type arguments struct {")
	p.line("of *projection.Step")
	p.line("read any")
	p.line("}")
	p.line("")
	p.line("// argumentsOf returns the arguments of a field, which are read for the first object that has it; nil if one is wrong.")
	p.line("func argumentsOf[A any](w *projecting, step *projection.Step, read func(*graphql.CollectedField) (A, bool)) *A {")
	p.line("for i := range w.given {")
	p.line("if w.given[i].of == step {")
	p.line("return w.given[i].read.(*A)")
	p.line("}")
	p.line("}")
	p.line("var given *A")
	p.line("if all, ok := read(step.Field); ok {")
	p.line("given = &all")
	p.line("}")
	p.line("w.given = append(w.given, arguments{step, given})")
	p.line("return given")
	p.line("}")
	p.line("")
	p.line("// begin returns what is selected of a value that has one of the given types.")
	p.line("func (w *projecting) begin(ctx context.Context, planner *projection.Planner, schema *executableSchema, objects []*projection.Object) []*projection.Plan {")
	p.line("if shared, ok := planner.Executor.(Execution); ok {")
	p.line("w.executionContext = shared.executionContext")
	p.line("} else {")
	p.line("w.executionContext = newExecutionContext(planner.Operation, schema, nil)")
	p.line("}")
	p.line("w.For(ctx, planner.Answer, planner.Workers)")
	p.line("plans := planner.Plans(&graphql.GetFieldContext(ctx).Field, objects)")
	p.line("w.Reserve(plans[0].Size)")
	p.line("return plans")
	p.line("}")
	p.line("")
	p.line("// What each type may be.")
	p.line("var (")
	var names []string
	for _, result := range results {
		names = append(names, result.Definition.Name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		p.line("%s = []*projection.Object{", typesOf(name))
		for _, object := range p.possible(name) {
			p.line("&%s,", tableOf(object.Name))
		}
		p.line("}")
	}
	p.line(")")
}

// table prints what there is to select of an object.
func (p projectionPrinter) table(object *codegen.Object) {
	p.line("")
	p.line("var %s = projection.Object{", tableOf(object.Name))
	p.line("Name: %q,", object.Name)
	p.line("Satisfies: %sImplementors,", templates.LcFirst(object.Name))
	p.line("Fields: map[string]projection.Field{")
	for i, field := range object.Fields {
		switch {
		case field.IsResolver:
			p.line("%q: {Index: %d, Resolved: true},", field.Name, i+1)
		case field.TypeReference.Definition.IsCompositeType():
			p.line("%q: {Index: %d, Types: %s},", field.Name, i+1, typesOf(field.TypeReference.Definition.Name))
		default:
			p.line("%q: {Index: %d},", field.Name, i+1)
		}
	}
	p.line("},")
	p.line("}")
}

// writer prints the method that writes an object.
func (p projectionPrinter) writer(object *codegen.Object) {
	p.line("")
	p.line("func (w *projecting) write%s(ctx context.Context, plan *projection.Plan, obj *%s) {", object.Name, p.typeOf(object.Type))
	p.line("w.Begin()")
	p.line("for i := range plan.Steps {")
	p.line("step := &plan.Steps[i]")
	p.line("w.Key(i, step)")
	p.line("switch step.Index {")
	p.line("case 0:")
	p.line("w.Name(%q)", object.Name)
	for i, field := range object.Fields {
		p.line("case %d: // %s", i+1, field.Name)
		p.field(object, field)
	}
	p.line("}")
	p.line("}")
	p.line("w.End()")
	p.line("for i := range plan.Deferred {")
	p.line("deferred := &plan.Deferred[i]")
	p.line("w.PutOff(ctx, deferred, func(ctx context.Context) graphql.Marshaler {")
	p.line("later := projecting{executionContext: w.executionContext}")
	p.line("later.For(ctx, w.Answer(), w.Workers())")
	p.line("later.write%s(ctx, deferred.Plan, obj)", object.Name)
	p.line("if written, ok := later.Finish(); ok {")
	p.line("return written")
	p.line("}")
	p.line("projection.ExecuteWhole(ctx)")
	p.line("return w._%s(ctx, deferred.Selections, obj)", object.Name)
	p.line("})")
	p.line("}")
	p.line("}")
}

// field prints what writes the value of a field of obj.
func (p projectionPrinter) field(object *codegen.Object, field *codegen.Field) {
	ref := field.TypeReference
	switch {
	case field.IsResolver && ref.GQL.NonNull:
		p.fail("%s.%s: a field that is resolved must be nullable", object.Name, field.Name)
	case field.IsResolver && has(object, knowing(field)):
		p.line("if v, known := obj.%s(); known {", knowing(field))
		p.scalar(ref, "v")
		p.line("} else {")
		p.hole(object, field)
		p.line("}")
	case field.IsResolver:
		p.hole(object, field)
	case field.MethodHasContext || !field.NoErr && field.IsMethod() || field.VOkFunc || field.IsMap() || len(field.Args) > 0:
		p.fail("%s.%s: cannot be projected, since it is more than a plain field", object.Name, field.Name)
	case has(object, appending(field)):
		p.appended(field)
	case field.IsMethod():
		p.within(object, field)
		p.value(ref, "obj."+field.GoFieldName+"()", "step.Plans")
	default:
		p.within(object, field)
		p.value(ref, "obj."+field.GoFieldName, "step.Plans")
	}
}

// hole prints what leaves out the value of a field of obj that has a resolver.
func (p projectionPrinter) hole(object *codegen.Object, field *codegen.Field) {
	p.line("w.Hole(w.%s(ctx, step, obj))", resolving(object, field))
}

// resolving returns the name of the method that returns what resolves a field.
func resolving(object *codegen.Object, field *codegen.Field) string {
	return "resolve" + object.Name + field.GoFieldName
}

// resolver prints the method that returns what resolves a field of an object. The arguments of the field are read once
// for all objects of a list; if one is wrong, gqlgen reports it for each.
func (p projectionPrinter) resolver(object *codegen.Object, field *codegen.Field) {
	p.line("")
	p.line("func (w *projecting) %s(ctx context.Context, step *projection.Step, obj *%s) func() graphql.Marshaler {", resolving(object, field), p.typeOf(object.Type))
	given := ""
	if len(field.Args) > 0 {
		p.line("given := argumentsOf(w, step, func(field *graphql.CollectedField) (read %s, ok bool) {", argumentsType(field))
		for _, argument := range field.Args {
			name := templates.ToGo(argument.Name)
			p.line("if read.%s, ok = argument(ctx, w.executionContext, field, %q, (*executionContext).%s); !ok {", name, argument.Name, argument.TypeReference.UnmarshalFunc())
			p.line("return read, false")
			p.line("}")
			given += ", given." + name
		}
		p.line("return read, true")
		p.line("})")
		p.line("if given == nil {")
		p.line("return func() graphql.Marshaler { return w._%s_%s(ctx, *step.Field, obj) }", object.Name, field.Name)
		p.line("}")
	}
	ref := field.TypeReference
	p.line("return func() graphql.Marshaler {")
	p.line("return projection.Resolve(ctx, w.OperationContext, %q, step.Field,", object.Name)
	p.line("func(ctx context.Context) (any, error) { return w.Resolvers.%s().%s(ctx, obj%s) },", field.Object.Name, field.GoFieldName, given)
	p.line("func(ctx context.Context, value %s) graphql.Marshaler {", p.typeOf(ref.GO))
	p.line("return w.%s(ctx, step.Field.Selections, value)", ref.MarshalFunc())
	p.line("})")
	p.line("}")
	p.line("}")
}

// knowing returns the name of the method by which some objects know a field that has to be resolved for others. It
// returns the value, and whether the object knows it.
func knowing(field *codegen.Field) string { return "Known" + field.GoFieldName }

// appending returns the name of the method by which some objects append the text of a field, which needs no escapes.
func appending(field *codegen.Field) string { return "Append" + field.GoFieldName }

// has reports whether an object has a method.
func has(object *codegen.Object, name string) bool {
	method, _, _ := types.LookupFieldOrMethod(object.Type, true, nil, name)
	_, is := method.(*types.Func)
	return is
}

// appended prints what writes a field of obj by the method that appends its text.
func (p projectionPrinter) appended(field *codegen.Field) {
	if !field.TypeReference.GQL.NonNull {
		p.fail("%s: a field whose text is appended must not be nullable", field.Name)
	}
	p.line("w.Appended(obj.%s)", appending(field))
}

// within prints the context of what is written within a field of an object.
func (p projectionPrinter) within(object *codegen.Object, field *codegen.Field) {
	if field.TypeReference.Definition.IsCompositeType() {
		p.line("ctx := projection.Within(ctx, %q, step)", object.Name)
	}
}

func typesOf(name string) string { return templates.LcFirst(name) + "Types" }

func tableOf(name string) string { return templates.LcFirst(name) + "Projection" }
