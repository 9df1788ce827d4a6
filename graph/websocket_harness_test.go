package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A peer is a client at the other end of a WebSocket.
type peer struct {
	conn *websocket.Conn
	seen func(testing.TB, answer) // looks at each answer
}

// A pushed is a message of the gateway.
type pushed struct {
	Type, ID string
	Payload  json.RawMessage
	answer   // what the payload of next and error says
}

// dial opens a WebSocket. Where the handshake is refused, it answers that instead.
func dial(t testing.TB, client *http.Client, url string, header http.Header) (*websocket.Conn, *received) {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http"), &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if response == nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		defer response.Body.Close()
	}
	if err != nil {
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return nil, &received{response.StatusCode, response.Header, string(text)}
	}
	conn.SetReadLimit(-1)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn, nil
}

// connect opens a WebSocket in the name of a seeded OAuth client, or in nobody's name.
func (w *tenant) connect(t testing.TB, client string) *peer {
	t.Helper()
	if client == "" {
		return w.connectWith(t, nil, nil)
	}
	return w.connectWith(t, nil, object{"Authorization": "Bearer " + w.token(t, client)})
}

// connectWith opens a WebSocket with the given header and first message.
func (w *tenant) connectWith(t testing.TB, header http.Header, payload any) *peer {
	t.Helper()
	conn, refusal := dial(t, w.gateway.Client(), w.gateway.URL, header)
	if refusal != nil {
		t.Fatalf("the handshake is refused: %s", refusal.text)
	}
	p := &peer{conn, w.checkSecrecy}
	p.begin(t, payload)
	return p
}

// begin sends the first message and waits for its answer.
func (p *peer) begin(t testing.TB, payload any) {
	t.Helper()
	p.send(t, "connection_init", "", payload)
	if got := p.read(t); got.Type != "connection_ack" {
		t.Fatalf("connection_init is answered by %+v", got)
	}
}

func (p *peer) send(t testing.TB, kind, id string, payload any) {
	t.Helper()
	message := object{"type": kind}
	if id != "" {
		message["id"] = id
	}
	if payload != nil {
		message["payload"] = payload
	}
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, string(text))
}

func (p *peer) write(t testing.TB, text string) {
	t.Helper()
	if err := p.conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// subscribe starts an operation.
func (p *peer) subscribe(t testing.TB, id, query string, variables object) {
	t.Helper()
	p.send(t, "subscribe", id, object{"query": query, "variables": variables})
}

// next answers the next message, or why there is none.
func (p *peer) next(t testing.TB) (pushed, error) {
	t.Helper()
	var got pushed
	_, text, err := p.conn.Read(t.Context())
	if err != nil {
		return got, err
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	got.text = string(text)
	switch got.Type {
	case "next":
		err = json.Unmarshal(got.Payload, &got.answer)
	case "error":
		err = json.Unmarshal(got.Payload, &got.Errors)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	p.seen(t, got.answer)
	return got, nil
}

// read answers the next message, which there has to be.
func (p *peer) read(t testing.TB) pushed {
	t.Helper()
	got, err := p.next(t)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// rest answers the messages of one operation, to its end, where nothing else is under way.
func (p *peer) rest(t testing.TB, id string) []pushed {
	t.Helper()
	for all := []pushed{}; ; {
		got := p.read(t)
		if got.ID != id {
			t.Fatalf("%s for %q, want %q", got.Type, got.ID, id)
		}
		all = append(all, got)
		if got.Type != "next" {
			return all
		}
	}
}

// ask sends an operation and answers its only answer.
func (p *peer) ask(t testing.TB, query string, variables object) answer {
	t.Helper()
	p.subscribe(t, "asked", query, variables)
	all := p.rest(t, "asked")
	switch {
	case all[0].Type == "error":
		return all[0].answer
	case len(all) != 2 || all[1].Type != "complete":
		t.Fatalf("%d messages, want an answer and the end: %+v", len(all), all)
	}
	all[0].status = http.StatusOK
	return all[0].answer
}

// closed waits for the end of the connection and answers its code and reason.
func (p *peer) closed(t testing.TB) (websocket.StatusCode, string) {
	t.Helper()
	got, err := p.next(t)
	closing, ok := errors.AsType[websocket.CloseError](err)
	if !ok {
		t.Fatalf("the connection is not closed: %+v, %v", got, err)
	}
	return closing.Code, closing.Reason
}

// pipes is a network whose connections hold nothing: who writes waits for the other to read.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

// serve answers a client of a handler that is served over pipes until the test ends.
func serve(t testing.TB, handler http.Handler) (client *http.Client, network *pipes) {
	network = &pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: handler} //nolint:gosec // its clients are the test's own
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-ended
	})
	return &http.Client{Transport: transport}, network
}

func (n *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case n.dialled <- far:
		return near, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept answers the next connection.
func (n *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-n.dialled:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the network.
func (n *pipes) Close() error {
	close(n.closed)
	return nil
}

// Addr answers an address that says nothing.
func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

// connect opens a WebSocket of a gateway in a bubble, as the bearer of its token.
func (b *bubble) connect(t testing.TB, client *http.Client) *peer {
	t.Helper()
	p := b.dial(t, client)
	p.begin(t, object{"Authorization": "Bearer " + b.token})
	return p
}

// dial opens a WebSocket of a gateway in a bubble that has not been begun.
func (b *bubble) dial(t testing.TB, client *http.Client) *peer {
	t.Helper()
	conn, refusal := dial(t, client, "http://gateway/graphql", nil)
	if refusal != nil {
		t.Fatalf("the handshake is refused: %s", refusal.text)
	}
	return &peer{conn, func(testing.TB, answer) {}}
}
