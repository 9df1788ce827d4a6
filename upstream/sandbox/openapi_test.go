package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// definitionFile holds the shapes of the vendor's definition; a test of the client makes it.
const definitionFile = "../testdata/openapi-certifications.json"

// loadDefinition returns a router over the definition, for requests whose path begins with /v3, and loadYearly one
// over what the yearly versions changed in it.
var (
	loadDefinition = sync.OnceValues(func() (routers.Router, error) { return readDefinition(false) })
	loadYearly     = sync.OnceValues(func() (routers.Router, error) { return readDefinition(true) })
)

func readDefinition(yearly bool) (routers.Router, error) {
	text, err := os.ReadFile(definitionFile)
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	for _, schema := range document.Components.Schemas {
		closeSchema(schema.Value)
	}
	document.Servers = openapi3.Servers{{URL: "/v3"}}
	if yearly {
		document.Components.Schemas["IdentityReferenceWithNameAndEmail"].Value.Properties["email"].Value.Nullable = true
	}
	return gorillamux.NewRouter(document)
}

// closeSchema turns a member that the definition does not have into an error. Hardly any member is required, so that a
// misspelt name would go unnoticed otherwise.
func closeSchema(schema *openapi3.Schema) {
	if len(schema.Properties) > 0 {
		schema.AdditionalProperties.Has = new(false)
	}
	for _, property := range schema.Properties {
		if property.Ref == "" {
			closeSchema(property.Value)
		}
	}
	if schema.Items != nil && schema.Items.Ref == "" {
		closeSchema(schema.Items.Value)
	}
}

// conforms checks an exchange with the sandbox against the definition: the answer always, the request where it
// was accepted. Paths of other versions are checked as those of /v3. What is refused for a path that
// the definition does not have needs no check.
func conforms(t testing.TB, request *http.Request, sent []byte, answered *http.Response, body []byte) {
	t.Helper()
	load := loadDefinition
	if strings.HasPrefix(request.URL.Path, "/v20") {
		load = loadYearly
	}
	router, err := load()
	if err != nil {
		t.Fatal(err)
	}
	checked := request.Clone(request.Context())
	checked.URL.Path, checked.URL.RawPath = underV3(request.URL.Path), ""
	checked.Body = io.NopCloser(bytes.NewReader(sent))
	route, parameters, err := router.FindRoute(checked)
	if err != nil && answered.StatusCode != http.StatusOK {
		return
	}
	if err != nil {
		t.Fatalf("%s %s is not in the definition: %v", request.Method, checked.URL.Path, err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: checked, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
		},
	}
	if answered.StatusCode == http.StatusOK {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("%s %s: the request does not conform: %v", request.Method, request.URL, err)
		}
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answered.StatusCode, Header: answered.Header, Options: input.Options,
	}
	output.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(t.Context(), output); err != nil {
		t.Errorf("%s %s: the answer does not conform: %v", request.Method, request.URL, err)
	}
}

// underV3 rewrites the path of any version to that of /v3.
func underV3(path string) string {
	for _, service := range []string{"/certifications", "/certification-tasks"} {
		if rest, ok := strings.CutPrefix(path, service+"/"+currentVersion); ok {
			return "/v3" + service + rest
		}
	}
	for _, version := range legacyVersions {
		if rest, ok := strings.CutPrefix(path, "/"+version+"/"); ok {
			return "/v3/" + rest
		}
	}
	return path
}
