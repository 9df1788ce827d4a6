package transport

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// encodeResponse writes a response as a JSON object, its errors in order. The data is JSON already and
// copied as it is; if there is none, the object has no such member. The further members are names and
// JSON texts.
func encodeResponse(into *bytes.Buffer, response *graphql.Response, members ...[2]string) {
	object := objectWriter{into: into}
	if len(response.Errors) > 0 {
		object.name("errors")
		encodeErrors(into, response.Errors)
	}
	if response.Data != nil {
		object.name("data")
		into.Write(response.Data)
	}
	if response.Label != "" {
		object.value("label", response.Label)
	}
	if response.Path != nil {
		object.value("path", response.Path)
	}
	if len(response.Extensions) > 0 {
		object.name("extensions")
		encodeExtensions(into, response.Extensions)
	}
	for _, member := range members {
		object.name(member[0])
		into.WriteString(member[1])
	}
	object.end()
}

// encodePart writes one of the responses of an operation: the first one, or a deferred part as an
// increment. hasNext is true in it if others follow, or if marked is set.
func encodePart(into *bytes.Buffer, response *graphql.Response, increment, marked bool) {
	switch {
	case increment:
		encodeIncrement(into, response)
	case marked || hasNext(response):
		encodeResponse(into, response, [2]string{"hasNext", "true"})
	default:
		encodeResponse(into, response)
	}
}

// encodeIncrement writes a deferred part as the drafts of incremental delivery up to June 2023 have it:
// in a list, beside the members that concern the whole response.
func encodeIncrement(into *bytes.Buffer, response *graphql.Response) {
	part := *response
	part.Extensions = nil
	object := objectWriter{into: into}
	object.name("incremental")
	into.WriteByte('[')
	encodeResponse(into, &part)
	into.WriteByte(']')
	object.name("hasNext")
	into.WriteString(strconv.FormatBool(hasNext(response)))
	if len(response.Extensions) > 0 {
		object.name("extensions")
		encodeExtensions(into, response.Extensions)
	}
	object.end()
}

// encodeExtensions writes extensions as a JSON object, in the order of their names. What is JSON already is copied
// as it is.
func encodeExtensions(into *bytes.Buffer, extensions map[string]any) {
	names := make([]string, 0, 4)
	for name := range extensions {
		names = append(names, name)
	}
	slices.Sort(names)
	object := objectWriter{into: into}
	for _, name := range names {
		if text, ok := extensions[name].(jsontext.Value); ok {
			object.name(name)
			into.Write(text)
		} else {
			object.value(name, extensions[name])
		}
	}
	object.end()
}

// encodeErrors writes errors as a JSON array, in order.
func encodeErrors(into *bytes.Buffer, errors gqlerror.List) {
	apierror.Sort(errors)
	encodeValue(into, errors)
}

// encodeValue writes a value as JSON. Text that is not UTF-8 is repaired. A value that JSON cannot
// represent, which only a bug of the gateway makes, becomes null.
func encodeValue(into *bytes.Buffer, value any) {
	start := into.Len()
	if err := json.MarshalWrite(into, value, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		into.Truncate(start)
		into.WriteString("null")
	}
}

// An objectWriter writes a JSON object, member by member.
type objectWriter struct {
	into  *bytes.Buffer
	begun bool
}

// name begins a member. Names are the gateway's own and need no escapes.
func (o *objectWriter) name(name string) {
	if o.begun {
		o.into.WriteByte(',')
	} else {
		o.into.WriteByte('{')
	}
	o.begun = true
	o.into.WriteByte('"')
	o.into.WriteString(name)
	o.into.WriteString(`":`)
}

// value writes a member.
func (o *objectWriter) value(name string, value any) {
	o.name(name)
	encodeValue(o.into, value)
}

// end closes the object.
func (o *objectWriter) end() {
	if !o.begun {
		o.into.WriteByte('{')
	}
	o.into.WriteByte('}')
}

// hasNext reports whether deferred parts follow a response.
func hasNext(response *graphql.Response) bool { return response.HasNext != nil && *response.HasNext }
