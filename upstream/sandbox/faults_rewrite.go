package sandbox

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// enumMembers are the members whose values the official definition enumerates.
var enumMembers = []string{
	"campaignType", "correlatedStatus", "decision", "identityState", "level", "localeOrigin", "mandatoryCommentRequirement",
	"operator", "phase", "reviewerType", "status", "targetType", "type", "usageDaysState",
}

// rewrite returns a JSON body in which the values that the fault names are replaced or left out. A body that is not JSON
// stays as it is.
func (f *Fault) rewrite(body []byte) []byte {
	var changed bytes.Buffer
	r := rewriter{
		fault:   f,
		decoder: jsontext.NewDecoder(bytes.NewReader(body)),
		encoder: jsontext.NewEncoder(&changed),
	}
	if err := r.body(); err != nil {
		return body
	}
	return changed.Bytes()
}

// A rewriter copies JSON and changes values as it does.
type rewriter struct {
	fault   *Fault
	decoder *jsontext.Decoder
	encoder *jsontext.Encoder
	spared  bool // the row that is being copied
}

// body copies the rows of a list, or one object.
func (r *rewriter) body() error {
	if r.decoder.PeekKind() != '[' {
		return r.value("", nil)
	}
	n := 0
	return r.within(']', func() error {
		r.spared = len(r.fault.Rows) > 0 && !slices.Contains(r.fault.Rows, n)
		n++
		return r.value("", nil)
	}, nil)
}

// value copies one value, with all that is in it, or what the fault puts in its place. The path leads to it from its row.
// What has to come before the value is written by announce, which may be nil.
func (r *rewriter) value(path string, announce func() error) error {
	kind := r.decoder.PeekKind()
	replacement, changes := r.fault.replacement(path, kind)
	changes = changes && !r.spared
	if changes && replacement == nil {
		return r.decoder.SkipValue()
	}
	if announce != nil {
		if err := announce(); err != nil {
			return err
		}
	}
	switch {
	case changes:
		if err := r.decoder.SkipValue(); err != nil {
			return err
		}
		return r.encoder.WriteValue(replacement)
	case kind == '{':
		missing := r.additions(path)
		return r.within('}', func() error { return r.member(path, missing) }, func() error { return r.add(missing) })
	case kind == '[':
		return r.within(']', func() error { return r.value(path+"[]", nil) }, nil)
	}
	plain, err := r.decoder.ReadValue()
	if err != nil {
		return err
	}
	return r.encoder.WriteValue(plain)
}

// within copies an object or array, whose parts are copied by each. Rest, which may be nil, writes what comes after them.
func (r *rewriter) within(end jsontext.Kind, each, rest func() error) error {
	if err := r.token(); err != nil {
		return err
	}
	for kind := r.decoder.PeekKind(); kind != end; kind = r.decoder.PeekKind() {
		if err := each(); err != nil {
			return err
		}
	}
	if rest != nil {
		if err := rest(); err != nil {
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

// additions returns the names of the members that the fault gives the object that a path leads to.
func (r *rewriter) additions(path string) map[string]bool {
	if r.fault.Kind != FaultValues || r.spared {
		return nil
	}
	names := make(map[string]bool)
	for _, field := range r.fault.Fields {
		at := strings.LastIndexByte(field, '.')
		if at < 0 || at == len(field)-1 || strings.HasSuffix(field, "[]") {
			continue // it does not say within what it is, or is no member
		}
		outer := field[:at]
		if strings.HasPrefix(field, ".") && path == outer || !strings.HasPrefix(field, ".") && strings.HasSuffix(path, "."+outer) {
			names[field[at+1:]] = true
		}
	}
	return names
}

// add writes members that are missing, with the value of the fault.
func (r *rewriter) add(missing map[string]bool) error {
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		if err := r.encoder.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := r.encoder.WriteValue(r.fault.Value); err != nil {
			return err
		}
	}
	return nil
}

// member copies a member of the object that the path leads to, and takes its name from those that are missing.
func (r *rewriter) member(path string, missing map[string]bool) error {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return err
	}
	name := token.String()
	delete(missing, name)
	return r.value(path+"."+name, func() error { return r.encoder.WriteToken(jsontext.String(name)) })
}

// replacement returns the new value of the one that a path leads to, or nil if it is left out; and false if it stays. A
// path has a dot before each name of a member and [] for each element of a list; that of a row is empty.
func (f *Fault) replacement(path string, kind jsontext.Kind) (jsontext.Value, bool) {
	switch f.Kind {
	case FaultUnknownEnums:
		fields := f.Fields
		if len(fields) == 0 {
			fields = enumMembers
		}
		return jsontext.Value(`"` + UnknownEnumValue + `"`), kind == '"' && named(fields, path)
	case FaultValues:
		return f.Value, named(f.Fields, path)
	case FaultAbsent:
		return nil, named(f.Fields, path)
	default:
		if len(f.Fields) == 0 {
			isMember := path != "" && !strings.HasSuffix(path, "[]")
			return jsontext.Value("null"), isMember && kind != '{' && kind != '[' && !strings.HasSuffix(path, ".id")
		}
		return jsontext.Value("null"), named(f.Fields, path)
	}
}

// named reports whether one of the fields of a fault means the value that a path leads to.
func named(fields []string, path string) bool {
	return slices.ContainsFunc(fields, func(field string) bool {
		switch {
		case field == ".":
			return path == ""
		case strings.HasPrefix(field, "."):
			return path == field
		default:
			return strings.HasSuffix(path, "."+field)
		}
	})
}
