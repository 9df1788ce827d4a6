package document_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
)

// The manifests in testdata were written by relay-compiler 21.0.1, by
// @apollo/generate-persisted-query-manifest 1.4.0, and by the client preset 6.2.0 of graphql-codegen.
func TestManifestsOfTheToolsOfClients(t *testing.T) {
	t.Parallel()
	const (
		relayID   = "db7ba16443b1178786b08053d74a27af"
		apolloID  = "be19bed7358020e953c4414ffb4d3bb8c0dac1bf86c973ed18692feab62adc97"
		codegenID = "6c85cdf888abfc9e5c51661d7be5d2d76dd94b269074f647205c13932d62841f"
	)
	all := graphtest.NewTenant(t, graphtest.Setup{ToGateway: graphtest.Trusting(t, "testdata/documents", false)})
	for name, each := range map[string]struct {
		file string
		ids  []string
	}{
		"Relay":           {"relay.json", []string{relayID}},
		"Apollo":          {"apollo.json", []string{apolloID, "sha256:" + apolloID}},
		"graphql-codegen": {"codegen.json", []string{"sha256:" + codegenID, codegenID}},
	} {
		alone := graphtest.NewTenant(t, graphtest.Setup{ToGateway: graphtest.Trusting(t, filepath.Join("testdata/documents", each.file), true)})
		for which, w := range map[string]*graphtest.Tenant{"alone": alone, "with others": all} {
			for _, id := range each.ids {
				for way, parameters := range map[string]graphtest.Object{
					"documentId":     {"documentId": id, "variables": graphtest.Object{"first": 2}},
					"persistedQuery": {"extensions": graphtest.PersistedQuery(id), "variables": graphtest.Object{"first": 2}},
				} {
					for verb, got := range map[string]graphtest.Received{"POST": w.Post(t, "", parameters), "GET": w.ByGET(t, parameters)} {
						if rows, _ := graphtest.At(got.Answer(t).OK(t), "certifications", "nodes").([]any); len(rows) != 2 {
							t.Errorf("%s, %s, %s by %s: %s", name, which, verb, way, got.Text)
						}
					}
				}
			}
		}
	}
}

// The id of a trusted document may be any text. Its hash names it as well.
func TestTrustedDocumentsAreNamedByTheirIDs(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"x-app:1~limit": limitQuery("a"), "ünï/cödé?": limitQuery("b"), "same": limitQuery("a"),
		"two": "query One { c: rateLimit { limit } } query Two { d: rateLimit { limit } }",
	}
	w := graphtest.NewTenant(t, graphtest.Setup{
		Limits: document.Limits{Batch: 1}, ToGateway: graphtest.Trusting(t, graphtest.Written(t, map[string]string{"a.json": graphtest.ManifestOf(t, documents)}), false),
	})
	for way, ask := range transported {
		for id, alias := range map[string]string{
			"x-app:1~limit": "a", "ünï/cödé?": "b", "same": "a", graphtest.HashOf(limitQuery("b")): "b", "sha256:" + graphtest.HashOf(limitQuery("b")): "b",
		} {
			name := way + ", " + id
			ask(t, w, graphtest.Object{"documentId": id}).WantLimit(t, name, alias)
			ask(t, w, graphtest.Object{"extensions": graphtest.PersistedQuery(id)}).WantLimit(t, name, alias)
			ask(t, w, graphtest.Object{"documentId": id, "extensions": graphtest.PersistedQuery(graphtest.HashOf(limitQuery(alias)))}).WantLimit(t, name+" twice", alias)
			ask(t, w, graphtest.Object{"query": limitQuery(alias), "documentId": id}).WantLimit(t, name+", with its text", alias)
			ask(t, w, graphtest.Object{"query": limitQuery(alias), "extensions": graphtest.PersistedQuery(id)}).WantLimit(t, name+", with its text", alias)
			ask(t, w, graphtest.Object{"query": limitQuery("other"), "documentId": id}).WantRefusal(t, name+", with another text", "BAD_USER_INPUT", "not the same document")
			ask(t, w, graphtest.Object{"query": limitQuery("other"), "extensions": graphtest.PersistedQuery(id)}).WantRefusal(t, name+", with another text", "BAD_USER_INPUT", "not the hash")
			ask(t, w, graphtest.Object{"documentId": id, "extensions": graphtest.PersistedQuery(graphtest.HashOf("other"))}).WantRefusal(t, name+", with another hash", "BAD_USER_INPUT", "not the hash")
		}
		ask(t, w, graphtest.Object{"documentId": "two", "operationName": "Two"}).WantLimit(t, way+", one of two", "d")
		ask(t, w, graphtest.Object{"documentId": "two"}).WantRefusal(t, way+", one of two", "GRAPHQL_VALIDATION_FAILED", "operationName")
		ask(t, w, graphtest.Object{"documentId": "nobody"}).WantRefusal(t, way+", unknown", "PERSISTED_QUERY_NOT_FOUND", "documentId")
		ask(t, w, graphtest.Object{"extensions": graphtest.PersistedQuery("nobody")}).WantRefusal(t, way+", unknown", "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
		ask(t, w, graphtest.Object{"query": limitQuery("free")}).WantLimit(t, way+", a document that nobody has listed", "free")
	}
	// If clients may not persist documents, none is kept, but the request is executed.
	text := limitQuery("free")
	w.Post(t, "", graphtest.Object{"query": text, "extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}).Answer(t).WantLimit(t, "not persisted", "free")
	w.Post(t, "", graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}).Answer(t).WantRefusal(t, "not persisted", "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
}

func TestMutationsAreNotMadeByGETWhateverNamesThem(t *testing.T) {
	t.Parallel()
	const mutation = `mutation { signOffCertification(input: {certificationId: "x"}) { errors { code } } }`
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: graphtest.Trusting(t, graphtest.Written(t, map[string]string{"a.json": graphtest.ManifestOf(t, map[string]string{"m": mutation})}), true)})
	for name, parameters := range map[string]graphtest.Object{
		"documentId": {"documentId": "m"}, "persistedQuery": {"extensions": graphtest.PersistedQuery(graphtest.HashOf(mutation))}, "text": {"query": mutation},
	} {
		if got := w.ByGET(t, parameters); got.Status != http.StatusMethodNotAllowed || got.Header.Get("Allow") != "POST, OPTIONS" {
			t.Errorf("%s: status %d: %s", name, got.Status, got.Text)
		}
		if a := w.Post(t, "", parameters).Answer(t); a.At("signOffCertification", "errors", 0, "code") != "NOT_FOUND" {
			t.Errorf("%s by POST: %s", name, a.Text)
		}
	}
}

