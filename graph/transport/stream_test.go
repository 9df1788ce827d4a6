package transport_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

func TestDeferredPartsArriveWhole(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for name, query := range graphtest.Deferring {
		plain := w.Ask(t, graphtest.Admin, strings.NewReplacer(
			`@defer(label: "a")`, "", `@defer(label: "b")`, "", `@defer(label: "r")`, "",
			`@defer(if: $no, label: "a")`, "@include(if: $yes)", "$no: Boolean = false", "$yes: Boolean! = true", `@defer(if: true)`, "", `@defer`, "",
		).Replace(query), nil)
		for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
			payloads := w.Payloads(t, accept, query)
			if len(payloads) < 2 {
				t.Errorf("%s, %s: nothing is deferred: %v", name, accept, payloads)
			}
			data, codes := graphtest.Assemble(t, payloads)
			if diff := gocmp.Diff(any(plain.Data), data); diff != "" {
				t.Errorf("%s, %s: the data (-plain +deferred):\n%s", name, accept, diff)
			}
			if len(codes) != len(plain.Errors) || len(codes) > 0 && codes[0] != plain.Errors[0].Extensions["code"] {
				t.Errorf("%s, %s: errors %v, want as in %s", name, accept, codes, plain.Text)
			}
		}
	}
}

// A single response has no place for deferred parts: a request for both is refused, and nothing is
// read.
func TestDeferIsRefusedWhereAnswersHaveOnePart(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	w.Token(t, graphtest.Admin)
	before := w.Sandbox.Requests().Total
	for name, query := range graphtest.Deferring {
		for _, accept := range []string{"", "*/*", "application/json", "application/graphql-response+json", "text/*", "multipart/mixed;q=0, application/json"} {
			body, err := json.Marshal(graphtest.Object{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			got := w.Send(t, graphtest.Sent{Body: string(body), Header: map[string]string{"Accept": accept}})
			if got.Status != http.StatusNotAcceptable || !strings.Contains(got.Text, "accept") || strings.Contains(got.Text, `"data"`) {
				t.Errorf("%s, %q: status %d: %s", name, accept, got.Status, got.Text)
			}
		}
	}
	if after := w.Sandbox.Requests().Total; after != before {
		t.Errorf("%d calls of the upstream", after-before)
	}
	for _, query := range []string{
		`{ rateLimit { limit } ... @defer(if: false) { certifications(first: 2) { totalCount } } }`,
		`query ($d: Boolean = false) { rateLimit { limit } ...F @defer(if: $d) } fragment F on Query { certifications(first: 2) { totalCount } }`,
	} {
		if a := w.Ask(t, graphtest.Admin, query, nil); graphtest.At(a.OK(t), "certifications", "totalCount") == nil {
			t.Errorf("what is not deferred is missing: %s", a.Text)
		}
	}
}

// This is why @defer is refused in a single response: gqlgen's own transport sends the first part,
// announces more, and never sends it.
func TestTheStockTransportLosesWhatIsDeferred(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	stock := httptest.NewServer(graphtest.NewPlain(w.Rest.URL + "/v3"))
	defer stock.Close()
	alike := graphtest.Tenant{Gateway: stock, Rest: w.Rest}
	query := `{ certification(id: "` + sandbox.LargeCertification + `") { name ... @defer { reviewers { nodes { name } } } } }`
	got := alike.Post(t, "application/json", graphtest.Object{"query": query})
	var payload graphtest.Object
	if err := json.Unmarshal([]byte(got.Text), &payload); err != nil {
		t.Fatalf("%v: %s", err, got.Text)
	}
	if payload["hasNext"] != true || graphtest.At(payload, "data", "certification", "name") == nil || graphtest.At(payload, "data", "certification", "reviewers", "nodes", 0) != nil {
		t.Errorf("the stock POST has become better, so that ours could be simpler: %s", got.Text)
	}
}

// What a mutation has done is told at once, and an event of a subscription comes whole.
func TestDeferIsForQueries(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, query := range []string{
		`mutation { signOffCertification(input: {certificationId: "x"}) { errors { code } ... @defer { certification { id reviewers { totalCount } } } } }`,
		`subscription { certificationTask(id: "x") { id ...F @defer } } fragment F on CertificationTask { certification { id } }`,
	} {
		body, err := json.Marshal(graphtest.Object{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		got := w.Send(t, graphtest.Sent{Body: string(body), Header: map[string]string{"Accept": "multipart/mixed, application/json"}})
		if a := got.Answer(t); got.Status != http.StatusBadRequest || len(a.Errors) != 1 || a.Data != nil {
			t.Errorf("status %d: %s", got.Status, got.Text)
		}
	}
}

const stalledQuery = `{ certifications(first: 1) { nodes { name ... @defer { reviewers { totalCount } } } } }`

// When the time of an operation is over, the fields that it still waits for are errors, the others have
// their values, and a stream ends.
func TestOperationsRunOutOfTime(t *testing.T) {
	for accept, timeout := range map[string]time.Duration{"application/json": 0, "multipart/mixed": 7 * time.Second, "text/event-stream": 7 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: graphtest.InMemory{Handler: graphtest.NewStalled()}, CallTimeout: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			gateway := graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client, OperationTimeout: timeout}))
			query := stalledQuery
			if accept == "application/json" {
				query = strings.Replace(query, "@defer", "", 1)
			}
			body, err := json.Marshal(graphtest.Object{"query": query})
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
			var payloads []graphtest.Object
			if accept == "application/json" {
				payloads = make([]graphtest.Object, 1)
				err = json.Unmarshal(recorder.Body.Bytes(), &payloads[0])
			} else {
				payloads = graphtest.PayloadsOf(t, accept, recorder.Result())
			}
			data, codes := graphtest.Assemble(t, payloads)
			if err != nil || graphtest.At(data, "certifications", "nodes", 0, "name") != "stalled" || graphtest.At(data, "certifications", "nodes", 0, "reviewers") != nil ||
				len(codes) != 1 || codes[0] != "UPSTREAM_TIMEOUT" {
				t.Errorf("%s: %v, errors %v, data %v", accept, err, codes, data)
			}
		})
	}
}

