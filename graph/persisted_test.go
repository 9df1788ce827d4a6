package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
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
	"certql/upstream"
)

// hashOf answers the hash of a document as clients send it.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// persistedQuery answers the extensions of a request that names a document by a hash.
func persistedQuery(hash string) object {
	return object{"persistedQuery": object{"version": 1, "sha256Hash": hash}}
}

// A transported request is one of the ways in which the same operation travels. Each answers the
// first response.
var transported = map[string]func(t testing.TB, w *tenant, parameters object) answer{
	"POST": func(t testing.TB, w *tenant, parameters object) answer {
		return w.post(t, "application/json", parameters).answer(t)
	},
	"GET": func(t testing.TB, w *tenant, parameters object) answer {
		return w.byGET(t, parameters).answer(t)
	},
	"a batch": func(t testing.TB, w *tenant, parameters object) answer {
		got := w.post(t, "application/json", []any{parameters})
		text, ok := strings.CutPrefix(strings.TrimSuffix(got.text, "]"), "[")
		if !ok {
			t.Fatalf("no list: %s", got.text)
		}
		return received{got.status, got.header, text}.answer(t)
	},
	"server-sent events": func(t testing.TB, w *tenant, parameters object) answer {
		got := w.post(t, "text/event-stream", parameters)
		text, _, ok := strings.Cut(strings.TrimPrefix(got.text, ":\n\nevent: next\ndata: "), "\n\n")
		if !ok {
			t.Fatalf("no event: %s", got.text)
		}
		return received{got.status, got.header, text}.answer(t)
	},
	"multipart": func(t testing.TB, w *tenant, parameters object) answer {
		got := w.post(t, "multipart/mixed", parameters)
		_, text, ok := strings.Cut(got.text, "\r\n\r\n")
		text, _, closed := strings.Cut(text, "\r\n--")
		if !ok || !closed {
			t.Fatalf("no part: %s", got.text)
		}
		return received{got.status, got.header, text}.answer(t)
	},
	"WebSocket": func(t testing.TB, w *tenant, parameters object) answer {
		p := w.connect(t, admin)
		p.send(t, "subscribe", "1", parameters)
		first := p.read(t)
		if first.Type == "error" {
			return received{http.StatusOK, nil, `{"errors":` + string(first.Payload) + `}`}.answer(t)
		}
		return received{http.StatusOK, nil, string(first.Payload)}.answer(t)
	},
}

// post sends parameters, or a list of them, as JSON.
func (w *tenant) post(t testing.TB, accept string, parameters any) received {
	t.Helper()
	body, err := json.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	return w.send(t, sent{body: string(body), header: map[string]string{"Accept": accept}})
}

// byGET sends parameters in a URL.
func (w *tenant) byGET(t testing.TB, parameters object) received {
	t.Helper()
	values := url.Values{}
	for name, value := range parameters {
		text, ok := value.(string)
		if !ok {
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			text = string(encoded)
		}
		values.Set(name, text)
	}
	return w.send(t, sent{method: http.MethodGet, query: values.Encode()})
}

// wantRefusal reports an answer other than one error of a request with a code, and a part of its
// message.
func (a answer) wantRefusal(t testing.TB, name, code, message string) {
	t.Helper()
	if a.Data != nil || strings.Contains(a.text, `"data"`) || len(a.Errors) != 1 ||
		a.Errors[0].Extensions["code"] != code || !strings.Contains(a.Errors[0].Message, message) {
		t.Errorf("%s: want %s, %q: %s", name, code, message, a.text)
	}
}

// wantLimit reports an answer other than the limit of the budget, under an alias.
func (a answer) wantLimit(t testing.TB, name, alias string) {
	t.Helper()
	if len(a.Errors) > 0 || a.at(alias, "limit") == nil {
		t.Errorf("%s: %s", name, a.text)
	}
}

// limitQuery asks for something that takes no upstream call, under an alias.
func limitQuery(alias string) string { return "{ " + alias + ": rateLimit { limit } }" }

// persisting sets up a gateway whose clients may persist documents.
func persisting(c *graph.Config) { c.PersistedBytes = 1 << 20 }

func TestDocumentsArePersistedByTheirClients(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{limits: document.Limits{Batch: 1}, toGateway: persisting})
	number := 0
	for way, ask := range transported {
		for other, askAgain := range transported {
			number++
			alias, name := fmt.Sprintf("a%d", number), way+", then "+other
			text := limitQuery(alias)
			byHash := object{"extensions": persistedQuery(hashOf(text))}
			ask(t, w, byHash).wantRefusal(t, name, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
			ask(t, w, object{"query": text, "extensions": persistedQuery(hashOf(text))}).wantLimit(t, name, alias)
			askAgain(t, w, byHash).wantLimit(t, name, alias)
			askAgain(t, w, object{"documentId": "sha256:" + hashOf(text)}).wantLimit(t, name, alias)
		}
	}
}

