package projection

import (
	"context"
	"io"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// A Writer takes the JSON of objects. What the executor has to resolve is a hole in it until all
// is written. The zero value is ready.
type Writer struct {
	text   []byte
	holes  []hole
	failed bool
}

// A hole is the place of a field that the executor resolves.
type hole struct {
	at      int // in the text
	resolve func() graphql.Marshaler
	value   graphql.Marshaler
}

// Begin begins an object.
func (w *Writer) Begin() { w.text = append(w.text, '{') }

// Key begins the nth member of an object.
func (w *Writer) Key(n int, step *Step) {
	if n > 0 {
		w.text = append(w.text, ',')
	}
	w.text = append(w.text, step.key...)
}

// End ends an object.
func (w *Writer) End() { w.text = append(w.text, '}') }

// BeginList begins a list.
func (w *Writer) BeginList() { w.text = append(w.text, '[') }

// Element begins the nth element of a list.
func (w *Writer) Element(n int) {
	if n > 0 {
		w.text = append(w.text, ',')
	}
}

// EndList ends a list.
func (w *Writer) EndList() { w.text = append(w.text, ']') }

// Null writes null.
func (w *Writer) Null() { w.text = append(w.text, "null"...) }

// Name writes the name of a type, which needs no escapes.
func (w *Writer) Name(name string) { w.text = append(append(append(w.text, '"'), name...), '"') }

// Boolean writes the scalar of that name.
func (w *Writer) Boolean(v bool) { w.text = strconv.AppendBool(w.text, v) }

// Int writes the scalar of that name.
func (w *Writer) Int(v int) { w.text = strconv.AppendInt(w.text, int64(v), 10) }

// String writes the scalar of that name, escaped as gqlgen does.
func (w *Writer) String(v string) {
	for i := range len(v) {
		if c := v[i]; c < 0x20 || c == '"' || c == '\\' {
			w.Value(graphql.MarshalString(v))
			return
		}
	}
	w.text = append(append(append(w.text, '"'), v...), '"')
}

// Value writes any other scalar.
func (w *Writer) Value(v graphql.Marshaler) { v.MarshalGQL(appender{w}) }

// NonNull writes a scalar where null is an error, which is left to the executor to report.
func (w *Writer) NonNull(v graphql.Marshaler) {
	if v == graphql.Null {
		w.Fail()
		return
	}
	w.Value(v)
}

// Fail gives up: the executor has to write everything.
func (w *Writer) Fail() { w.failed = true }

// Hole leaves a place for a field that the executor resolves by the given function. The function is
// called once all is written, at the same time as the others.
func (w *Writer) Hole(resolve func() graphql.Marshaler) {
	w.holes = append(w.holes, hole{at: len(w.text), resolve: resolve})
}

// Finish resolves what is missing and answers everything that was written, and whether that is
// to be used.
func (w *Writer) Finish() (graphql.Marshaler, bool) {
	if w.failed {
		return nil, false
	}
	var group sync.WaitGroup
	for i := range w.holes {
		fill := func() { w.holes[i].value = w.holes[i].resolve() }
		if i == len(w.holes)-1 {
			fill() // the last needs no goroutine
		} else {
			group.Go(fill)
		}
	}
	group.Wait()
	return written{w}, true
}

// written is what a Writer has taken.
type written struct{ *Writer }

// MarshalGQL writes everything in order.
func (w written) MarshalGQL(out io.Writer) {
	from := 0
	for _, hole := range w.holes {
		_, _ = out.Write(w.text[from:hole.at]) // into memory
		hole.value.MarshalGQL(out)
		from = hole.at
	}
	_, _ = out.Write(w.text[from:])
}

// An appender lets a scalar write itself.
type appender struct{ *Writer }

// Write takes a piece of JSON.
func (a appender) Write(piece []byte) (int, error) {
	a.text = append(a.text, piece...)
	return len(piece), nil
}

// WriteString takes a piece of JSON.
func (a appender) WriteString(piece string) (int, error) {
	a.text = append(a.text, piece...)
	return len(piece), nil
}

// Within answers the context of what is resolved within an object field.
func Within(ctx context.Context, object string, step *Step) context.Context {
	if !anyHoles(step.Plans) {
		return ctx
	}
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: object, Field: step.Field})
}

// At answers the context of what is resolved within an element of a list.
func At(ctx context.Context, index int, plans []*Plan) context.Context {
	if !anyHoles(plans) {
		return ctx
	}
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index})
}
