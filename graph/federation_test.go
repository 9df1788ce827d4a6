package graph_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/graph/relay"
	"certql/upstream/sandbox"
)

// newSubgraph returns a tenant whose gateway is a subgraph.
func newSubgraph(t *testing.T, change ...func(*graph.Config)) *graphtest.Tenant {
	t.Helper()
	return graphtest.NewTenant(t, graphtest.Setup{
		Sandbox: sandbox.Config{Certifications: 150, Items: 5_000},
		ToGateway: func(cfg *graph.Config) {
			cfg.Federation = true
			for _, each := range change {
				each(cfg)
			}
		},
	})
}

// entities asks for entities as routers do.
const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename %s } }`

// represented returns the representations of objects of a type by one of its keys.
func represented(typeName, key string, values ...string) []any {
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = graphtest.Object{"__typename": typeName, key: value}
	}
	return list
}

func askEntities(t *testing.T, w *graphtest.Tenant, selected string, representations []any) graphtest.Reported {
	t.Helper()
	return w.Extended(t, http.Header{"Cache-Control": {"no-cache"}}, graphtest.Object{"query": fmt.Sprintf(entities, selected), "variables": graphtest.Object{"representations": representations}})
}

// Without the option, nothing of federation is there.
func TestWithoutFederationThereIsNothingOfIt(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, query := range []string{
		`{ _service { sdl } }`,
		`{ _entities(representations: [{__typename: "Identity", rawId: "a"}]) { __typename } }`,
		`{ viewer { identity { rawId } } }`,
		`{ certifications { nodes { reviewer { identity { rawId } } } } }`,
	} {
		a := w.Ask(t, graphtest.Admin, query, nil)
		if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %s", query, a.Text)
		}
	}
	a := w.Ask(t, graphtest.Admin, `{ __schema { types { name } } }`, nil)
	for _, each := range graphtest.At(a.OK(t), "__schema", "types").([]any) {
		if name := graphtest.At(each, "name").(string); strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "__") {
			t.Errorf("there is a type %s", name)
		}
	}
	if a := w.Ask(t, graphtest.Admin, `{ __type(name: "_Entity") { name } }`, nil); a.OK(t)["__type"] != nil {
		t.Errorf("there is a type: %s", a.Text)
	}
}

// Entities take as many calls as objects that are asked for by their ids, and the estimate knows it.
func TestEntitiesAreReadInBatches(t *testing.T) {
	t.Parallel()
	w := newSubgraph(t)
	var certifications, campaigns []string
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		certifications = append(certifications, row["id"].(string))
	}
	for _, row := range w.List(t, graphtest.Admin, "/campaigns", nil) {
		campaigns = append(campaigns, row["id"].(string))
	}
	if len(certifications) < 120 || len(campaigns) < 2 {
		t.Fatalf("the data is too poor: %d certifications, %d campaigns", len(certifications), len(campaigns))
	}
	global := func(typeName string, ids []string) []string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = relay.EncodeID(typeName, id)
		}
		return list
	}
	items := membersOf(t, w, sandbox.LargeCertification, "access-review-items", "AccessReviewItem", 60)
	summaries := membersOf(t, w, sandbox.LargeCertification, "identity-summaries", "IdentitySummary", 20)
	people := []string{graphtest.Reviewer1}
	for i := range 59 {
		people = append(people, fmt.Sprintf("%032d", i))
	}
	tests := map[string]struct {
		representations []any
		selected        string
		calls           int
		estimated       int // a list may leave out certifications, of which each takes another call
	}{
		"one certification":             {represented("Certification", "rawId", certifications[0]), "... on Certification { name }", 1, 1},
		"20 certifications":             {represented("Certification", "rawId", certifications[:20]...), "... on Certification { name }", 1, 21},
		"120 certifications":            {represented("Certification", "rawId", certifications[:120]...), "... on Certification { name }", 3, 123},
		"by global ids":                 {represented("Certification", "id", global("Certification", certifications[:120])...), "... on Certification { name }", 3, 123},
		"by either":                     {append(represented("Certification", "id", global("Certification", certifications[:20])...), represented("Certification", "rawId", certifications[:30]...)...), "... on Certification { name }", 1, 31},
		"with their reviewers":          {represented("Certification", "rawId", certifications[:20]...), "... on Certification { reviewer { identity { rawId } } }", 1, 21},
		"and what is known of them":     {represented("Certification", "rawId", certifications[:20]...), "... on Certification { reviewer { identity { publicIdentity { alias } } } }", 2, 22},
		"60 items of one certification": {represented("AccessReviewItem", "id", items...), "... on AccessReviewItem { completed }", 2, 2},
		"20 identities under review":    {represented("IdentitySummary", "id", summaries...), "... on IdentitySummary { name identity { rawId name } }", 1, 1},
		"campaigns":                     {represented("Campaign", "rawId", campaigns...), "... on Campaign { name }", 1, 1},
		"60 people":                     {represented("PublicIdentity", "rawId", people...), "... on PublicIdentity { name }", 2, 2},
		"60 identities":                 {represented("Identity", "rawId", people...), "... on Identity { rawId }", 0, 0},
		"and their names":               {represented("Identity", "rawId", people...), "... on Identity { rawId name }", 2, 2},
		"and what everybody knows":      {represented("Identity", "rawId", people...), "... on Identity { email publicIdentity { alias } }", 2, 2},
		"people twice":                  {append(represented("PublicIdentity", "rawId", people[:30]...), represented("Identity", "rawId", people[:30]...)...), "... on PublicIdentity { name } ... on Identity { publicIdentity { name } }", 1, 1},
		"a task":                        {represented("CertificationTask", "rawId", sandbox.FailedTask), "... on CertificationTask { status }", 1, 1},
		"what is for others": {
			append(represented("Identity", "rawId", people...), represented("IdentitySummary", "id", summaries[0])...),
			"... on Identity { rawId } ... on IdentitySummary { name } ... on Certification { name pendingTasks { nodes { rawId } } }", 1, 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dry := w.Extended(t, nil, graphtest.Object{
				"query":      fmt.Sprintf(entities, test.selected),
				"variables":  graphtest.Object{"representations": test.representations},
				"extensions": graphtest.Object{"dryRun": true},
			}).Extensions.Upstream
			a := askEntities(t, w, test.selected, test.representations)
			a.OK(t)
			if got := a.Extensions.Upstream; got.Calls != test.calls || got.EstimatedCalls != test.estimated || dry.EstimatedCalls != test.estimated || dry.Calls != 0 {
				t.Errorf("%d calls, %d estimated, %d beforehand; want %d and %d", got.Calls, got.EstimatedCalls, dry.EstimatedCalls, test.calls, test.estimated)
			}
			shown, _ := a.At("_entities").([]any)
			if len(shown) != len(test.representations) {
				t.Fatalf("%d entities for %d representations", len(shown), len(test.representations))
			}
			for i, each := range test.representations {
				if want := graphtest.At(each, "__typename"); shown[i] != nil && graphtest.At(shown[i], "__typename") != want {
					t.Errorf("entity %d is %v, want %v", i, shown[i], want)
				}
			}
		})
	}
}

// membersOf returns global ids of what is within a certification.
func membersOf(t *testing.T, w *graphtest.Tenant, certification, list, typeName string, n int) []string {
	t.Helper()
	var ids []string
	for _, row := range w.List(t, graphtest.Admin, "/certifications/"+certification+"/"+list, nil) {
		ids = append(ids, relay.EncodeID(typeName, certification, row["id"].(string)))
	}
	if len(ids) < n {
		t.Fatalf("there are %d %s, want %d", len(ids), list, n)
	}
	return ids[:n]
}

// An operation whose entities may take too many calls is refused before the first.
func TestTooCostlyEntitiesAreRefused(t *testing.T) {
	t.Parallel()
	w := newSubgraph(t, func(cfg *graph.Config) { cfg.MaxEstimatedCalls = 20 })
	var ids []string
	for i := range 20 {
		ids = append(ids, fmt.Sprintf("%032d", i))
	}
	a := askEntities(t, w, "... on Certification { name }", represented("Certification", "rawId", ids...))
	if a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UPSTREAM_CALLS_EXCEEDED" || a.Errors[0].Extensions["estimatedCalls"] != 21.0 {
		t.Errorf("20 certifications: %s", a.Text)
	}
}

// An entity that does not exist, or must not be seen, costs its own place alone, whoever writes the response.
func TestEntitiesKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*graph.Config){
		"projected":          func(*graph.Config) {},
		"executed by gqlgen": func(cfg *graph.Config) { *cfg = cfg.Unprojected() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entitiesKeepTheirPlaces(t, newSubgraph(t, change))
		})
	}
}

func entitiesKeepTheirPlaces(t *testing.T, w *graphtest.Tenant) {
	t.Helper()
	const none = "00000000000000000000000000000000"
	large := graphtest.CertificationID(sandbox.LargeCertification)
	a := w.Ask(t, "reviewer-1", fmt.Sprintf(entities, "... on Certification { id } ... on Identity { rawId name }"), graphtest.Object{"representations": []any{
		graphtest.Object{"__typename": "Identity", "rawId": graphtest.Reviewer1},
		graphtest.Object{"__typename": "Certification", "rawId": none},
		graphtest.Object{"__typename": "Certification", "rawId": sandbox.LargeCertification, "name": "what another subgraph requires"},
		graphtest.Object{"__typename": "Certification", "rawId": sandbox.EmptyCertification}, // reviewer-2's
		graphtest.Object{"__typename": "Certification", "id": "not an id"},
		graphtest.Object{"__typename": "Certification", "id": graphtest.TaskID(none)},
		graphtest.Object{"__typename": "Certification", "rawId": large},
		graphtest.Object{"__typename": "Certification", "rawId": ""},
		graphtest.Object{"__typename": "Identity", "rawId": none},
		graphtest.Object{"__typename": "Certification", "id": large, "rawId": nil},
	}})
	a.WantProblems(
		t, "FORBIDDEN at _entities.3", "BAD_USER_INPUT at _entities.4", "BAD_USER_INPUT at _entities.5", "BAD_USER_INPUT at _entities.6", "BAD_USER_INPUT at _entities.7",
	)
	person := w.Read(t, graphtest.Admin, "/certifications/"+sandbox.LargeCertification)["reviewer"]
	want := []any{
		graphtest.Object{"__typename": "Identity", "rawId": graphtest.Reviewer1, "name": graphtest.At(person, "name")},
		nil,
		graphtest.Object{"__typename": "Certification", "id": large},
		nil, nil, nil, nil, nil,
		graphtest.Object{"__typename": "Identity", "rawId": none, "name": nil},
		graphtest.Object{"__typename": "Certification", "id": large},
	}
	if diff := gocmp.Diff(any(want), a.At("_entities")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	messages := map[string]string{
		"_entities.4": "representations[4].id is not a global id",
		"_entities.5": "representations[5].id is the id of another type; here it must be of the type Certification.",
		"_entities.6": "representations[6].rawId is a global id, which does not do here",
		"_entities.7": "representations[7].rawId must not be empty.",
	}
	for _, e := range a.Errors {
		if want := messages[graphtest.PathText(e.Path)]; !strings.HasPrefix(e.Message, want) {
			t.Errorf("the message is %q, want %q", e.Message, want)
		}
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = none
	}
	tooMany := askEntities(t, w, "", represented("Certification", "rawId", many...))
	if tooMany.At("_entities", 0) != nil || tooMany.At("_entities", 1001) != nil || len(tooMany.Errors) != 1 || tooMany.Errors[0].Message != "representations has 1001 entities; at most 1000 are allowed." || tooMany.Extensions.Upstream.Calls != 0 {
		t.Errorf("1001 representations: %.300s", tooMany.Text)
	}
}

// What represents nothing is refused before anything is read, with what would.
func TestARepresentationNamesATypeAndAKey(t *testing.T) {
	t.Parallel()
	w := newSubgraph(t)
	for name, test := range map[string]struct {
		representation any
		want           string
	}{
		"no object":               {"a", "_Any must be an object with the members __typename and id or rawId."},
		"no type":                 {graphtest.Object{"rawId": "a"}, "_Any must have the name of an entity in __typename: AccessReviewItem, Campaign, "},
		"a type of another":       {graphtest.Object{"__typename": "Query", "rawId": "a"}, "_Any must have the name of an entity in __typename: "},
		"a type that is not read": {graphtest.Object{"__typename": "Role", "rawId": "a"}, "_Any must have the name of an entity in __typename: "},
		"no key":                  {graphtest.Object{"__typename": "Campaign"}, "_Any must have the key id or rawId, if it is of the type Campaign."},
		"a key of no id":          {graphtest.Object{"__typename": "Campaign", "id": graphtest.Object{}}, "_Any must have the key id or rawId, if it is of the type Campaign."},
		"half a key":              {graphtest.Object{"__typename": "AccessReviewItem", "rawId": "a"}, "_Any must have the key id, if it is of the type AccessReviewItem."},
		"a key that it has not":   {graphtest.Object{"__typename": "Identity", "id": "a"}, "_Any must have the key rawId, if it is of the type Identity."},
		"nothing":                 {nil, `Expected non-nullable type "_Any!" not to be null.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := represented("Certification", "rawId", sandbox.LargeCertification)
			a := askEntities(t, w, "", append(good, test.representation))
			if a.Data != nil || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, `at "representations[1]"; `+test.want) {
				t.Errorf("want %q: %s", test.want, a.Text)
			}
		})
	}
	literal := w.Ask(t, graphtest.Admin, `{ _entities(representations: [{__typename: "Identity", rawId: 7}, {__typename: "Identity"}]) { __typename } }`, nil)
	if literal.Data != nil || len(literal.Errors) != 1 || !strings.Contains(literal.Errors[0].Message, "must have the key rawId") {
		t.Errorf("a literal: %s", literal.Text)
	}
	number := w.Ask(t, graphtest.Admin, `{ _entities(representations: {__typename: "Identity", rawId: 7}) { ... on Identity { rawId } } }`, nil)
	if number.OK(t); number.At("_entities", 0, "rawId") != "7" {
		t.Errorf("a number: %s", number.Text)
	}
}

