package graphtest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/relay"
)

// An Expectation knows, from the schema alone, which fields to select of a type and what they have to
// show of an object that the REST API returns.
type Expectation struct {
	schema *ast.Schema

	mu    sync.Mutex
	shown map[string]bool // the fields ("Type.field") that had to show something other than null
}

// NewExpectation returns the expectation of the schema, with nothing shown yet.
func NewExpectation() *Expectation {
	return &Expectation{schema: graph.Schema(), shown: map[string]bool{}}
}

// members are the names in REST of the fields that have another name in GraphQL, apart from rawId, which is
// id everywhere.
var members = map[string]string{
	"Campaign.type":                       "campaignType",
	"AccessReviewItem.identity":           "identitySummary",
	"AccessReviewItem.access":             "accessSummary",
	"AccessReviewItem.comment":            "comments",
	"CertificationTask.reassignmentTrail": "reassignmentTrailDTOs",
	"ReassignmentTrail.previousOwnerId":   "previousOwner",
	"ReassignmentTrail.newOwnerId":        "newOwner",
	"ActivityInsights.accountId":          "accountID",
	"CampaignAlert.messages":              "localizations",
	"CampaignSettings.campaignFilter":     "filter",
	"CampaignSettings.search":             "searchCampaignInfo",
	"CampaignSettings.roleComposition":    "roleCompositionCampaignInfo",
	"CampaignRoleComposition.remediator":  "remediatorRef",
}

// neverShown are the fields that only other kinds of access have.
var neverShown = []string{"OtherAccess.description", "OtherAccess.privileged", "OtherAccess.owner"}

// AsReference returns a campaign that the REST API lists, in both its forms, as a certification refers to it.
func AsReference(slim, full Object) Object {
	reference := maps.Clone(slim)
	reference["campaignType"], reference["mandatoryCommentRequirement"] = slim["type"], full["mandatoryCommentRequirement"]
	return reference
}

// Counted returns the numbers of decisions of the REST API by the names of the schema.
func Counted(rest Object) Object {
	counted, all := Object{}, Object{}
	for name, kind := range map[string]string{"entitlements": "entitlement", "accessProfiles": "accessProfile", "roles": "role", "accounts": "account"} {
		of := Object{
			"made": rest[kind+"DecisionsMade"], "total": rest[kind+"DecisionsTotal"], "approved": rest[kind+"sApproved"], "revoked": rest[kind+"sRevoked"],
		}
		for number, value := range of {
			if n, ok := value.(float64); ok {
				sum, _ := all[number].(float64)
				all[number] = sum + n
			}
		}
		counted[name] = of
	}
	counted["all"] = all
	return counted
}

// others are the types whose objects are read by themselves, wherever they are shown.
var others = []string{"Certification", "PublicIdentity", "CampaignDetails", "CampaignSettings", "DecisionSummary"}

// own reports whether a field shows a part of the object itself, and not of another one.
func own(field *ast.FieldDefinition) bool {
	return len(field.Arguments) == 0 && !slices.Contains(others, field.Type.Name()) && !strings.HasPrefix(field.Name, "__")
}

// Selection returns a selection of every own field of a type, at any depth.
func (x *Expectation) Selection(typeName string) string {
	var text strings.Builder
	x.write(&text, x.schema.Types[typeName])
	return text.String()
}

func (x *Expectation) write(text *strings.Builder, definition *ast.Definition) {
	text.WriteString("{ __typename ")
	if definition.Kind == ast.Interface {
		for _, possible := range x.schema.GetPossibleTypes(definition) {
			text.WriteString("... on " + possible.Name + " ")
			x.write(text, possible)
		}
	} else {
		for _, field := range definition.Fields {
			if !own(field) {
				continue
			}
			text.WriteString(field.Name + " ")
			if of := x.schema.Types[field.Type.Name()]; of.Kind == ast.Object || of.Kind == ast.Interface {
				x.write(text, of)
			}
		}
	}
	text.WriteString("} ")
}

// Object returns what the own fields of a type show of a REST object; nil if the object has no identifier
// although the type promises one, or no object in its place. The context is the ids of what the object
// belongs to, which it does not have itself.
func (x *Expectation) Object(typeName string, rest Object, context ...string) Object {
	shown := Object{"__typename": typeName}
	for _, field := range x.schema.Types[typeName].Fields {
		if !own(field) {
			continue
		}
		name := typeName + "." + field.Name
		value := x.field(name, field.Type, rest, context)
		if value != nil && value != "" {
			x.mu.Lock()
			x.shown[name] = true
			x.mu.Unlock()
		}
		if value == nil && field.Type.NonNull {
			return nil
		}
		shown[field.Name] = value
	}
	return shown
}

