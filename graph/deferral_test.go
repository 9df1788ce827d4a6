package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/gen"
	"certql/graph/graphtest"
	"certql/graph/projection"
	"certql/upstream/sandbox"
)

// What is put off is absent from the first response, and comes whole in a part of its own, after the
// object that it belongs to.
func TestWhatIsDeferredIsAbsentUntilItComes(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const certification = sandbox.LargeCertification
	name := w.Read(t, graphtest.Admin, "/certifications/"+certification)["name"].(string)
	id := graphtest.CertificationID(certification)
	of := func(selection string) string {
		return `{ certification(id: "` + certification + `") { ` + selection + ` } }`
	}
	for about, each := range map[string]struct {
		query string
		want  []string // the payloads without extensions and hasNext: path, label and data of each part; those at the same time sorted
	}{
		"plain and resolved fields": {
			of(`rawId ... @defer { name reviewers(first: 1) { __typename } }`),
			[]string{`{"certification":{"rawId":"` + certification + `"}}`, `[certification]: {"name":"` + name + `","reviewers":{"__typename":"IdentityConnection"}}`},
		},
		"all fields": {
			of(`... @defer { name }`),
			[]string{`{"certification":{}}`, `[certification]: {"name":"` + name + `"}`},
		},
		"a field that is also selected at once": {
			of(`name ... @defer { name id }`),
			[]string{`{"certification":{"name":"` + name + `"}}`, `[certification]: {"name":"` + name + `","id":"` + id + `"}`},
		},
		"a field that is also selected at once, further down": {
			of(`... @defer { name id } ...F } } fragment F on Certification { ... on Node { id } ... { __typename`),
			[]string{`{"certification":{"id":"` + id + `","__typename":"Certification"}}`, `[certification]: {"name":"` + name + `","id":"` + id + `"}`},
		},
		"two with the same field": {
			of(`id ... @defer(label: "a") { name } ... @defer(label: "b") { name rawId }`),
			[]string{`{"certification":{"id":"` + id + `"}}`, `[certification] a: {"name":"` + name + `"}`, `[certification] b: {"name":"` + name + `","rawId":"` + certification + `"}`},
		},
		"aliases": {
			of(`a: rawId ... @defer { b: rawId c: reviewers(first: 1) { d: __typename } }`),
			[]string{`{"certification":{"a":"` + certification + `"}}`, `[certification]: {"b":"` + certification + `","c":{"d":"IdentityConnection"}}`},
		},
		"not under its condition": {
			`query ($no: Boolean! = false, $yes: Boolean) { certification(id: "` + certification + `") { ... @defer(if: $no) { id } ... @defer(if: false) { rawId } ... @defer(if: $yes) { name } } }`,
			[]string{`{"certification":{"id":"` + id + `","rawId":"` + certification + `"}}`, `[certification]: {"name":"` + name + `"}`},
		},
		"skipped": {
			of(`id ... @defer @skip(if: true) { name } ... @include(if: false) { ... @defer { name } } ... @defer { name @skip(if: true) } ... @defer { rawId @include(if: true) }`),
			[]string{`{"certification":{"id":"` + id + `"}}`, `[certification]: {"rawId":"` + certification + `"}`},
		},
		"a fragment, deferred and not": {
			of(`...F @defer ...F } } fragment F on Certification { ... { rawId`),
			[]string{`{"certification":{"rawId":"` + certification + `"}}`, `[certification]: {"rawId":"` + certification + `"}`},
		},
		"one within another": {
			of(`id ... @defer(label: "outer") { rawId ...F @defer(label: "inner") } } } fragment F on Certification { ... { name`),
			[]string{`{"certification":{"id":"` + id + `"}}`, `[certification] outer: {"rawId":"` + certification + `"}`, `[certification] inner: {"name":"` + name + `"}`},
		},
		"nothing but one within another": {
			of(`id ... @defer(label: "outer") { ... @defer(label: "inner") { rawId } }`),
			[]string{`{"certification":{"id":"` + id + `"}}`, `[certification] outer: {}`, `[certification] inner: {"rawId":"` + certification + `"}`},
		},
		"in a plain object": {
			of(`campaign { __typename ... @defer { t: __typename } }`),
			[]string{`{"certification":{"campaign":{"__typename":"Campaign"}}}`, `[certification campaign]: {"t":"Campaign"}`},
		},
		"of a type that the object is not": {
			`{ node(id: "` + id + `") { id ... on CertificationTask @defer { status } ... on Certification @defer { rawId } ... on Node @defer { n: id } } }`,
			[]string{`{"node":{"id":"` + id + `"}}`, `[node]: {"n":"` + id + `"}`, `[node]: {"rawId":"` + certification + `"}`},
		},
		"at the root": {
			`{ __typename ... @defer(label: "root") { certification(id: "` + certification + `") { rawId } } }`,
			[]string{`{"__typename":"Query"}`, `[] root: {"certification":{"rawId":"` + certification + `"}}`},
		},
		"at the root, and within": {
			`{ ...A @defer(label: "a") } fragment A on Query { certification(id: "` + certification + `") { rawId ... @defer(label: "b") { name } } ... @defer(label: "c") { __typename } }`,
			[]string{`{}`, `[] a: {"certification":{"rawId":"` + certification + `"}}`, `[] c: {"__typename":"Query"}`, `[certification] b: {"name":"` + name + `"}`},
		},
		"in the elements of a list": {
			`{ nodes(ids: ["` + id + `", "` + graphtest.CertificationID("nobody") + `", "` + id + `"]) { __typename ... @defer(label: "n") { id } } }`,
			[]string{
				`{"nodes":[{"__typename":"Certification"},null,{"__typename":"Certification"}]}`,
				`[nodes 0] n: {"id":"` + id + `"}`, `[nodes 2] n: {"id":"` + id + `"}`,
			},
		},
		"what is not there": {
			`{ certification(id: "nobody") { id ... @defer { name } } }`,
			[]string{`{"certification":null}`},
		},
		"the schema": {
			`{ __type(name: "Node") { name ... @defer { kind } } }`,
			[]string{`{"__type":{"name":"Node","kind":"INTERFACE"}}`}, // which the executor knows at once
		},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, part := range orderedParts(t, w, each.query) {
				got = append(got, part.text)
			}
			if diff := gocmp.Diff(each.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A deferredPart is one part of a response, as a line.
type deferredPart struct {
	text  string
	depth int // of the fragments that it lies within
}

// orderedParts returns the parts of the response to a query; those whose order does not matter sorted.
func orderedParts(t *testing.T, w *graphtest.Tenant, query string) []deferredPart {
	t.Helper()
	response := w.Open(t, "multipart/mixed", query)
	defer response.Body.Close()
	var parts []deferredPart
	for i, text := range graphtest.PayloadTexts(t, "multipart/mixed", response) {
		var payload struct {
			Data        json.RawMessage
			Errors      []any
			Incremental []struct {
				Label  string
				Path   []any
				Data   json.RawMessage
				Errors []any
			}
		}
		if err := json.Unmarshal(text, &payload); err != nil || len(payload.Errors) > 0 {
			t.Fatalf("%v: %s", err, text)
		}
		if i == 0 {
			parts = append(parts, deferredPart{text: string(payload.Data)})
		}
		for _, part := range payload.Incremental {
			if part.Path == nil || len(part.Errors) > 0 {
				t.Errorf("a part is %s", text)
			}
			line := fmt.Sprint(part.Path)
			if part.Label != "" {
				line += " " + part.Label
			}
			depth := 1
			if part.Label == "inner" || part.Label == "b" && strings.HasPrefix(query, "{ ...A") || part.Label == "c" {
				depth = 2
			}
			parts = append(parts, deferredPart{line + ": " + string(part.Data), depth})
		}
	}
	if !slices.IsSortedFunc(parts, func(a, b deferredPart) int { return a.depth - b.depth }) {
		t.Errorf("an inner part comes before the outer one: %v", parts)
	}
	slices.SortStableFunc(parts, func(a, b deferredPart) int {
		if a.depth != b.depth {
			return a.depth - b.depth
		}
		return strings.Compare(a.text, b.text)
	})
	return parts
}

var aDefer = regexp.MustCompile(`@defer\([^)]*\)`)

// For queries made at random: the first response is that of the query with all that is deferred left out;
// all parts together are what the query without @defer has, errors included; and it takes no more calls than are
// estimated. What must not be null and is (an id) is left out: of the object that it makes null, @defer keeps
// the other parts.
func TestDeferChangesNothingButTheTime(t *testing.T) {
	t.Parallel()
	const operations = 25
	schema := graph.Schema()
	w := graphtest.NewTenant(t, graphtest.Setup{
		Sandbox: sandbox.Config{Certifications: 20, Items: 300},
		Limits:  document.Limits{Tokens: 1 << 20, Depth: 50, Aliases: 1 << 20, Directives: 1 << 20},
	})
	deferred := 0
	for name, fault := range map[string]sandbox.Fault{
		"whole":        {Kind: sandbox.FaultNulls, Fields: []string{"noSuchField"}},
		"null objects": {Kind: sandbox.FaultNulls, Fields: []string{"campaign", "from", "owner", "accessSummary", "entitlements", "errors"}},
	} {
		w.Spoil(t, "*", fault)
		for seed := range uint64(operations) {
			o := plainWriter{r: rand.New(rand.NewPCG(seed, 8)), schema: schema, selected: map[string]bool{}, defers: true}
			query := o.query()
			first := w.Ask(t, graphtest.Admin, aDefer.ReplaceAllString(query, "@skip(if: true)"), nil)
			before := w.Calls()
			plain := w.Ask(t, graphtest.Admin, aDefer.ReplaceAllString(query, ""), nil)
			between := w.Calls()
			payloads := w.Payloads(t, "multipart/mixed", query)
			// Reads that the whole query happens to send at one time, and so together, are sent apart here.
			estimate, _ := graphtest.At(payloads[0], "extensions", "upstream", "estimatedCalls").(float64)
			if got, plain := w.Calls()-between, between-before; got > max(plain, int(estimate)) {
				t.Errorf("%s, seed %d: %s\ntakes %d calls, %d without @defer, and the estimate is %v", name, seed, query, got, plain, estimate)
			}
			if diff := gocmp.Diff(any(first.Data), payloads[0]["data"]); diff != "" {
				t.Fatalf("%s, seed %d: %s\nthe first response (-want +got):\n%s", name, seed, query, diff)
			}
			deferred += len(payloads) - 1
			data, codes := graphtest.Assemble(t, payloads)
			if diff := gocmp.Diff(any(plain.Data), data); diff != "" {
				t.Fatalf("%s, seed %d: %s\n(-plain +deferred):\n%s", name, seed, query, diff)
			}
			var want []string
			for _, problem := range plain.Errors {
				want = append(want, fmt.Sprint(problem.Extensions["code"]))
			}
			slices.Sort(codes)
			slices.Sort(want)
			if diff := gocmp.Diff(want, codes); diff != "" {
				t.Fatalf("%s, seed %d: %s\nerrors (-plain +deferred):\n%s", name, seed, query, diff)
			}
		}
	}
	if deferred < operations {
		t.Errorf("%d parts were deferred", deferred)
	}
}

// A connection that is selected at once and deferred is read once, with all that either needs of it.
func TestWhatIsDeferredSharesItsReads(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		`{ certifications(first: 2) { nodes { id } } ... @defer { certifications(first: 2) { totalCount nodes { name } } } }`:                                                                 1,
		`{ certification(id: "` + sandbox.LargeCertification + `") { reviewItems(first: 2) { nodes { id } } ... @defer { reviewItems(first: 2) { totalCount pageInfo { hasNextPage } } } } }`: 2,
		`{ a: certification(id: "` + sandbox.LargeCertification + `") { name } ... @defer { b: certification(id: "` + sandbox.DecidedCertification + `") { name } } }`:                        1,
		`{ certifications(first: 3) { nodes { reviewers(first: 2) { nodes { name } } ... @defer { reviewers(first: 2) { totalCount } } } } }`:                                                 4,
		`{ certifications(first: 3) { nodes { id } ... @defer { totalCount } } }`:                                                                                                             1,
	} {
		w := graphtest.NewTenant(t, graphtest.Setup{})
		w.Token(t, graphtest.Admin)
		before := w.Calls()
		_, codes := graphtest.Assemble(t, w.Payloads(t, "text/event-stream", query))
		if got := w.Calls() - before; got != want || len(codes) > 0 {
			t.Errorf("%s\ntakes %d calls, want %d; errors %v", query, got, want, codes)
		}
	}
}

// The first response does not wait for what is deferred, nor one part for another.
func TestDeferredPartsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	w := graphtest.NewTenant(t, graphtest.Setup{Front: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/reviewers") {
				<-release
			}
			next.ServeHTTP(rw, r)
		})
	}})
	p := w.Connect(t, graphtest.Admin)
	p.Subscribe(t, "1", `{ certification(id: "`+sandbox.LargeCertification+`") { rawId ... @defer { reviewers { totalCount } } ... @defer { reviewItems(first: 1) { totalCount } } } }`, nil)
	for _, want := range []string{`"data":{"certification":{"rawId"`, `"reviewItems"`} {
		if got := p.Read(t); !strings.Contains(string(got.Payload), want) || strings.Contains(string(got.Payload), "reviewers") {
			t.Errorf("want %s: %s", want, got.Payload)
		}
	}
	close(release)
	if got := p.Read(t); !strings.Contains(string(got.Payload), `"reviewers"`) {
		t.Errorf("the last part is %s", got.Payload)
	}
}

