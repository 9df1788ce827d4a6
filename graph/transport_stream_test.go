package graph_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// deferring are queries with @defer in all places. At the root, gqlgen ignores it.
var deferring = map[string]string{
	"below a certification": `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { name reviewers { nodes { name } } } } }`,
	"named, in a list": `{ certifications(first: 5) { nodes { id ...R @defer(label: "r") } } }
		fragment R on Certification { reviewers(first: 2) { nodes { id name } } pendingTasks { totalCount } }`,
	"at the root":  `{ rateLimit { limit } ... @defer { certifications(first: 2) { totalCount } } }`,
	"in another":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer(label: "a") { reviewItems(first: 2) { nodes { id ... @defer(label: "b") { permissions { totalCount } } } } } } }`,
	"twice":        `{ certification(id: "` + sandbox.LargeCertification + `") { ... @defer(label: "a") { reviewers { totalCount } } ... @defer(label: "b") { pendingTasks { totalCount } } } }`,
	"by condition": `query ($no: Boolean = false) { certification(id: "` + sandbox.LargeCertification + `") { ... @defer(if: $no, label: "a") { reviewers { totalCount } } ... @defer(if: true) { pendingTasks { totalCount } } } }`,
	"what fails":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { reviewItems(first: 2, after: "forged") { totalCount } } } }`,
}

// open sends an operation in the name of an administrator, and answers the answer as it begins.
func (w *tenant) open(t *testing.T, accept, query string) *http.Response {
	t.Helper()
	body, err := json.Marshal(object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+w.token(t, admin))
	response, err := w.gateway.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// payloads sends an operation and answers the payloads of its stream.
func (w *tenant) payloads(t *testing.T, accept, query string) []object {
	t.Helper()
	response := w.open(t, accept, query)
	defer response.Body.Close()
	return payloadsOf(t, accept, response)
}

// payloadsOf answers the payloads of a stream of the given type, which has to end as that does.
func payloadsOf(t *testing.T, mediaType string, response *http.Response) []object {
	t.Helper()
	is, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || is != mediaType || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %q, %v", response.StatusCode, is, err)
	}
	var all []object
	add := func(text []byte) {
		var payload object
		if err := json.Unmarshal(text, &payload); err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		all = append(all, payload)
	}
	if mediaType == "text/event-stream" {
		text, err := io.ReadAll(response.Body)
		inner, ends := strings.CutSuffix(string(text), "event: complete\ndata:\n\n")
		inner, begins := strings.CutPrefix(inner, ":\n\n")
		if err != nil || !begins || !ends {
			t.Fatalf("%v: %q", err, text)
		}
		for event := range strings.SplitSeq(strings.TrimSuffix(inner, "\n\n"), "\n\n") {
			data, ok := strings.CutPrefix(event, "event: next\ndata: ")
			if !ok && event != ":" {
				t.Fatalf("an event is %q", event)
			} else if ok {
				add([]byte(data))
			}
		}
		return all
	}
	parts := multipart.NewReader(response.Body, parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil || part.Header.Get("Content-Type") != asJSON {
			t.Fatalf("%v: %+v", err, part)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		add(text)
	}
}

// assemble puts deferred parts where they belong, and answers the data and the codes of errors.
func assemble(t *testing.T, payloads []object) (data any, codes []string) {
	t.Helper()
	collect := func(from object) {
		list, _ := from["errors"].([]any)
		for _, e := range list {
			codes = append(codes, fmt.Sprint(at(e, "extensions", "code")))
		}
	}
	for i, payload := range payloads {
		collect(payload)
		if i == 0 {
			data = payload["data"]
			continue
		}
		if last := i == len(payloads)-1; payload["hasNext"] == last {
			t.Errorf("payload %d of %d says hasNext %v", i+1, len(payloads), payload["hasNext"])
		}
		for _, part := range payload["incremental"].([]any) {
			part := part.(object)
			collect(part)
			path, _ := part["path"].([]any)
			target := data
			for _, step := range path {
				switch step := step.(type) {
				case string:
					target = target.(object)[step]
				case float64:
					target = target.([]any)[int(step)]
				}
			}
			for name, value := range part["data"].(object) {
				target.(object)[name] = value
			}
		}
	}
	return data, codes
}

func TestDeferredPartsArriveWhole(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for name, query := range deferring {
		plain := w.ask(t, admin, strings.NewReplacer(
			`@defer(label: "a")`, "", `@defer(label: "b")`, "", `@defer(label: "r")`, "",
			`@defer(if: $no, label: "a")`, "@include(if: $yes)", "$no: Boolean = false", "$yes: Boolean! = true", `@defer(if: true)`, "", `@defer`, "",
		).Replace(query), nil)
		for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
			payloads := w.payloads(t, accept, query)
			if later := len(payloads) > 1 && payloads[0]["hasNext"] == true; later == (name == "at the root") {
				t.Errorf("%s, %s: that something was deferred is %v", name, accept, later)
			}
			data, codes := assemble(t, payloads)
			if diff := gocmp.Diff(any(plain.Data), data); diff != "" {
				t.Errorf("%s, %s: the data (-plain +deferred):\n%s", name, accept, diff)
			}
			if len(codes) != len(plain.Errors) || len(codes) > 0 && codes[0] != plain.Errors[0].Extensions["code"] {
				t.Errorf("%s, %s: errors %v, want as in %s", name, accept, codes, plain.text)
			}
		}
	}
}

