package upstream

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// This file alone knows which package reads and writes JSON. Strings that are read are
// copies, so that the text may be reused afterwards.

// errNotJSON is all that is said of text that is not JSON, since the errors of the JSON package
// quote the text.
const errNotJSON = plainError("the answer is not the expected JSON")

// lenient accepts whatever does not keep the rest from being read.
var lenient = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// decodeList reads text as a JSON array of T. Rows and members of the wrong type are left
// at their zero values.
func decodeList[T any](text []byte) ([]T, error) {
	var list []T
	return list, decode(text, '[', &list)
}

// decodeObject reads text as a JSON object. Members of the wrong type are left at their
// zero values.
func decodeObject[T any](text []byte) (*T, error) {
	object := new(T)
	return object, decode(text, '{', object)
}

func decode[T any](text []byte, kind jsontext.Kind, value *T) error {
	if jsontext.Value(text).Kind() != kind {
		return errNotJSON
	}
	err := json.Unmarshal(text, value, lenient)
	if err == nil {
		return nil
	}
	// A value of the wrong type ends the reading. That is rare enough to start over in the
	// slower way that carries on past it.
	if _, ok := errors.AsType[*json.SemanticError](err); ok {
		*value = *new(T)
		err = json.Unmarshal(text, value, lenient, jsonv1.ReportErrorsWithLegacySemantics(true))
		if _, ok := errors.AsType[*jsonv1.UnmarshalTypeError](err); ok || err == nil {
			return nil
		}
	}
	return errNotJSON
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
