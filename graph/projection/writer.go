package projection

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/outgoing"
	"certql/plain"
)

const (
	// maxReserved is the most bytes that a Writer has ready for what it expects to write.
	maxReserved = 1 << 20
	// checkEvery is after how many bytes a Writer looks whether it may go on.
	checkEvery = 4 << 10
)

// A Writer collects the JSON of an object or a list. Fields that the executor has to resolve are holes
// in the JSON, which Finish fills. The zero Writer is ready to use, and nothing stops it: see For.
type Writer struct {
	text   []byte
	box    *[]byte // in which the text was kept for this Writer, and is for the next; nil for none
	holes  []hole
	putOff []part
	failed bool

	workers *Workers

	ctx      context.Context //nolint:containedctx // of the field that is written; nil for none
	answer   *outgoing.Answer
	checked  int   // bytes of text that the answer has counted
	unwanted error // why it is of no use to write more
}

// For names the field that is written, by its context, the answer that counts the bytes, and the workers that
// resolve what is left out, nil for any number. The Writer stops when the caller has gone, or when the answer
// has failed.
func (w *Writer) For(ctx context.Context, answer *outgoing.Answer, workers *Workers) {
	w.ctx, w.answer, w.workers = ctx, answer, workers
}

// Answer returns the answer that counts the bytes; nil for none.
func (w *Writer) Answer() *outgoing.Answer { return w.answer }

// Workers returns the workers that resolve what is left out; nil for any number.
func (w *Writer) Workers() *Workers { return w.workers }

// Reserve makes room for n bytes more, so that writing them takes no allocation unless they are many.
func (w *Writer) Reserve(n int) {
	if w.text == nil {
		if used, ok := texts.Get().(*[]byte); ok {
			w.box, w.text = used, *used
		}
	}
	w.text = slices.Grow(w.text, min(n, maxReserved))
}

// texts are those of Writers whose JSON has been written, for others.
var texts sync.Pool

// reuse leaves the text to others. Nothing of it may be written after that.
func (w *Writer) reuse() {
	if box := w.box; cap(w.text) <= maxReserved {
		if box == nil {
			box = new([]byte)
		}
		*box = w.text[:0]
		texts.Put(box)
	}
	*w = Writer{}
}

// goesOn reports whether there is any use in writing more. It counts what was written.
func (w *Writer) goesOn() bool {
	if w.ctx == nil || w.unwanted != nil {
		return w.unwanted == nil
	}
	n := len(w.text) - w.checked
	w.checked = len(w.text)
	if w.unwanted = outgoing.Abandoned(w.ctx); w.unwanted == nil {
		w.unwanted = w.answer.Spend(w.ctx, n)
	}
	return w.unwanted == nil
}

const (
	// sample is after how many elements of a list the room for the others is worked out, and again after
	// sampleAgain.
	sample, sampleAgain = 4, 64
	// margin is the part of the room for the others that is added to it.
	margin = 1.0 / 16
)

// A List is what a Writer knows of a list that it writes.
type List struct{ begin, elements int }

// Foresee makes room for the first few of so many elements of a list, which take about size bytes each.
// Continue makes room for the others by what those take: a guess at all of them would be wrong by a factor,
// and a text that grows is copied each time.
func (w *Writer) Foresee(elements, size int) List {
	w.Reserve(min(elements, sample) * size)
	return List{len(w.text), elements}
}

// Continue makes room for the rest of a list, once enough of it is written to tell how much that takes.
// The nth element is next, counted from 0.
func (w *Writer) Continue(list List, n int) {
	if n != sample && n != sampleAgain {
		return
	}
	each := float64(len(w.text)-list.begin) / float64(n)
	w.Reserve(int(each * float64(list.elements-n) * (1 + margin)))
}

// Begin begins an object.
func (w *Writer) Begin() { w.text = append(w.text, '{') }

// Key begins the nth member of an object, counted from 0, with the alias of the step's field.
func (w *Writer) Key(n int, step *Step) {
	key := step.key
	if n == 0 {
		key = key[1:] // without the comma
	}
	w.text = append(w.text, key...)
}

// End ends an object.
func (w *Writer) End() { w.text = append(w.text, '}') }

// BeginList begins a list.
func (w *Writer) BeginList() { w.text = append(w.text, '[') }

// Element begins the nth element of a list, counted from 0. It returns false if there is no use in writing
// it, nor those after it.
func (w *Writer) Element(n int) bool {
	if len(w.text)-w.checked >= checkEvery && !w.goesOn() {
		return false
	}
	if n > 0 {
		w.text = append(w.text, ',')
	}
	return true
}

// EndList ends a list.
func (w *Writer) EndList() { w.text = append(w.text, ']') }

// Null writes null.
func (w *Writer) Null() { w.text = append(w.text, "null"...) }

// Name writes the name of a type as a string. A name needs no escapes.
func (w *Writer) Name(name string) { w.text = append(append(append(w.text, '"'), name...), '"') }

// Boolean writes a value of the scalar Boolean.
func (w *Writer) Boolean(v bool) { w.text = strconv.AppendBool(w.text, v) }

// Int writes a value of the scalar Int, and null for a number that it does not hold: it has 32 bits.
func (w *Writer) Int(v int) {
	if int(int32(v)) != v {
		w.Null()
		return
	}
	w.text = strconv.AppendInt(w.text, int64(v), 10)
}