// An answer in one piece cannot hold what is deferred, so that asking for both is refused, and
// nothing is read.
func TestDeferIsRefusedWhereAnswersHaveOnePart(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	w.token(t, admin)
	before := w.sandbox.Requests().Total
	for name, query := range deferring {
		for _, accept := range []string{"", "*/*", "application/json", "application/graphql-response+json", "text/*", "multipart/mixed;q=0, application/json"} {
			body, err := json.Marshal(object{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			got := w.send(t, sent{body: string(body), header: map[string]string{"Accept": accept}})
			if got.status != http.StatusNotAcceptable || !strings.Contains(got.text, "accept") || strings.Contains(got.text, `"data"`) {
				t.Errorf("%s, %q: status %d: %s", name, accept, got.status, got.text)
			}
		}
	}
	if after := w.sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
	for _, query := range []string{
		`{ rateLimit { limit } ... @defer(if: false) { certifications(first: 2) { totalCount } } }`,
		`query ($d: Boolean = false) { rateLimit { limit } ...F @defer(if: $d) } fragment F on Query { certifications(first: 2) { totalCount } }`,
	} {
		if a := w.ask(t, admin, query, nil); at(a.data(t), "certifications", "totalCount") == nil {
			t.Errorf("what is not deferred is missing: %s", a.text)
		}
	}
}

// Why @defer is refused here: the stock POST answers the first part, promises more, and is silent.
func TestTheStockTransportLosesWhatIsDeferred(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	stock := httptest.NewServer(newPlain(w.rest.URL + "/v3"))
	defer stock.Close()
	alike := tenant{gateway: stock, rest: w.rest}
	query := `{ certification(id: "` + sandbox.LargeCertification + `") { name ... @defer { reviewers { nodes { name } } } } }`
	got := alike.post(t, "application/json", object{"query": query})
	var payload object
	if err := json.Unmarshal([]byte(got.text), &payload); err != nil {
		t.Fatalf("%v: %s", err, got.text)
	}
	if payload["hasNext"] != true || at(payload, "data", "certification", "name") == nil || at(payload, "data", "certification", "reviewers", "nodes", 0) != nil {
		t.Errorf("the stock POST has become better, so that ours could be simpler: %s", got.text)
	}
}

// The stock executor would lose what a mutation defers.
func TestDeferIsForQueries(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, query := range []string{
		`mutation { signOffCertification(input: {certificationId: "x"}) { errors { code } ... @defer { certification { id reviewers { totalCount } } } } }`,
		`subscription { certificationTask(id: "x") { id ...F @defer } } fragment F on CertificationTask { certification { id } }`,
	} {
		body, err := json.Marshal(object{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		got := w.send(t, sent{body: string(body), header: map[string]string{"Accept": "multipart/mixed, application/json"}})
		if a := got.answer(t); got.status != http.StatusBadRequest || len(a.Errors) != 1 || a.Data != nil {
			t.Errorf("status %d: %s", got.status, got.text)
		}
	}
}

// A stalled is an upstream with one certification, whose reviewers never come.
type stalled struct{ waiting, abandoned chan struct{} }

func newStalled() stalled { return stalled{make(chan struct{}, 1), make(chan struct{}, 1)} }

const stalledQuery = `{ certifications(first: 1) { nodes { name ... @defer { reviewers { totalCount } } } } }`

// ServeHTTP tells when somebody waits for the reviewers, and when they have given up.
func (s stalled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/reviewers") {
		fmt.Fprint(w, `[{"id":"1","name":"stalled"}]`)
		return
	}
	s.waiting <- struct{}{}
	<-r.Context().Done()
	s.abandoned <- struct{}{}
}

// before stands before a sandbox, which issues the tokens.
func (s stalled) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}

// When an operation's time is over, what it waits for is an error, the rest is answered, and
// a stream comes to its end. Time in the bubble passes only while everybody waits.
func TestOperationsRunOutOfTime(t *testing.T) {
	for accept, timeout := range map[string]time.Duration{"application/json": 0, "multipart/mixed": 7 * time.Second, "text/event-stream": 7 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: inMemory{newStalled()}, CallTimeout: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			gateway := asBearer(graph.NewHandler(graph.Config{Client: client, OperationTimeout: timeout}))
			query := stalledQuery
			if accept == "application/json" {
				query = strings.Replace(query, "@defer", "", 1)
			}
			body, err := json.Marshal(object{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", accept)
			r.Header.Set("Authorization", "Bearer token")
			recorder := httptest.NewRecorder()
			start := time.Now()
			gateway.ServeHTTP(recorder, r)
			if took := time.Since(start); took != cmp.Or(timeout, time.Minute) { // a minute by default
				t.Errorf("%s: it took %v", accept, took)
			}
			var payloads []object
			if accept == "application/json" {
				payloads = make([]object, 1)
				err = json.Unmarshal(recorder.Body.Bytes(), &payloads[0])
			} else {
				payloads = payloadsOf(t, accept, recorder.Result())
			}
			data, codes := assemble(t, payloads)
			if err != nil || at(data, "certifications", "nodes", 0, "name") != "stalled" || at(data, "certifications", "nodes", 0, "reviewers") != nil ||
				len(codes) != 1 || codes[0] != "UPSTREAM_TIMEOUT" {
				t.Errorf("%s: %v, errors %v, data %v", accept, err, codes, data)
			}
		})
	}
}

// A stream without news shows that it is there, so that nothing on the way takes it for dead.
func TestAStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: inMemory{newStalled()}})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql",
			strings.NewReader(`{"query":"`+stalledQuery+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "text/event-stream")
		r.Header.Set("Authorization", "Bearer token")
		recorder := httptest.NewRecorder()
		asBearer(graph.NewHandler(graph.Config{Client: client, OperationTimeout: 29 * time.Second})).ServeHTTP(recorder, r)
		if signs := strings.Count(recorder.Body.String(), "\n:\n\n"); signs != 1 {
			t.Errorf("%d signs in 29 seconds, want 1 each 15: %q", signs, recorder.Body)
		}
	})
}

