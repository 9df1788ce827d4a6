package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/upstream"
	"certql/upstream/sandbox"
)

const watch = "subscription ($id: ID!) { certificationTask(id: $id) { rawId status } }"

// subscribe sends a subscription and answers the stream of its events, and how parts of it
// are told apart.
func (w *tenant) subscribe(t *testing.T, client, accept, query string, variables object) (stream io.Reader, boundary string) {
	t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer "+w.token(t, client))
	resp, err := w.gateway.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	media, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || media != accept || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, content type %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	return resp.Body, parameters["boundary"]
}

// An event is one of server-sent events.
type event struct {
	name string
	answer
}

// readEvent answers the next event of a stream, and io.EOF at its end.
func readEvent(r *bufio.Reader) (event, error) {
	var e event
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return e, err
		}
		switch line = strings.TrimRight(line, "\r\n"); {
		case strings.HasPrefix(line, "event:"):
			e.name = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			e.text += strings.TrimSpace(line[len("data:"):])
		case line == "" && e.name != "":
			if e.text != "" {
				err = json.Unmarshal([]byte(e.text), &e.answer)
			}
			return e, err
		}
	}
}

// readEvents answers all events of a stream, which has to end.
func (w *tenant) readEvents(t *testing.T, stream io.Reader) []event {
	t.Helper()
	var all []event
	r := bufio.NewReader(stream)
	for {
		e, err := readEvent(r)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		w.checkSecrecy(t, e.answer)
		all = append(all, e)
	}
}

// A task that has ended is sent once, as it is, and that is all.
func TestSubscriptionToAFinishedTask(t *testing.T) {
	t.Parallel()
	w, x := sharedTenant(t), newExpectation(t)
	for _, id := range []string{sandbox.SucceededTask, taskID(sandbox.FailedTask)} {
		raw := sandbox.FailedTask
		if id == sandbox.SucceededTask {
			raw = id
		}
		query := "subscription ($id: ID!) { certificationTask(id: $id) " + x.selection("CertificationTask") + "}"
		want := any(x.object("CertificationTask", w.read(t, admin, "/certification-tasks/"+raw)))

		stream, _ := w.subscribe(t, admin, "text/event-stream", query, object{"id": id})
		events := w.readEvents(t, stream)
		if len(events) != 2 || events[0].name != "next" || events[1].name != "complete" || events[1].text != "" {
			t.Fatalf("events: %+v", events)
		}
		if len(events[0].Errors) > 0 {
			t.Errorf("errors: %s", events[0].text)
		}
		same(t, "server-sent event", want, events[0].at("certificationTask"))

		stream, boundary := w.subscribe(t, admin, "multipart/mixed", query, object{"id": id})
		part, err := multipart.NewReader(stream, boundary).NextPart()
		if err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.NewDecoder(part).Decode(&a); err != nil {
			t.Fatal(err)
		}
		same(t, "part", want, a.at("certificationTask"))
		if rest, err := io.ReadAll(stream); err != nil {
			t.Errorf("%v after %q", err, rest)
		}
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, each := range []struct{ name, client, id, code string }{
		{"unknown task", admin, "00000000000000000000000000000000", ""},
		{"somebody else's task", "idle", sandbox.FailedTask, "FORBIDDEN"},
		{"id of another type", admin, certificationID(sandbox.LargeCertification), "BAD_USER_INPUT"},
		{"no id", admin, "", "BAD_USER_INPUT"},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			stream, _ := w.subscribe(t, each.client, "text/event-stream", watch, object{"id": each.id})
			events := w.readEvents(t, stream)
			if len(events) == 0 || events[len(events)-1].name != "complete" {
				t.Fatalf("the stream does not end well: %+v", events)
			}
			var codes []any
			for _, e := range events {
				for _, problem := range e.Errors {
					codes = append(codes, problem.Extensions["code"])
				}
				if e.at("certificationTask") != nil {
					t.Errorf("it sends %s", e.text)
				}
			}
			if each.code == "" && len(codes) > 0 || each.code != "" && !gocmp.Equal(codes, []any{each.code}) {
				t.Errorf("errors are %v, want %s", codes, each.code)
			}
		})
	}
}

