package graph_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/testenv"
	"certql/upstream/sandbox"
)

// What is written without gqlgen's execution, of the parts of rows that are selected, is what gqlgen would have
// written of whole rows, to the byte, errors included: operations made at random are answered by a gateway that does so and by one that does
// not, on data that is whole and on data with holes in it.
func TestProjectionsAnswerWhatExecutionWould(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	const operations = 40
	schema := graph.Schema()
	var settings graph.Config
	w := graphtest.NewTenant(t, graphtest.Setup{
		Sandbox:   sandbox.Config{Certifications: 20, Items: 300},
		Limits:    document.Limits{Tokens: 1 << 20, Depth: 50, Aliases: 1 << 20, Directives: 1 << 20},
		ToGateway: func(c *graph.Config) { settings = *c },
	})
	executing := &graphtest.Tenant{Sandbox: w.Sandbox, Clock: w.Clock, Client: w.Client, Rest: w.Rest}
	executing.Gateway = httptest.NewServer(graphtest.AsBearer(graph.NewHandler(settings.Unprojected())))
	defer executing.Gateway.Close()

	selected := map[string]bool{}
	for name, fault := range map[string]sandbox.Fault{
		"whole":              {Kind: sandbox.FaultNulls, Fields: []string{"noSuchField"}},
		"null ids":           {Kind: sandbox.FaultNulls, Fields: []string{"id"}},
		"null for the plain": {Kind: sandbox.FaultNulls},
		"null objects":       {Kind: sandbox.FaultNulls, Fields: []string{"campaign", "from", "owner", "accessSummary", "entitlements", "errors"}},
		"unknown enums":      {Kind: sandbox.FaultUnknownEnums},
	} {
		w.Spoil(t, "*", fault)
		for seed := range uint64(operations) {
			o := plainWriter{r: rand.New(rand.NewPCG(seed, 7)), schema: schema, selected: selected, few: seed%2 == 1}
			query := o.query()
			got, want := w.Ask(t, graphtest.Admin, query, nil), executing.Ask(t, graphtest.Admin, query, nil)
			if got.Data == nil {
				t.Fatalf("%s, seed %d: %s\ngot %s", name, seed, query, got.Text)
			}
			if g, w := beforeReport(got.Text), beforeReport(want.Text); g != w {
				t.Fatalf("%s, seed %d: %s\ngot  %s\nwant %s", name, seed, query, g, w)
			}
		}
	}
	for _, name := range []string{
		"IdentitySummaryConnection", "IdentitySummaryEdge", "AccessSummaryConnection", "AccessSummaryEdge", "AccessSummary",
		"CampaignConnection", "CampaignEdge", "CampaignDetails", "CampaignAlert", "CampaignSettings", "CampaignSearch", "CampaignAccessConstraint",
		"CampaignRoleComposition", "CampaignFilterReference", "SourceReference", "DecisionSummary", "DecisionCounts",
		"PublicIdentityConnection", "PublicIdentityEdge", "PublicIdentity", "PublicIdentityAttribute", "Viewer",
		"Certification", "Campaign", "Reviewer", "Reassignment", "CertificationReference", "Identity", "AccessReviewItem", "IdentitySummary",
		"Entitlement", "AccessProfile", "Role", "OtherAccess", "Account", "AccountOwner", "ActivityInsights", "DataAccess",
		"DataAccessPolicy", "DataAccessCategory", "Permission", "CertificationTask", "ReassignmentTrail", "UpstreamMessage", "PageInfo",
		"CertificationConnection", "CertificationEdge", "AccessReviewItemEdge", "IdentityEdge", "PermissionEdge", "CertificationTaskEdge",
	} {
		for _, field := range schema.Types[name].Fields {
			if !selected[name+"."+field.Name] {
				t.Errorf("no operation selected %s.%s", name, field.Name)
			}
		}
	}
}

// beforeReport returns an answer without what it says of its cost, which the cache changes.
func beforeReport(text string) string {
	before, _, _ := strings.Cut(text, `,"extensions":{"upstream"`)
	return before
}

// A plainWriter writes operations that select what the schema has, without regard to what it
// costs.
type plainWriter struct {
	r        *rand.Rand
	schema   *ast.Schema
	selected map[string]bool // "Type.field"
	names    int
	defers   bool // fields are in fragments with @defer, too
	few      bool // of what is no object, few fields are selected
}

