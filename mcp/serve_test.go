package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/graph/graphtest"
	"certql/mcp"
	"certql/upstream/sandbox"
)

// A graphQLHandler stands for the handler of GraphQL.
type graphQLHandler func(w http.ResponseWriter, r *http.Request, body map[string]json.RawMessage)

// ServeHTTP decodes the body.
func (h graphQLHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(err)
	}
	h(w, r, body)
}

// serverOver returns a server of one tool over a handler.
func serverOver(t testing.TB, handler graphQLHandler, maxUnsent int) *mcp.Server {
	t.Helper()
	documents := written(t, map[string]string{"a.graphql": "# One.\nquery One($id: ID) { certification(id: \"x\") { id } certifications(reviewer: $id) { totalCount } }"})
	return mcp.NewServer(mcp.Config{Tools: toolsOf(t, documents), GraphQL: handler, MaxBody: 4 << 10, MaxUnsent: maxUnsent})
}

func TestACallIsARequestForATrustedDocument(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var sent map[string]json.RawMessage
	handler := httptest.NewServer(serverOver(t, func(w http.ResponseWriter, r *http.Request, body map[string]json.RawMessage) {
		got, sent = r, body
		io.WriteString(w, `{"data":{"certification":null,"certifications":{"totalCount":1}},"extensions":{"upstream":{"calls":2}}}`)
	}, 1<<20).Handler())
	t.Cleanup(handler.Close)
	session := connect(t, &sdk.StreamableClientTransport{Endpoint: handler.URL, DisableStandaloneSSE: true, MaxRetries: -1})
	result := called(t.Context(), t, session, "One", map[string]any{"id": "12345678901234567890"})
	if result.Cost["calls"] != 2.0 || result.failed {
		t.Errorf("the result is %+v", result)
	}
	if got.Method != http.MethodPost || got.URL.Path != "/graphql" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("the request is %s %s with %v", got.Method, got.URL, got.Header)
	}
	if len(sent) != 3 || len(sent["documentId"]) != 66 || string(sent["operationName"]) != `"One"` || string(sent["variables"]) != `{"id":"12345678901234567890"}` {
		t.Errorf("the body is %s", sent)
	}
}

// A response that is none says nothing of what is in it.
func TestAResponseThatIsNoneIsAnInternalError(t *testing.T) {
	t.Parallel()
	handler := httptest.NewServer(serverOver(t, func(w http.ResponseWriter, _ *http.Request, _ map[string]json.RawMessage) {
		http.Error(w, "a secret", http.StatusInternalServerError)
	}, 1<<20).Handler())
	t.Cleanup(handler.Close)
	session := connect(t, &sdk.StreamableClientTransport{Endpoint: handler.URL, DisableStandaloneSSE: true, MaxRetries: -1})
	got := called(t.Context(), t, session, "One", nil)
	if !got.failed || got.Errors[0].Code != "INTERNAL" || strings.Contains(strings.Join(got.text, ""), "secret") {
		t.Errorf("the result is %+v", got)
	}
}