// An idle stream shows that it is still there, so that no proxy takes it for dead.
func TestAStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: graphtest.InMemory{Handler: graphtest.NewStalled()}})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql",
			strings.NewReader(`{"query":"`+stalledQuery+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "text/event-stream")
		r.Header.Set("Authorization", "Bearer token")
		recorder := httptest.NewRecorder()
		graphtest.AsBearer(graph.NewHandler(graph.Config{Client: client, OperationTimeout: 29 * time.Second})).ServeHTTP(recorder, r)
		if signs := strings.Count(recorder.Body.String(), "\n:\n\n"); signs != 1 {
			t.Errorf("%d signs in 29 seconds, want 1 each 15: %q", signs, recorder.Body)
		}
	})
}

// A client that leaves in the middle of a stream ends the operation. That no goroutine waits for the
// deferred part for ever is checked after all tests.
func TestAStreamEndsWithItsReader(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		service := graphtest.NewStalled()
		w := graphtest.NewTenant(t, graphtest.Setup{Front: service.Before})
		response := w.Open(t, accept, stalledQuery)
		if _, err := io.ReadFull(response.Body, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		<-service.Waiting
		response.Body.Close()
		<-service.Abandoned
	}
}

func TestSubscriptionsAreStreams(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	id := w.QueueTask(t)
	w.Clock.Advance(10 * sandbox.DefaultTaskPace)
	query := `subscription { certificationTask(id: "` + id + `") { status } }`
	got := w.Payloads(t, "multipart/mixed", query)
	if len(got) != 2 || graphtest.At(got[0], "data", "certificationTask", "status") != "SUCCESS" || got[0]["hasNext"] != true ||
		gocmp.Diff(graphtest.Object{"hasNext": false}, got[1]) != "" {
		t.Errorf("multipart: %v", got)
	}
	got = w.Payloads(t, "text/event-stream", query)
	if len(got) != 1 || graphtest.At(got[0], "data", "certificationTask", "status") != "SUCCESS" || got[0]["hasNext"] != nil {
		t.Errorf("events: %v", got)
	}
	body, err := json.Marshal(graphtest.Object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	for _, accept := range []string{"", "application/json", "application/graphql-response+json"} {
		refused := w.Send(t, graphtest.Sent{Body: string(body), Header: map[string]string{"Accept": accept}})
		if a := refused.Answer(t); refused.Status != http.StatusNotAcceptable || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "text/event-stream") {
			t.Errorf("%q: status %d: %s", accept, refused.Status, refused.Text)
		}
	}
}

// A client that accepts streams alone gets the errors of an operation in a stream, as the protocols over
// server-sent events demand. A malformed request is refused as always.
func TestWhatIsWrongIsToldInStreams(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		got := w.Payloads(t, accept, `{ nobody }`)
		if len(got) != 1 || graphtest.At(got[0], "errors", 0, "extensions", "code") != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %v", accept, got)
		}
		for body, status := range map[string]int{
			`{"query": do-not-repeat-me`:                       400,
			`{"query":"` + strings.Repeat("x", 256<<10) + `"}`: 413,
		} {
			refused := w.Send(t, graphtest.Sent{Body: body, Header: map[string]string{"Accept": accept}})
			if refused.Status != status || refused.Header.Get("Content-Type") != graphtest.AsJSON || strings.Contains(refused.Text, "do-not-repeat-me") {
				t.Errorf("%s: status %d, want %d: %s", accept, refused.Status, status, refused.Text)
			}
		}
	}
}

