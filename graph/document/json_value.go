package document

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// A jsonValue is a valid JSON value and the offset at which it begins in its text, in bytes. The zero
// value stands for a value that is missing.
type jsonValue struct {
	at  int
	raw jsontext.Value
}

// parseJSON returns the only value in a JSON text. An object may have a name twice.
func parseJSON(text []byte) (jsonValue, *jsontext.SyntacticError) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	root, err := nextValue(decoder, jsonValue{raw: text})
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return jsonValue{}, syntactic
	}
	if err != nil {
		return jsonValue{}, &jsontext.SyntacticError{ByteOffset: int64(len(text)), Err: io.ErrUnexpectedEOF}
	}
	if rest := bytes.TrimLeft(text[decoder.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return jsonValue{}, &jsontext.SyntacticError{ByteOffset: int64(len(text) - len(rest)), Err: errors.New("there is more after its end")}
	}
	return root, nil
}

// nextValue returns the next value of a decoder that reads the value within.
func nextValue(decoder *jsontext.Decoder, within jsonValue) (jsonValue, error) {
	raw, err := decoder.ReadValue()
	if err != nil {
		return jsonValue{}, err
	}
	end := int(decoder.InputOffset())
	return jsonValue{within.at + end - len(raw), within.raw[end-len(raw) : end]}, nil
}

func (v jsonValue) kind() jsontext.Kind { return v.raw.Kind() }

// String returns the value as it is written.
func (v jsonValue) String() string { return string(v.raw) }

// text returns what a JSON string says, and an empty text for other values.
func (v jsonValue) text() string {
	if v.kind() != '"' {
		return ""
	}
	text, _ := jsontext.AppendUnquote(nil, v.raw)
	return string(text)
}

// children returns the members of an object or the elements of a list; the latter have no names.
func (v jsonValue) children() iter.Seq2[jsonValue, jsonValue] {
	return func(yield func(name, value jsonValue) bool) {
		decoder := jsontext.NewDecoder(bytes.NewBuffer(v.raw), jsontext.AllowDuplicateNames(true))
		opening, err := decoder.ReadToken()
		for err == nil && decoder.PeekKind() != '}' && decoder.PeekKind() != ']' {
			var name, value jsonValue
			if opening.Kind() == '{' {
				name, _ = nextValue(decoder, v) // the whole is valid
			}
			if value, err = nextValue(decoder, v); err != nil || !yield(name, value) {
				return
			}
		}
	}
}

// members returns the members of an object by their names; if a name is there twice, the last of them.
// Other values have none.
func (v jsonValue) members() map[string]jsonValue {
	if v.kind() != '{' {
		return nil
	}
	members := make(map[string]jsonValue)
	for name, value := range v.children() {
		members[name.text()] = value
	}
	return members
}