// Who gives up a call gives up its operation, over every transport and in every version of the protocol.
func TestACancelledCallEndsItsOperation(t *testing.T) {
	t.Parallel()
	for name, connected := range map[string]func(*testing.T, *mcp.Server) func(context.Context){
		"over streams": func(t *testing.T, server *mcp.Server) func(context.Context) {
			session := overStreams(t, server)
			return func(ctx context.Context) { _, _ = session.CallTool(ctx, &sdk.CallToolParams{Name: "One"}) }
		},
		"over HTTP": func(t *testing.T, server *mcp.Server) func(context.Context) {
			handler := httptest.NewServer(server.Handler())
			t.Cleanup(handler.Close)
			session := connect(t, &sdk.StreamableClientTransport{Endpoint: handler.URL, DisableStandaloneSSE: true, MaxRetries: -1})
			return func(ctx context.Context) { _, _ = session.CallTool(ctx, &sdk.CallToolParams{Name: "One"}) }
		},
		"over HTTP, before 2026": func(t *testing.T, server *mcp.Server) func(context.Context) {
			handler := httptest.NewServer(server.Handler())
			t.Cleanup(handler.Close)
			return func(ctx context.Context) {
				r := message(t, handler.URL, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"One"}}`).WithContext(ctx)
				if response, err := handler.Client().Do(r); err == nil {
					response.Body.Close()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, ended := make(chan struct{}), make(chan struct{})
			call := connected(t, serverOver(t, func(_ http.ResponseWriter, r *http.Request, _ map[string]json.RawMessage) {
				close(began)
				<-r.Context().Done()
				close(ended)
			}, 1<<20))
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-began
				cancel()
			}()
			call(ctx)
			<-ended
		})
	}
}

// overStreams returns a session over a pair of streams. Both have ended with the test.
func overStreams(t testing.TB, server *mcp.Server) *sdk.ClientSession {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- server.ServeIO(context.WithoutCancel(t.Context()), in, out, time.Minute)
		_ = out.Close()
	}()
	t.Cleanup(func() {
		_ = toServer.Close()
		if err := <-ended; err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	return connect(t, &sdk.IOTransport{Reader: fromServer, Writer: toServer})
}

// message returns a request with one message of the protocol, of a version with a handshake.
func message(t testing.TB, url, text string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", "2025-06-18")
	return r
}

// When the program ends, a call may finish, but not take longer than it is given.
func TestCallsUnderWayMayFinishAtTheEnd(t *testing.T) {
	for name, finishes := range map[string]bool{"in time": true, "too late": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cut := false
				server := serverOver(t, func(w http.ResponseWriter, r *http.Request, _ map[string]json.RawMessage) {
					takes := time.Hour
					if finishes {
						takes = time.Second
					}
					select {
					case <-time.After(takes):
					case <-r.Context().Done():
						cut = true
					}
					io.WriteString(w, `{"data":{"certification":null}}`)
				}, 1<<20)
				in, toServer := io.Pipe()
				var out bytes.Buffer
				ctx, end := context.WithCancel(t.Context())
				began := time.Now()
				ended := make(chan error, 1)
				go func() { ended <- server.ServeIO(ctx, in, &out, 5*time.Second) }()
				for _, text := range []string{
					`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`,
					`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
					`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"One"}}`,
				} {
					io.WriteString(toServer, text+"\n")
				}
				synctest.Wait()
				end()
				if err := <-ended; err != nil {
					t.Errorf("it ends with %v", err)
				}
				_, _ = toServer.Close(), in.Close()
				want := time.Second
				if !finishes {
					want = 5 * time.Second
				}
				if took := time.Since(began); took != want || cut == finishes {
					t.Errorf("it takes %s; cut off: %t", took, cut)
				}
			})
		})
	}
}

func TestRequestsThatAreNoMessageAreRefused(t *testing.T) {
	t.Parallel()
	calls := 0
	handler := httptest.NewServer(serverOver(t, func(http.ResponseWriter, *http.Request, map[string]json.RawMessage) { calls++ }, 1<<20).Handler())
	t.Cleanup(handler.Close)
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"One"}}`
	with := func(name, value string) *http.Request {
		r := message(t, handler.URL, call)
		r.Header.Set(name, value)
		return r
	}
	get := message(t, handler.URL, "")
	get.Method = http.MethodGet
	for name, each := range map[string]struct {
		request *http.Request
		status  int
		says    string
	}{
		"a batch":              {message(t, handler.URL, "["+call+","+call+"]"), http.StatusBadRequest, "Batches are not accepted"},
		"a batch after blanks": {message(t, handler.URL, " \r\n\t["+call+"]"), http.StatusBadRequest, "Batches are not accepted"},
		"a long body":          {message(t, handler.URL, strings.Replace(call, "One", strings.Repeat("x", 5000), 1)), http.StatusRequestEntityTooLarge, "exceeds 4096 bytes"},
		"nothing":              {message(t, handler.URL, ""), http.StatusBadRequest, "empty"},
		"no JSON":              {message(t, handler.URL, "x"), http.StatusBadRequest, "malformed"},
		"a form":               {with("Content-Type", "application/x-www-form-urlencoded"), http.StatusUnsupportedMediaType, "application/json"},
		"a version unknown":    {with("Mcp-Protocol-Version", "2020-01-01"), http.StatusBadRequest, "2025-06-18"},
		"a GET":                {get, http.StatusMethodNotAllowed, ""},
	} {
		response, err := handler.Client().Do(each.request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != each.status || !strings.Contains(string(body), each.says) {
			t.Errorf("%s: %d %s (%v)", name, response.StatusCode, body, err)
		}
	}
	if calls > 0 {
		t.Errorf("%d operations were executed", calls)
	}
}

// Results take room until they are sent; others wait for it, and are refused when they have waited in vain.
func TestResultsShareTheirRoom(t *testing.T) {
	long := `{"data":{"certification":{"id":"` + strings.Repeat("x", 20<<10) + `"}}}`
	synctest.Test(t, func(t *testing.T) {
		handler := serverOver(t, func(w http.ResponseWriter, _ *http.Request, _ map[string]json.RawMessage) { io.WriteString(w, long) }, 100<<10).Handler()
		slow := &slowWriter{ResponseRecorder: httptest.NewRecorder(), read: make(chan struct{})}
		var all sync.WaitGroup
		call := func(w http.ResponseWriter) (done chan struct{}) {
			done = make(chan struct{})
			all.Go(func() {
				defer close(done)
				handler.ServeHTTP(w, message(t, "http://localhost/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"One"}}`))
			})
			return done
		}
		call(slow)
		synctest.Wait()
		refused, served := httptest.NewRecorder(), httptest.NewRecorder()
		over := call(refused)
		time.Sleep(19 * time.Second)
		call(served)
		<-over
		if body := refused.Body.String(); !strings.Contains(body, "RATE_LIMITED") || !strings.Contains(body, `"isError":true`) || len(body) > 2000 {
			t.Errorf("who has waited for 20 s gets %.300s", body)
		}
		close(slow.read)
		all.Wait()
		for name, w := range map[string]*httptest.ResponseRecorder{"the first": slow.ResponseRecorder, "who waited until it was sent": served} {
			if w.Body.Len() < len(long) || strings.Contains(w.Body.String(), "RATE_LIMITED") {
				t.Errorf("%s gets %.300s", name, w.Body)
			}
		}
	})
}

