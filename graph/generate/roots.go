package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin"
)

// roots is the plugin of gqlgen that writes how the fields at the root of a query are resolved one by one, so
// that it is up to the caller which of them are resolved at the same time. Their arguments are read as values of
// their types, without a map of them. It leaves out the methods that resolve fields of Apollo Federation, of which
// gqlgen knows the names alone, to FederationResolver.
type roots struct{}

var _ plugin.CodeGenerator = roots{}

// Name names the plugin.
func (roots) Name() string { return "roots" }

// GenerateCode writes roots.generated.go beside what gqlgen generates.
func (roots) GenerateCode(data *codegen.Data) error {
	p := newPrinter(data.Config.Exec.Pkg())
	p.line("// An Execution executes the fields at the root of one query. It is safe for concurrent use.")
	p.line("type Execution struct { *executionContext }")
	p.line("")
	p.line("// Execution returns the Execution of an operation.")
	p.line("func (p Projector) Execution(operation *%s.OperationContext) Execution {", p.pkg(graphqlPath))
	p.line("return Execution{newExecutionContext(operation, p.schema, nil)}")
	p.line("}")
	fields := data.QueryRoot.Fields
	printResolver(p, fields)
	printMarshal(p, fields)
	printExecute(p, fields)
	printHasHoles(p, fields)
	printArgument(p)
	printFederation(p, fields)
	source, err := p.source(data.Config.Exec.Package)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data.Config.Exec.Dir(), "roots.generated.go"), source, 0o644) //nolint:gosec // as other sources are
}

// printResolver prints the method that returns a field's resolver.
func printResolver(p *printer, fields []*codegen.Field) {
	p.line("")
	p.line("// Resolver returns what resolves a field, with its arguments; nil if the field has no resolver of this project, or")
	p.line("// an argument is wrong: Execute executes it then, and reports what is wrong.")
	p.line("func (x Execution) Resolver(ctx %s.Context, field *graphql.CollectedField) (resolver graphql.Resolver) {", p.pkg("context"))
	p.line("defer func() {")
	p.line("if recover() != nil {")
	p.line("resolver = nil // Execute meets with the same, and reports it")
	p.line("}")
	p.line("}()")
	p.line("switch field.Name {")
	for _, field := range fields {
		if !hasResolver(field) {
			continue
		}
		p.line("case %q:", field.Name)
		call := "x.Resolvers.Query()." + field.GoFieldName + "(ctx"
		if isFederated(field) {
			call = federated("x", field) + "(ctx"
		}
		for _, argument := range field.Args {
			name := templates.ToGoPrivate(argument.Name) + "Arg"
			p.line("%s, ok := argument(ctx, x.executionContext, field, %q, (*executionContext).%s)", name, argument.Name, argument.TypeReference.UnmarshalFunc())
			p.line("if !ok {")
			p.line("return nil")
			p.line("}")
			call += ", " + name
		}
		p.line("return func(ctx context.Context) (any, error) { return %s) }", call)
	}
	p.line("}")
	p.line("return nil")
	p.line("}")
}

// printMarshal prints the method that writes a field's value.
func printMarshal(p *printer, fields []*codegen.Field) {
	p.line("")
	p.line("// Marshal returns the JSON of what a field's resolver has returned, of which the executor resolves every field.")
	p.line("func (x Execution) Marshal(ctx context.Context, field *graphql.CollectedField, value any) graphql.Marshaler {")
	p.line("switch field.Name {")
	for _, field := range fields {
		if !hasResolver(field) {
			continue
		}
		p.line("case %q:", field.Name)
		p.line("if value, ok := value.(%s); ok {", p.typeOf(field.TypeReference.GO))
		p.line("return x.%s(ctx, field.Selections, value)", field.TypeReference.MarshalFunc())
		p.line("}")
	}
	p.line("}")
	p.line("x.Errorf(ctx, \"unexpected type %%T of %%s\", value, field.Name)")
	p.line("return graphql.Null")
	p.line("}")
}

// printExecute prints the method that has gqlgen execute a field.
func printExecute(p *printer, fields []*codegen.Field) {
	p.line("")
	p.line("// Execute returns the JSON of a field, for which gqlgen does everything.")
	p.line("func (x Execution) Execute(ctx context.Context, field *graphql.CollectedField) graphql.Marshaler {")
	p.line("switch field.Name {")
	p.line("case \"__typename\":")
	p.line("return graphql.MarshalString(field.ObjectDefinition.Name)")
	for _, field := range fields {
		p.line("case %q:", field.Name)
		p.line("return x._%s_%s(ctx, *field)", field.Object.Name, field.Name)
	}
	p.line("default: // which no valid document has")
	p.line("return graphql.Null")
	p.line("}")
	p.line("}")
}

