package upstream

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file and fit.go alone know which package reads and writes JSON. Strings that are read are
// copies, so that the text may be reused afterwards.

// errNotJSON is all that is said of text that is not JSON, since the errors of the JSON package
// quote the text.
const errNotJSON = plainError("the answer is not the expected JSON")

// lenient accepts texts that are not UTF-8, which it mends.
var lenient = jsontext.AllowInvalidUTF8(true)

// decodeList reads text as a JSON array of T. What does not fit the type of its member, or of its
// element in a list within a row, is left out as if it were absent, and logged by u, which may be nil. A
// row that is no object is a zero T, so that the positions of the others hold. Rows beyond MaxLimit, which
// nothing can have asked for, are left out: a short text can have very many.
func decodeList[T any](u *unknownValues, text []byte) ([]T, error) {
	if jsontext.Value(text).Kind() != '[' {
		return nil, errNotJSON
	}
	var list []T
	var err error
	if mayInflate[T](text) {
		list, err = decodeRows[T](text)
	} else {
		err = json.Unmarshal(text, &list, lenient)
	}
	if err == nil && !listsNull(text) {
		return list[:min(len(list), MaxLimit)], nil
	}
	list = nil
	return list, fitted(u, text, &list)
}

// inflation is how many times the size of a text its rows may take in memory, without what they refer to.
const inflation = 8

// mayInflate reports whether the rows of a text may take much more memory than the text, because there may be
// very many of them that say nothing. No text has more rows than commas and one.
func mayInflate[T any](text []byte) bool {
	return (bytes.Count(text, []byte{','})+1)*int(reflect.TypeFor[T]().Size()) > inflation*max(len(text), 64<<10)
}

// decodeRows reads text as decodeList does, if every value in it fits. It takes longer than decoding the text
// as a whole, but never more memory than MaxLimit rows do.
func decodeRows[T any](text []byte) ([]T, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), lenient)
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	list := []T{}
	for decoder.PeekKind() != ']' {
		var err error
		if n := len(list); n < MaxLimit {
			list = append(list, *new(T))
			err = json.UnmarshalDecode(decoder, &list[n])
		} else {
			err = decoder.SkipValue()
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	_, err := decoder.ReadToken()
	if errors.Is(err, io.EOF) {
		return list, nil
	}
	return nil, cmp.Or(err, error(errNotJSON))
}

// decodeObject reads text as a JSON object. What does not fit is left out as decodeList does.
func decodeObject[T any](u *unknownValues, text []byte) (*T, error) {
	object := new(T)
	if jsontext.Value(text).Kind() != '{' {
		return object, errNotJSON
	}
	if err := json.Unmarshal(text, object, lenient); err == nil && !listsNull(text) {
		return object, nil
	}
	return object, fitted(u, text, object)
}

// fitted reads text in the slower way that carries on past what does not fit, which is rare enough to
// start over.
func fitted(u *unknownValues, text []byte, value any) error {
	if err := fit(u, text, value); err != nil {
		return errNotJSON
	}
	return nil
}

// encode writes value as JSON. Text that is not UTF-8 is mended.
func encode(value any) ([]byte, error) {
	return json.Marshal(value, lenient)
}

// unquote returns the text of a JSON string.
func unquote(value []byte) string {
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}
