package graphtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// Deferring are queries with @defer in all places. At the root, gqlgen ignores it.
var Deferring = map[string]string{
	"below a certification": `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { name reviewers { nodes { name } } } } }`,
	"named, in a list": `{ certifications(first: 5) { nodes { id ...R @defer(label: "r") } } }
		fragment R on Certification { reviewers(first: 2) { nodes { id name } } pendingTasks { totalCount } }`,
	"at the root":  `{ rateLimit { limit } ... @defer { certifications(first: 2) { totalCount } } }`,
	"in another":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer(label: "a") { reviewItems(first: 2) { nodes { id ... @defer(label: "b") { permissions { totalCount } } } } } } }`,
	"twice":        `{ certification(id: "` + sandbox.LargeCertification + `") { ... @defer(label: "a") { reviewers { totalCount } } ... @defer(label: "b") { pendingTasks { totalCount } } } }`,
	"by condition": `query ($no: Boolean = false) { certification(id: "` + sandbox.LargeCertification + `") { ... @defer(if: $no, label: "a") { reviewers { totalCount } } ... @defer(if: true) { pendingTasks { totalCount } } } }`,
	"what fails":   `{ certification(id: "` + sandbox.LargeCertification + `") { id ... @defer { reviewItems(first: 2, after: "forged") { totalCount } } } }`,
}

// Open sends an operation in the name of an administrator, and answers the answer as it begins.
func (w *Tenant) Open(t *testing.T, accept, query string) *http.Response {
	t.Helper()
	body, err := json.Marshal(Object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	response, err := w.Gateway.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// Payloads sends an operation and answers the payloads of its stream.
func (w *Tenant) Payloads(t *testing.T, accept, query string) []Object {
	t.Helper()
	response := w.Open(t, accept, query)
	defer response.Body.Close()
	return PayloadsOf(t, accept, response)
}

// PayloadsOf answers the payloads of a stream of the given type, which has to end as that does.
func PayloadsOf(t *testing.T, mediaType string, response *http.Response) []Object {
	t.Helper()
	is, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || is != mediaType || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %q, %v", response.StatusCode, is, err)
	}
	var all []Object
	add := func(text []byte) {
		var payload Object
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
		if err != nil || part.Header.Get("Content-Type") != AsJSON {
			t.Fatalf("%v: %+v", err, part)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		add(text)
	}
}

// A stalled is an upstream with one certification, whose reviewers never come.
type stalled struct{ Waiting, Abandoned chan struct{} }

func NewStalled() stalled { return stalled{make(chan struct{}, 1), make(chan struct{}, 1)} }

// ServeHTTP tells when somebody waits for the reviewers, and when they have given up.
func (s stalled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/reviewers") {
		fmt.Fprint(w, `[{"id":"1","name":"stalled"}]`)
		return
	}
	s.Waiting <- struct{}{}
	<-r.Context().Done()
	s.Abandoned <- struct{}{}
}

// Before stands before a sandbox, which issues the tokens.
func (s stalled) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}
