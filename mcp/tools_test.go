package mcp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/mcp"
)

var update = flag.Bool("update", false, "write the golden files")

// What assistants are told of the tools is golden, so that a change of the schema or of a document shows in it.
func TestToolsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	session := offered(t, builtIn(t), graphtest.Setup{}).connected(t, "org-admin")
	listed, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(listed.Tools, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "testdata/tools.golden.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("run go test ./mcp -run Golden -update if that is meant (-want +got):\n%s", cmp.Diff(string(want), string(got)))
	}
}

func TestToolsSayWhatTheyAreAndWhatTheyChange(t *testing.T) {
	t.Parallel()
	session := offered(t, builtIn(t), graphtest.Setup{}).connected(t, "org-admin")
	if about := session.InitializeResult(); about.ServerInfo.Version != "v1.2.3" || !strings.Contains(about.Instructions, "cannot be undone") {
		t.Errorf("the server is %+v: %s", about.ServerInfo, about.Instructions)
	}
	writes := map[string]string{"Decide": "decideReviewItems: Approves or revokes", "Reassign": "reassignReviewItems: Moves items", "SignOff": "signOffCertification: Makes all decisions"}
	seen := 0
	for tool, err := range session.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		changes, isWrite := writes[tool.Name]
		if strings.TrimSpace(tool.Description) == "" {
			t.Errorf("%s has no description", tool.Name)
		}
		if hints := tool.Annotations; hints.ReadOnlyHint == isWrite || hints.DestructiveHint == nil || *hints.DestructiveHint != isWrite || *hints.OpenWorldHint {
			t.Errorf("%s is annotated %+v", tool.Name, hints)
		}
		if isWrite != strings.Contains(tool.Description, "This changes data, in the name of the caller:\n- "+changes) {
			t.Errorf("%s says of what it changes: %s", tool.Name, tool.Description)
		}
		for which, schema := range map[string]any{"input": tool.InputSchema, "output": tool.OutputSchema} {
			var parsed jsonschema.Schema
			text, err := json.Marshal(schema)
			if err == nil {
				err = json.Unmarshal(text, &parsed)
			}
			if err == nil {
				_, err = parsed.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
			}
			if err != nil || parsed.Type != "object" {
				t.Errorf("%s: the schema of its %s: %v", tool.Name, which, err)
			}
		}
		if input := tool.InputSchema.(map[string]any); input["additionalProperties"] != false {
			t.Errorf("%s takes anything", tool.Name)
		}
	}
	if seen != 11 {
		t.Errorf("there are %d tools", seen)
	}
}

