package upstream_test

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
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

// loadDefinition returns the shapes of the vendor's own definitions of the operations, as one. What is in
// several of them is the same in all.
func loadDefinition(t *testing.T) *openapi3.T {
	t.Helper()
	var whole *openapi3.T
	for _, file := range definitionFiles {
		text, err := os.ReadFile(filepath.Join(shapesFolder, file))
		if err != nil {
			t.Fatal(err)
		}
		part, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			t.Fatal(err)
		}
		if whole == nil {
			whole = part
			continue
		}
		for path, item := range part.Paths.Map() {
			whole.Paths.Set(path, item)
		}
		maps.Copy(whole.Components.Schemas, part.Components.Schemas)
	}
	whole.Servers = openapi3.Servers{{URL: "http://localhost/v3"}}
	return whole
}

// notCalled are operations that the client does without: the list with a filter on the identifier returns the
// same row, is open to whoever may list, and serves many at once.
var notCalled = []string{"getIdentitySummary", "getCampaign"}

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
			if called[operation.OperationID] == slices.Contains(notCalled, operation.OperationID) {
				t.Errorf("%s %s (%s) is called: %t", method, path, operation.OperationID, called[operation.OperationID])
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
		{"GET", "http://localhost/v3/certifications/c1/access-summaries/role", ""},
		{"GET", "http://localhost/v3/campaigns?detail=slim", ""},
		{"GET", "http://localhost/v3/public-identities?add-core-filters=x", ""},
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
	"CampaignReference":                                  {"type"},
	"CertificationReference":                             {"type"},
	"IdentityReferenceWithNameAndEmail":                  {"type"},
	"ErrorResponseDto":                                   {"causes"},
	"Campaign.filter":                                    {"type"},
	"Campaign.sourcesWithOrphanEntitlements[]":           {"type"},
	"Campaign.roleCompositionCampaignInfo.remediatorRef": {"type"},
}

// neverSent lists the members that this package reads although the vendor does not define them here: those of a
// type that serves several definitions.
var neverSent = map[string][]string{
	"Campaign.searchCampaignInfo.reviewer":               {"created", "email", "modified"},
	"Campaign.roleCompositionCampaignInfo.reviewer":      {"created", "email", "modified"},
	"Campaign.roleCompositionCampaignInfo.remediatorRef": {"email"},
}