// The people that objects stand for are one entity each, whose identities take no call.
func TestPeopleShowWhoTheyAreToOtherSubgraphs(t *testing.T) {
	t.Parallel()
	w := newSubgraph(t)
	const identity = "identity { rawId name email publicIdentity { rawId } }"
	a := w.Extended(t, nil, graphtest.Object{"query": fmt.Sprintf(`{
		certification(id: %q) {
			reviewer { rawId name email %s }
			reviewItems(first: 3) { nodes { identity { identityId name identity { rawId name email } } } }
		}
		viewer { identityId identity { rawId } }
	}`, sandbox.LargeCertification, identity)})
	a.OK(t)
	if got := a.Extensions.Upstream; got.Calls != 3 || got.EstimatedCalls < got.Calls {
		t.Errorf("%d calls, %d estimated: want 3", got.Calls, got.EstimatedCalls)
	}
	reviewer := a.At("certification", "reviewer")
	want := graphtest.Object{
		"rawId": graphtest.At(reviewer, "rawId"), "name": graphtest.At(reviewer, "name"), "email": graphtest.At(reviewer, "email"),
		"publicIdentity": graphtest.Object{"rawId": graphtest.At(reviewer, "rawId")},
	}
	if diff := gocmp.Diff(any(want), graphtest.At(reviewer, "identity")); diff != "" || graphtest.At(reviewer, "rawId") == nil {
		t.Errorf("the reviewer (-want +got):\n%s", diff)
	}
	for _, row := range a.At("certification", "reviewItems", "nodes").([]any) {
		summary := graphtest.At(row, "identity")
		want := graphtest.Object{"rawId": graphtest.At(summary, "identityId"), "name": graphtest.At(summary, "name"), "email": nil}
		if diff := gocmp.Diff(any(want), graphtest.At(summary, "identity")); diff != "" {
			t.Errorf("the identity under review (-want +got):\n%s", diff)
		}
	}
	if id := a.At("viewer", "identityId"); id == nil || a.At("viewer", "identity", "rawId") != id {
		t.Errorf("the viewer: %s", a.Text)
	}
	groups := 0
	all := w.Ask(t, graphtest.Admin, `{ certifications(first: 150) { nodes { reviewer { type identity { rawId } } } } }`, nil)
	for _, row := range graphtest.At(all.OK(t), "certifications", "nodes").([]any) {
		isGroup := graphtest.At(row, "reviewer", "type") == "GOVERNANCE_GROUP"
		if isGroup {
			groups++
		}
		if isGroup != (graphtest.At(row, "reviewer", "identity") == nil) {
			t.Errorf("the reviewer is %v", row)
		}
	}
	if groups == 0 {
		t.Error("no governance group reviews")
	}
}