func TestOnlyTrustedDocumentsAreExecutedWhereThatIsSet(t *testing.T) {
	t.Parallel()
	trusted := limitQuery("a")
	load := graphtest.Trusting(t, graphtest.Written(t, map[string]string{"a.json": graphtest.ManifestOf(t, map[string]string{"id": trusted})}), true)
	w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 1}, ToGateway: func(c *graph.Config) {
		persisting(c)
		load(c)
	}})
	other := limitQuery("b")
	for way, ask := range transported {
		for name, parameters := range map[string]graphtest.Object{
			"documentId": {"documentId": "id"}, "hash": {"extensions": graphtest.PersistedQuery(graphtest.HashOf(trusted))}, "text": {"query": trusted},
			"text and hash": {"query": trusted, "extensions": graphtest.PersistedQuery(graphtest.HashOf(trusted))},
		} {
			ask(t, w, parameters).WantLimit(t, way+", trusted by "+name, "a")
		}
		for name, parameters := range map[string]graphtest.Object{
			"text":              {"query": other},
			"text in spaces":    {"query": trusted + " "},
			"no document":       {"query": "{"},
			"empty":             {"query": ""},
			"unknown":           {"documentId": "nobody"},
			"unknown hash":      {"extensions": graphtest.PersistedQuery(graphtest.HashOf(other))},
			"a document of its": {"query": other, "extensions": graphtest.PersistedQuery(graphtest.HashOf(other))},
			"after it was sent": {"extensions": graphtest.PersistedQuery(graphtest.HashOf(other))},
			"introspection":     {"query": graphtest.Introspection},
			"a name misspelled": {"query": "{ rateLimt { limit } }"},
			"a long document":   {"query": "{ " + strings.Repeat("__typename ", 11_000) + "}"},
			"another operation": {"query": other, "operationName": "id"},
		} {
			ask(t, w, parameters).WantRefusal(t, way+", "+name, "DOCUMENT_NOT_TRUSTED", "Only trusted documents")
		}
		ask(t, w, graphtest.Object{"query": other, "documentId": "id"}).WantRefusal(t, way+", two documents", "BAD_USER_INPUT", "not the same")
	}
	for accept, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
		if got := w.Post(t, accept, graphtest.Object{"query": other}); got.Status != status {
			t.Errorf("%s: status %d: %s", accept, got.Status, got.Text)
		}
	}
}