// NonNullInt writes a value of the scalar Int that must not be null. If it is, the Writer fails.
func (w *Writer) NonNullInt(v int) {
	if int(int32(v)) != v {
		w.Fail()
		return
	}
	w.Int(v)
}

// Text writes a text as a string, and null if it is empty.
func (w *Writer) Text(v string) {
	if v == "" {
		w.Null()
		return
	}
	w.String(v)
}

// NonNullText writes a text that must not be empty. If it is, the Writer fails.
func (w *Writer) NonNullText(v string) {
	if v == "" {
		w.Fail()
		return
	}
	w.String(v)
}

// Appended writes a text that a function appends, as a string. The text needs no escapes. If nothing is appended,
// the Writer fails: the text must not be empty.
func (w *Writer) Appended(text func([]byte) []byte) {
	w.text = append(w.text, '"')
	begin := len(w.text)
	w.text = text(w.text)
	if len(w.text) == begin {
		w.Fail()
	}
	w.text = append(w.text, '"')
}

// String writes a value of the scalar String, with gqlgen's escapes.
func (w *Writer) String(v string) {
	begin := len(w.text)
	w.text = append(append(w.text, '"'), v...)
	if hasEscapes(w.text[begin+1:]) {
		w.text = w.text[:begin]
		w.Value(graphql.MarshalString(v))
		return
	}
	w.text = append(w.text, '"')
}

// hasEscapes reports whether a text has bytes that a string has escapes for.
func hasEscapes(text []byte) bool {
	for _, c := range text[plain.Prefix(text):] {
		if c < ' ' || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}

// Value writes a value of any other scalar or enum.
func (w *Writer) Value(v graphql.Marshaler) { v.MarshalGQL(appender{w}) }

// NonNull writes a scalar or enum that must not be null. If it is, the Writer fails, so that the
// executor reports the error.
func (w *Writer) NonNull(v graphql.Marshaler) {
	if v == graphql.Null {
		w.Fail()
		return
	}
	w.Value(v)
}

// Fail makes the Writer fail: Finish returns false, and the executor has to write everything.
func (w *Writer) Fail() { w.failed = true }

// Hole leaves out a value that the given function resolves. Finish calls the functions of all holes at the same
// time, as far as the workers allow.
func (w *Writer) Hole(resolve func() graphql.Marshaler) {
	w.holes = append(w.holes, hole{offset: len(w.text), resolve: resolve})
}

// PutOff leaves a fragment of an object for a later part of the response. The context is that of the
// object, and write returns the fragment's JSON.
func (w *Writer) PutOff(ctx context.Context, deferred *Deferred, write func(context.Context) graphql.Marshaler) {
	w.putOff = append(w.putOff, part{ctx: ctx, label: deferred.Label, write: write})
}

// Finish fills the holes and returns the JSON. It returns false, and resolves nothing, if the Writer
// has failed. If there is no use in the JSON, it is null, and the response has an error that says why.
func (w *Writer) Finish() (graphql.Marshaler, bool) {
	if !w.goesOn() {
		graphql.AddError(w.ctx, w.unwanted)
		return graphql.Null, true
	}
	if w.failed {
		return nil, false
	}
	for _, each := range w.putOff {
		each.register()
	}
	w.workers.fill(w.holes)
	return written{w}, true
}

// written is the JSON in a Writer whose holes are filled.
type written struct{ *Writer }

// MarshalGQL writes the text with the values of the holes in it. It is called once: the text is used again after that.
func (w written) MarshalGQL(out io.Writer) {
	if buffer, ok := out.(*bytes.Buffer); ok { // the executor's writer
		buffer.Grow(w.size())
	}
	from := 0
	for _, hole := range w.holes {
		_, _ = out.Write(w.text[from:hole.offset]) // memory: no errors
		hole.value.MarshalGQL(out)
		from = hole.offset
	}
	_, _ = out.Write(w.text[from:])
	w.reuse()
}

// size returns the number of bytes to write, without those of values that no Writer has collected.
func (w written) size() int {
	n := len(w.text)
	for _, hole := range w.holes {
		if value, ok := hole.value.(written); ok {
			n += value.size()
		}
	}
	return n
}

// An appender is the io.Writer through which a scalar appends its JSON to that of a Writer.
type appender struct{ *Writer }

// Write appends a piece of JSON.
func (a appender) Write(piece []byte) (int, error) {
	a.text = append(a.text, piece...)
	return len(piece), nil
}

// WriteString appends a piece of JSON.
func (a appender) WriteString(piece string) (int, error) {
	a.text = append(a.text, piece...)
	return len(piece), nil
}

// Within returns the context in which the fields of an object are resolved that a field of an object
// of the named type shows.
func Within(ctx context.Context, object string, step *Step) context.Context {
	if !AnyHoles(step.Plans) {
		return ctx
	}
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: object, Field: *step.Field})
}

// At returns the context in which the fields of the list's element with the given index are resolved.
func At(ctx context.Context, index int, plans []*Plan) context.Context {
	if !AnyHoles(plans) {
		return ctx
	}
	e := &element{index: index}
	e.Index = &e.index
	return graphql.WithFieldContext(ctx, &e.FieldContext)
}

// An element is the context of a list's element, with the index that it points to.
type element struct {
	graphql.FieldContext

	index int
}
