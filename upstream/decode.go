package upstream

import (
	"reflect"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"certql/upstream/scan"
)

// This file alone knows which package reads and writes JSON, beside package scan. Strings that
// are read are copies, so that the text may be reused afterwards.

// errNotJSON is all that is said of text that is not JSON, since the errors of the JSON package
// quote the text.
const errNotJSON = plainError("the response is not the expected JSON")

// decodeList reads text as a JSON array of T, and of each T what is selected. What does not fit the type of its member, or of its
// element in a list within a row, is left out as if it were absent, and logged by u, which may be nil. A
// row that is no object is a zero T, so that the positions of the others hold. Of several members with one name, the
// last counts. Rows beyond MaxLimit, which nothing can have asked for, are left out: a short text can have very many.
func decodeList[T any](u *unknownValues, text []byte, selected *Selection) ([]T, error) {
	list := []T{}
	whole := decoding(u, text, selected, func(d *decoder) {
		for more := d.List(); more; more = d.More() {
			d.giveWay()
			switch n := len(list); n {
			case MaxLimit:
				d.Skip()
				continue
			case 1: // by which the others can be told
				list = slices.Grow(list, min(len(text)/(len(text)-d.Left()), MaxLimit))
			}
			list = append(list, *new(T))
			if kind := d.Kind(); kind == scan.Object {
				d.row(&list[len(list)-1])
			} else {
				d.leaveOut(reflect.TypeFor[T]().Name(), "[]", kind)
			}
		}
	})
	switch {
	case !whole:
		return nil, errNotJSON
	case selected != nil && anyAmbiguous(list):
		return decodeList[T](u, text, nil)
	}
	return list, nil
}

func anyAmbiguous[T any](list []T) bool {
	for i := range list {
		if isAmbiguous(&list[i]) {
			return true
		}
	}
	return false
}

// decodeObject reads text as a JSON object, and what is selected of it. What does not fit is left out as decodeList
// does. No object that is read by itself is ambiguous.
func decodeObject[T any](u *unknownValues, text []byte, selected *Selection) (*T, error) {
	object := new(T)
	if !decoding(u, text, selected, func(d *decoder) { d.row(object) }) {
		return nil, errNotJSON
	}
	return object, nil
}

// decoders are kept for reuse.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// decoding reads what is selected of text, and reports whether that is of the kind that is read, and all of the text JSON.
func decoding(u *unknownValues, text []byte, selected *Selection, read func(*decoder)) bool {
	if len(text) > largeBytes {
		turns().take()
		defer turns().give()
	}
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	d.Reset(text)
	d.unknown, d.due = u, len(text)-pieceBytes
	if d.selected = everything; selected != nil {
		d.selected = *selected
	}
	read(d)
	whole := d.Whole()
	*d = decoder{} // it refers to what is read no longer
	return whole
}

// most is how many values of a type are allocated at once.
const most = 32

// values allocates values of a type several at once: the more, the more have been needed.
type values[T any] struct {
	free []T
	size int
}

// next returns a value that is zero.
func (v *values[T]) next() *T {
	v.need()
	value := &v.free[0]
	v.free = v.free[1:]
	return value
}

// need makes sure that there is a value.
func (v *values[T]) need() {
	if len(v.free) == 0 {
		v.size = min(max(2*v.size, 1), most)
		v.free = make([]T, v.size)
	}
}

// list returns a list without elements, to which values are to be appended, and ended returns it when it has all of
// them. Values that are needed meanwhile come from elsewhere.
func (v *values[T]) list() []T {
	v.need()
	list := v.free[:0]
	v.free = nil
	return list
}

func (v *values[T]) ended(list []T) []T {
	v.free = list[len(list):cap(list)]
	return slices.Clip(list)
}

var yes, no = true, false

// boolean returns a pointer to a value, which must not be changed.
func boolean(value bool) *bool {
	if value {
		return &yes
	}
	return &no
}

// text reads a member that is a string.
func (d *decoder) text(field Field) string {
	if d.Kind() != scan.String {
		d.leaveOut(field.String(), "", d.Kind())
		return ""
	}
	return d.Text()
}

// fits reports whether the value that is next, of a member, is of the member's kind. If not, it is passed over.
func (d *decoder) fits(field Field, kind scan.Kind) bool {
	return d.Kind() == kind || d.leaveOut(field.String(), "", d.Kind())
}

// elementFits does so for an element of a list that is a member.
func (d *decoder) elementFits(field Field, kind scan.Kind) bool {
	return d.Kind() == kind || d.leaveOut(field.String(), "[]", d.Kind())
}

// leaveOut passes over the next value, which is of a kind that its place does not have, and returns false. It logs that
// with what the place is called, unless the value is null, which may stand anywhere.
func (d *decoder) leaveOut(place, within string, kind scan.Kind) bool {
	if kind != scan.Null && kind != scan.None {
		d.unknown.misfit(place+within, kind.String())
	}
	d.Skip()
	return false
}

// integer reads a member that is a number, and returns a pointer to it, with memory from what the decoder keeps; nil
// if it is none that T has room for.
func integer[T int | int64](d *decoder, field Field, from *values[T]) *T {
	n, ok := d.Integer()
	if !ok || int64(T(n)) != n {
		d.unknown.misfit(field.String(), scan.Number.String())
		return nil
	}
	value := from.next()
	*value = T(n)
	return value
}

// moment reads any value in the place of a moment, as ParseTime does.
func (d *decoder) moment() (t Time) {
	_ = t.UnmarshalJSON(d.Value()) // which never fails
	return t
}

// encode writes value as JSON. Text that is not UTF-8 is mended.
func encode(value any) ([]byte, error) {
	return json.Marshal(value, jsontext.AllowInvalidUTF8(true))
}

// unquote returns the text of a JSON string.
func unquote(value []byte) string {
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}
