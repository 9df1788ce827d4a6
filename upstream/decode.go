package upstream

import (
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
// row that is no object is a zero T, so that the positions of the others hold.
func decodeList[T any](u *unknownValues, text []byte) ([]T, error) {
	var list []T
	return list, decode(u, text, '[', &list)
}

// decodeObject reads text as a JSON object. What does not fit is left out as decodeList does.
func decodeObject[T any](u *unknownValues, text []byte) (*T, error) {
	object := new(T)
	return object, decode(u, text, '{', object)
}

func decode[T any](u *unknownValues, text []byte, kind jsontext.Kind, value *T) error {
	if jsontext.Value(text).Kind() != kind {
		return errNotJSON
	}
	if err := json.Unmarshal(text, value, lenient); err == nil && !listsNull(text) {
		return nil
	}
	// Something does not fit. That is rare enough to start over in the slower way that carries on
	// past it.
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
