package graphtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	// AsJSON is the content type of a response that is not a stream.
	AsJSON = "application/json; charset=utf-8"
	// AsGraphQL is the same in the newer media type of GraphQL.
	AsGraphQL = "application/graphql-response+json; charset=utf-8"
	// Typename is the body of a request that calls nothing upstream.
	Typename = `{"query":"{ __typename }"}`
)

// A Sent is a request as it goes out.
type Sent struct {
	Method, Query, Body string
	Header              map[string]string // in place of the usual fields; an empty one is left out
	Chunked             bool              // the length of the body is not told beforehand
}

// A Received is a response as it came.
type Received struct {
	Status int
	Header http.Header
	Text   string
}

// Send sends a request in the name of the administrator, by default a POST of JSON. It returns the
// response without decompressing it.
func (w *Tenant) Send(t testing.TB, s Sent) Received {
	t.Helper()
	header := map[string]string{"Accept-Encoding": "identity", "Authorization": "Bearer " + w.Token(t, Admin)}
	if s.Method == "" {
		s.Method = http.MethodPost
		header["Content-Type"] = "application/json"
	}
	for name, value := range s.Header {
		header[name] = value
	}
	target := w.Gateway.URL
	if s.Query != "" {
		target += "?" + s.Query
	}
	var body io.Reader = strings.NewReader(s.Body)
	if s.Chunked {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), s.Method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	response, err := w.Gateway.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Received{response.StatusCode, response.Header, string(text)}
}

// Post sends the parameters of an operation, or a list of them, as JSON, and returns the response.
func (w *Tenant) Post(t testing.TB, accept string, parameters any) Received {
	t.Helper()
	body, err := json.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	return w.Send(t, Sent{Body: string(body), Header: map[string]string{"Accept": accept}})
}

// ByGET sends the parameters of an operation in a URL, and returns the response.
func (w *Tenant) ByGET(t testing.TB, parameters Object) Received {
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
	return w.Send(t, Sent{Method: http.MethodGet, Query: values.Encode()})
}

// Answer decodes a response, which must be JSON.
func (r Received) Answer(t testing.TB) Answer {
	t.Helper()
	a := Answer{Status: r.Status, Text: r.Text}
	if err := json.Unmarshal([]byte(r.Text), &a); err != nil {
		t.Fatalf("status %d, no JSON: %v: %.300q", r.Status, err, r.Text)
	}
	return a
}

// WantRefusal fails the test unless a request was refused with the given status and with one error
// in GraphQL's form, whose message contains the given part. got is nil if it was not refused at all.
func WantRefusal(t *testing.T, name string, got *Received, status int, part string) {
	t.Helper()
	if got == nil {
		t.Fatalf("%s: not refused", name)
	}
	a := got.Answer(t)
	if got.Status != status || got.Header.Get("Content-Type") != AsJSON ||
		len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, part) || strings.Contains(got.Text, "do-not-repeat-me") {
		t.Errorf("%s: %d, want %d and %q: %s", name, got.Status, status, part, got.Text)
	}
}