// A trusted document has been checked at the start; what comes with it is checked in each request.
func TestRequestsForTrustedDocumentsAreChecked(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"list":  `query ($f: CertificationFilter) { a: rateLimit { limit } certifications(filter: $f) @skip(if: true) { totalCount } }`,
		"match": `query ($m: TextMatch) { certification(id: "x") @skip(if: true) { reviewItems(filter: {accessName: $m}) { totalCount } } }`,
		"cost":  `{ certifications(first: 1000) { nodes { reviewers { totalCount } } } }`,
		"defer": `{ certifications(first: 1) { nodes { ... @defer { reviewers { totalCount } } } } }`,
	}
	load := graphtest.Trusting(t, graphtest.Written(t, map[string]string{"a.json": graphtest.ManifestOf(t, documents)}), true)
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) {
		c.MaxEstimatedCalls = 100
		load(c)
	}})
	long := make([]string, 10_001)
	for name, each := range map[string]struct {
		parameters graphtest.Object
		code       string
	}{
		"a long list":      {graphtest.Object{"documentId": "list", "variables": graphtest.Object{"f": graphtest.Object{"ids": long}}}, "OPERATION_TOO_LARGE"},
		"a wrong variable": {graphtest.Object{"documentId": "list", "variables": graphtest.Object{"f": 7}}, "GRAPHQL_VALIDATION_FAILED"},
		"not one of":       {graphtest.Object{"documentId": "match", "variables": graphtest.Object{"m": graphtest.Object{}}}, "GRAPHQL_VALIDATION_FAILED"},
		"the estimate":     {graphtest.Object{"documentId": "cost"}, "UPSTREAM_CALLS_EXCEEDED"},
		"@defer":           {graphtest.Object{"documentId": "defer"}, "BAD_USER_INPUT"},
	} {
		w.Post(t, "", each.parameters).Answer(t).WantRefusal(t, name, each.code, "")
	}
	w.Post(t, "", graphtest.Object{"documentId": "list"}).Answer(t).WantLimit(t, "without variables", "a")
}