// A router is told all of the schema that it can compose, and where the schema is hidden nothing of it.
func TestTheSubgraphShowsItsSchemaWhereThatIsShown(t *testing.T) {
	t.Parallel()
	const query = `{ _service { sdl } }`
	w := newSubgraph(t)
	a := w.Extended(t, nil, graphtest.Object{"query": query})
	sdl, _ := graphtest.At(a.OK(t), "_service", "sdl").(string)
	if sdl != graph.SubgraphSDL() || a.Extensions.Upstream.Calls+a.Extensions.Upstream.EstimatedCalls != 0 {
		t.Errorf("the response is %.300s", a.Text)
	}
	again := w.Ask(t, graphtest.Admin, `{ _service { sdl } again: _service { sdl } }`, nil)
	if again.Data != nil || len(again.Errors) != 1 || again.Errors[0].Extensions["code"] != "OPERATION_TOO_LARGE" {
		t.Errorf("twice: %.300s", again.Text)
	}
	full := w.Ask(t, graphtest.Admin, graphtest.Introspection, nil)
	if full.OK(t); !strings.Contains(full.Text, `"_Entity"`) {
		t.Error("introspection does not show the entities")
	}
	for name, hide := range map[string]func(*graph.Config){
		"no introspection": func(cfg *graph.Config) { cfg.NoIntrospection = true },
		"documents only":   func(cfg *graph.Config) { cfg.DocumentsOnly = true },
	} {
		hidden := newSubgraph(t, hide)
		for _, query := range []string{query, `{ ...F } fragment F on Query { hello: _service { sdl } }`} {
			a := hidden.Ask(t, graphtest.Admin, query, nil)
			if a.Data != nil || len(a.Errors) != 1 || strings.Contains(a.Text, "extend schema") {
				t.Errorf("%s: %s: %.300s", name, query, a.Text)
			}
		}
	}
	entities := newSubgraph(t, func(cfg *graph.Config) { cfg.NoIntrospection = true })
	b := askEntities(t, entities, "... on Certification { rawId }", represented("Certification", "rawId", sandbox.LargeCertification))
	if b.OK(t); b.Extensions.Upstream.Calls != 1 {
		t.Errorf("entities where the schema is hidden: %s", b.Text)
	}
}

