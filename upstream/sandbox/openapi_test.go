package sandbox

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-json-experiment/json"
)

// definitionFiles hold the shapes of the vendor's definitions, which agree on what is in both; a test of the client makes
// them.
var definitionFiles = []string{"../testdata/openapi-certifications.json", "../testdata/openapi-neighbours.json"}

// loadDefinition returns a router over the definition, for requests whose path begins with /v3, and loadYearly one
// over what the yearly versions changed in it.
var (
	loadDefinition = sync.OnceValues(func() (routers.Router, error) { return readDefinition(false) })
	loadYearly     = sync.OnceValues(func() (routers.Router, error) { return readDefinition(true) })
)

func readDefinition(yearly bool) (routers.Router, error) {
	document, err := mergedDefinition()
	if err != nil {
		return nil, err
	}
	nullable := map[string][]string{
		// What the yearly versions say of campaigns is true of all versions, as the samples of /v3 show.
		"SlimCampaign": {"id", "deadline", "status", "created", "totalCertifications", "completedCertifications", "alerts"},
		"Campaign": {
			"modified", "filter", "sourceOwnerCampaignInfo", "searchCampaignInfo", "roleCompositionCampaignInfo",
			"machineAccountCampaignInfo", "sourcesWithOrphanEntitlements",
		},
	}
	if yearly {
		nullable["IdentityReferenceWithNameAndEmail"] = []string{"email"}
	}
	for _, schema := range document.Components.Schemas {
		joinSchema(schema.Value)
		closeSchema(schema.Value)
	}
	for name, properties := range nullable {
		for _, property := range properties {
			document.Components.Schemas[name].Value.Properties[property].Value.Nullable = true
		}
	}
	info := document.Components.Schemas["Campaign"].Value.Properties
	for _, property := range []*openapi3.SchemaRef{
		info["searchCampaignInfo"].Value.Properties["reviewer"].Value.Properties["name"],
		info["searchCampaignInfo"].Value.Properties["reviewer"], info["searchCampaignInfo"].Value.Properties["query"],
		info["searchCampaignInfo"].Value.Properties["identityIds"],
		info["roleCompositionCampaignInfo"].Value.Properties["reviewer"],
		info["roleCompositionCampaignInfo"].Value.Properties["query"], info["roleCompositionCampaignInfo"].Value.Properties["description"],
	} {
		property.Value.Nullable = true
	}
	document.Servers = openapi3.Servers{{URL: "/v3"}}
	return gorillamux.NewRouter(document)
}

// mergedDefinition returns all definitions as one.
func mergedDefinition() (*openapi3.T, error) {
	merged := map[string]any{}
	for _, file := range definitionFiles {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var one map[string]any
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, err
		}
		merge(merged, one)
	}
	text, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// merge adds the members of an object to another one, at any depth.
func merge(into, from map[string]any) {
	for name, value := range from {
		inner, ok := value.(map[string]any)
		known, both := into[name].(map[string]any)
		if ok && both {
			merge(known, inner)
		} else {
			into[name] = value
		}
	}
}

// joinSchema makes one schema of one that is all of several, so that it can be closed.
func joinSchema(schema *openapi3.Schema) {
	for _, part := range schema.AllOf {
		if schema.Properties == nil {
			schema.Properties = openapi3.Schemas{}
		}
		maps.Copy(schema.Properties, part.Value.Properties)
		schema.Required = append(schema.Required, part.Value.Required...)
	}
	schema.AllOf = nil
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

// services are the first words of the paths of the operations.
var services = []string{"/certifications", "/certification-tasks", "/campaigns", "/public-identities"}

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
	checked.URL.Path, checked.URL.RawPath = underV3(request.URL.Path), underV3(request.URL.RawPath)
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
	for _, service := range services {
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