// Over real connections, with one wait for the poll.
func TestSubscriptionSeesTheTaskEnd(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	id := w.queueTask(t)
	body, _ := w.subscribe(t, admin, "text/event-stream", watch, object{"id": id})
	stream := bufio.NewReader(body)
	for _, status := range []string{"QUEUED", "SUCCESS"} {
		e, err := readEvent(stream)
		if err != nil || e.name != "next" || e.at("certificationTask", "status") != status {
			t.Fatalf("got %+v, %v, want %s", e, err, status)
		}
		w.clock.advance(2 * sandbox.DefaultTaskPace)
	}
	if e, err := readEvent(stream); err != nil || e.name != "complete" {
		t.Errorf("after the end: %+v, %v", e, err)
	}
}

// queueTask answers the id of a new task.
func (w *tenant) queueTask(t *testing.T) string {
	t.Helper()
	a := w.ask(t, admin, reassignAsyncMutation, references(reviewer2, "Moved on", itemReferences(w.undecidedItems(t, 1))...))
	return at(a.data(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
}

// A bubble is a gateway and a sandbox without a network, within a synctest bubble: what waits
// takes no time there, and the clock says how long it waited.
type bubble struct {
	sandbox *sandbox.Sandbox
	handler *graph.Handler
	gateway http.Handler // the handler, for bearers of tokens
	token   string
}

func newBubble(t *testing.T, taskPace time.Duration, changes ...func(*sandbox.Config, *graph.Config)) *bubble {
	t.Helper()
	b := &bubble{}
	data := sandbox.Config{Certifications: 6, Items: 60, RateLimit: sandbox.NoRateLimit, TaskPace: taskPace}
	answers := graph.Config{Caller: asBearerOf}
	for _, change := range changes {
		change(&data, &answers)
	}
	var err error
	if b.sandbox, err = sandbox.New(data); err != nil {
		t.Fatal(err)
	}
	client, err := upstream.New(upstream.Config{BaseURL: "http://sandbox/v3", Transport: inMemory{b.sandbox}})
	if err != nil {
		t.Fatal(err)
	}
	answers.Client = client
	b.handler = graph.NewHandler(answers)
	b.gateway = asBearer(b.handler)
	request := httptest.NewRequest(http.MethodPost, "/oauth/token",
		strings.NewReader("grant_type=client_credentials&client_id=org-admin&client_secret=sandbox"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	b.sandbox.ServeHTTP(recorder, request)
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("no token: %v", recorder.Body)
	}
	b.token = granted.AccessToken
	return b
}

// inMemory is a transport that calls a handler.
type inMemory struct{ handler http.Handler }

func (d inMemory) RoundTrip(r *http.Request) (response *http.Response, err error) {
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
	d.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// request answers a request of the gateway.
func (b *bubble) request(ctx context.Context, t *testing.T, accept, query string, variables object) *http.Request {
	t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+b.token)
	return r
}

// ask answers what the gateway answers.
func (b *bubble) ask(t *testing.T, query string, variables object) answer {
	t.Helper()
	recorder := httptest.NewRecorder()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.gateway.ServeHTTP(recorder, b.request(ctx, t, "application/json", query, variables))
	a := answer{status: recorder.Code, text: recorder.Body.String()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, a.text)
	}
	return a
}

// queueTask answers the id of a new task.
func (b *bubble) queueTask(t *testing.T) string {
	t.Helper()
	a := b.ask(t, "{ "+`certification(id: "`+sandbox.LargeCertification+`") { reviewItems(first: 1) { nodes { id } } } }`, nil)
	item := a.at("certification", "reviewItems", "nodes", 0, "id").(string)
	a = b.ask(t, reassignAsyncMutation, references(reviewer2, "Moved on", itemReferences([]string{item})...))
	return at(a.data(t), "reassignReviewItemsAsync", "tasks", 0, "rawId").(string)
}

// polls answers when the task was read, from the start of the subscription.
func (b *bubble) polls(since time.Time) []time.Duration {
	var at []time.Duration
	for _, request := range b.sandbox.Requests().Log {
		if request.Operation == "getCertificationTask" && !request.Time.Before(since) {
			at = append(at, request.Time.Sub(since))
		}
	}
	return at
}

// A stream is a response that several goroutines may write.
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

// subscribe watches a task until the stream ends or the watcher leaves after the given time.
func (b *bubble) subscribe(t *testing.T, id string, patience time.Duration) []event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := &stream{ResponseRecorder: httptest.NewRecorder()}
	b.gateway.ServeHTTP(s, b.request(ctx, t, "text/event-stream", watch, object{"id": id}))
	s.mu.Lock()
	defer s.mu.Unlock()
	var events []event
	for r := bufio.NewReader(s.Body); ; {
		e, err := readEvent(r)
		if err != nil {
			return events
		}
		events = append(events, e)
	}
}

// states answers the states of the task in events.
func states(events []event) []any {
	var list []any
	for _, e := range events {
		if e.name == "next" {
			list = append(list, e.at("certificationTask", "status"))
		}
	}
	return list
}

// A task is sent at once and then at each change, read ever less often, for as long as it takes.
func TestSubscriptionFollowsATask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 45*time.Second)
		id := b.queueTask(t)
		began := time.Now()
		events := b.subscribe(t, id, time.Hour)
		took := time.Since(began)
		if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, states(events)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		if len(events) == 0 || events[len(events)-1].name != "complete" {
			t.Errorf("the stream does not end well: %+v", events)
		}
		if took < 90*time.Second || took > 100*time.Second {
			t.Errorf("the task ends after 90 s, the stream after %s", took)
		}
		polls := b.polls(began)
		last := time.Duration(0)
		for i := 1; i < len(polls); i++ {
			gap := polls[i] - polls[i-1]
			if i == 1 && gap != time.Second || gap < last || gap > 10*time.Second {
				t.Errorf("read at %v", polls)
				break
			}
			last = gap
		}
		if last != 10*time.Second {
			t.Errorf("the pace at the end is %s, of %v", last, polls)
		}
		time.Sleep(time.Minute)
		if after := b.polls(began); len(after) != len(polls) {
			t.Errorf("it is read still, at %v", after)
		}
	})
}