func TestABadManifestSaysWhereItIsBad(t *testing.T) {
	t.Parallel()
	const valid = `"{ __typename }"`
	texts := `an object: documents by their ids, or "apollo-persisted-query-manifest"`
	operations := `a manifest with operations has the format "apollo-persisted-query-manifest", version 1 and a list as operations`
	for name, each := range map[string]struct {
		content string
		want    []string
	}{
		"nothing":             {"", []string{"a.json:1:1: this is not JSON: unexpected EOF"}},
		"blanks":              {"\n ", []string{"a.json:2:2: this is not JSON: unexpected EOF"}},
		"cut off":             {"{\n  \"a\": " + valid + ",\n", []string{"a.json:3:1: this is not JSON: unexpected EOF"}},
		"no JSON":             {"{\n  \"a\": nonsense\n}", []string{"a.json:2:9: this is not JSON: invalid character 'o' in literal null (expecting 'u')"}},
		"no UTF-8":            {"{\n  \"ä\": \"\xff\"\n}", []string{"a.json:2:9: this is not JSON: invalid UTF-8"}},
		"more than one":       {`{"a":` + valid + "}\n{}", []string{"a.json:2:1: this is not JSON: there is more after its end"}},
		"more than one value": {`{"a":` + valid + "}\n  x", []string{"a.json:2:3: this is not JSON: there is more after its end"}},
		"a list":              {"\n [" + valid + "]", []string{"a.json:2:2: a manifest is " + texts}},
		"a text":              {valid, []string{"a.json:1:1: a manifest is " + texts}},
		"no documents":        {"\n{}", []string{"a.json:2:1: the manifest has no documents"}},
		"an empty id":         {"{\n\"\": " + valid + ",\n \"sha256:\": " + valid + "}", []string{"a.json:2:1: the id is empty", "a.json:3:2: the id is empty"}},
		"no text":             {"{\"a\": " + valid + ",\n \"b\": 7,\n \"c\": {},\n \"d\": null}", []string{"a.json:2:7: document \"b\" is not a string", "a.json:3:7: document \"c\" is not a string", "a.json:4:7: document \"d\" is not a string"}},
		"another format":      {`{"format": "mine", "version": 1, "operations": []}`, []string{"a.json:1:1: " + operations}},
		"another version":     {`{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}`, []string{"a.json:1:1: " + operations}},
		"operations alone":    {`{"operations": []}`, []string{"a.json:1:1: " + operations}},
		"no list":             {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": {}}`, []string{"a.json:1:1: " + operations}},
		"no operations":       {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": []}`, []string{"a.json:1:1: the manifest has no documents"}},
		"operations that are none": {
			"{\"format\": \"apollo-persisted-query-manifest\", \"version\": 1, \"operations\": [\n7,\n{\"body\": " + valid + "},\n {\"id\": \"\", \"body\": " + valid + "},\n{\"id\": \"x\"}, {\"id\": \"y\", \"body\": 7}]}",
			[]string{"a.json:2:1: ", "a.json:3:1: ", "a.json:4:2: ", "a.json:5:1: ", "a.json:5:14: an operation is an object with strings as id and body"},
		},
		"the same id twice": {
			"{\"a\": " + valid + ",\n\"a\": \"{ a: __typename }\",\n\"sha256:a\": \"{ b: __typename }\", \"a\": " + valid + "}",
			[]string{"a.json:2:1: document \"a\" is a different one at a.json:1:2", "a.json:3:1: document \"sha256:a\" is a different one at a.json:1:2"},
		},
		"documents that are none": {
			"{\n\"a\": \"{ __typename\",\n\"b\":\n\"{\\n  nobody\\n  rateLimit { nothing }\\n}\",\n\"c\": \"fragment F on Query { __typename }\",\n\"d\": \"\"}",
			[]string{
				`a.json:2:6: document "a", line 1, column 13: Expected Name, found <EOF>`,
				`a.json:4:1: document "b", line 2, column 3: Cannot query field "nobody" on type "Query".`,
				`a.json:4:1: document "b", line 3, column 15: Cannot query field "nothing" on type "RateLimit".`,
				`a.json:5:6: document "c": The document has no operation.`,
				`a.json:6:6: document "d": The document has no operation.`,
			},
		},
		"documents that are too large": {
			`{"deep": "{ certifications { nodes { campaign { id } } } }",` + "\n" + `"long": "{ ` + strings.Repeat("__typename ", 20) + `}",` + "\n" + `"aliases": "{ a: __typename b: __typename c: __typename }"}`,
			[]string{
				`a.json:1:10: document "deep": Fields are nested more than 3 levels deep.`,
				`a.json:2:9: document "long": The document has more than 20 tokens.`,
				`a.json:3:12: document "aliases": There are more than 2 aliases.`,
			},
		},
		"the schema, where it is hidden": {`{"a": "{ __schema { description } }"}`, []string{`a.json:1:7: document "a": Introspection is turned off.`}},
		"control characters":             {`{"a\u001b[31m\n": 7, "b": "query ($a: String = \"\u0007\u202e\") { x }"}`, []string{`a.json:1:19: document "a\u001b[31m\n" is not a string`, `a.json:1:27: document "b"`}},
	} {
		folder := graphtest.Written(t, map[string]string{"a.json": each.content})
		limits := document.Limits{Tokens: 20, Depth: 3, Aliases: 2}
		_, err := graph.LoadDocuments(filepath.Join(folder, "a.json"), graph.Config{Limits: limits, DocumentsOnly: true})
		if err == nil {
			t.Errorf("%s: it is accepted", name)
			continue
		}
		got := strings.Split(strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), ""), "\n")
		if len(got) != len(each.want) {
			t.Errorf("%s: %d problems, want %d:\n%s", name, len(got), len(each.want), strings.Join(got, "\n"))
			continue
		}
		for i, want := range each.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: problem %d is\n%s, want\n%s", name, i+1, got[i], want)
			}
		}
	}
}

// All manifests of a folder count, and all their problems are told.
func TestManifestsInAFolder(t *testing.T) {
	t.Parallel()
	read := func(manifests map[string]string) (int, string) {
		folder := graphtest.Written(t, manifests)
		if err := os.Mkdir(filepath.Join(folder, "below.json"), 0o700); err != nil {
			t.Fatal(err)
		}
		documents, err := graph.LoadDocuments(folder, graph.Config{})
		return documents.Len(), strings.ReplaceAll(fmt.Sprint(err), folder, "")
	}
	for name, each := range map[string]struct {
		manifests map[string]string
		documents int
		problems  string
	}{
		"none": {map[string]string{"a.txt": "{}"}, 0, ": the folder has no documents: no file whose name ends in .json or .graphql"},
		"one":  {map[string]string{"a.json": `{"a": "{ __typename }", "b": "{ __typename }"}`, "README.md": ""}, 1, "<nil>"},
		"two":  {map[string]string{"a.json": `{"a": "{ __typename }"}`, "b.json": `{"b": "{ b: __typename }", "a": "{ __typename }"}`}, 2, "<nil>"},
		"with faults": {
			map[string]string{"a.json": `{"a": "{ __typename }"}`, "b.json": `{"a": "{ b: __typename }"}`, "c.json": `{}`, "d.json": `{`},
			0, "/b.json:1:2: document \"a\" is a different one at /a.json:1:2\n/c.json:1:1: the manifest has no documents\n/d.json:1:2: this is not JSON: unexpected EOF",
		},
	} {
		documents, problems := read(each.manifests)
		if diff := gocmp.Diff(each.problems, problems); diff != "" || documents != each.documents {
			t.Errorf("%s: %d documents, want %d; problems (-want +got):\n%s", name, documents, each.documents, diff)
		}
	}
	if _, err := graph.LoadDocuments(filepath.Join(t.TempDir(), "missing.json"), graph.Config{}); err == nil || !strings.Contains(err.Error(), "missing.json") {
		t.Errorf("a missing file: %v", err)
	}
}

