package graphtest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A Peer is a client at the other end of a WebSocket.
type Peer struct {
	Conn *websocket.Conn
	seen func(testing.TB, Answer) // checks each response
}

// Peer returns the client's end of a WebSocket, which checks each response for secrets.
func (w *Tenant) Peer(conn *websocket.Conn) *Peer { return &Peer{conn, w.CheckSecrecy} }

// NewPeer returns the client's end of a WebSocket, which checks nothing.
func NewPeer(conn *websocket.Conn) *Peer { return &Peer{conn, func(testing.TB, Answer) {}} }

// A Message is a message of the gateway.
type Message struct {
	Type, ID string
	Payload  json.RawMessage
	Answer   // the payload of next and error, decoded
}

// Dial opens a WebSocket. If the handshake is refused, it returns that response instead.
func Dial(t testing.TB, client *http.Client, url string, header http.Header) (*websocket.Conn, *Received) {
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
		return nil, &Received{response.StatusCode, response.Header, string(text)}
	}
	conn.SetReadLimit(-1)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn, nil
}

// Connect opens a WebSocket in the name of a seeded OAuth client, or in no name if client is empty.
func (w *Tenant) Connect(t testing.TB, client string) *Peer {
	t.Helper()
	if client == "" {
		return w.ConnectWith(t, nil, nil)
	}
	return w.ConnectWith(t, nil, Object{"Authorization": "Bearer " + w.Token(t, client)})
}

// ConnectWith opens a WebSocket with the given header and the given payload of the first message.
func (w *Tenant) ConnectWith(t testing.TB, header http.Header, payload any) *Peer {
	t.Helper()
	conn, refusal := Dial(t, w.Gateway.Client(), w.Gateway.URL, header)
	if refusal != nil {
		t.Fatalf("the handshake is refused: %s", refusal.Text)
	}
	p := w.Peer(conn)
	p.Begin(t, payload)
	return p
}

// Begin sends connection_init and waits for its acknowledgement.
func (p *Peer) Begin(t testing.TB, payload any) {
	t.Helper()
	p.Send(t, "connection_init", "", payload)
	if got := p.Read(t); got.Type != "connection_ack" {
		t.Fatalf("connection_init is answered by %+v", got)
	}
}

// Send sends a message of the protocol; id and payload are left out if they are empty.
func (p *Peer) Send(t testing.TB, kind, id string, payload any) {
	t.Helper()
	message := Object{"type": kind}
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
	p.Write(t, string(text))
}

// Write sends any text as a message.
func (p *Peer) Write(t testing.TB, text string) {
	t.Helper()
	if err := p.Conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// Subscribe starts an operation.
func (p *Peer) Subscribe(t testing.TB, id, query string, variables Object) {
	t.Helper()
	p.Send(t, "subscribe", id, Object{"query": query, "variables": variables})
}

// Next waits for the next message and returns it, or the error with which the connection ended.
func (p *Peer) Next(t testing.TB) (Message, error) {
	t.Helper()
	var got Message
	_, text, err := p.Conn.Read(t.Context())
	if err != nil {
		return got, err
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	got.Text = string(text)
	switch got.Type {
	case "next":
		err = json.Unmarshal(got.Payload, &got.Answer)
	case "error":
		err = json.Unmarshal(got.Payload, &got.Errors)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	p.seen(t, got.Answer)
	return got, nil
}

// Read waits for the next message, which has to come, and returns it.
func (p *Peer) Read(t testing.TB) Message {
	t.Helper()
	got, err := p.Next(t)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Rest waits for the end of an operation, the only one under way, and returns its messages.
func (p *Peer) Rest(t testing.TB, id string) []Message {
	t.Helper()
	for all := []Message{}; ; {
		got := p.Read(t)
		if got.ID != id {
			t.Fatalf("%s for %q, want %q", got.Type, got.ID, id)
		}
		all = append(all, got)
		if got.Type != "next" {
			return all
		}
	}
}

// Ask sends an operation and returns its only response.
func (p *Peer) Ask(t testing.TB, query string, variables Object) Answer {
	t.Helper()
	p.Subscribe(t, "asked", query, variables)
	all := p.Rest(t, "asked")
	switch {
	case all[0].Type == "error":
		return all[0].Answer
	case len(all) != 2 || all[1].Type != "complete":
		t.Fatalf("%d messages, want a response and the end: %+v", len(all), all)
	}
	all[0].Status = http.StatusOK
	return all[0].Answer
}

// Closed waits for the end of the connection and returns its code and reason.
func (p *Peer) Closed(t testing.TB) (websocket.StatusCode, string) {
	t.Helper()
	got, err := p.Next(t)
	closing, ok := errors.AsType[websocket.CloseError](err)
	if !ok {
		t.Fatalf("the connection is not closed: %+v, %v", got, err)
	}
	return closing.Code, closing.Reason
}
