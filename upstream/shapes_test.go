package upstream_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the shapes of the vendor's definition")

const (
	// vendorFolder has the vendor's own definitions of the operations. It lies beside the repository, not in it.
	vendorFolder = "../../shared/upstream"
	// shapesFolder has the parts of them that decide how requests and responses look, and none of their prose.
	shapesFolder = "testdata"
)

// definitionFiles are the definitions: that of the Certifications API, and that of what lies beside it.
var definitionFiles = []string{"openapi-certifications.json", "openapi-neighbours.json"}

// The shapes are made from the vendor's definitions, and never written by hand.
func TestShapesAreThoseOfTheVendorsDefinition(t *testing.T) {
	for _, file := range definitionFiles {
		t.Run(file, func(t *testing.T) {
			compareShapes(t, filepath.Join(vendorFolder, file), filepath.Join(shapesFolder, file))
		})
	}
}

func compareShapes(t *testing.T, vendorFile, shapesFile string) {
	definition, err := os.ReadFile(vendorFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there to compare with", vendorFile)
	}
	if err != nil {
		t.Fatal(err)
	}
	made, err := shapes(definition)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(shapesFile, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(shapesFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(made), string(kept)); diff != "" {
		t.Errorf("%s differs from the definition; go test ./upstream -run Shapes -update writes it (-defined +kept):\n%s", shapesFile, diff)
	}
}

// The shapes have no prose in them. That is checked without the definition too.
func TestShapesHoldNothingElse(t *testing.T) {
	for _, file := range definitionFiles {
		kept, err := os.ReadFile(filepath.Join(shapesFolder, file))
		if err != nil {
			t.Fatal(err)
		}
		again, err := shapes(kept)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(again), string(kept)); diff != "" {
			t.Errorf("%s (-shapes +kept):\n%s", file, diff)
		}
	}
}