// What routers compose has each type's keys, and nothing that only one subgraph of a graph can have.
func TestTheSubgraphHasItsKeys(t *testing.T) {
	t.Parallel()
	const federation = `
		directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT
		directive @shareable on OBJECT
		directive @link(url: String!, import: [String]) on SCHEMA
	`
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: federation}, &ast.Source{Input: graph.SubgraphSDL()})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for name, definition := range schema.Types {
		for _, key := range definition.Directives.ForNames("key") {
			keys[name] += key.Arguments.ForName("fields").Value.Raw
			if resolvable := key.Arguments.ForName("resolvable"); resolvable != nil {
				keys[name] += " unresolvable"
			}
			keys[name] += ";"
		}
	}
	want := map[string]string{
		"Certification":           "id;rawId;",
		"Campaign":                "id;rawId;",
		"CertificationTask":       "id;rawId;",
		"PublicIdentity":          "id;rawId;",
		"AccessReviewItem":        "id;",
		"IdentitySummary":         "id;",
		"Identity":                "rawId;",
		"Entitlement":             "rawId unresolvable;",
		"AccessProfile":           "rawId unresolvable;",
		"Role":                    "rawId unresolvable;",
		"SourceReference":         "rawId unresolvable;",
		"CampaignFilterReference": "rawId unresolvable;",
	}
	if diff := gocmp.Diff(want, keys); diff != "" {
		t.Errorf("the keys (-want +got):\n%s", diff)
	}
	if schema.Types["PageInfo"].Directives.ForName("shareable") == nil {
		t.Error("PageInfo is not shareable")
	}
	fields := map[string]bool{}
	for _, field := range graph.Schema().Query.Fields {
		fields[field.Name] = !strings.HasPrefix(field.Name, "__") && field.Name != "node" && field.Name != "nodes"
	}
	for name, want := range fields {
		if got := schema.Query.Fields.ForName(name) != nil; got != want && !strings.HasPrefix(name, "__") {
			t.Errorf("Query.%s is there: %t, want %t", name, got, want)
		}
	}
	for _, name := range []string{"_Any", "_Entity", "_Service", "_FieldSet"} {
		if schema.Types[name] != nil {
			t.Errorf("%s is there", name)
		}
	}
	// Every entity that the resolver knows has a key that can be resolved, and the other way round.
	for _, member := range graph.FederatedSchema().Types["_Entity"].Types {
		if keys[member] == "" || strings.Contains(keys[member], "unresolvable") {
			t.Errorf("%s is an entity with the keys %q", member, keys[member])
		}
		delete(keys, member)
	}
	for name, key := range keys {
		if !strings.Contains(key, "unresolvable") {
			t.Errorf("%s has the key %q, and is no entity", name, key)
		}
	}
	for name, definition := range graph.FederatedSchema().Types {
		if text := definition.Description; !definition.BuiltIn && name != "_FieldSet" && sentenceProblem(text) != "" {
			t.Errorf("the description of %s %s: %q", name, sentenceProblem(text), text)
		}
	}
}