func (o *plainWriter) query() string {
	roots := []string{
		`certifications(first: 3, filter: {completed: true}) ` + o.selection("CertificationConnection", 0),
		fmt.Sprintf("certification(id: %q) ", graphtest.Pick(o.r, sandbox.EmptyCertification, sandbox.DecidedCertification, sandbox.LargeCertification, "nobody")) +
			o.selection("Certification", 0),
		"pendingCertificationTasks(first: 3) " + o.selection("CertificationTaskConnection", 0),
		fmt.Sprintf("certificationTask(id: %q) ", graphtest.Pick(o.r, sandbox.FailedTask, "nobody")) + o.selection("CertificationTask", 0),
		fmt.Sprintf("node(id: %q) ", graphtest.ItemID(sandbox.LargeCertification, sandbox.LargePermissionsItem)) + o.selection("Node", 0),
		"rateLimit { limit }",
		"campaigns(first: 2) " + o.selection("CampaignConnection", 0),
		"identities(first: 2) " + o.selection("PublicIdentityConnection", 0),
		"viewer " + o.selection("Viewer", 0),
	}
	for i := range roots {
		roots[i] = fmt.Sprintf("root%d: ", i) + roots[i]
		if o.defers && o.r.IntN(4) == 0 {
			roots[i] = "... " + o.putOff() + " { " + roots[i] + " }"
		}
	}
	o.r.Shuffle(len(roots), func(i, j int) { roots[i], roots[j] = roots[j], roots[i] })
	return "{ " + strings.Join(roots[:3], " ") + " }"
}

// putOff returns a directive that puts a fragment off.
func (o *plainWriter) putOff() string {
	o.names++
	return fmt.Sprintf("@defer(label: %q)", fmt.Sprint("part", o.names))
}

// leadingOn are types from which others of them can be reached without end.
var leadingOn = []string{
	"CertificationConnection", "AccessReviewItemConnection", "IdentitySummaryConnection", "AccessSummaryConnection",
	"PublicIdentity", "CampaignDetails", "CampaignSettings", "DecisionSummary",
}

// selection selects some fields of a type, each now and then in a fragment or by another name.
func (o *plainWriter) selection(name string, depth int) string {
	definition := o.schema.Types[name]
	var parts []string
	fields := slices.Clone(definition.Fields)
	o.r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	for _, field := range fields {
		below := o.schema.Types[field.Type.Name()]
		if o.r.IntN(5) < 2 || below.IsCompositeType() && depth > 8 || slices.Contains(leadingOn, below.Name) && depth > 3 {
			continue
		}
		if o.few && !below.IsCompositeType() && o.r.IntN(4) > 0 {
			continue
		}
		o.selected[name+"."+field.Name] = true
		o.names++
		text := fmt.Sprintf("f%d: %s", o.names, field.Name)
		switch {
		case field.Arguments.ForName("type") != nil:
			text += fmt.Sprintf("(type: %s, first: 2)", graphtest.Pick(o.r, "ENTITLEMENT", "ACCESS_PROFILE", "ROLE"))
		case field.Arguments.ForName("first") != nil:
			text += "(first: 2)"
		}
		before, after := "", ""
		kinds := 8
		if o.defers {
			kinds = 11
		}
		switch o.r.IntN(kinds) {
		case 8, 9:
			before, after = "... "+o.putOff()+" { ", " }"
		case 10:
			before, after = "... on "+name+" "+o.putOff()+" { ", " }"
		case 0:
			before, after = "... on "+name+" { ", " }"
		case 1:
			text += " @include(if: true)"
		case 2:
			after = fmt.Sprintf(" f%d: __typename @skip(if: true)", o.names+1_000_000)
		}
		if below.IsCompositeType() {
			text += " " + o.selection(field.Type.Name(), depth+1)
		}
		text = before + text + after
		parts = append(parts, text)
	}
	if definition.Kind == ast.Interface {
		for _, possible := range o.schema.GetPossibleTypes(definition) {
			parts = append(parts, "... on "+possible.Name+" "+o.selection(possible.Name, depth+1))
		}
	}
	return "{ __typename " + strings.Join(parts, " ") + " }"
}