// Who leaves in the middle of a stream ends what is done for them; that no goroutine waits for
// the deferred part for ever is checked after all tests.
func TestAStreamEndsWithItsReader(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		service := newStalled()
		w := newTenant(t, setup{front: service.before})
		response := w.open(t, accept, stalledQuery)
		if _, err := io.ReadFull(response.Body, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		<-service.waiting
		response.Body.Close()
		<-service.abandoned
	}
}

func TestSubscriptionsAreStreams(t *testing.T) {
	t.Parallel()
	w := newTenant(t, setup{})
	id := w.queueTask(t)
	w.clock.advance(10 * sandbox.DefaultTaskPace)
	query := `subscription { certificationTask(id: "` + id + `") { status } }`
	got := w.payloads(t, "multipart/mixed", query)
	if len(got) != 2 || at(got[0], "data", "certificationTask", "status") != "SUCCESS" || got[0]["hasNext"] != true ||
		gocmp.Diff(object{"hasNext": false}, got[1]) != "" {
		t.Errorf("multipart: %v", got)
	}
	got = w.payloads(t, "text/event-stream", query)
	if len(got) != 1 || at(got[0], "data", "certificationTask", "status") != "SUCCESS" || got[0]["hasNext"] != nil {
		t.Errorf("events: %v", got)
	}
	body, err := json.Marshal(object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	for _, accept := range []string{"", "application/json", "application/graphql-response+json"} {
		refused := w.send(t, sent{body: string(body), header: map[string]string{"Accept": accept}})
		if a := refused.answer(t); refused.status != http.StatusNotAcceptable || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "text/event-stream") {
			t.Errorf("%q: status %d: %s", accept, refused.status, refused.text)
		}
	}
}