// The schema of an input follows from the variables.
func TestInputsFollowFromTheVariables(t *testing.T) {
	t.Parallel()
	documents := written(t, map[string]string{"a.graphql": `# One.
query Everything(
	# Its id.
	$id: ID!
	"How many."
	$first: Int! = 5
	$phase: CertificationPhaseInput
	$filter: AccessReviewItemFilter
	$orderBy: [AccessReviewItemOrder!]
	$search: String = "a\"b"
	$only: Boolean! = true
	$kinds: [CampaignStatusInput!] = [ACTIVE]
) {
	certifications(filter: { phase: $phase }, first: $first) { nodes { id } }
	certification(id: $id) { ...Items }
	identities(search: $search, completeOnly: $only) { nodes { id } }
	campaigns(filter: { statuses: $kinds }) { nodes { id } }
}
fragment Items on Certification { reviewItems(filter: $filter, orderBy: $orderBy) { nodes { id } } }`})
	session := offered(t, documents, graphtest.Setup{}).connected(t, "org-admin")
	listed, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	input := listed.Tools[0].InputSchema.(map[string]any)
	properties := input["properties"].(map[string]any)
	filter := properties["filter"].(map[string]any)
	of := func(object any, names ...string) any {
		for _, name := range names {
			object = object.(map[string]any)[name]
		}
		return object
	}
	for name, each := range map[string]struct{ got, want any }{
		"required":                {input["required"], []any{"id"}},
		"an id":                   {properties["id"], map[string]any{"type": "string", "description": "Its id."}},
		"a number with a default": {properties["first"], map[string]any{"type": "integer", "description": "How many.", "default": 5.0}},
		"the type of an enum":     {of(properties, "phase", "type"), "string"},
		"the values of an enum":   {of(properties, "phase", "enum"), []any{"STAGED", "ACTIVE", "SIGNED"}},
		"as the schema says of the argument, and of each value": {
			of(properties, "phase", "description"),
			"Certifications in this phase.\n- STAGED: The campaign is not yet activated.\n- ACTIVE: The review is open.\n- SIGNED: The reviewer has signed off.",
		},
		"an object within a fragment":         {of(filter, "additionalProperties"), false},
		"a field of it":                       {of(filter, "properties", "completed", "type"), "boolean"},
		"one of several":                      {of(filter, "properties", "pertainingTo", "oneOf"), []any{map[string]any{"required": []any{"entitlements"}}, map[string]any{"required": []any{"accessProfiles"}}, map[string]any{"required": []any{"roles"}}}},
		"which is not null":                   {of(filter, "properties", "pertainingTo", "properties", "roles", "type"), "array"},
		"a list of objects":                   {of(properties, "orderBy", "items", "required"), []any{"field"}},
		"a default within":                    {of(properties, "orderBy", "items", "properties", "direction", "default"), "ASC"},
		"a text with a default":               {of(properties, "search", "default"), `a"b`},
		"a default of what must not be null":  {of(properties, "only"), map[string]any{"type": "boolean", "default": true, "description": of(properties, "only", "description")}},
		"a list of values as a default":       {of(properties, "kinds", "default"), []any{"ACTIVE"}},
		"the elements of a list of enums":     {len(of(properties, "kinds", "items", "enum").([]any)), 9},
		"what the elements of a list are for": {strings.HasPrefix(of(properties, "kinds", "items", "description").(string), "- PENDING: "), true},
	} {
		if diff := cmp.Diff(each.want, each.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is selected only of some objects, or only sometimes, may be missing from the output.
func TestOutputsFollowFromTheSelection(t *testing.T) {
	t.Parallel()
	documents := written(t, map[string]string{"a.graphql": `# One.
query Output($id: ID!, $more: Boolean!) {
	one: certification(id: $id) {
		phase
		due @include(if: $more)
		reviewItems {
			nodes {
				access { __typename name ... on Role { revocable accessProfiles { name } } ...Named }
				access { type }
			}
		}
	}
}
fragment Named on ReviewableAccess { rawId }`})
	session := offered(t, documents, graphtest.Setup{}).connected(t, "org-admin")
	listed, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(path ...string) map[string]any {
		object := listed.Tools[0].OutputSchema.(map[string]any)
		for _, name := range append([]string{"properties", "data"}, path...) {
			object = object[name].(map[string]any)
		}
		return object
	}
	one := []string{"properties", "one"}
	access := append(slices.Clone(one), "properties", "reviewItems", "properties", "nodes", "items", "properties", "access")
	for name, each := range map[string]struct{ got, want any }{
		"the root":               {at()["required"], []any{"one"}},
		"may be null":            {at(one...)["type"], []any{"object", "null"}},
		"what is conditional":    {at(one...)["required"], []any{"phase", "reviewItems"}},
		"an enum":                {at(append(one, "properties", "phase")...)["enum"], []any{"STAGED", "ACTIVE", "SIGNED", "UNRECOGNIZED", nil}},
		"a list":                 {at(append(one, "properties", "reviewItems", "properties", "nodes")...)["type"], "array"},
		"what every access has":  {at(access...)["required"], []any{"__typename", "name", "rawId", "type"}},
		"what roles have beside": {len(at(append(access, "properties")...)), 6},
		"and what is below":      {at(append(access, "properties", "accessProfiles", "items")...)["required"], nil},
	} {
		if diff := cmp.Diff(each.want, each.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDocumentsThatAreNoToolsAreNamed(t *testing.T) {
	t.Parallel()
	const good = "# Reads.\nquery Good { rateLimit { limit } }"
	tests := map[string]struct{ text, want string }{
		"no comment":       {"query A { rateLimit { limit } }", "the operation A has no comment above it"},
		"an empty comment": {"#\n# \nquery A { rateLimit { limit } }", "the operation A has no comment above it"},
		"no name":          {"# A.\nquery { rateLimit { limit } }", "the operation has no name"},
		"a short one":      {"# A.\n{ rateLimit { limit } }", "the operation has no name"},
		"a long name":      {"# A.\nquery " + strings.Repeat("a", 129) + " { rateLimit { limit } }", "the operation's name has 129 characters: that of a tool has at most 128"},
		"two operations":   {"# A.\nquery A { rateLimit { limit } }\n# B.\nquery B { rateLimit { limit } }", "the document has 2 operations"},
		"a subscription":   {"# A.\nsubscription A { certificationTask(id: \"x\") { status } }", "the operation A is a subscription"},
		"defer":            {"# A.\nquery A { rateLimit { limit ... @defer { remaining } } }", "the operation A has @defer"},
		"defer in a fragment": {
			"# A.\nquery A { rateLimit { ...F } }\nfragment F on RateLimit { limit ...G @defer }\nfragment G on RateLimit { remaining }", "the operation A has @defer",
		},
		"a write without errors": {
			"# A.\nmutation A { signOffCertification(input: {certificationId: \"x\"}) { certification { id } } }",
			"the operation A does not select errors { code message } of signOffCertification",
		},
		"a write with renamed codes": {
			"# A.\nmutation A { signOffCertification(input: {certificationId: \"x\"}) { errors { c: code message } } }",
			"the operation A does not select errors { code message } of signOffCertification",
		},
		"the name of another": {"# A.\nquery Good { rateLimit { remaining } }", "the operation Good has the name of the one at "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			documents := written(t, map[string]string{"a.graphql": good, "b.graphql": test.text, "c.json": `{"c": "query C { rateLimit { limit } }"}`})
			_, err := mcp.NewTools(documents.Listed(), graph.Schema(), true)
			if err == nil {
				t.Fatal("it is a tool")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != 2 || !strings.Contains(lines[0], "b.graphql: "+test.want) || !strings.Contains(lines[1], "c.json:1:7: the operation C has no comment above it") {
				t.Errorf("the problems are %q, want %q", lines, test.want)
			}
		})
	}
}

func TestWritesAreToolsOnlyIfThatIsSet(t *testing.T) {
	t.Parallel()
	documents := builtIn(t)
	reads, err := mcp.NewTools(documents.Listed(), graph.Schema(), false)
	if err != nil {
		t.Fatal(err)
	}
	all := toolsOf(t, documents)
	if reads.Len() != 8 || all.Len() != 11 {
		t.Errorf("there are %d tools, and %d with writes", reads.Len(), all.Len())
	}
	for _, listed := range documents.Listed() {
		if write := strings.Contains(listed.Text, "\nmutation "); reads.Has(listed.Text) == write || !all.Has(listed.Text) {
			t.Errorf("%s: it is a tool: %t, and with writes: %t", listed.Place, reads.Has(listed.Text), all.Has(listed.Text))
		}
	}
	write := []document.Listed{{Place: "a", Text: "# A.\nmutation A { signOffCertification(input: {certificationId: \"x\"}) { errors { code message } } }"}}
	if _, err := mcp.NewTools(write, graph.Schema(), false); err == nil || !strings.Contains(err.Error(), "--mcp-writes") {
		t.Errorf("of writes alone: %v", err)
	}
}

// Only the tools are there: no query of the caller's own, and no other document.
func TestNothingElseCanBeCalled(t *testing.T) {
	t.Parallel()
	session := offered(t, builtIn(t), graphtest.Setup{}).connected(t, "org-admin")
	if _, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "Query", Arguments: map[string]any{"query": "{ __typename }"}}); err == nil || !strings.Contains(err.Error(), `unknown tool "Query"`) {
		t.Errorf("another tool: %v", err)
	}
	got := called(t.Context(), t, session, "MyQueue", map[string]any{"query": "{ __typename }"})
	if !got.failed || got.Errors[0].Code != "BAD_USER_INPUT" || !strings.Contains(got.text[0], `"query" is not known: there are first, after`) {
		t.Errorf("a query: %+v", got)
	}
}
