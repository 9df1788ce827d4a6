package document_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream"
)

// transported are the ways in which a request can travel. Each returns the first response.
var transported = map[string]func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer{
	"POST": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		return w.Post(t, "application/json", parameters).Answer(t)
	},
	"GET": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		return w.ByGET(t, parameters).Answer(t)
	},
	"a batch": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		got := w.Post(t, "application/json", []any{parameters})
		text, ok := strings.CutPrefix(strings.TrimSuffix(got.Text, "]"), "[")
		if !ok {
			t.Fatalf("no list: %s", got.Text)
		}
		return graphtest.Received{Status: got.Status, Header: got.Header, Text: text}.Answer(t)
	},
	"server-sent events": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		got := w.Post(t, "text/event-stream", parameters)
		text, _, ok := strings.Cut(strings.TrimPrefix(got.Text, ":\n\nevent: next\ndata: "), "\n\n")
		if !ok {
			t.Fatalf("no event: %s", got.Text)
		}
		return graphtest.Received{Status: got.Status, Header: got.Header, Text: text}.Answer(t)
	},
	"multipart": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		got := w.Post(t, "multipart/mixed", parameters)
		_, text, ok := strings.Cut(got.Text, "\r\n\r\n")
		text, _, closed := strings.Cut(text, "\r\n--")
		if !ok || !closed {
			t.Fatalf("no part: %s", got.Text)
		}
		return graphtest.Received{Status: got.Status, Header: got.Header, Text: text}.Answer(t)
	},
	"WebSocket": func(t testing.TB, w *graphtest.Tenant, parameters graphtest.Object) graphtest.Answer {
		p := w.Connect(t, graphtest.Admin)
		p.Send(t, "subscribe", "1", parameters)
		first := p.Read(t)
		if first.Type == "error" {
			return graphtest.Received{Status: http.StatusOK, Text: `{"errors":` + string(first.Payload) + `}`}.Answer(t)
		}
		return graphtest.Received{Status: http.StatusOK, Text: string(first.Payload)}.Answer(t)
	},
}

// limitQuery returns a query that takes no upstream call, with its field under an alias.
func limitQuery(alias string) string { return "{ " + alias + ": rateLimit { limit } }" }

// persisting lets the clients of a gateway persist documents.
func persisting(c *graph.Config) { c.PersistedBytes = 1 << 20 }

func TestDocumentsArePersistedByTheirClients(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Limits: document.Limits{Batch: 1}, ToGateway: persisting})
	number := 0
	for way, ask := range transported {
		for other, askAgain := range transported {
			number++
			alias, name := fmt.Sprintf("a%d", number), way+", then "+other
			text := limitQuery(alias)
			byHash := graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}
			ask(t, w, byHash).WantRefusal(t, name, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
			ask(t, w, graphtest.Object{"query": text, "extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}).WantLimit(t, name, alias)
			askAgain(t, w, byHash).WantLimit(t, name, alias)
			askAgain(t, w, graphtest.Object{"documentId": "sha256:" + graphtest.HashOf(text)}).WantLimit(t, name, alias)
		}
	}
}

// Clients look for the exact text of a message, in any media type.
func TestClientsKnowWhatIsNotPersisted(t *testing.T) {
	t.Parallel()
	on, off := graphtest.NewTenant(t, graphtest.Setup{ToGateway: persisting}), graphtest.NewTenant(t, graphtest.Setup{})
	text := limitQuery("a")
	for _, each := range []struct {
		name       string
		w          *graphtest.Tenant
		parameters graphtest.Object
		want       string
	}{
		{"unknown", on, graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}, `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`},
		{"turned off", off, graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}, `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`},
		{"turned off, with text", off, graphtest.Object{"query": text, "extensions": graphtest.PersistedQuery(graphtest.HashOf(text))}, `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`},
	} {
		for accept, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
			if got := each.w.Post(t, accept, each.parameters); got.Text != each.want || got.Status != status {
				t.Errorf("%s: status %d, want %d: %s", each.name, got.Status, status, got.Text)
			}
		}
	}
	off.Post(t, "", graphtest.Object{"documentId": "x"}).Answer(t).WantRefusal(t, "turned off, documentId", "PERSISTED_QUERY_NOT_SUPPORTED", "send the query itself")
	off.Post(t, "", graphtest.Object{"query": text, "extensions": graphtest.Object{"persistedQuery": nil}}).Answer(t).WantLimit(t, "null", "a")
}