// Clients go by the exact text of a message, in any media type.
func TestClientsKnowWhatIsNotPersisted(t *testing.T) {
	t.Parallel()
	on, off := newTenant(t, setup{toGateway: persisting}), newTenant(t, setup{})
	text := limitQuery("a")
	for _, each := range []struct {
		name       string
		w          *tenant
		parameters object
		want       string
	}{
		{"unknown", on, object{"extensions": persistedQuery(hashOf(text))}, `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`},
		{"turned off", off, object{"extensions": persistedQuery(hashOf(text))}, `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`},
		{"turned off, with text", off, object{"query": text, "extensions": persistedQuery(hashOf(text))}, `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`},
	} {
		for accept, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
			if got := each.w.post(t, accept, each.parameters); got.text != each.want || got.status != status {
				t.Errorf("%s: status %d, want %d: %s", each.name, got.status, status, got.text)
			}
		}
	}
	off.post(t, "", object{"documentId": "x"}).answer(t).wantRefusal(t, "turned off, documentId", "PERSISTED_QUERY_NOT_SUPPORTED", "send the query itself")
	off.post(t, "", object{"query": text, "extensions": object{"persistedQuery": nil}}).answer(t).wantLimit(t, "null", "a")
}

// Whatever is not a valid document under its own hash is refused and not kept.
func TestOnlyValidDocumentsArePersisted(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: func(c *graph.Config) { c.PersistedBytes, c.NoIntrospection = 1<<20, true }})
	valid := limitQuery("a")
	for name, each := range map[string]struct {
		text, hash string
		code       string
	}{
		"another's hash":    {valid, hashOf(valid + " "), "BAD_USER_INPUT"},
		"in upper case":     {valid, strings.ToUpper(hashOf(valid)), "BAD_USER_INPUT"},
		"no hash":           {valid, "", "BAD_USER_INPUT"},
		"not parsed":        {"{ a: ", hashOf("{ a: "), "GRAPHQL_PARSE_FAILED"},
		"not valid":         {"{ nobody }", hashOf("{ nobody }"), "GRAPHQL_VALIDATION_FAILED"},
		"too large":         {"{" + numbered(61, "a#: __typename ") + "}", hashOf("{" + numbered(61, "a#: __typename ") + "}"), "OPERATION_TOO_LARGE"},
		"of the schema":     {"{ __schema { description } }", hashOf("{ __schema { description } }"), "GRAPHQL_VALIDATION_FAILED"},
		"without operation": {"fragment F on Query { __typename }", hashOf("fragment F on Query { __typename }"), "GRAPHQL_VALIDATION_FAILED"},
	} {
		w.post(t, "", object{"query": each.text, "extensions": persistedQuery(each.hash)}).answer(t).wantRefusal(t, name, each.code, "")
		for _, hash := range []string{each.hash, hashOf(each.text)} {
			w.post(t, "", object{"extensions": persistedQuery(hash)}).answer(t).wantRefusal(t, name+", by hash", "PERSISTED_QUERY_NOT_FOUND", "")
		}
	}
	w.post(t, "", object{"query": valid, "extensions": persistedQuery("sha256:" + hashOf(valid))}).answer(t).wantLimit(t, "with a prefix", "a")
	w.post(t, "", object{"extensions": persistedQuery(hashOf(valid))}).answer(t).wantLimit(t, "by hash", "a")
}

func TestTheExtensionOfPersistedQueriesIsWellFormed(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: persisting})
	hash := hashOf(limitQuery("a"))
	for name, extension := range map[string]any{
		"a text":            hash,
		"a list":            []any{hash},
		"empty":             object{},
		"no version":        object{"sha256Hash": hash},
		"another version":   object{"version": 2, "sha256Hash": hash},
		"version as text":   object{"version": "1", "sha256Hash": hash},
		"no hash":           object{"version": 1},
		"hash as a number":  object{"version": 1, "sha256Hash": 7},
		"hash that is null": object{"version": 1, "sha256Hash": nil},
	} {
		for _, parameters := range []object{
			{"extensions": object{"persistedQuery": extension}},
			{"query": limitQuery("a"), "extensions": object{"persistedQuery": extension}},
		} {
			w.post(t, "", parameters).answer(t).wantRefusal(t, name, "BAD_USER_INPUT", "version 1")
			w.byGET(t, parameters).answer(t).wantRefusal(t, name, "BAD_USER_INPUT", "version 1")
		}
	}
	more := object{"persistedQuery": object{"version": 1, "sha256Hash": hash, "miss": true}} // as urql has it
	w.post(t, "", object{"query": limitQuery("a"), "extensions": more}).answer(t).wantLimit(t, "more members", "a")
}

// A documentId is a text, and there has to be something to execute.
func TestRequestsNameADocumentOrHoldOne(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{toGateway: persisting})
	for _, body := range []string{
		`{}`, `{"documentId":null}`, `{"documentId":7,"query":"{ __typename }"}`, `{"documentId":{"id":"x"}}`, `{"extensions":{}}`, `{"extensions":{"persistedQuery":null}}`,
		`{"extensions":{"documentId":"x"}}`,
	} {
		got := w.send(t, sent{body: body})
		got.answer(t).wantRefusal(t, body, "BAD_USER_INPUT", "documentId")
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, got.status)
		}
	}
	unknown := "do-not-repeat-me"
	for name, got := range map[string]received{
		"POST":  w.post(t, "", object{"documentId": unknown}),
		"GET":   w.byGET(t, object{"documentId": unknown}),
		"empty": w.post(t, "", object{"documentId": ""}),
	} {
		got.answer(t).wantRefusal(t, name, "PERSISTED_QUERY_NOT_FOUND", "No document has this documentId.")
		if strings.Contains(got.text, unknown) {
			t.Errorf("%s: the answer repeats the request: %s", name, got.text)
		}
	}
}

// What is kept of a document is its text, and not the URL that it came in, which may be a thousand
// times as long.
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
		extensions, err := json.Marshal(persistedQuery(hashOf(text)))
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
