package sandbox

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// enumMembers are the members whose values the official definition enumerates.
var enumMembers = []string{
	"campaignType", "correlatedStatus", "decision", "localeOrigin", "mandatoryCommentRequirement", "phase", "status",
	"targetType", "type", "usageDaysState",
}

// rewrite returns a JSON body in which the values that the fault names are replaced. A body that is not JSON stays as it
// is.
func (f *Fault) rewrite(body []byte) []byte {
	var changed bytes.Buffer
	r := rewriter{
		fault:   f,
		decoder: jsontext.NewDecoder(bytes.NewReader(body)),
		encoder: jsontext.NewEncoder(&changed),
	}
	if err := r.value(); err != nil {
		return body
	}
	return changed.Bytes()
}

// A rewriter copies JSON and changes members as it does.
type rewriter struct {
	fault   *Fault
	decoder *jsontext.Decoder
	encoder *jsontext.Encoder
}

// value copies one value, with the members of all objects in it.
func (r *rewriter) value() error {
	switch r.decoder.PeekKind() {
	case '{':
		return r.within('}', r.member)
	case '[':
		return r.within(']', r.value)
	}
	plain, err := r.decoder.ReadValue()
	if err != nil {
		return err
	}
	return r.encoder.WriteValue(plain)
}

// within copies an object or array, whose parts are copied by each.
func (r *rewriter) within(end jsontext.Kind, each func() error) error {
	if err := r.token(); err != nil {
		return err
	}
	for kind := r.decoder.PeekKind(); kind != end; kind = r.decoder.PeekKind() {
		if err := each(); err != nil {
			return err
		}
	}
	return r.token()
}

func (r *rewriter) token() error {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return err
	}
	return r.encoder.WriteToken(token)
}

// member copies a member of an object, with another value if the fault says so.
func (r *rewriter) member() error {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return err
	}
	name := token.String()
	if err := r.encoder.WriteToken(jsontext.String(name)); err != nil {
		return err
	}
	replacement, found := r.fault.replacement(name, r.decoder.PeekKind())
	if !found {
		return r.value()
	}
	if err := r.decoder.SkipValue(); err != nil {
		return err
	}
	return r.encoder.WriteToken(replacement)
}

// replacement returns the new value of a member, and false if the member keeps its own.
func (f *Fault) replacement(name string, kind jsontext.Kind) (jsontext.Token, bool) {
	if f.Kind == FaultUnknownEnums {
		fields := f.Fields
		if len(fields) == 0 {
			fields = enumMembers
		}
		return jsontext.String(UnknownEnumValue), kind == '"' && slices.Contains(fields, name)
	}
	if len(f.Fields) == 0 {
		return jsontext.Null, kind != '{' && kind != '[' && name != "id"
	}
	return jsontext.Null, slices.Contains(f.Fields, name)
}