// Only a valid document is kept, and only under its own hash. Anything else is refused.
func TestOnlyValidDocumentsArePersisted(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.PersistedBytes, c.NoIntrospection = 1<<20, true }})
	valid := limitQuery("a")
	for name, each := range map[string]struct {
		text, hash string
		code       string
	}{
		"another's hash":    {valid, graphtest.HashOf(valid + " "), "BAD_USER_INPUT"},
		"in upper case":     {valid, strings.ToUpper(graphtest.HashOf(valid)), "BAD_USER_INPUT"},
		"no hash":           {valid, "", "BAD_USER_INPUT"},
		"not parsed":        {"{ a: ", graphtest.HashOf("{ a: "), "GRAPHQL_PARSE_FAILED"},
		"not valid":         {"{ nobody }", graphtest.HashOf("{ nobody }"), "GRAPHQL_VALIDATION_FAILED"},
		"too large":         {"{" + numbered(61, "a#: __typename ") + "}", graphtest.HashOf("{" + numbered(61, "a#: __typename ") + "}"), "OPERATION_TOO_LARGE"},
		"of the schema":     {"{ __schema { description } }", graphtest.HashOf("{ __schema { description } }"), "GRAPHQL_VALIDATION_FAILED"},
		"without operation": {"fragment F on Query { __typename }", graphtest.HashOf("fragment F on Query { __typename }"), "GRAPHQL_VALIDATION_FAILED"},
	} {
		w.Post(t, "", graphtest.Object{"query": each.text, "extensions": graphtest.PersistedQuery(each.hash)}).Answer(t).WantRefusal(t, name, each.code, "")
		for _, hash := range []string{each.hash, graphtest.HashOf(each.text)} {
			w.Post(t, "", graphtest.Object{"extensions": graphtest.PersistedQuery(hash)}).Answer(t).WantRefusal(t, name+", by hash", "PERSISTED_QUERY_NOT_FOUND", "")
		}
	}
	w.Post(t, "", graphtest.Object{"query": valid, "extensions": graphtest.PersistedQuery("sha256:" + graphtest.HashOf(valid))}).Answer(t).WantLimit(t, "with a prefix", "a")
	w.Post(t, "", graphtest.Object{"extensions": graphtest.PersistedQuery(graphtest.HashOf(valid))}).Answer(t).WantLimit(t, "by hash", "a")
}

func TestTheExtensionOfPersistedQueriesIsWellFormed(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: persisting})
	hash := graphtest.HashOf(limitQuery("a"))
	for name, extension := range map[string]any{
		"a text":            hash,
		"a list":            []any{hash},
		"empty":             graphtest.Object{},
		"no version":        graphtest.Object{"sha256Hash": hash},
		"another version":   graphtest.Object{"version": 2, "sha256Hash": hash},
		"version as text":   graphtest.Object{"version": "1", "sha256Hash": hash},
		"no hash":           graphtest.Object{"version": 1},
		"hash as a number":  graphtest.Object{"version": 1, "sha256Hash": 7},
		"hash that is null": graphtest.Object{"version": 1, "sha256Hash": nil},
	} {
		for _, parameters := range []graphtest.Object{
			{"extensions": graphtest.Object{"persistedQuery": extension}},
			{"query": limitQuery("a"), "extensions": graphtest.Object{"persistedQuery": extension}},
		} {
			w.Post(t, "", parameters).Answer(t).WantRefusal(t, name, "BAD_USER_INPUT", "version 1")
			w.ByGET(t, parameters).Answer(t).WantRefusal(t, name, "BAD_USER_INPUT", "version 1")
		}
	}
	more := graphtest.Object{"persistedQuery": graphtest.Object{"version": 1, "sha256Hash": hash, "miss": true}} // as urql has it
	w.Post(t, "", graphtest.Object{"query": limitQuery("a"), "extensions": more}).Answer(t).WantLimit(t, "more members", "a")
}

// A documentId is a text, and a request has a document or names one.
func TestRequestsNameADocumentOrHoldOne(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: persisting})
	for _, body := range []string{
		`{}`, `{"documentId":null}`, `{"documentId":7,"query":"{ __typename }"}`, `{"documentId":{"id":"x"}}`, `{"extensions":{}}`, `{"extensions":{"persistedQuery":null}}`,
		`{"extensions":{"documentId":"x"}}`,
	} {
		got := w.Send(t, graphtest.Sent{Body: body})
		got.Answer(t).WantRefusal(t, body, "BAD_USER_INPUT", "documentId")
		if got.Status != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, got.Status)
		}
	}
	unknown := "do-not-repeat-me"
	for name, got := range map[string]graphtest.Received{
		"POST":  w.Post(t, "", graphtest.Object{"documentId": unknown}),
		"GET":   w.ByGET(t, graphtest.Object{"documentId": unknown}),
		"empty": w.Post(t, "", graphtest.Object{"documentId": ""}),
	} {
		got.Answer(t).WantRefusal(t, name, "PERSISTED_QUERY_NOT_FOUND", "No document has this documentId.")
		if strings.Contains(got.Text, unknown) {
			t.Errorf("%s: the answer repeats the request: %s", name, got.Text)
		}
	}
}

// The text of a document is kept without the URL that it came in, which may be a thousand times as
// long.
func TestDocumentsKeepNoURLs(t *testing.T) {
	client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := graph.Config{Client: client}
	persisting(&cfg)
	gateway := graph.NewHandler(cfg)
	const requests, padding = 200, 200 << 10
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range requests {
		text := fmt.Sprintf("{a%d:__typename}", i)
		extensions, err := json.Marshal(graphtest.PersistedQuery(graphtest.HashOf(text)))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/graphql", nil)
		r.URL.RawQuery = "query=" + text + "&extensions=" + url.QueryEscape(string(extensions)) + "&more=" + strings.Repeat("x", padding)
		r.Header.Set("GraphQL-Preflight", "1")
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		if body := recorder.Body.String(); !strings.Contains(body, `"Query"`) {
			t.Fatal(body)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > requests*padding/4 {
		t.Errorf("%d requests keep %d bytes", requests, kept)
	}
	runtime.KeepAlive(gateway)
}
