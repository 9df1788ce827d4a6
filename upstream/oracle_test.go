package upstream

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// fit reads JSON text into the value that a pointer points to, as far as the text fits the value's
// type, which it goes by at run time: it is what the generated decoders are held to. A value of another type is left out:
// its member or pointer is as if the text did not have it, and a list has one element less. Of several members with one
// name, the last counts. A number fits an integer if it has no fraction, however it is written. Only the rows of the
// text, if it is a list, are kept as zero values if they do not fit. The error is that of text that is not JSON, or
// neither an object nor a list as the value is.
func fit(text []byte, pointer any) error {
	f := fitter{
		decoder: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)),
		members: map[reflect.Type]map[string][]int{},
	}
	value := reflect.ValueOf(pointer).Elem()
	var err error
	switch kind := f.decoder.PeekKind(); {
	case kind == '[' && value.Kind() == reflect.Slice:
		err = f.list(value, true)
	case kind == '{' && value.Kind() == reflect.Struct:
		err = f.object(value)
	default:
		return errNotJSON
	}
	if err != nil {
		return err
	}
	if _, err := f.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

// A fitter reads one JSON text. See fit.
type fitter struct {
	decoder *jsontext.Decoder
	members map[reflect.Type]map[string][]int // index of the field, by the member's name
}

// value reads the next JSON value into v, which is zero afterwards unless the value fits.
func (f *fitter) value(v reflect.Value) (fits bool, err error) {
	v.SetZero()
	if own, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		value, err := f.decoder.ReadValue()
		if err != nil {
			return false, err
		}
		return own.UnmarshalJSON(value) == nil, nil
	}
	switch kind := f.decoder.PeekKind(); {
	case v.Kind() == reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		if fits, err = f.value(target.Elem()); fits {
			v.Set(target)
		}
		return fits, err
	case kind == '{' && v.Kind() == reflect.Struct:
		return true, f.object(v)
	case kind == '[' && v.Kind() == reflect.Slice:
		return true, f.list(v, false)
	case kind == '{' || kind == '[':
		return false, f.decoder.SkipValue()
	default:
		token, err := f.decoder.ReadToken()
		if err != nil {
			return false, err
		}
		return setPlain(v, token), nil
	}
}

// object reads a JSON object into a struct.
func (f *fitter) object(v reflect.Value) error {
	if _, err := f.decoder.ReadToken(); err != nil {
		return err
	}
	fields := f.fieldsOf(v.Type())
	for f.decoder.PeekKind() != '}' {
		name, err := f.decoder.ReadToken()
		if err != nil {
			return err
		}
		if i, known := fields[name.String()]; known {
			_, err = f.value(v.FieldByIndex(i))
		} else {
			err = f.decoder.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	_, err := f.decoder.ReadToken()
	return err
}

// list reads a JSON array into a slice, which is not nil afterwards. Elements that do not fit are left
// out, or kept as zero values.
func (f *fitter) list(v reflect.Value, keep bool) error {
	if _, err := f.decoder.ReadToken(); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for f.decoder.PeekKind() != ']' {
		if keep && v.Len() == MaxLimit { // see decodeList
			if err := f.decoder.SkipValue(); err != nil {
				return err
			}
			continue
		}
		element := reflect.New(v.Type().Elem()).Elem()
		fits, err := f.value(element)
		if err != nil {
			return err
		}
		if fits || keep {
			v.Set(reflect.Append(v, element))
		}
	}
	_, err := f.decoder.ReadToken()
	return err
}

// fieldsOf returns the indexes of a struct's fields by the names of their members. Those of an embedded
// struct are among them.
func (f *fitter) fieldsOf(of reflect.Type) map[string][]int {
	fields, known := f.members[of]
	if !known {
		fields = make(map[string][]int, of.NumField())
		for _, field := range reflect.VisibleFields(of) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				fields[name] = field.Index
			}
		}
		f.members[of] = fields
	}
	return fields
}

// setPlain sets v to a string, boolean or number, and reports whether the token fits v.
func setPlain(v reflect.Value, token jsontext.Token) bool {
	switch kind := token.Kind(); {
	case kind == '"' && v.Kind() == reflect.String:
		v.SetString(token.String())
	case (kind == 't' || kind == 'f') && v.Kind() == reflect.Bool:
		v.SetBool(token.Bool())
	case kind == '0' && v.CanInt():
		n, ok := wholeNumber(token.String())
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
	default:
		return false
	}
	return true
}

// wholeNumber returns a JSON number as an integer; false if it has a fraction or is too large.
func wholeNumber(text string) (int64, bool) {
	if size, err := strconv.ParseFloat(text, 64); err != nil || math.Abs(size) > math.MaxUint64 || size != 0 && math.Abs(size) < 0.1 {
		return 0, false // whose digits as a fraction may be very many
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok || !number.IsInt() || !number.Num().IsInt64() {
		return 0, false
	}
	return number.Num().Int64(), true
}
