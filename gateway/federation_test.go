package gateway

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"certql/testenv"

	gocmp "github.com/google/go-cmp/cmp"
)

// nodeForFederation returns the path of node. If node or the packages in gateway/federation are missing, it skips the
// test; in CI it fails the test.
func nodeForFederation(t *testing.T) string {
	t.Helper()
	unavailable := t.Skip
	if os.Getenv("CI") == "true" {
		unavailable = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		unavailable("node is not installed: ", err)
	}
	if _, err := os.Stat("gateway/federation/node_modules/@apollo/gateway"); err != nil {
		unavailable("routers are not installed: npm ci --prefix gateway/federation")
	}
	return node
}

// A routed is what a router responded, and what its requests to the gateway have cost.
type routed struct {
	Data     map[string]any
	Errors   []string
	Requests []struct {
		Entities              bool
		Calls, EstimatedCalls int
	}
}

// Both compositions take the subgraph together with another one that extends it, and routers serve both as one graph, at
// no more calls than the gateway takes by itself.
func TestTheSubgraphIsComposedAndServedBehindRouters(t *testing.T) {
	testenv.Long(t, "routers take a while")
	node := nodeForFederation(t)
	notice(t, "gateway/federation", "schema")
	p := start(t, "--federation", "--sandbox-rate-limit=0", "--rate-limit=10000")

	var list struct {
		Certifications struct {
			Nodes []struct {
				RawID, Name string
				Reviewer    struct{ Identity *struct{ RawID, Name string } }
			}
		}
	}
	p.query(t, "", `{ certifications(first: 60) { nodes { rawId name reviewer { identity { rawId name } } } } }`).into(t, &list)
	names, people := map[string]string{}, map[string]string{}
	var ids, heads []string
	for _, each := range list.Certifications.Nodes {
		ids, names[each.RawID] = append(ids, each.RawID), each.Name
		if identity := each.Reviewer.Identity; identity != nil {
			people[identity.RawID] = identity.Name
			heads = append(heads, identity.RawID)
		}
	}
	slices.Sort(heads)
	heads = slices.Compact(heads)
	if len(ids) != 60 || len(heads) < 2 || len(heads) > 50 {
		t.Fatalf("the data is too poor: %d certifications, %d reviewers", len(ids), len(heads))
	}
	type query struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	queries := []query{
		{`query ($ids: [ID!]!) { riskyCertifications(rawIds: $ids) { rawId risk name } }`, map[string]any{"ids": ids}},
		{
			`query ($id: ID!) { certification(id: $id) { rawId name risk reviewer { identity { rawId name department } } reviewers(first: 3) { nodes { rawId name department } pageInfo { hasNextPage } } } }`,
			map[string]any{"id": ids[0]},
		},
		{`query ($ids: [ID!]!) { heads(rawIds: $ids) { rawId department name } }`, map[string]any{"ids": heads}},
		{`query ($ids: [ID!]!) { heads(rawIds: $ids) { rawId department } }`, map[string]any{"ids": heads}},
		{`{ node(id: "a") { id } reports { pageInfo { hasNextPage } } }`, nil},
	}
	var sdl struct {
		Service struct{ SDL string } `json:"_service"`
	}
	p.query(t, "", `{ _service { sdl } }`).into(t, &sdl)
	input, err := json.Marshal(map[string]any{"sdl": sdl.Service.SDL, "queries": queries})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, "gateway/federation/routers.mjs")
	command.Env = append(os.Environ(), "GATEWAY="+p.url(t, "GraphQL")+"/graphql", "TOKEN="+p.token(t, p.url(t, "Upstream"), "org-admin"))
	command.Stdin, command.Stderr = bytes.NewReader(input), os.Stderr
	text, err := command.Output()
	if err != nil {
		t.Fatalf("the routers did not run: %v: %s", err, text)
	}
	var output struct {
		Compositions map[string]struct{ Errors, Hints []string }
		Routers      map[string][]routed
	}
	if err := json.Unmarshal(text, &output); err != nil {
		t.Fatalf("the output is no JSON: %v: %s", err, text)
	}
	for _, by := range []string{"apollo", "hive"} {
		composed, ok := output.Compositions[by]
		if !ok || len(composed.Errors)+len(composed.Hints) > 0 {
			t.Errorf("%s composes with %q, and hints at %q", by, composed.Errors, composed.Hints)
		}
	}
	// The calls of each query. Hive Gateway reads the certification of the second query once more, as an entity.
	for router, calls := range map[string][]int{"Apollo Gateway": {2, 2, 1, 0, 0}, "Hive Gateway": {2, 4, 1, 0, 0}} {
		responses := output.Routers[router]
		if len(responses) != len(queries) {
			t.Errorf("%s has %d responses", router, len(responses))
			continue
		}
		for i, response := range responses {
			spent := 0
			for _, request := range response.Requests {
				spent += request.Calls
				if request.Calls > request.EstimatedCalls {
					t.Errorf("%s: query %d takes %d calls, and %d were estimated", router, i, request.Calls, request.EstimatedCalls)
				}
			}
			if len(response.Errors) > 0 || spent != calls[i] {
				t.Errorf("%s: query %d takes %d calls, want %d; errors: %q", router, i, spent, calls[i], response.Errors)
			}
		}
		var risky, known, bare []any
		for _, id := range ids {
			risky = append(risky, map[string]any{"rawId": id, "risk": float64(len(id)), "name": names[id]})
		}
		for _, id := range heads {
			known = append(known, map[string]any{"rawId": id, "department": "Department of " + id, "name": people[id]})
			bare = append(bare, map[string]any{"rawId": id, "department": "Department of " + id})
		}
		for i, want := range map[int]any{0: risky, 2: known, 3: bare} {
			got := responses[i].Data["riskyCertifications"]
			if i > 0 {
				got = responses[i].Data["heads"]
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s: query %d (-want +got):\n%s", router, i, diff)
			}
		}
		certification, _ := responses[1].Data["certification"].(map[string]any)
		head, _ := certification["reviewer"].(map[string]any)["identity"].(map[string]any)
		id, _ := head["rawId"].(string)
		if certification["name"] != names[ids[0]] || certification["risk"] != float64(len(ids[0])) || id == "" ||
			head["name"] != people[id] || head["department"] != "Department of "+id {
			t.Errorf("%s: the certification is %v", router, certification)
		}
		page, _ := certification["reviewers"].(map[string]any)
		reviewers, _ := page["nodes"].([]any)
		for _, reviewer := range reviewers {
			row := reviewer.(map[string]any)
			if row["department"] != "Department of "+row["rawId"].(string) || row["name"] == nil {
				t.Errorf("%s: a reviewer is %v", router, row)
			}
		}
		if len(reviewers) == 0 {
			t.Errorf("%s: the certification has no reviewers", router)
		}
	}
}