// In the protocol graphql-sse an event with empty data ends a stream. Browsers drop that event unless
// it has a line for the data.
func TestTheLastEventIsOneForBrowsers(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	response := w.Open(t, "text/event-stream", `{ __typename }`)
	defer response.Body.Close()
	text, err := io.ReadAll(bufio.NewReader(response.Body))
	if err != nil || !strings.HasSuffix(string(text), "\n\nevent: complete\ndata:\n\n") || !strings.HasPrefix(string(text), ":\n\nevent: next\ndata: {") {
		t.Errorf("%v: %q", err, text)
	}
}

// A deadlineWriter is a recorded response that remembers its write deadline.
type deadlineWriter struct {
	*httptest.ResponseRecorder

	set      int
	deadline time.Time
}

func (w *deadlineWriter) SetWriteDeadline(deadline time.Time) error {
	w.set, w.deadline = w.set+1, deadline
	return nil
}

// Over HTTP/2 a deadline ends the stream even if nothing is being written.
func TestBetweenThePartsOfAStreamThereIsNoDeadline(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for _, accept := range []string{"multipart/mixed", "text/event-stream"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(graphtest.Literal(graphtest.Object{"query": graphtest.Deferring["below a certification"]})))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", accept)
		r.Header.Set("Authorization", "Bearer "+w.Token(t, graphtest.Admin))
		response := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
		w.Gateway.Config.Handler.ServeHTTP(response, r)
		if response.Code != http.StatusOK || response.set < 4 || !response.deadline.IsZero() {
			t.Errorf("%s: status %d, %d deadlines, the last at %v", accept, response.Code, response.set, response.deadline)
		}
	}
}

// Each draft and protocol of streams is spoken only if the client names it, or none.
func TestStreamsAreNegotiatedByTheirSpecs(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	const (
		parts    = `multipart/mixed; boundary="-"; deferSpec=20220824`
		payloads = `multipart/mixed; boundary="graphql"; subscriptionSpec=1.0`
		events   = "text/event-stream; charset=utf-8"
	)
	deferring := graphtest.Deferring["at the root"]
	subscribing := `subscription { certificationTask(id: "` + sandbox.FailedTask + `") { status } }`
	for accept, want := range map[string]struct{ plain, deferring, subscribing string }{ // content types; empty for 406
		`multipart/mixed`:                                                            {parts, parts, parts},
		`multipart/mixed;deferSpec=20220824`:                                         {parts, parts, parts},
		`multipart/mixed;DEFERSPEC="20220824";boundary=x`:                            {parts, parts, parts},
		`multipart/mixed;deferSpec=20220824, application/json`:                       {graphtest.AsJSON, parts, parts},
		`multipart/mixed;deferSpec=20240101, application/json`:                       {graphtest.AsJSON, "", ""},
		`multipart/mixed;deferSpec=20240101`:                                         {"", "", ""},
		`multipart/mixed;deferSpec=""`:                                               {"", "", ""},
		`multipart/mixed;incrementalSpec=v0.2, application/json;q=0.9`:               {graphtest.AsJSON, "", ""},
		`multipart/mixed;incrementalSpec=v0.2`:                                       {"", "", ""},
		`multipart/mixed;incrementalSpec=v0.2;deferSpec=20220824`:                    {"", "", ""},
		`multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824`:   {parts, parts, parts},
		`multipart/mixed;incrementalSpec=v0.2, text/event-stream`:                    {events, events, events},
		`text/event-stream;incrementalSpec=v0.2, application/json`:                   {graphtest.AsJSON, "", ""},
		`multipart/mixed;incrementalSpec=v0.2, */*`:                                  {graphtest.AsJSON, "", ""},
		`multipart/mixed;subscriptionSpec=1.0, application/json`:                     {graphtest.AsJSON, "", payloads},
		`multipart/mixed;boundary=graphql;subscriptionSpec="1.0"`:                    {payloads, "", payloads},
		`multipart/mixed;subscriptionSpec=2.0, application/json`:                     {graphtest.AsJSON, "", ""},
		`multipart/mixed;subscriptionSpec=1.0, multipart/mixed;deferSpec=20220824`:   {parts, parts, payloads},
		`multipart/mixed;deferSpec=20220824, multipart/mixed;subscriptionSpec=1.0`:   {parts, parts, payloads},
		`multipart/mixed;deferSpec=20220824;subscriptionSpec=1.0`:                    {parts, parts, payloads},
		`multipart/mixed;subscriptionSpec=1.0;q=0.5, multipart/mixed`:                {parts, parts, parts},
		`multipart/mixed;subscriptionSpec=1.0;q=0, application/json`:                 {graphtest.AsJSON, "", ""},
		`text/event-stream, multipart/mixed;subscriptionSpec=1.0`:                    {events, events, events},
		`text/event-stream;q=0.9, multipart/mixed;subscriptionSpec=1.0`:              {events, events, payloads},
		`multipart/mixed;subscriptionSpec=1.0, multipart/mixed;incrementalSpec=v0.2`: {payloads, "", payloads},
	} {
		for query, contentType := range map[string]string{`{ __typename }`: want.plain, deferring: want.deferring, subscribing: want.subscribing} {
			body := graphtest.Literal(graphtest.Object{"query": query})
			got := w.Send(t, graphtest.Sent{Body: body, Header: map[string]string{"Accept": accept, "Authorization": "Bearer " + w.Token(t, graphtest.Admin)}})
			switch {
			case contentType == "" && got.Status == http.StatusNotAcceptable:
			case got.Status != http.StatusOK || got.Header.Get("Content-Type") != contentType:
				t.Errorf("%s, %q: status %d, %s, want %q: %s", query, accept, got.Status, got.Header.Get("Content-Type"), contentType, got.Text)
			}
		}
	}
}

