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
	seen func(testing.TB, Answer) // looks at each answer
}

// Peer returns the client's end of a WebSocket, which searches each answer for what none may hold.
func (w *Tenant) Peer(conn *websocket.Conn) *Peer { return &Peer{conn, w.CheckSecrecy} }

// NewPeer returns the client's end of a WebSocket, of whose answers nothing is looked at.
func NewPeer(conn *websocket.Conn) *Peer { return &Peer{conn, func(testing.TB, Answer) {}} }

// A pushed is a message of the gateway.
type pushed struct {
	Type, ID string
	Payload  json.RawMessage
	Answer   // what the payload of next and error says
}

// Dial opens a WebSocket. Where the handshake is refused, it answers that instead.
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

// Connect opens a WebSocket in the name of a seeded OAuth client, or in nobody's name.
func (w *Tenant) Connect(t testing.TB, client string) *Peer {
	t.Helper()
	if client == "" {
		return w.ConnectWith(t, nil, nil)
	}
	return w.ConnectWith(t, nil, Object{"Authorization": "Bearer " + w.Token(t, client)})
}

// ConnectWith opens a WebSocket with the given header and first message.
func (w *Tenant) ConnectWith(t testing.TB, header http.Header, payload any) *Peer {
	t.Helper()
	conn, refusal := Dial(t, w.Gateway.Client(), w.Gateway.URL, header)
	if refusal != nil {
		t.Fatalf("the handshake is refused: %s", refusal.Text)
	}
	p := &Peer{conn, w.CheckSecrecy}
	p.Begin(t, payload)
	return p
}

// Begin sends the first message and waits for its answer.
func (p *Peer) Begin(t testing.TB, payload any) {
	t.Helper()
	p.Send(t, "connection_init", "", payload)
	if got := p.Read(t); got.Type != "connection_ack" {
		t.Fatalf("connection_init is answered by %+v", got)
	}
}

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

// Next answers the next message, or why there is none.
func (p *Peer) Next(t testing.TB) (pushed, error) {
	t.Helper()
	var got pushed
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

// Read answers the next message, which there has to be.
func (p *Peer) Read(t testing.TB) pushed {
	t.Helper()
	got, err := p.Next(t)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Rest answers the messages of one operation, to its end, where nothing else is under way.
func (p *Peer) Rest(t testing.TB, id string) []pushed {
	t.Helper()
	for all := []pushed{}; ; {
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

// Ask sends an operation and answers its only answer.
func (p *Peer) Ask(t testing.TB, query string, variables Object) Answer {
	t.Helper()
	p.Subscribe(t, "asked", query, variables)
	all := p.Rest(t, "asked")
	switch {
	case all[0].Type == "error":
		return all[0].Answer
	case len(all) != 2 || all[1].Type != "complete":
		t.Fatalf("%d messages, want an answer and the end: %+v", len(all), all)
	}
	all[0].Status = http.StatusOK
	return all[0].Answer
}

// Closed waits for the end of the connection and answers its code and reason.
func (p *Peer) Closed(t testing.TB) (websocket.StatusCode, string) {
	t.Helper()
	got, err := p.Next(t)
	closing, ok := errors.AsType[websocket.CloseError](err)
	if !ok {
		t.Fatalf("the connection is not closed: %+v, %v", got, err)
	}
	return closing.Code, closing.Reason
}
