package graphtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// An Event is one of server-sent events.
type Event struct {
	Name string
	Answer
}

// ReadEvent answers the next event of a stream, and io.EOF at its end.
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

// Subscribe sends a subscription and answers the stream of its events, and how parts of it
// are told apart.
func (w *Tenant) Subscribe(t *testing.T, client, accept, query string, variables Object) (stream io.Reader, boundary string) {
	t.Helper()
	body, err := json.Marshal(Object{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Gateway.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer "+w.Token(t, client))
	resp, err := w.Gateway.Client().Do(req)
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

// ReadEvents answers all events of a stream, which has to end.
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
