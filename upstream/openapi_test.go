package upstream_test

import (
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"certql/upstream"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/go-cmp/cmp"
)

// loadDefinition returns the shapes of the vendor's own definition of the operations.
func loadDefinition(t *testing.T) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile(shapesFile)
	if err != nil {
		t.Fatal(err)
	}
	definition, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	definition.Servers = openapi3.Servers{{URL: "http://localhost/v3"}}
	return definition
}

func TestRequestsAreAsTheVendorDefinesThem(t *testing.T) {
	definition := loadDefinition(t)
	router, err := legacy.NewRouter(definition)
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, tt := range operationCases() {
		t.Run(tt.name, func(t *testing.T) {
			var route *routers.Route
			client := newClient(t, upstream.Config{
				BaseURL: "http://localhost/v3",
				Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					found, params, err := router.FindRoute(r)
					if err != nil {
						t.Errorf("%s %s: %v", r.Method, r.URL, err)
						return answer(http.StatusOK, tt.answer), nil
					}
					route = found
					err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
						Request: r, PathParams: params, Route: route,
						Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
					})
					if err != nil {
						t.Error(err)
					}
					for name := range r.URL.Query() {
						if !hasQueryParameter(route, name) {
							t.Errorf("%s is not a parameter of %s", name, route.Operation.OperationID)
						}
					}
					return answer(http.StatusOK, tt.answer), nil
				}),
			})
			if err := tt.call(asCaller(t), client); err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(tt.name, " ")
			if route == nil || route.Operation.OperationID != name {
				t.Fatalf("the request is not one of %s", name)
			}
			called[name] = true
		})
	}
	for path, item := range definition.Paths.Map() {
		for method, operation := range item.Operations() {
			if !called[operation.OperationID] {
				t.Errorf("%s %s (%s) is not called", method, path, operation.OperationID)
			}
		}
	}
}

func hasQueryParameter(route *routers.Route, name string) bool {
	return route.Operation.Parameters.GetByInAndName("query", name) != nil || route.PathItem.Parameters.GetByInAndName("query", name) != nil
}

// A wrong request must not pass the check above unnoticed.
func TestTheDefinitionRefusesWrongRequests(t *testing.T) {
	router, err := legacy.NewRouter(loadDefinition(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []struct{ method, url, body string }{
		{"GET", "http://localhost/v3/certifications?limit=251", ""},
		{"GET", "http://localhost/v3/certifications?offset=x", ""},
		{"POST", "http://localhost/v3/certifications/c1/decide", `[{"id":"i1"}]`},
		{"POST", "http://localhost/v3/certifications/c1/reassign", `{"reassign":[{"id":"i1","type":"NEW"}],"reassignTo":"r","reason":"x"}`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), target.method, target.url, strings.NewReader(target.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Fatal(err)
		}
		err = openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		})
		if err == nil {
			t.Errorf("%s %s passes", target.method, target.url)
		}
	}
}

// leftOut lists the members that this package does not read, since they never vary.
var leftOut = map[string][]string{
	"CampaignReference":                 {"type"},
	"CertificationReference":            {"type"},
	"IdentityReferenceWithNameAndEmail": {"type"},
	"ErrorResponseDto":                  {"causes"},
}