// When the watcher leaves, nobody reads the task any more.
func TestSubscriptionEndsWithItsWatcher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, time.Hour)
		id := b.queueTask(t)
		began := time.Now()
		events := b.subscribe(t, id, 30*time.Second)
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("it ended after %s", took)
		}
		if diff := gocmp.Diff([]any{"QUEUED"}, states(events)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		polls := len(b.polls(began))
		time.Sleep(time.Hour)
		if after := len(b.polls(began)); after != polls || polls < 3 {
			t.Errorf("read %d times while watched, %d afterwards", polls, after-polls)
		}
	})
}

// A fault on the way delays news and loses none.
func TestSubscriptionOutlivesFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 5*time.Second)
		id := b.queueTask(t)
		const operation = "getCertificationTask"
		if err := b.sandbox.SetFaults(
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 503, After: 1, Count: 1},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultStatus, Status: 429, RetryAfter: "1", After: 1, Count: 1},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultTruncated, After: 1, Count: 1, Ending: sandbox.EndingShort},
			sandbox.Fault{Operation: operation, Kind: sandbox.FaultCut, After: 1, Count: 1},
		); err != nil {
			t.Fatal(err)
		}
		got := states(b.subscribe(t, id, time.Hour))
		if len(got) < 2 || got[0] != "QUEUED" || got[len(got)-1] != "SUCCESS" {
			t.Errorf("states are %v", got)
		}
	})
}

// An upstream that never answers is given up after the time of a call, and an operation that
// takes too long after its own.
func TestSlowUpstreamsTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, time.Second)
		const query = "query ($id: ID!) { certificationTask(id: $id) { rawId } certifications(first: 1) { nodes { rawId } } }"
		for _, each := range []struct {
			name      string
			fault     sandbox.Fault
			operation string
			within    time.Duration
		}{
			{"stalled call", sandbox.Fault{Kind: sandbox.FaultStall}, "getCertificationTask", upstream.DefaultCallTimeout},
			{"slow call", sandbox.Fault{Kind: sandbox.FaultLatency, LatencyMillis: 3_000_000}, "getCertificationTask", upstream.DefaultCallTimeout},
		} {
			each.fault.Operation = each.operation
			if err := b.sandbox.SetFaults(each.fault); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			a := b.ask(t, query, object{"id": sandbox.FailedTask})
			a.wantProblems(t, "UPSTREAM_TIMEOUT at certificationTask")
			if a.at("certifications", "nodes", 0, "rawId") == nil {
				t.Errorf("%s: the rest is missing: %s", each.name, a.text)
			}
			if took := time.Since(began); took != each.within {
				t.Errorf("%s: took %s", each.name, took)
			}
		}
	})
}