// What a router composes can be had without asking the gateway, which may hide its schema.
func TestTheSchemaIsPrinted(t *testing.T) {
	shown, hidden := start(t, "--federation"), start(t, "--federation", "--introspection=off")
	var sdl struct {
		Service struct{ SDL string } `json:"_service"`
	}
	shown.query(t, "", `{ _service { sdl } }`).into(t, &sdl)
	if refused := hidden.query(t, "", `{ _service { sdl } }`); refused.code(t) != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("a gateway that hides the schema responds %+v", refused)
	}
	printed := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), args, "", nil, &stdout, &stderr); code != ExitOK {
			t.Fatalf("%v exits with %d: %s", args, code, &stderr)
		}
		return stdout.String()
	}
	if text := printed("schema", "--federation"); text != sdl.Service.SDL {
		t.Errorf("certql schema --federation prints %d bytes, and _service has %d", len(text), len(sdl.Service.SDL))
	}
	if text := printed("schema"); strings.Contains(text, "@key") || !strings.Contains(text, "nodes(") || !strings.Contains(text, "Returns any object") {
		t.Errorf("certql schema prints %.300s", text)
	}
}

// What a router sends can be trusted as other documents can, if it is listed.
func TestADocumentOfARouterCanBeTrusted(t *testing.T) {
	const document = `query($representations:[_Any!]!){_entities(representations:$representations){...on Identity{rawId}}}`
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "router.graphql"), []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), []string{"--documents=" + folder, "--addr=localhost:0", "--admin-addr="}, "", nil, &stdout, &stderr); code != ExitStart || !strings.Contains(stderr.String(), "_entities") {
		t.Errorf("without --federation it exits with %d: %s", code, &stderr)
	}
	p := start(t, "--federation", "--documents="+folder, "--documents-only")
	body := `{"query": "` + document + `", "variables": {"representations": [{"__typename": "Identity", "rawId": "a"}]}}`
	var data struct {
		Entities []struct{ RawID string } `json:"_entities"`
	}
	p.postBody(t, body).into(t, &data)
	if len(data.Entities) != 1 || data.Entities[0].RawID != "a" {
		t.Errorf("the entities are %v", data.Entities)
	}
	other := strings.Replace(body, "{rawId}", "{rawId name}", 1)
	if code := p.postBody(t, other).code(t); code != "DOCUMENT_NOT_TRUSTED" {
		t.Errorf("another document is %s", code)
	}
}
