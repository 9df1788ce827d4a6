package transport_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream"
)

// maxMemory is how many bytes one request may allocate, with a body of 256 KiB, 10,000 tokens and short
// responses of the upstream.
const maxMemory = 64 << 20

// A fuzzed is a gateway without a network, whose upstream has no objects.
type fuzzed struct{ gateway http.Handler }

func newFuzzed(f *testing.F, limits document.Limits) fuzzed {
	f.Helper()
	return newFuzzedWith(f, graph.Config{Limits: limits, Precheck: true})
}

func newFuzzedWith(f *testing.F, cfg graph.Config) fuzzed {
	f.Helper()
	empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Count(r.URL.Path, "/") == 2 {
			w.Header().Set("X-Total-Count", "0")
			_, _ = io.WriteString(w, "[]")
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "{}")
	})
	var err error
	if cfg.Client, err = upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: graphtest.InMemory{Handler: empty}}); err != nil {
		f.Fatal(err)
	}
	return fuzzed{graphtest.AsBearer(graph.NewHandler(cfg))}
}

// check sends a request and fails the test if the response is malformed, reports a fault of the gateway,
// or took too much memory.
func (f fuzzed) check(t *testing.T, r *http.Request) {
	r.Header.Set("Authorization", "Bearer token")
	var before, after runtime.MemStats
	recorder := httptest.NewRecorder()
	runtime.ReadMemStats(&before)
	f.gateway.ServeHTTP(recorder, r)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > maxMemory {
		t.Errorf("the response took %d bytes", used)
	}
	mediaType, _, _ := strings.Cut(recorder.Header().Get("Content-Type"), ";")
	text := recorder.Body.Bytes()
	switch mediaType {
	case "application/json", "application/graphql-response+json":
		checkResponse(t, text)
	case "text/event-stream":
		events, ends := bytes.CutSuffix(text, []byte("event: complete\ndata:\n\n"))
		if !ends {
			t.Fatalf("the stream does not end: %q", text)
		}
		for event := range bytes.SplitSeq(events, []byte("\n\n")) {
			if data, ok := bytes.CutPrefix(event, []byte("event: next\ndata: ")); ok {
				checkResponse(t, data)
			} else if len(event) > 0 && string(event) != ":" {
				t.Fatalf("an event is %q", event)
			}
		}
	case "multipart/mixed":
		for _, payload := range graphtest.PayloadsOf(t, "multipart/mixed", recorder.Result()) {
			encoded, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			checkResponse(t, encoded)
		}
	case "":
		if r.Method != http.MethodOptions {
			t.Fatalf("status %d without a body", recorder.Code)
		}
	default:
		t.Fatalf("the response is %q", mediaType)
	}
	if recorder.Code >= http.StatusInternalServerError {
		t.Fatalf("status %d: %s", recorder.Code, text)
	}
}

// checkResponse fails the test if a text is no response of GraphQL, or reports a fault of the gateway.
func checkResponse(t *testing.T, text []byte) {
	var response struct {
		Data        json.RawMessage
		Errors      []graphtest.AnswerError
		Incremental []json.RawMessage
		HasNext     *bool
	}
	if bytes.HasPrefix(text, []byte("[")) {
		var batch []json.RawMessage
		if err := json.Unmarshal(text, &batch); err != nil {
			t.Fatalf("no JSON: %v: %.500q", err, text)
		}
		for _, each := range batch {
			checkResponse(t, each)
		}
		return
	}
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatalf("no JSON: %v: %.500q", err, text)
	}
	if response.Data == nil && response.Errors == nil && response.Incremental == nil && response.HasNext == nil {
		t.Fatalf("neither data nor errors: %.500s", text)
	}
	for _, e := range response.Errors {
		if e.Message == "" || e.Extensions["code"] == "INTERNAL" {
			t.Fatalf("%.500s", text)
		}
	}
}