// schemaAt returns the schema of a name in the vendor's definition, or of a member or an element below it,
// such as "Campaign.alerts[].level".
func schemaAt(definition *openapi3.T, path string) *openapi3.Schema {
	name, path, _ := strings.Cut(path, ".")
	ref := definition.Components.Schemas[name]
	for path != "" && ref != nil {
		name, path, _ = strings.Cut(path, ".")
		member, element := strings.CutSuffix(name, "[]")
		if ref = membersOf(ref.Value)[member]; ref != nil && element {
			ref = ref.Value.Items
		}
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}

// membersOf returns the members of a schema with those of the schemas that it is put together of.
func membersOf(schema *openapi3.Schema) openapi3.Schemas {
	members := maps.Clone(schema.Properties)
	for _, part := range schema.AllOf {
		if members == nil {
			members = openapi3.Schemas{}
		}
		maps.Copy(members, membersOf(part.Value))
	}
	return members
}

func TestTypesHaveTheMembersThatTheVendorDefines(t *testing.T) {
	definition := loadDefinition(t)
	types := map[string]reflect.Type{
		"IdentityCertificationDto":                      reflect.TypeFor[upstream.IdentityCertification](),
		"CampaignReference":                             reflect.TypeFor[upstream.CampaignReference](),
		"Reviewer":                                      reflect.TypeFor[upstream.Reviewer](),
		"Reassignment":                                  reflect.TypeFor[upstream.Reassignment](),
		"CertificationReference":                        reflect.TypeFor[upstream.CertificationReference](),
		"CertificationTask":                             reflect.TypeFor[upstream.CertificationTask](),
		"ReassignmentTrailDTO":                          reflect.TypeFor[upstream.ReassignmentTrail](),
		"ErrorMessageDto":                               reflect.TypeFor[upstream.ErrorMessage](),
		"AccessReviewItem":                              reflect.TypeFor[upstream.AccessReviewItem](),
		"AccessSummary":                                 reflect.TypeFor[upstream.AccessSummary](),
		"CertificationIdentitySummary":                  reflect.TypeFor[upstream.CertificationIdentitySummary](),
		"ReviewableEntitlement":                         reflect.TypeFor[upstream.ReviewableEntitlement](),
		"ReviewableAccessProfile":                       reflect.TypeFor[upstream.ReviewableAccessProfile](),
		"ReviewableRole":                                reflect.TypeFor[upstream.ReviewableRole](),
		"ActivityInsights":                              reflect.TypeFor[upstream.ActivityInsights](),
		"DataAccess":                                    reflect.TypeFor[upstream.DataAccess](),
		"IdentityReferenceWithNameAndEmail":             reflect.TypeFor[upstream.IdentityReference](),
		"PermissionDto":                                 reflect.TypeFor[upstream.Permission](),
		"ReviewDecision":                                reflect.TypeFor[upstream.ReviewDecision](),
		"ReviewRecommendation":                          reflect.TypeFor[upstream.ReviewRecommendation](),
		"ReviewReassign":                                reflect.TypeFor[upstream.ReviewReassign](),
		"ReassignReference":                             reflect.TypeFor[upstream.ReassignReference](),
		"IdentityCertDecisionSummary":                   reflect.TypeFor[upstream.IdentityCertDecisionSummary](),
		"SlimCampaign":                                  reflect.TypeFor[upstream.SlimCampaign](),
		"Campaign":                                      reflect.TypeFor[upstream.Campaign](),
		"CampaignAlert":                                 reflect.TypeFor[upstream.CampaignAlert](),
		"AccessConstraint":                              reflect.TypeFor[upstream.AccessConstraint](),
		"PublicIdentity":                                reflect.TypeFor[upstream.PublicIdentity](),
		"PublicIdentity.attributes[]":                   reflect.TypeFor[upstream.PublicIdentityAttribute](),
		"Campaign.filter":                               reflect.TypeFor[upstream.CampaignFilterReference](),
		"Campaign.sourceOwnerCampaignInfo":              reflect.TypeFor[upstream.SourceOwnerCampaignInfo](),
		"Campaign.searchCampaignInfo":                   reflect.TypeFor[upstream.SearchCampaignInfo](),
		"Campaign.searchCampaignInfo.reviewer":          reflect.TypeFor[upstream.Reviewer](),
		"Campaign.roleCompositionCampaignInfo":          reflect.TypeFor[upstream.RoleCompositionCampaignInfo](),
		"Campaign.roleCompositionCampaignInfo.reviewer": reflect.TypeFor[upstream.Reviewer](),
		"Campaign.roleCompositionCampaignInfo.remediatorRef": reflect.TypeFor[upstream.IdentityReference](),
		"Campaign.machineAccountCampaignInfo":                reflect.TypeFor[upstream.MachineAccountCampaignInfo](),
		"Campaign.sourcesWithOrphanEntitlements[]":           reflect.TypeFor[upstream.SourceReference](),
	}
	for name, typ := range types {
		schema := schemaAt(definition, name)
		if schema == nil {
			t.Errorf("the vendor does not define %s", name)
			continue
		}
		want, got := slices.Clone(neverSent[name]), []string(nil)
		for member := range membersOf(schema) {
			if !slices.Contains(leftOut[name], member) {
				want = append(want, member)
			}
		}
		for _, field := range reflect.VisibleFields(typ) {
			if member, _, _ := strings.Cut(field.Tag.Get("json"), ","); member != "" || !field.Anonymous {
				got = append(got, member)
			}
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
		schema := schemaAt(definition, name+"."+property)
		if schema == nil || len(schema.Enum) == 0 {
			t.Fatalf("the vendor does not define the values of %s.%s", name, property)
		}
		for _, value := range schema.Enum {
			if text, ok := value.(string); ok && !is(text) {
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
	member("SlimCampaign", "type", func(s string) bool { return upstream.CampaignType(s).Known() })
	member("SlimCampaign", "status", func(s string) bool { return upstream.CampaignStatus(s).Known() })
	member("SlimCampaign", "correlatedStatus", func(s string) bool { return upstream.CorrelatedStatus(s).Known() })
	member("Campaign", "mandatoryCommentRequirement", func(s string) bool { return upstream.MandatoryCommentRequirement(s).Known() })
	member("Campaign", "searchCampaignInfo.type", func(s string) bool { return upstream.CampaignSearchType(s).Known() })
	member("Campaign", "searchCampaignInfo.reviewer.type", func(s string) bool { return upstream.ReviewerType(s).Known() })
	member("Campaign", "roleCompositionCampaignInfo.reviewer.type", func(s string) bool { return upstream.ReviewerType(s).Known() })
	member("Campaign", "machineAccountCampaignInfo.reviewerType", func(s string) bool { return upstream.MachineAccountReviewerType(s).Known() })
	member("CampaignAlert", "level", func(s string) bool { return upstream.CampaignAlertLevel(s).Known() })
	member("AccessConstraint", "type", func(s string) bool { return upstream.DtoType(s).Known() })
	member("AccessConstraint", "operator", func(s string) bool { return upstream.AccessConstraintOperator(s).Known() })
	member("PublicIdentity", "identityState", func(s string) bool { return upstream.IdentityState(s).Known() })
	summaryTypes := definition.Paths.Value("/certifications/{id}/access-summaries/{type}").Get.Parameters.GetByInAndName("path", "type").Schema.Value.Enum
	for _, value := range summaryTypes {
		if !upstream.AccessSummaryType(value.(string)).Known() {
			t.Errorf("%v is not known as a kind of access", value)
		}
	}
	member("ActivityInsights", "usageDaysState", func(s string) bool { return upstream.UsageDaysState(s).Known() })
}