// Whatever is asked of whichever entities, the estimate is not below what is spent.
func TestTheEstimateOfEntitiesIsNeverTooLow(t *testing.T) {
	t.Parallel()
	w := newSubgraph(t)
	const person = "publicIdentity { name manager { name publicIdentity { alias } } }"
	selections := []string{
		"... on Certification { name reviewer { identity { rawId " + person + " } } }",
		"... on Certification { pendingTasks { nodes { rawId certification { name } } } reviewers(first: 2) { nodes { name " + person + " } } }",
		"... on Certification { campaign { details { deadline } settings { search { reviewer { identity { " + person + " } } } } } reviewItems(first: 2) { nodes { identity { identity { " + person + " } } } } }",
		"... on Certification { decisionSummary { roles { total } } reassignment { from { certification { name } reviewer { identity { " + person + " } } } } }",
		"... on AccessReviewItem { certification { name } permissions(first: 1) { nodes { rights } } }",
		"... on AccessReviewItem { identity { name identity { " + person + " } } access { ... on Role { owner { " + person + " } } } }",
		"... on IdentitySummary { name identity { name " + person + " } decisionSummary { roles { total } } }",
		"... on Identity { rawId }",
		"... on Identity { name email " + person + " }",
		"... on Identity { " + person + " }",
		"... on PublicIdentity { name manager { " + person + " } }",
		"... on Campaign { name details { deadline } settings { search { reviewer { identity { " + person + " } } } } mandatoryCommentRequirement }",
		"... on CertificationTask { status certification { name reviewer { identity { " + person + " } } } }",
		"... on Node { id }",
		"... on _Entity { ... on Identity { email } ... on Certification { items: reviewItems(first: 1) { totalCount } } }",
	}
	var all []any
	for _, row := range w.List(t, graphtest.Admin, "/certifications", nil) {
		all = append(all, represented("Certification", "rawId", row["id"].(string))...)
		if reviewer := row["reviewer"].(graphtest.Object); reviewer["type"] == "IDENTITY" {
			all = append(all, represented("Identity", "rawId", reviewer["id"].(string))...)
			all = append(all, represented("PublicIdentity", "rawId", reviewer["id"].(string))...)
		}
	}
	for _, row := range w.List(t, graphtest.Admin, "/campaigns", nil) {
		all = append(all, represented("Campaign", "rawId", row["id"].(string))...)
	}
	all = append(all, represented("CertificationTask", "rawId", sandbox.FailedTask)...)
	all = append(all, represented("AccessReviewItem", "id", membersOf(t, w, sandbox.LargeCertification, "access-review-items", "AccessReviewItem", 60)...)...)
	all = append(all, represented("IdentitySummary", "id", membersOf(t, w, sandbox.LargeCertification, "identity-summaries", "IdentitySummary", 20)...)...)
	spent := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		representations := all[:1+r.IntN(70)]
		selected := ""
		for range 1 + r.IntN(3) {
			selected += " " + graphtest.Pick(r, selections...)
		}
		a := askEntities(t, w, selected, representations)
		for _, e := range a.Errors {
			if e.Extensions["code"] != "GOVERNANCE_GROUP_UNSUPPORTED" {
				t.Errorf("seed %d: %s", seed, e.Message)
			}
		}
		spent += a.Extensions.Upstream.Calls
		if got := a.Extensions.Upstream; got.Calls > got.EstimatedCalls {
			t.Errorf("seed %d: %d calls, %d estimated, for %d entities of which are selected%s", seed, got.Calls, got.EstimatedCalls, len(representations), selected)
		}
	}
	if spent < 1_000 {
		t.Errorf("only %d calls are spent: the operations ask for too little", spent)
	}
}
