package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/graph/gen"
	"certql/graph/plan"
)

const (
	// maxSchemas and maxTypes are how often an operation may ask for the schema, and for a type of it.
	maxSchemas = 1
	maxTypes   = 5
	// introspectionBytes is how much text of introspections is kept.
	introspectionBytes = 2 << 20
)

// introspections is the extension that lets operations ask for the schema, a few times each. What is
// selected of it is worked out once for each distinct selection, and kept as text: gqlgen executes such
// a selection field by field, for longer than most operations take.
type introspections struct {
	texts   *otter.Cache[[sha256.Size]byte, text]
	working chan struct{} // has room for one: who puts a value in may work out a text
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*introspections)(nil)

func newIntrospections() *introspections {
	return &introspections{
		texts: otter.Must(&otter.Options[[sha256.Size]byte, text]{
			MaximumWeight: introspectionBytes,
			Weigher:       func(key [sha256.Size]byte, kept text) uint32 { return uint32(len(key) + len(kept)) },
			Executor:      func(task func()) { task() }, // at once, so that there is no goroutine to stop
		}),
		working: make(chan struct{}, 1),
	}
}

// ExtensionName names the extension.
func (*introspections) ExtensionName() string { return "Introspections" }

// Validate accepts any schema.
func (*introspections) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext lets an operation ask for the schema. The error is that of one that does so too
// often.
func (*introspections) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	operation.DisableIntrospection = false
	schemas, types := 0, 0
	for _, field := range plan.Roots(operation) {
		switch field.Name {
		case "__schema", plan.ServiceField:
			schemas++
		case "__type":
			types++
		}
	}
	switch {
	case schemas > maxSchemas:
		return apierror.TooLarge("schemas", maxSchemas, "The operation asks for the schema more than once.")
	case types > maxTypes:
		return apierror.TooLarge("types", maxTypes, fmt.Sprintf("The operation asks for more than %d types of the schema by __type.", maxTypes))
	default:
		return nil
	}
}

// text is JSON.
type text []byte

// MarshalGQL writes the JSON.
func (t text) MarshalGQL(w io.Writer) { _, _ = w.Write(t) } // memory: no errors

// text returns the JSON of what the field in the context selects of the schema, and whether the value is
// a part of the schema that a field at the root shows. The error says why there is no JSON.
func (i *introspections) text(ctx context.Context, projector gen.Projector, value any) (text, bool, error) {
	field := graphql.GetFieldContext(ctx)
	if field.Field.Name != "__schema" && field.Field.Name != "__type" {
		return nil, false, nil
	}
	operation, answer := graphql.GetOperationContext(ctx), &plan.From(ctx).Answer
	key := selectionKey(operation, field.Field)
	if kept, ok := i.texts.GetIfPresent(key); ok {
		return kept, true, answer.Spend(ctx, len(kept))
	}
	select {
	case i.working <- struct{}{}:
		defer func() { <-i.working }()
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	if kept, ok := i.texts.GetIfPresent(key); ok { // by the one before
		return kept, true, answer.Spend(ctx, len(kept))
	}
	made, ok := projector.Introspect(ctx, operation, value)
	if !ok {
		return nil, false, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err // it is only a part
	}
	if err := answer.Err(); err != nil {
		return nil, false, err
	}
	var written bytes.Buffer
	made.MarshalGQL(&written)
	i.texts.Set(key, written.Bytes())
	return written.Bytes(), true, nil
}

// selectionKey returns what tells apart what fields select of the schema: two of them that may show
// different texts have different keys.
func selectionKey(operation *graphql.OperationContext, field graphql.CollectedField) [sha256.Size]byte {
	var printed strings.Builder
	printSelection(&printed, operation, field)
	return sha256.Sum256([]byte(printed.String()))
}

// printSelection prints a field and all that is selected below it, with fragments and variables in place.
func printSelection(into *strings.Builder, operation *graphql.OperationContext, field graphql.CollectedField) {
	into.WriteString(field.Name)
	for name, value := range field.ArgumentMap(operation.Variables) { // no field of the schema has two
		fmt.Fprintf(into, "(%s:%q)", name, fmt.Sprint(value))
	}
	if len(field.Selections) == 0 {
		return
	}
	into.WriteByte('{')
	for _, below := range graphql.CollectFields(operation, field.Selections, []string{field.Definition.Type.Name()}) {
		into.WriteString(below.Alias)
		into.WriteByte(':')
		printSelection(into, operation, below)
		into.WriteByte(' ')
	}
	into.WriteByte('}')
}