// A file of a folder may be a document itself, which has its hash as its id.
func TestDocumentsInFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	limit := "# How much is left.\n" + limitQuery("own")
	folder := graphtest.Written(t, map[string]string{"limit.graphql": limit, "same.graphql": limit, "a.json": `{"a": "{ __typename }"}`})
	w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 1}, ToGateway: graphtest.Trusting(t, folder, true)})
	for way, ask := range transported {
		ask(t, w, graphtest.Object{"documentId": graphtest.HashOf(limit)}).WantLimit(t, way, "own")
	}
	documents, err := graph.LoadDocuments(folder, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := []document.Listed{{Place: filepath.Join(folder, "a.json") + ":1:7", Text: "{ __typename }"}, {Place: filepath.Join(folder, "limit.graphql"), Text: limit}}
	if diff := gocmp.Diff(want, documents.Listed()); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	bad := graphtest.Written(t, map[string]string{"a.graphql": "query A {\n  nobody\n}", "b.graphql": "", "c.graphql": "{ __typename"})
	_, err = graph.LoadDocuments(bad, graph.Config{})
	problems := strings.ReplaceAll(fmt.Sprint(err), bad+string(filepath.Separator), "")
	if diff := gocmp.Diff("a.graphql:2:3: Cannot query field \"nobody\" on type \"Query\". Did you mean \"node\"?\nb.graphql: The document has no operation.\nc.graphql:1:13: Expected Name, found <EOF>", problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// Documents of two sources are executed by one gateway; those of the second are known by their hashes alone,
// and only those that are kept.
func TestDocumentsOfTwoSources(t *testing.T) {
	t.Parallel()
	load := func(manifest string) *document.Trusted {
		documents, err := graph.LoadDocuments(graphtest.Written(t, map[string]string{"a.json": manifest}), graph.Config{})
		if err != nil {
			t.Fatal(err)
		}
		return documents
	}
	first := load(graphtest.ManifestOf(t, map[string]string{"a": limitQuery("first")}))
	second := load(graphtest.ManifestOf(t, map[string]string{"a": limitQuery("second"), "b": limitQuery("left")})).Only(func(text string) bool { return text != limitQuery("left") })
	for name, both := range map[string]*document.Trusted{"both": first.With(second), "with the first again": first.With(second).With(first)} {
		w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 1}, ToGateway: func(c *graph.Config) { c.DocumentsOnly, c.Documents = true, both }})
		for way, ask := range transported {
			ask(t, w, graphtest.Object{"documentId": "a"}).WantLimit(t, name+" "+way, "first")
			ask(t, w, graphtest.Object{"documentId": graphtest.HashOf(limitQuery("second"))}).WantLimit(t, name+" "+way, "second")
			ask(t, w, graphtest.Object{"documentId": graphtest.HashOf(limitQuery("left"))}).WantRefusal(t, name+" "+way, "DOCUMENT_NOT_TRUSTED", "none has this id")
		}
		if both.Len() != 2 || len(both.Listed()) != 2 {
			t.Errorf("%s: there are %d documents, and %d are listed", name, both.Len(), len(both.Listed()))
		}
	}
	var none *document.Trusted
	if got := none.With(second); got.Len() != 1 || none.With(none).Len() != 0 {
		t.Errorf("beside none, there are %d documents", got.Len())
	}
}

// A trusted document may ask for the schema as long as anybody may.
func TestTrustedDocumentsMayIntrospectWhereThatIsOn(t *testing.T) {
	t.Parallel()
	folder := graphtest.Written(t, map[string]string{"a.json": graphtest.ManifestOf(t, map[string]string{"schema": graphtest.Introspection})})
	for name, each := range map[string]struct {
		cfg graph.Config
		ok  bool
	}{
		"by default": {graph.Config{}, true}, "hidden": {graph.Config{NoIntrospection: true}, false}, "documents alone": {graph.Config{DocumentsOnly: true}, false},
	} {
		if _, err := graph.LoadDocuments(folder, each.cfg); (err == nil) != each.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