// A slowWriter is the writer of a response that nobody reads for a while.
type slowWriter struct {
	*httptest.ResponseRecorder
	read chan struct{}
}

// Write waits until somebody reads.
func (w *slowWriter) Write(p []byte) (int, error) {
	<-w.read
	return w.ResponseRecorder.Write(p)
}

// Each document that the program comes with reads or changes something in a tenant, as one who it is for.
func TestTheBuiltInDocumentsWork(t *testing.T) {
	t.Parallel()
	w := offered(t, builtIn(t), graphtest.Setup{})
	admin := w.connected(t, "org-admin")
	read := func(tool string, arguments map[string]any, path ...string) any {
		t.Helper()
		got := called(t.Context(), t, admin, tool, arguments)
		if got.failed || len(got.Errors) > 0 {
			t.Fatalf("%s: %q", tool, got.text)
		}
		return graphtest.At(got.Data, anyOf(path)...)
	}
	rows := func(tool string, arguments map[string]any, path ...string) []any {
		t.Helper()
		nodes, _ := read(tool, arguments, append(path, "nodes")...).([]any)
		if len(nodes) == 0 {
			t.Fatalf("%s reads no rows", tool)
		}
		return nodes
	}
	one := func(nodes []any) map[string]any { return nodes[0].(map[string]any) }

	campaign := one(rows("Campaigns", map[string]any{"statuses": []any{"ACTIVE"}}, "campaigns"))
	rows("CampaignProgress", map[string]any{"campaignId": campaign["id"]}, "campaign", "certifications")
	rows("Certifications", map[string]any{"phase": "ACTIVE", "first": 5}, "certifications")
	large := map[string]any{"certificationId": sandbox.LargeCertification}
	item := one(rows("OpenItems", large, "certification", "reviewItems"))
	name := item["access"].(map[string]any)["name"]
	rows("WhoHasAccess", map[string]any{"certificationId": sandbox.LargeCertification, "accessName": map[string]any{"eq": name}}, "certification", "reviewItems")
	read("CertificationSummary", large, "certification", "name")
	person := one(rows("FindPerson", map[string]any{"search": "a"}, "identities"))
	if queue := called(t.Context(), t, w.connected(t, "reviewer-1"), "MyQueue", nil); queue.failed || len(queue.Data["certifications"].(map[string]any)["nodes"].([]any)) == 0 {
		t.Errorf("the queue is %+v", queue)
	}

	read("Decide", map[string]any{"certificationId": sandbox.LargeCertification, "decisions": []any{map[string]any{"itemId": item["id"], "decision": "REVOKE", "comment": "Not needed."}}}, "decideReviewItems", "certification", "name")
	moved := one(rows("OpenItems", large, "certification", "reviewItems"))
	read("Reassign", map[string]any{
		"certificationId": sandbox.LargeCertification, "references": []any{map[string]any{"id": moved["id"], "type": "ITEM"}},
		"reassignTo": person["id"], "reason": "On leave.",
	}, "reassignReviewItems", "newCertification", "name")
	read("SignOff", map[string]any{"certificationId": sandbox.DecidedCertification}, "signOffCertification", "certification", "signed")
}

// anyOf returns texts as values of any type.
func anyOf(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}