const jsonPart = "Content-Type: application/json; charset=utf-8\r\n\r\n"

// In Apollo's protocol each event is a payload, the stream shows by empty objects that it is there, and has
// its final boundary after the last event. What is wrong with the operation is told within a payload.
func TestApollosProtocolForSubscriptions(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	for query, want := range map[string]string{
		`subscription { certificationTask(id: "` + sandbox.FailedTask + `") { status } }`: `{"payload":{"data":{"certificationTask":{"status":"ERROR"}},"extensions":{"upstream":…}}}` +
			"\r\n--graphql\r\n" + jsonPart + "{}\r\n--graphql--\r\n",
		`subscription { nothing }`: `{"payload":{"errors":[{"message":"Cannot query field \"nothing\" on type \"Subscription\".","locations":[{"line":1,"column":16}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}}` +
			"\r\n--graphql--\r\n",
		`{ __typename }`: `{"payload":{"data":{"__typename":"Query"},"extensions":{"upstream":…}}}` + "\r\n--graphql--\r\n",
	} {
		response := w.Open(t, "multipart/mixed;subscriptionSpec=1.0", query)
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := regexp.MustCompile(`("upstream":){[^}]*}`).ReplaceAllString(string(text), "$1…")
		if diff := gocmp.Diff("\r\n--graphql\r\n"+jsonPart+want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// When the gateway stops, no stream has its end: Apollo's protocol has a place for the reason, the others
// just break off.
func TestStreamsBreakOffWhenTheGatewayStops(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"text/event-stream": "",
		"multipart/mixed":   "",
		"multipart/mixed;subscriptionSpec=1.0": jsonPart +
			`{"payload":null,"errors":[{"message":"The gateway is stopping: subscribe again.","extensions":{"code":"INTERRUPTED"}}]}` + "\r\n--graphql\r\n",
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			stopping := make(chan struct{})
			w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Stopping = stopping }})
			response := w.Open(t, accept, `subscription { certificationTask(id: "`+w.QueueTask(t)+`") { status } }`)
			defer response.Body.Close()
			stream := bufio.NewReader(response.Body)
			for line := ""; !strings.Contains(line, "QUEUED"); {
				var err error
				if line, err = stream.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
			after, err := stream.ReadString('\n') // a blank line, or the boundary
			close(stopping)
			rest, errRest := io.ReadAll(stream)
			if err != nil || errRest != nil || string(rest) != want {
				t.Errorf("after %q, %v: %q, %v", after, err, rest, errRest)
			}
		})
	}
}

// A subscription in Apollo's protocol shows that it is still there while it waits.
func TestApollosStreamIsKeptAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, time.Minute)
		client, _ := graphtest.Serve(t, b.Gateway)
		r := b.Request(t.Context(), t, "multipart/mixed;subscriptionSpec=1.0", graphtest.Watch, graphtest.Object{"id": b.QueueTask(t)})
		r.RequestURI, r.URL.Scheme, r.URL.Host = "", "http", "gateway"
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if signs := strings.Count(string(text), jsonPart+"{}\r\n--graphql\r\n"); signs < 6 || signs > 9 || !strings.HasSuffix(string(text), "\r\n--graphql--\r\n") {
			t.Errorf("%d signs in two minutes, want one each 15 s: %q", signs, text)
		}
	})
}
