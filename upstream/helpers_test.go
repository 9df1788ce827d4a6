package upstream_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"certql/upstream"
)

// newServer starts a server for the duration of a test.
func newServer(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// newClient returns a client that leaves no connection behind. It has no rate limit unless the test
// sets one.
func newClient(t testing.TB, cfg upstream.Config) *upstream.Client {
	t.Helper()
	if cfg.RateLimit == 0 {
		cfg.RateLimit = upstream.NoRateLimit
	}
	if cfg.UnprovenLimit == 0 { // most tests are about callers who are known
		cfg.UnprovenLimit = upstream.NoRateLimit
	}
	client, err := upstream.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// asCaller returns the test's context with a token in it.
func asCaller(t testing.TB) context.Context {
	t.Helper()
	return withToken(t, "t0ken")
}

func withToken(t testing.TB, token string) context.Context {
	t.Helper()
	credential, err := upstream.Bearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return upstream.WithCredential(t.Context(), credential)
}

// answering returns a handler that gives the same response to all requests.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// upstreamError returns err as an *upstream.Error, which every call fails with.
func upstreamError(t testing.TB, err error) *upstream.Error {
	t.Helper()
	e, ok := errors.AsType[*upstream.Error](err)
	if !ok {
		t.Fatalf("got %v, want an *upstream.Error", err)
	}
	return e
}

// A roundTripper is a transport without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer returns a response like that of a transport.
func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// discardLog is for servers that are meant to see failures.
var discardLog = log.New(io.Discard, "", 0)