// printHasHoles prints the method that tells which fields lead to others that have resolvers.
func printHasHoles(p *printer, fields []*codegen.Field) {
	p.line("")
	p.line("// HasHoles reports whether a resolver of its own is needed for something that is selected of what a field shows.")
	p.line("func (x Execution) HasHoles(planner *%s.Planner, field *graphql.CollectedField) bool {", p.pkg(projectionPath))
	p.line("switch field.Name {")
	for _, field := range fields {
		if hasResolver(field) && field.TypeReference.Definition.IsCompositeType() {
			p.line("case %q:", field.Name)
			p.line("return projection.AnyHoles(planner.Plans(field, %s))", typesOf(field.TypeReference.Definition.Name))
		}
	}
	p.line("default:")
	p.line("return false")
	p.line("}")
	p.line("}")
}

// printArgument prints the function that reads an argument.
func printArgument(p *printer) {
	p.line("")
	p.line("// argument returns the value of a field's argument; false if the argument is wrong.")
	p.line("func argument[T any](ctx context.Context, ec *executionContext, field *graphql.CollectedField, name string, read func(*executionContext, context.Context, any) (T, error)) (value T, ok bool) {")
	p.line("given, is, err := projection.Argument(field, name, ec.Variables)")
	p.line("if err != nil {")
	p.line("return value, false")
	p.line("}")
	p.line("if is {")
	p.line("value, err = read(ec, ctx, given)")
	p.line("}")
	p.line("return value, err == nil")
	p.line("}")
}

// isFederated reports whether a field is one of those that Apollo Federation puts at the root of a subgraph: _entities
// and _service. Gqlgen gives them no resolver, but calls a method that its plugin for federation would generate.
func isFederated(field *codegen.Field) bool {
	return strings.HasPrefix(field.Name, "_") && !strings.HasPrefix(field.Name, "__")
}

// hasResolver reports whether a field at the root is resolved by code of this project.
func hasResolver(field *codegen.Field) bool { return field.IsResolver || isFederated(field) }

// federated returns the Go expression of the resolver of a federated field, by the name of what has the resolvers.
func federated(receiver string, field *codegen.Field) string {
	return fmt.Sprintf("%s.Resolvers.(FederationResolver).%s", receiver, templates.ToGo(field.Name))
}

// printFederation prints what resolves the federated fields, and the methods of gqlgen that lead there.
func printFederation(p *printer, fields []*codegen.Field) {
	var signatures, methods []string
	for _, field := range fields {
		if !isFederated(field) {
			continue
		}
		parameters, arguments := "ctx context.Context", "ctx"
		for _, argument := range field.Args {
			parameters += ", " + argument.VarName + " " + p.typeOf(argument.TypeReference.GO)
			arguments += ", " + argument.VarName
		}
		result := p.typeOf(field.TypeReference.GO)
		signatures = append(signatures, fmt.Sprintf("%s(%s) (%s, error)", templates.ToGo(field.Name), parameters, result))
		call := fmt.Sprintf("%s(%s)", federated("ec", field), arguments)
		if field.NoErr {
			methods = append(methods, fmt.Sprintf(
				"func (ec *executionContext) %s(%s) %s {\nvalue, err := %s\nif err != nil {\nec.Error(ctx, err)\n}\nreturn value\n}",
				field.GoFieldName, parameters, result, call))
		} else {
			methods = append(methods, fmt.Sprintf("func (ec *executionContext) %s(%s) (%s, error) {\nreturn %s\n}",
				field.GoFieldName, parameters, result, call))
		}
	}
	p.line("")
	p.line("// A FederationResolver resolves what Apollo Federation adds to the root of queries. The resolvers in a Config have to be one.")
	p.line("type FederationResolver interface {")
	for _, signature := range signatures {
		p.line("%s", signature)
	}
	p.line("}")
	for _, method := range methods {
		p.line("")
		p.line("%s", method)
	}
	p.line("")
	p.line("// Sources are the files of the schema, those for federation included. They must not be changed.")
	p.line("func Sources() []*%s.Source { return sources }", p.pkg("github.com/vektah/gqlparser/v2/ast"))
}