func TestShapesOfADefinition(t *testing.T) {
	tests := map[string]struct{ definition, want string }{
		"prose": {
			`{"openapi":"3.0.1","info":{"title":"T","description":"D","version":"1"},"tags":[{"name":"T"}],"x-note":"N"}`,
			`{"info":{"title":"-","version":"1"},"openapi":"3.0.1"}` + "\n",
		},
		"members with the names of prose": {
			`{"components":{"schemas":{"title":{"title":"T","properties":{"description":{"description":"D","type":"string","example":"E"}}}}}}`,
			`{"components":{"schemas":{"title":{"properties":{"description":{"type":"string"}}}}}}` + "\n",
		},
		"a response, which has to have a description": {
			`{"components":{"responses":{"200":{"description":"D","content":{"text/plain":{"schema":{"type":"string"},"examples":{}}}}}}}`,
			`{"components":{"responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"description":"-"}}}}` + "\n",
		},
		"one of several schemas": {
			`{"components":{"schemas":{"a":{"oneOf":[{"$ref":"#/b"},{"description":"D","maximum":1e3}],"additionalProperties":false,"items":{"title":"T"}}}}}`,
			`{"components":{"schemas":{"a":{"additionalProperties":false,"items":{},"oneOf":[{"$ref":"#/b"},{"maximum":1e3}]}}}}` + "\n",
		},
		"more than a line": {
			`{"paths":{"/a":{"get":{"operationId":"` + strings.Repeat("a", 100) + `","deprecated":true}}}}`,
			"{\n  \"paths\": {\n    \"/a\": {\n      \"get\": {\n        \"deprecated\": true,\n        \"operationId\": \"" + strings.Repeat("a", 100) + "\"\n      }\n    }\n  }\n}\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := shapes([]byte(test.definition))
			if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	for _, unknown := range []string{`{"webhooks":{}}`, `{"components":{"schemas":{"a":{"items":{"contains":{}}}}}}`, `{"paths":7}`, `{`} {
		if got, err := shapes([]byte(unknown)); err == nil {
			t.Errorf("%s becomes %s", unknown, got)
		}
	}
}

// A form says what is kept of the objects of one kind.
type form struct {
	values []string         // members that are kept as they are
	forms  map[string]*form // members that are objects, or lists of objects, of a kind
	each   *form            // the kind of all members, in an object whose members have names of their own
	blank  []string         // members that have to be there and to hold a text: they are kept as "-"
}

// prose lists the members that are left out, besides those that begin with "x-". Among them are those
// about authorization, which no test needs.
var prose = []string{
	"contact", "description", "example", "examples", "externalDocs", "license", "security", "securitySchemes",
	"servers", "summary", "tags", "termsOfService", "title",
}

// definitionForm is the form of a whole definition, by the OpenAPI specification 3.0.
var definitionForm = func() *form {
	schema := &form{values: []string{
		"$ref", "default", "discriminator", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "maxItems", "maxLength", "maxProperties",
		"maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "nullable", "pattern", "readOnly", "required", "type",
		"uniqueItems", "writeOnly", "deprecated",
	}}
	schemas := &form{each: schema}
	schema.forms = map[string]*form{
		"additionalProperties": schema, "allOf": schema, "anyOf": schema, "items": schema, "not": schema, "oneOf": schema, "properties": schemas,
	}
	content := &form{each: &form{forms: map[string]*form{"schema": schema}}}
	parameter := &form{
		values: []string{"$ref", "allowEmptyValue", "allowReserved", "deprecated", "explode", "in", "name", "required", "style"},
		forms:  map[string]*form{"content": content, "schema": schema},
	}
	parameters := &form{each: parameter}
	body := &form{values: []string{"$ref", "required"}, forms: map[string]*form{"content": content}}
	response := &form{values: []string{"$ref"}, forms: map[string]*form{"content": content, "headers": parameters}, blank: []string{"description"}}
	responses := &form{each: response}
	operation := &form{
		values: []string{"deprecated", "operationId"},
		forms:  map[string]*form{"parameters": parameter, "requestBody": body, "responses": responses},
	}
	path := &form{forms: map[string]*form{"parameters": parameter}}
	for _, method := range []string{"delete", "get", "head", "options", "patch", "post", "put", "trace"} {
		path.forms[method] = operation
	}
	return &form{values: []string{"openapi"}, forms: map[string]*form{
		"info":  {values: []string{"version"}, blank: []string{"title"}},
		"paths": {each: path},
		"components": {forms: map[string]*form{
			"parameters": parameters, "requestBodies": {each: body}, "responses": responses, "schemas": schemas, "headers": parameters,
		}},
	}}
}()

// shapes returns the shapes of an OpenAPI definition in JSON: its paths, methods, parameters and schemas,
// without descriptions. A member that it does not know is an error, so that nothing that matters goes
// unnoticed.
func shapes(definition []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(definition))
	decoder.UseNumber() // which stay as they are written
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	kept, err := definitionForm.of(value)
	if err != nil {
		return nil, err
	}
	text, err := appendLines(nil, kept, "")
	return append(text, '\n'), err
}

// of returns what is kept of a value.
func (f *form) of(value any) (any, error) {
	switch value := value.(type) {
	case bool: // additionalProperties, which is a schema or one of these
		return value, nil
	case []any:
		kept := make([]any, len(value))
		for i, element := range value {
			var err error
			if kept[i], err = f.of(element); err != nil {
				return nil, err
			}
		}
		return kept, nil
	case map[string]any:
		kept := map[string]any{}
		for name, member := range value {
			inner := f.each
			if inner == nil {
				inner = f.forms[name]
			}
			switch {
			case inner != nil:
				var err error
				if kept[name], err = inner.of(member); err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
			case slices.Contains(f.values, name):
				kept[name] = member
			case slices.Contains(f.blank, name):
				kept[name] = "-"
			case !slices.Contains(prose, name) && !strings.HasPrefix(name, "x-"):
				return nil, fmt.Errorf("nothing is known of the member %q", name)
			}
		}
		return kept, nil
	}
	return nil, fmt.Errorf("%v is no object", value)
}

// maxLine is how many bytes a line may have before a value is spread over several.
const maxLine = 120

// appendLines appends a value in JSON with sorted members: on one line if it fits, otherwise with a line
// for each member or element.
func appendLines(text []byte, value any, indent string) ([]byte, error) {
	line, err := json.Marshal(value)
	if err != nil || len(indent)+len(line) <= maxLine {
		return append(text, line...), err
	}
	inner := "\n" + indent + "  "
	switch value := value.(type) {
	case map[string]any:
		text = append(text, '{')
		for i, name := range slices.Sorted(maps.Keys(value)) {
			if i > 0 {
				text = append(text, ',')
			}
			text = fmt.Appendf(text, "%s%q: ", inner, name)
			if text, err = appendLines(text, value[name], indent+"  "); err != nil {
				return nil, err
			}
		}
		return append(text, "\n"+indent+"}"...), nil
	case []any:
		text = append(text, '[')
		for i, element := range value {
			if i > 0 {
				text = append(text, ',')
			}
			if text, err = appendLines(append(text, inner...), element, indent+"  "); err != nil {
				return nil, err
			}
		}
		return append(text, "\n"+indent+"]"...), nil
	}
	return append(text, line...), nil
}