// Who reads streams alone gets what is wrong with an operation in one, as protocols over
// server-sent events have it; what is no operation is refused as always.
func TestWhatIsWrongIsToldInStreams(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		got := w.payloads(t, accept, `{ nobody }`)
		if len(got) != 1 || at(got[0], "errors", 0, "extensions", "code") != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %v", accept, got)
		}
		for body, status := range map[string]int{
			`{"query": do-not-repeat-me`:                       400,
			`{"query":"` + strings.Repeat("x", 256<<10) + `"}`: 413,
		} {
			refused := w.send(t, sent{body: body, header: map[string]string{"Accept": accept}})
			if refused.status != status || refused.header.Get("Content-Type") != asJSON || strings.Contains(refused.text, "do-not-repeat-me") {
				t.Errorf("%s: status %d, want %d: %s", accept, refused.status, status, refused.text)
			}
		}
	}
}

// The protocol of graphql-sse ends a stream by an event whose data is empty, which browsers
// drop unless there is a line for it.
func TestTheLastEventIsOneForBrowsers(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	response := w.open(t, "text/event-stream", `{ __typename }`)
	defer response.Body.Close()
	text, err := io.ReadAll(bufio.NewReader(response.Body))
	if err != nil || !strings.HasSuffix(string(text), "\n\nevent: complete\ndata:\n\n") || !strings.HasPrefix(string(text), ":\n\nevent: next\ndata: {") {
		t.Errorf("%v: %q", err, text)
	}
}

// A deadlineWriter is a response that remembers its deadline.
type deadlineWriter struct {
	*httptest.ResponseRecorder

	set      int
	deadline time.Time
}

func (w *deadlineWriter) SetWriteDeadline(deadline time.Time) error {
	w.set, w.deadline = w.set+1, deadline
	return nil
}

// Over HTTP/2 the end of a deadline is the end of the stream, even where nothing is to be written.
func TestBetweenThePartsOfAStreamThereIsNoDeadline(t *testing.T) {
	t.Parallel()
	w := sharedTenant(t)
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(literal(object{"query": deferring["below a certification"]})))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", accept)
		r.Header.Set("Authorization", "Bearer "+w.token(t, admin))
		answer := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
		w.gateway.Config.Handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK || answer.set < 4 || !answer.deadline.IsZero() {
			t.Errorf("%s: status %d, %d deadlines, the last at %v", accept, answer.Code, answer.set, answer.deadline)
		}
	}
}
