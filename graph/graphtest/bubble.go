package graphtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"certql/graph"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A Bubble is a gateway and a sandbox without a network, for tests in a synctest bubble: waiting takes
// no time there, and the clock shows how long it would have taken.
type Bubble struct {
	Sandbox *sandbox.Sandbox
	Gateway http.Handler // serves bearers of tokens
	token   string       // of the administrator
}

// NewBubble returns a gateway in a bubble, whose tasks end after taskPace. The changes are made to the
// configurations of the sandbox and of the gateway.
func NewBubble(t *testing.T, taskPace time.Duration, changes ...func(*sandbox.Config, *graph.Config)) *Bubble {
	t.Helper()
	b := &Bubble{}
	data := sandbox.Config{Certifications: 6, Items: 60, RateLimit: sandbox.NoRateLimit, TaskPace: taskPace}
	gateway := graph.Config{Caller: asBearerOf, Precheck: true}
	for _, change := range changes {
		change(&data, &gateway)
	}
	var err error
	if b.Sandbox, err = sandbox.New(data); err != nil {
		t.Fatal(err)
	}
	client, err := upstream.New(upstream.Config{BaseURL: "http://sandbox/v3", Transport: InMemory{Handler: b.Sandbox}})
	if err != nil {
		t.Fatal(err)
	}
	gateway.Client = client
	b.Gateway = AsBearer(graph.NewHandler(gateway))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth/token",
		strings.NewReader("grant_type=client_credentials&client_id=org-admin&client_secret=sandbox"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	b.Sandbox.ServeHTTP(recorder, request)
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token: %v", recorder.Body)
	}
	b.token = granted.AccessToken
	return b
}

// Request returns a request for the gateway.
func (b *Bubble) Request(ctx context.Context, t *testing.T, accept, query string, variables Object) *http.Request {
	t.Helper()
	body, err := json.Marshal(Object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+b.token)
	return r
}

// Ask sends an operation and returns the response.
func (b *Bubble) Ask(t *testing.T, query string, variables Object) Answer {
	t.Helper()
	recorder := httptest.NewRecorder()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.Gateway.ServeHTTP(recorder, b.Request(ctx, t, "application/json", query, variables))
	a := Answer{Status: recorder.Code, Text: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, a.Text)
	}
	return a
}

// QueueTask reassigns an item and returns the id of the task that does it.
func (b *Bubble) QueueTask(t *testing.T) string {
	t.Helper()
	a := b.Ask(t, "{ "+`certification(id: "`+sandbox.LargeCertification+`") { reviewItems(first: 1) { nodes { id } } } }`, nil)
	item := a.At("certification", "reviewItems", "nodes", 0, "id").(string)
	a = b.Ask(t, ReassignAsyncMutation, References(Reviewer2, "Moved on", ItemReferences([]string{item})...))
	return At(a.OK(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
}

// Polls returns when a task was read, as durations since the given time.
func (b *Bubble) Polls(since time.Time) []time.Duration {
	var at []time.Duration
	for _, request := range b.Sandbox.Requests().Log {
		if request.Operation == "getCertificationTask" && !request.Time.Before(since) {
			at = append(at, request.Time.Sub(since))
		}
	}
	return at
}

// A stream is a recorded response that several goroutines may write.
type stream struct {
	*httptest.ResponseRecorder
	mu sync.Mutex
}

func (s *stream) Write(part []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.Write(part)
}

func (s *stream) Flush() {}

// Subscribe watches a task until the stream ends or the client's patience does. It returns the events.
func (b *Bubble) Subscribe(t *testing.T, id string, patience time.Duration) []Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := &stream{ResponseRecorder: httptest.NewRecorder()}
	b.Gateway.ServeHTTP(s, b.Request(ctx, t, "text/event-stream", Watch, Object{"id": id}))
	s.mu.Lock()
	defer s.mu.Unlock()
	var events []Event
	for r := bufio.NewReader(s.Body); ; {
		e, err := ReadEvent(r)
		if err != nil {
			return events
		}
		events = append(events, e)
	}
}

// Connect opens a WebSocket as the administrator, by a client of Serve.
func (b *Bubble) Connect(t testing.TB, client *http.Client) *Peer {
	t.Helper()
	p := b.Dial(t, client)
	p.Begin(t, Object{"Authorization": "Bearer " + b.token})
	return p
}

// Dial opens a WebSocket, by a client of Serve, and sends nothing over it.
func (b *Bubble) Dial(t testing.TB, client *http.Client) *Peer {
	t.Helper()
	conn, refusal := Dial(t, client, "http://gateway/graphql", nil)
	if refusal != nil {
		t.Fatalf("the handshake is refused: %s", refusal.Text)
	}
	return NewPeer(conn)
}

// InMemory is a round tripper that calls a handler.
type InMemory struct{ Handler http.Handler }

// RoundTrip returns the response of the handler as a whole, and an error if the handler cuts the
// connection.
func (d InMemory) RoundTrip(r *http.Request) (response *http.Response, err error) {
	defer func() {
		if recover() != nil { // the handler cut the connection
			response, err = nil, errors.Join(io.ErrUnexpectedEOF, r.Context().Err())
		}
	}()
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	d.Handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}
