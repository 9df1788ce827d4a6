package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin"
)

// arguments is the plugin of gqlgen that writes how the arguments of fields below the root are read, with
// their types, outside of the fields' resolvers; and how an order of the schema becomes the upstream's.
type arguments struct{}

var _ plugin.CodeGenerator = arguments{}

// Name names the plugin.
func (arguments) Name() string { return "arguments" }

// pagingArguments are those that every connection has; relay.Arguments has them all.
var pagingArguments = []string{"first", "after", "last", "before", "offset"}

const (
	relayPath    = "certql/graph/relay"
	upstreamPath = "certql/upstream"
)

// GenerateCode writes arguments.generated.go beside what gqlgen generates.
func (arguments) GenerateCode(data *codegen.Data) error {
	p := newPrinter(data.Config.Exec.Pkg())
	p.line("// An ArgumentReader reads the arguments of fields below the root outside of their resolvers.")
	p.line("type ArgumentReader struct{ schema *executableSchema }")
	p.line("")
	p.line("// NewArgumentReader returns the ArgumentReader of a schema that NewExecutableSchema has returned.")
	p.line("func NewArgumentReader(schema %s.ExecutableSchema) ArgumentReader {", p.pkg(graphqlPath))
	p.line("return ArgumentReader{schema.(*executableSchema)}")
	p.line("}")
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			if !object.Root && len(field.Args) > 0 && !strings.HasPrefix(object.Name, "__") {
				printArguments(p, field)
			}
		}
	}
	for _, input := range data.Inputs {
		if strings.HasSuffix(input.Name, "Order") {
			printSorter(p, input)
		}
	}
	source, err := p.source(data.Config.Exec.Package)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data.Config.Exec.Dir(), "arguments.generated.go"), source, 0o644) //nolint:gosec // as other sources are
}

// printArguments prints the type of a field's arguments, and the method that reads them.
func printArguments(p *printer, field *codegen.Field) {
	name, of := readingOf(field), argumentsType(field)
	place := field.Object.Name + "." + field.Name
	p.line("")
	p.line("// %s are the arguments of %s.", of, place)
	p.line("type %s struct {", of)
	if slices.ContainsFunc(field.Args, func(a *codegen.FieldArgument) bool { return a.Name == pagingArguments[0] }) {
		p.line("%s.Arguments", p.pkg(relayPath))
	}
	for _, argument := range field.Args {
		if !slices.Contains(pagingArguments, argument.Name) {
			p.line("%s %s", templates.ToGo(argument.Name), p.typeOf(argument.TypeReference.GO))
		}
	}
	p.line("}")
	p.line("")
	p.line("// %s reads the arguments of %s, by their names. The error says which is wrong.", name, place)
	p.line("func (r ArgumentReader) %s(ctx %s.Context, raw map[string]any) (read %s, err error) {", name, p.pkg("context"), of)
	p.line("ec := newExecutionContext(nil, r.schema, nil)")
	p.line("args, err := ec.%s(ctx, raw)", field.ArgsFunc())
	p.line("if err != nil {")
	p.line("return read, err")
	p.line("}")
	for _, argument := range field.Args {
		p.line("read.%s = args[%q].(%s)", templates.ToGo(argument.Name), argument.Name, p.typeOf(argument.TypeReference.GO))
	}
	p.line("return read, nil")
	p.line("}")
}

// readingOf returns the name of the method that reads the arguments of a field.
func readingOf(field *codegen.Field) string { return field.Object.Name + templates.ToGo(field.Name) }

// argumentsType returns the name of the type of a field's arguments.
func argumentsType(field *codegen.Field) string { return readingOf(field) + "Arguments" }

// printSorter prints the method by which an input with a field and a direction becomes a sorter.
func printSorter(p *printer, input *codegen.Object) {
	i := slices.IndexFunc(input.Fields, func(field *codegen.Field) bool { return field.Name == "field" })
	if i < 0 {
		p.fail("input %s has no field to order by", input.Name)
		return
	}
	sorter := p.pkg(upstreamPath) + ".Sorter[" + p.typeOf(input.Fields[i].TypeReference.GO) + "]"
	p.line("")
	p.line("// Sorter returns the order as the upstream takes it.")
	p.line("func (o %s) Sorter() %s {", input.Name, sorter)
	p.line("return %s{Field: o.Field, Descending: o.Direction == OrderDirectionDesc}", sorter)
	p.line("}")
}