func (x *Expectation) field(name string, of *ast.Type, rest Object, context []string) any {
	member, other := members[name]
	if !other {
		if _, member, _ = strings.Cut(name, "."); member == "rawId" {
			member = "id"
		}
	}
	switch name {
	case "AccessReviewItem.identity":
		if summary, ok := rest[member].(Object); ok {
			return orNil(x.Object(of.Name(), summary, context...))
		}
		return nil
	case "Certification.id", "AccessReviewItem.id", "CertificationTask.id", "IdentitySummary.id", "Campaign.id", "PublicIdentity.id":
		id, _ := rest["id"].(string)
		if id == "" {
			return nil
		}
		typeName, _, _ := strings.Cut(name, ".")
		return relay.EncodeID(typeName, append(slices.Clone(context), id)...)
	case "Entitlement.type":
		return "ENTITLEMENT"
	case "AccessProfile.type":
		return "ACCESS_PROFILE"
	case "Role.type":
		return "ROLE"
	case "AccessReviewItem.access":
		return x.access(rest[member])
	case "AccessSummary.access":
		return ofNobody(x.access(rest))
	case "CampaignSettings.sourceIds":
		if sources := At(rest, "sourceOwnerCampaignInfo", "sourceIds"); sources != nil {
			return x.value(of, sources)
		}
		return x.value(of, At(rest, "machineAccountCampaignInfo", "sourceIds"))
	case "CampaignSettings.machineAccountReviewer":
		return x.value(of, At(rest, "machineAccountCampaignInfo", "reviewerType"))
	case "DataAccess.impactScore":
		return x.value(of, At(rest, "impactScore", "value"))
	}
	return x.value(of, rest[member])
}

// value returns what a field of the given type shows of a REST value. A value of another type than the
// field's is null; in a list it is left out.
func (x *Expectation) value(of *ast.Type, rest any) any {
	if of.Elem != nil {
		rows, ok := rest.([]any)
		if !ok {
			return nil
		}
		return x.list(of.Elem, rows)
	}
	definition := x.schema.Types[of.Name()]
	switch rest := rest.(type) {
	case Object:
		if definition.Kind == ast.Object {
			return orNil(x.Object(of.Name(), rest))
		}
	case string:
		return textOf(definition, rest)
	case bool:
		if of.Name() == "Boolean" {
			return rest
		}
	case float64:
		if of.Name() == "Int" && rest == float64(int32(rest)) {
			return rest
		}
	}
	return nil
}

// list returns what a field shows of a REST list; nil if one of its objects cannot be shown.
func (x *Expectation) list(of *ast.Type, rows []any) any {
	shown := []any{}
	for _, row := range rows {
		value := x.value(of, row)
		if _, isObject := row.(Object); value == nil && isObject && x.schema.Types[of.Name()].Kind == ast.Object {
			return nil
		}
		if value != nil {
			shown = append(shown, value)
		}
	}
	return shown
}

// textOf returns what a scalar or enum shows of a text.
func textOf(of *ast.Definition, rest string) any {
	switch {
	case of.Name == "DateTime":
		return momentOf(rest)
	case of.Kind == ast.Enum && rest != "" && of.EnumValues.ForName(rest) == nil:
		return "UNRECOGNIZED"
	case rest != "" && (of.Kind == ast.Enum || of.Name == "String" || of.Name == "ID"):
		return rest
	default:
		return nil
	}
}

// momentOf returns a moment of the REST API, or a day, as DateTime shows it.
func momentOf(rest string) any {
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, rest); err == nil {
			return at.UTC().Format("2006-01-02T15:04:05.000Z")
		}
	}
	return nil
}

// access returns what is shown of an access summary: the details of the kind that the reference names or,
// if there are none, of any kind, and otherwise the reference.
func (x *Expectation) access(summary any) any {
	kinds := []struct{ member, typeName, kind string }{
		{"entitlement", "Entitlement", "ENTITLEMENT"}, {"accessProfile", "AccessProfile", "ACCESS_PROFILE"}, {"role", "Role", "ROLE"},
	}
	reference, hasReference := At(summary, "access").(Object)
	for _, byReference := range []bool{true, false} {
		for _, each := range kinds {
			rest, ok := At(summary, each.member).(Object)
			if ok = ok && (len(rest) > 0 || !hasReference); ok && (!byReference || reference["type"] == each.kind) {
				return orNil(x.Object(each.typeName, rest))
			}
		}
	}
	if hasReference {
		return orNil(x.Object("OtherAccess", reference))
	}
	return nil
}

// ofNobody returns what is shown of access without what belongs to one of those who have it.
func ofNobody(access any) any {
	switch access := access.(type) {
	case Object:
		for name, value := range access {
			if name == "account" || name == "endDate" {
				access[name] = nil
			} else {
				ofNobody(value)
			}
		}
	case []any:
		for _, each := range access {
			ofNobody(each)
		}
	}
	return access
}

// orNil returns an object, or nil if there is none.
func orNil(object Object) any {
	if object == nil {
		return nil
	}
	return object
}

// Objects returns what the own fields of a type show of REST rows: see Object.
func (x *Expectation) Objects(typeName string, rows []Object, context ...string) []any {
	shown := make([]any, len(rows))
	for i, row := range rows {
		shown[i] = x.Object(typeName, row, context...)
	}
	return shown
}

// NeverNull returns the fields of a type, and of the types below it, that were null in all that was
// expected so far: a test that compares null with null proves nothing.
func (x *Expectation) NeverNull(typeName string) []string {
	var missing []string
	seen := map[string]bool{}
	var visit func(*ast.Definition)
	visit = func(definition *ast.Definition) {
		if seen[definition.Name] {
			return
		}
		seen[definition.Name] = true
		if definition.Kind == ast.Interface {
			for _, possible := range x.schema.GetPossibleTypes(definition) {
				visit(possible)
			}
			return
		}
		for _, field := range definition.Fields {
			if !own(field) {
				continue
			}
			if name := definition.Name + "." + field.Name; !x.shown[name] && !slices.Contains(neverShown, name) {
				missing = append(missing, name)
			}
			if of := x.schema.Types[field.Type.Name()]; of.Kind == ast.Object || of.Kind == ast.Interface {
				visit(of)
			}
		}
	}
	visit(x.schema.Types[typeName])
	return missing
}