// Where a part lacks a value that must not be null, the part is null and says so; the object that it
// belongs to stays as it was sent.
func TestAPartThatMustNotBeNullIsNull(t *testing.T) {
	t.Parallel()
	schema := gen.NewExecutableSchema(gen.Config{})
	document, err := gqlparser.LoadQueryWithRules(schema.Schema(), `mutation { signOffCertification(input: {certificationId: "c"}) { errors { code ... { message } } } }`, rules.NewDefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	operation := &graphql.OperationContext{
		Doc: document, Operation: document.Operations[0], RecoverFunc: graphql.DefaultRecover,
		ResolverMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) },
	}
	payload := graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{"Mutation"})[0]
	field := graphql.CollectFields(operation, payload.Selections, nil)[0]
	planner := projection.NewPlanner(operation, map[ast.Selection]string{field.Selections[1]: "late"})
	ctx := graphql.WithOperationContext(graphql.WithResponseContext(t.Context(), graphql.DefaultErrorPresenter, graphql.DefaultRecover), operation)
	parts := projection.NewParts()
	first := func(ctx context.Context) *graphql.Response {
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: payload.Name, Field: field})
		written, ok := gen.NewProjector(schema).Project(ctx, planner, []gen.MutationError{{Code: gen.MutationErrorCodeForbidden}})
		if !ok {
			t.Fatal("the rest cannot be written")
		}
		var data bytes.Buffer
		written.MarshalGQL(&data)
		return &graphql.Response{Data: data.Bytes()}
	}
	if got := parts.Respond(ctx, first); string(got.Data) != `[{"code":"FORBIDDEN"}]` {
		t.Errorf("at first there is %s", got.Data)
	}
	got := parts.Respond(ctx, first)
	if got == nil || string(got.Data) != "null" || got.Label != "late" || got.Path.String() != "errors[0]" || len(got.Errors) != 1 || got.Errors[0].Path.String() != "errors[0].message" {
		t.Errorf("the part is %+v", got)
	}
	if more := parts.Respond(ctx, first); more != nil {
		t.Errorf("then there is %+v", more)
	}
}