func TestTypesHaveTheMembersThatTheVendorDefines(t *testing.T) {
	definition := loadDefinition(t)
	types := map[string]reflect.Type{
		"IdentityCertificationDto":          reflect.TypeFor[upstream.IdentityCertification](),
		"CampaignReference":                 reflect.TypeFor[upstream.CampaignReference](),
		"Reviewer":                          reflect.TypeFor[upstream.Reviewer](),
		"Reassignment":                      reflect.TypeFor[upstream.Reassignment](),
		"CertificationReference":            reflect.TypeFor[upstream.CertificationReference](),
		"CertificationTask":                 reflect.TypeFor[upstream.CertificationTask](),
		"ReassignmentTrailDTO":              reflect.TypeFor[upstream.ReassignmentTrail](),
		"ErrorMessageDto":                   reflect.TypeFor[upstream.ErrorMessage](),
		"AccessReviewItem":                  reflect.TypeFor[upstream.AccessReviewItem](),
		"AccessSummary":                     reflect.TypeFor[upstream.AccessSummary](),
		"CertificationIdentitySummary":      reflect.TypeFor[upstream.CertificationIdentitySummary](),
		"ReviewableEntitlement":             reflect.TypeFor[upstream.ReviewableEntitlement](),
		"ReviewableAccessProfile":           reflect.TypeFor[upstream.ReviewableAccessProfile](),
		"ReviewableRole":                    reflect.TypeFor[upstream.ReviewableRole](),
		"ActivityInsights":                  reflect.TypeFor[upstream.ActivityInsights](),
		"DataAccess":                        reflect.TypeFor[upstream.DataAccess](),
		"IdentityReferenceWithNameAndEmail": reflect.TypeFor[upstream.IdentityReference](),
		"PermissionDto":                     reflect.TypeFor[upstream.Permission](),
		"ReviewDecision":                    reflect.TypeFor[upstream.ReviewDecision](),
		"ReviewRecommendation":              reflect.TypeFor[upstream.ReviewRecommendation](),
		"ReviewReassign":                    reflect.TypeFor[upstream.ReviewReassign](),
		"ReassignReference":                 reflect.TypeFor[upstream.ReassignReference](),
	}
	for name, typ := range types {
		schema := definition.Components.Schemas[name]
		if schema == nil {
			t.Errorf("the vendor does not define %s", name)
			continue
		}
		var want, got []string
		for member := range schema.Value.Properties {
			if !slices.Contains(leftOut[name], member) {
				want = append(want, member)
			}
		}
		for i := range typ.NumField() {
			member, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			got = append(got, member)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-defined +read):\n%s", name, diff)
		}
	}
}

func TestEnumsHaveTheValuesThatTheVendorDefines(t *testing.T) {
	definition := loadDefinition(t)
	known := func(name string, is func(string) bool) {
		t.Helper()
		schema := definition.Components.Schemas[name]
		if schema == nil || len(schema.Value.Enum) == 0 {
			t.Fatalf("the vendor does not define the values of %s", name)
		}
		for _, value := range schema.Value.Enum {
			if text, ok := value.(string); ok && text != "null" && !is(text) {
				t.Errorf("%s: %s is not known", name, text)
			}
		}
	}
	known("DtoType", func(s string) bool { return upstream.DtoType(s).Known() })
	known("CertificationPhase", func(s string) bool { return upstream.CertificationPhase(s).Known() })
	known("CertificationDecision", func(s string) bool { return upstream.CertificationDecision(s).Known() })
	known("LocaleOrigin", func(s string) bool { return upstream.LocaleOrigin(s).Known() })
	member := func(name, property string, is func(string) bool) {
		t.Helper()
		for _, value := range definition.Components.Schemas[name].Value.Properties[property].Value.Enum {
			if !is(value.(string)) {
				t.Errorf("%s.%s: %v is not known", name, property, value)
			}
		}
	}
	member("CampaignReference", "campaignType", func(s string) bool { return upstream.CampaignType(s).Known() })
	member("CampaignReference", "correlatedStatus", func(s string) bool { return upstream.CorrelatedStatus(s).Known() })
	member("CampaignReference", "mandatoryCommentRequirement", func(s string) bool { return upstream.MandatoryCommentRequirement(s).Known() })
	member("Reviewer", "type", func(s string) bool { return upstream.ReviewerType(s).Known() })
	member("CertificationTask", "type", func(s string) bool { return upstream.CertificationTaskType(s).Known() })
	member("CertificationTask", "targetType", func(s string) bool { return upstream.CertificationTaskTargetType(s).Known() })
	member("CertificationTask", "status", func(s string) bool { return upstream.CertificationTaskStatus(s).Known() })
	member("ActivityInsights", "usageDaysState", func(s string) bool { return upstream.UsageDaysState(s).Known() })
}
