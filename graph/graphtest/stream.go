package graphtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// An Event is one event of a stream of server-sent events.
type Event struct {
	Name string
	Answer
}

// ReadEvent returns the next event of a stream, and io.EOF at its end.
func ReadEvent(r *bufio.Reader) (Event, error) {
	var e Event
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return e, err
		}
		switch line = strings.TrimRight(line, "\r\n"); {
		case strings.HasPrefix(line, "event:"):
			e.Name = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			e.Text += strings.TrimSpace(line[len("data:"):])
		case line == "" && e.Name != "":
			if e.Text != "" {
				err = json.Unmarshal([]byte(e.Text), &e.Answer)
			}
			return e, err
		}
	}
}

// Subscribe sends a subscription and returns the stream of its events and, for multipart, the boundary
// between its parts. The stream is closed when the test ends.
func (w *Tenant) Subscribe(t *testing.T, client, accept, query string, variables Object) (stream io.Reader, boundary string) {
	t.Helper()
	response := w.open(t, w.Token(t, client), http.Header{"Accept": {accept}}, Object{"query": query, "variables": variables})
	t.Cleanup(func() { response.Body.Close() })
	media, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || media != accept || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, content type %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	return response.Body, parameters["boundary"]
}

// ReadEvents returns all events of a stream, which has to end.
func (w *Tenant) ReadEvents(t *testing.T, stream io.Reader) []Event {
	t.Helper()
	var all []Event
	r := bufio.NewReader(stream)
	for {
		e, err := ReadEvent(r)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		w.CheckSecrecy(t, e.Answer)
		all = append(all, e)
	}
}

// Open sends an operation as the administrator, and returns the response as it begins.
func (w *Tenant) Open(t *testing.T, accept, query string) *http.Response {
	t.Helper()
	return w.open(t, w.Token(t, Admin), http.Header{"Accept": {accept}}, Object{"query": query})
}

// Payloads sends an operation as the administrator and returns the payloads of its stream.
func (w *Tenant) Payloads(t *testing.T, accept, query string) []Object {
	t.Helper()
	response := w.Open(t, accept, query)
	defer response.Body.Close()
	return PayloadsOf(t, accept, response)
}

// PayloadsOf returns the payloads of a stream of the given media type, which has to end as that demands.
func PayloadsOf(t *testing.T, mediaType string, response *http.Response) []Object {
	t.Helper()
	var all []Object
	for _, text := range PayloadTexts(t, mediaType, response) {
		var payload Object
		if err := json.Unmarshal(text, &payload); err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		all = append(all, payload)
	}
	return all
}

// PayloadTexts is PayloadsOf for payloads as they were sent.
func PayloadTexts(t *testing.T, mediaType string, response *http.Response) [][]byte {
	t.Helper()
	is, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || is != mediaType || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %q, %v", response.StatusCode, is, err)
	}
	var all [][]byte
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
				all = append(all, []byte(data))
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
		all = append(all, text)
	}
}