// FuzzBodies sends bodies of any kind under headers of any kind.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		graphtest.Typename, `{"query":"{ rateLimit { limit } }","variables":{"a":[1,{"b":null}]},"operationName":null}`,
		`{"query":"query A($id: ID!) { certification(id: $id) { id } } query B { __typename }","operationName":"A","variables":{"id":"x"}}`,
		`{"documentId":"a"}`, `{"documentId":"sha256:","query":"{ __typename }"}`, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"a"}}}`,
		`{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1.0,"sha256Hash":"` + graphtest.HashOf("{ __typename }") + `"}}}`, `{"extensions":{"persistedQuery":[1]}}`,
		`[` + graphtest.Typename + `,` + graphtest.Typename + `]`, `[]`, `{}`, `null`, `{"query":`, `{"query":7}`, "\xef\xbb\xbf{}", `{"query":"\ud800"}`, "{\"query\":\"\xff\"}",
		`{"query":"{ certifications { nodes { id ... @defer { reviewers { totalCount } } } } }"}`,
		`{"query":"subscription { certificationTask(id: \"x\") { id } }"}`,
		`{"query":"mutation ($i: SignOffCertificationInput!) { signOffCertification(input: $i) { errors { code } } }","variables":{"i":{"certificationId":"x"}}}`,
		`{"query":"query ($f: CertificationFilter) { certifications(filter: $f) { totalCount } }","variables":{"f":{"ids":["a"],"phase":"ACTIVE","completed":1e999}}}`,
		strings.Repeat("[", 20_000), `{"variables":` + strings.Repeat(`{"a":`, 20_000), `{"query":"` + strings.Repeat(" ", 300_000) + `"}`,
	} {
		f.Add(uint8(0), "application/json", "", []byte(body))
		f.Add(uint8(8), "application/json", "", []byte(body))
		f.Add(uint8(0), "application/json; charset=utf-8", "multipart/mixed, application/json;q=0.5", []byte(body))
		f.Add(uint8(0), "application/json", "text/event-stream", []byte(body))
	}
	f.Add(uint8(1), "", "", []byte("query={__typename}&variables={}"))
	f.Add(uint8(9), "application/json", "", []byte("documentId=a&extensions=%7B%22persistedQuery%22:%7B%22version%22:1%7D%7D"))
	f.Add(uint8(1), "application/json", "*/*", []byte("query=mutation{__typename}&extensions=%7B%22a%22:1%7D"))
	f.Add(uint8(2), "text/plain", "text/html;q=x", []byte{})
	one, batches := newFuzzedWith(f, graph.Config{PersistedBytes: 1 << 20, Precheck: true}), newFuzzed(f, document.Limits{Batch: 3})
	trusted := graph.Config{Precheck: true}
	graphtest.Trusting(f, graphtest.Written(f, map[string]string{"a.json": `{"a": "{ __typename }"}`}), true)(&trusted)
	documents := newFuzzedWith(f, trusted)
	f.Fuzz(func(t *testing.T, kind uint8, contentType, accept string, body []byte) {
		gateway := one
		switch {
		case kind&4 != 0:
			gateway = batches
		case kind&8 != 0:
			gateway = documents
		}
		method := []string{http.MethodPost, http.MethodGet, http.MethodOptions, http.MethodPut}[kind&3]
		r := httptest.NewRequestWithContext(t.Context(), method, "/graphql", bytes.NewReader(body))
		if method == http.MethodGet {
			r.URL.RawQuery = string(body)
		}
		r.Header["Content-Type"], r.Header["Accept"] = []string{contentType}, []string{accept}
		gateway.check(t, r)
	})
}

// FuzzDocuments sends documents that follow the schema, most of them valid.
func FuzzDocuments(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for length := range 64 {
		choices := make([]byte, 8*(length+1))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		f.Add(choices)
	}
	gateway := newFuzzed(f, document.Limits{})
	schema := graph.Schema()
	f.Fuzz(func(t *testing.T, choices []byte) {
		w := &writer{schema: schema, choices: choices}
		body, err := json.Marshal(graphtest.Object{"query": w.document(), "variables": graphtest.Object{"yes": true}})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", w.one("application/json", "application/graphql-response+json", "text/event-stream, application/json", "multipart/mixed", "*/*"))
		gateway.check(t, r)
	})
}

// If hardly any of the documents were executed, the fuzz test would test less than it seems to.
func TestMostFuzzedDocumentsAreExecuted(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	random := rand.New(rand.NewPCG(3, 4))
	schema := graph.Schema()
	const documents = 200
	executed := 0
	for range documents {
		choices := make([]byte, 60)
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		if a := w.Ask(t, "idle", (&writer{schema: schema, choices: choices, valid: true}).document(), graphtest.Object{"yes": true}); a.Data != nil {
			executed++
		}
	}
	if executed < documents/2 {
		t.Errorf("%d of %d documents were executed", executed, documents)
	}
}

// A writer writes a document that follows a schema. Each byte of the input decides one choice.
type writer struct {
	schema    *ast.Schema
	choices   []byte
	valid     bool // no mistakes, subscriptions or @defer: the document can be executed by itself
	text      strings.Builder
	fragments []string // the types of the fragments that are spread
}

// pick returns a number below n: the next choice, or 0 if there are none left.
func (w *writer) pick(n int) int {
	if len(w.choices) == 0 {
		return 0
	}
	choice := w.choices[0]
	w.choices = w.choices[1:]
	return int(choice) % n
}

// one returns one of some words.
func (w *writer) one(words ...string) string { return words[w.pick(len(words))] }

// rarely returns true about once in n times.
func (w *writer) rarely(n int) bool { return w.pick(n) == n-1 }

func (w *writer) write(parts ...string) {
	for _, part := range parts {
		w.text.WriteString(part)
		w.text.WriteByte(' ')
	}
}

func (w *writer) document() string {
	root := w.schema.Query
	switch {
	case w.rarely(8):
		root = w.schema.Mutation
	case !w.valid && w.rarely(8):
		root = w.schema.Subscription
	}
	w.write(strings.ToLower(root.Name), "($yes: Boolean!)")
	if root == w.schema.Subscription {
		w.write("{")
		w.field(root.Fields[0], 0) // there may be no second one
		w.write("}")
	} else {
		w.selections(root, 0)
	}
	for i := 0; i < len(w.fragments); i++ { // each may spread more of them
		w.write(fmt.Sprintf("fragment F%d on %s", i, w.fragments[i]))
		w.selections(w.schema.Types[w.fragments[i]], 8)
	}
	if w.valid || !w.rarely(4) {
		return w.text.String()
	}
	text, at := w.text.String(), w.pick(256)*w.text.Len()/256
	return text[:at] + w.one("", "{", "}", "(", "@skip", "...F0", "x", "$yes", `"`, "1e9", "#") + text[at+w.pick(min(8, len(text)-at)):]
}

// selections writes a selection set of a type that has fields.
func (w *writer) selections(of *ast.Definition, depth int) {
	w.write("{", "__typename")
	if depth == 0 {
		w.write("@include(if: $yes)")
	}
	for range 1 + w.pick(4) {
		switch {
		case len(of.Fields) > 0 && !w.rarely(6):
			w.field(of.Fields[w.pick(len(of.Fields))], depth)
		case w.rarely(2) && len(w.fragments) < 5:
			w.write(fmt.Sprintf("...F%d", len(w.fragments)))
			w.fragments = append(w.fragments, of.Name)
			w.directives("@defer", `@defer(label: "a", if: $yes)`)
		default:
			possible := w.schema.GetPossibleTypes(of)
			inner := possible[w.pick(len(possible))]
			w.write("... on", inner.Name)
			w.directives("@defer", `@defer(if: false)`)
			w.selections(inner, depth+1)
		}
	}
	w.write("}")
}

func (w *writer) field(field *ast.FieldDefinition, depth int) {
	below := w.schema.Types[field.Type.Name()]
	composite := below.IsCompositeType()
	if strings.HasPrefix(field.Name, "__") || composite && depth > 12 {
		return
	}
	w.write(fmt.Sprintf("a%d:", w.text.Len()), field.Name) // under a name of its own, so that all can be merged
	open := false
	for _, argument := range field.Arguments {
		if !argument.Type.NonNull && !w.rarely(6) {
			continue
		}
		if !open {
			w.write("(")
			open = true
		}
		w.write(argument.Name, ":", w.value(argument.Type, 0))
	}
	if open {
		w.write(")")
	}
	w.directives()
	if composite {
		w.selections(below, depth+1)
	}
}

// directives sometimes writes a directive, which may be one of the given ones.
func (w *writer) directives(special ...string) {
	if !w.rarely(8) {
		return
	}
	if w.valid {
		special = nil
	}
	w.write(w.one(append(special, "@skip(if: false)", "@include(if: $yes)", "@skip(if: $yes)")...))
}

// value returns a value of a type.
func (w *writer) value(of *ast.Type, depth int) string {
	if !of.NonNull && w.rarely(8) {
		return "null"
	}
	if of.Elem != nil {
		elements := make([]string, w.pick(3))
		for i := range elements {
			elements[i] = w.value(of.Elem, depth+1)
		}
		return "[" + strings.Join(elements, " ") + "]"
	}
	definition := w.schema.Types[of.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return definition.EnumValues[w.pick(len(definition.EnumValues))].Name
	case ast.InputObject:
		var members []string
		for i, field := range definition.Fields {
			oneOf := definition.Directives.ForName("oneOf") != nil
			switch {
			case oneOf && i == 0:
				members = append(members, field.Name+`: `+w.value(&ast.Type{NamedType: field.Type.NamedType, Elem: field.Type.Elem, NonNull: true}, depth+1))
			case !oneOf && (field.Type.NonNull && field.DefaultValue == nil || depth < 4 && w.rarely(4)):
				members = append(members, field.Name+`: `+w.value(field.Type, depth+1))
			}
		}
		return "{" + strings.Join(members, ", ") + "}"
	}
	switch of.NamedType {
	case "Int":
		return w.one("1", "0", "250", "-1", "2147483647")
	case "Boolean":
		return w.one("true", "false", "$yes")
	case "DateTime":
		return w.one(`"2030-01-01T00:00:00Z"`, `"yesterday"`)
	default:
		return w.one(`"x"`, `""`, `"../x"`, `"\u0000"`, `"😀"`, `"""block \""" text"""`)
	}
}
