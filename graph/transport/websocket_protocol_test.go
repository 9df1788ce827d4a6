package transport_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"certql/graph"
	"certql/graph/document"
	"certql/graph/graphtest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

const (
	beginning = `{"type":"connection_init"}`
	operation = `{"type":"subscribe","id":"1","payload":{"query":"subscription { certificationTask(id: \"` + sandbox.FailedTask + `\") { status } }"}}`
)

// If a client breaks the protocol, the closing frame has the code and the reason, and repeats nothing of
// what was sent.
func TestBreachesOfTheWebSocketProtocol(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.Limits.Body = 2000 }})
	queued := strings.Replace(operation, sandbox.FailedTask, w.QueueTask(t), 1)
	for name, each := range map[string]struct {
		messages []string
		code     websocket.StatusCode
		reason   string
	}{
		"no JSON":                  {[]string{beginning, `{"type":do-not-repeat-me`}, 4400, "JSON object"},
		"no object":                {[]string{beginning, `["do-not-repeat-me"]`}, 4400, "JSON object"},
		"nothing":                  {[]string{beginning, ``}, 4400, "JSON object"},
		"twice a name":             {[]string{beginning, `{"type":"ping","type":"pong"}`}, 4400, "JSON object"},
		"no type":                  {[]string{beginning, `{"id":"do-not-repeat-me"}`}, 4400, "type"},
		"unknown type":             {[]string{beginning, `{"type":"do-not-repeat-me"}`}, 4400, "type"},
		"type of the old protocol": {[]string{beginning, `{"type":"start","id":"1","payload":{"query":"{ __typename }"}}`}, 4400, "type"},
		"type of the server":       {[]string{beginning, `{"type":"next","id":"1"}`}, 4400, "type"},
		"no id":                    {[]string{beginning, `{"type":"subscribe","payload":{"query":"{ __typename }"}}`}, 4400, "id"},
		"id that is no text":       {[]string{beginning, `{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}`}, 4400, "JSON object"},
		"long id":                  {[]string{beginning, `{"type":"complete","id":"` + strings.Repeat("x", 257) + `"}`}, 4400, "256"},
		"no payload":               {[]string{beginning, `{"type":"subscribe","id":"1"}`}, 4400, "payload"},
		"payload of another kind":  {[]string{beginning, `{"type":"subscribe","id":"1","payload":{"query":["do-not-repeat-me"]}}`}, 4400, "payload"},
		"uninvited":                {[]string{operation}, 4401, "connection_init"},
		"payload of init":          {[]string{`{"type":"connection_init","payload":["do-not-repeat-me"]}`}, 4400, "connection_init"},
		"another scheme":           {[]string{`{"type":"connection_init","payload":{"Authorization":"Basic do-not-repeat-me"}}`}, 4401, "Bearer"},
		"malformed token":          {[]string{`{"type":"connection_init","payload":{"Authorization":"Bearer do not repeat me"}}`}, 4401, "Bearer"},
		"token that is no text":    {[]string{`{"type":"connection_init","payload":{"Authorization":["Bearer x"]}}`}, 4401, "Bearer"},
		"no text":                  {[]string{`{"type":"connection_init","payload":{"Authorization":""}}`}, 4401, "Bearer"},
		"blank text":               {[]string{`{"type":"connection_init","payload":{"authorization":" "}}`}, 4401, "Bearer"},
		"no text beside a token":   {[]string{`{"type":"connection_init","payload":{"Authorization":"","authorization":"Bearer y"}}`}, 4401, "Bearer"},
		"two tokens":               {[]string{`{"type":"connection_init","payload":{"Authorization":"Bearer x","authorization":"Bearer y"}}`}, 4401, "Bearer"},
		"init again":               {[]string{beginning, beginning}, 4429, "Too many initialisation requests"},
		"id in use":                {[]string{beginning, queued, queued}, 4409, "already exists"},
		"too long":                 {[]string{beginning, `{"type":"ping","payload":"` + strings.Repeat("x", 2000) + `"}`}, websocket.StatusMessageTooBig, "--max-body"},
		"too many values":          {[]string{beginning, `{"type":"ping","payload":[` + strings.Repeat("[],", 200) + `1]}`}, websocket.StatusMessageTooBig, "8 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, refusal := graphtest.Dial(t, w.Gateway.Client(), w.Gateway.URL, http.Header{"Authorization": {"Bearer " + w.Token(t, graphtest.Admin)}})
			if refusal != nil {
				t.Fatal(refusal.Text)
			}
			p := w.Peer(conn)
			for _, message := range each.messages {
				p.Write(t, message)
			}
			for {
				got, err := p.Next(t)
				if strings.Contains(got.Text, "do-not-repeat-me") {
					t.Errorf("what was sent is repeated: %s", got.Text)
				}
				if err == nil {
					continue
				}
				closing := websocket.CloseStatus(err)
				if closing != each.code || !strings.Contains(err.Error(), each.reason) || strings.Contains(err.Error(), "repeat") {
					t.Errorf("closed by %v, want %d and %q", err, each.code, each.reason)
				}
				return
			}
		})
	}
}

func TestBinaryMessagesAreABreach(t *testing.T) {
	t.Parallel()
	w := graphtest.SharedTenant(t)
	p := w.Connect(t, graphtest.Admin)
	if err := p.Conn.Write(t.Context(), websocket.MessageBinary, []byte(beginning)); err != nil {
		t.Fatal(err)
	}
	if code, reason := p.Closed(t); code != 4400 || !strings.Contains(reason, "text") {
		t.Errorf("closed by %d %q", code, reason)
	}
}

// A handshake is refused in the same form as any other request.
func TestHandshakesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{ToGateway: func(c *graph.Config) { c.MaxWebSockets = 1 }})
	// change replaces fields in the header of a good handshake.
	for name, each := range map[string]struct {
		change  map[string]string
		status  int
		message string
	}{
		"no subprotocol":   {map[string]string{"Sec-WebSocket-Protocol": ""}, 400, "graphql-transport-ws"},
		"the old protocol": {map[string]string{"Sec-WebSocket-Protocol": "graphql-ws"}, 400, "graphql-transport-ws"},
		"among others":     {map[string]string{"Sec-WebSocket-Protocol": "do-not-repeat-me, graphql-transport-ws"}, 101, ""},
		"own page":         {map[string]string{"Origin": w.Gateway.URL}, 101, ""},
		"other page":       {map[string]string{"Origin": "https://do-not-repeat-me.example.com"}, 403, "origin"},
		"other port":       {map[string]string{"Origin": "http://127.0.0.1:1"}, 403, "origin"},
		"page of no site":  {map[string]string{"Origin": "null"}, 403, "origin"},
		"no origin at all": {map[string]string{"Origin": "://"}, 403, "origin"},
		"no key":           {map[string]string{"Sec-WebSocket-Key": ""}, 400, "handshake"},
		"bad key":          {map[string]string{"Sec-WebSocket-Key": "do-not-repeat-me"}, 400, "handshake"},
		"other version":    {map[string]string{"Sec-WebSocket-Version": "8"}, 400, "handshake"},
		"no connection":    {map[string]string{"Connection": "do-not-repeat-me"}, 400, "handshake"},
		"another upgrade":  {map[string]string{"Upgrade": "h2c"}, 400, "query"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Gateway.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for header, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "GraphQL-Preflight": "1",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "graphql-transport-ws",
		} {
			r.Header.Set(header, value)
		}
		for header, value := range each.change {
			r.Header.Set(header, value)
		}
		response, err := w.Gateway.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode == http.StatusSwitchingProtocols {
			response.Body.Close()
			if each.status != http.StatusSwitchingProtocols || response.Header.Get("Sec-WebSocket-Protocol") != "graphql-transport-ws" {
				t.Errorf("%s: let in with %v", name, response.Header)
			}
			w.AwaitNoSocket(t)
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		graphtest.WantRefusal(t, name, &graphtest.Received{Status: response.StatusCode, Header: response.Header, Text: string(text)}, each.status, each.message)
	}
	first := w.Connect(t, graphtest.Admin)
	_, refusal := graphtest.Dial(t, w.Gateway.Client(), w.Gateway.URL, nil)
	graphtest.WantRefusal(t, "one too many", refusal, http.StatusServiceUnavailable, "--max-websockets")
	_ = first.Conn.Close(websocket.StatusNormalClosure, "")
	w.AwaitNoSocket(t)
	w.Connect(t, graphtest.Admin)
}

// A client that does not send connection_init in time is disconnected.
func TestTheFirstMessageOfAWebSocketIsDueInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, time.Hour)
		client, _ := graphtest.Serve(t, b.Gateway)
		began := time.Now()
		late := b.Dial(t, client)
		late.Send(t, "ping", "", nil)
		if got := late.Read(t); got.Type != "pong" {
			t.Errorf("before connection_init, the response to a ping is %+v", got)
		}
		if code, reason := late.Closed(t); code != 4408 || reason != "Connection initialisation timeout" {
			t.Errorf("closed by %d %q", code, reason)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("after %s", took)
		}
		inTime := b.Dial(t, client)
		time.Sleep(9 * time.Second)
		inTime.Begin(t, nil)
		go func() { _, _ = inTime.Next(t) }() // reads, and so responds to pings
		time.Sleep(time.Hour)
		if err := inTime.Conn.Ping(t.Context()); err != nil {
			t.Errorf("one that began in time has ended: %v", err)
		}
	})
}

// The connection of a client that has vanished is cut, and that of a client that is only quiet is not.
func TestAWebSocketWithoutAPeerEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := graphtest.NewBubble(t, 24*time.Hour)
		client, _ := graphtest.Serve(t, b.Gateway)
		task := b.QueueTask(t)
		quiet, gone := b.Connect(t, client), b.Connect(t, client)
		began := time.Now()
		for _, p := range []*graphtest.Peer{quiet, gone} {
			p.Subscribe(t, "1", graphtest.Watch, graphtest.Object{"id": task})
			if got := p.Read(t); got.At("certificationTask", "status") != "QUEUED" {
				t.Fatalf("got %+v", got)
			}
		}
		ended := make(chan struct{})
		go func() { defer close(ended); _, _ = quiet.Next(t) }() // reads, and so responds to pings
		time.Sleep(10 * time.Minute)
		_ = quiet.Conn.CloseNow()
		<-ended
		synctest.Wait()
		watched := len(b.Polls(began))
		time.Sleep(10 * time.Minute)
		if after := len(b.Polls(began)); after != watched {
			t.Errorf("%d reads for a peer that is gone", after-watched)
		}
		if watched < 50 {
			t.Errorf("%d reads for a peer that is quiet", watched)
		}
	})
}

// FuzzWebSocketMessages sends any text to a connection. A text that breaks the protocol ends the
// connection with a code of the protocol.
func FuzzWebSocketMessages(f *testing.F) {
	for _, text := range []string{
		beginning, operation, `{"type":"complete","id":"1"}`, `{"type":"ping","payload":{}}`, `{"type":"pong"}`, `{`, ``, "\x00", `[]`, `null`,
		`{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":{"a":1e999},"extensions":{"dryRun":1}}}`,
		`{"type":"connection_init","payload":{"Authorization":"Bearer x"}}`, `{"type":"subscribe","id":"\ud800","payload":null}`,
	} {
		f.Add(text)
	}
	server := httptest.NewServer(newFuzzed(f, document.Limits{Body: 4096}).gateway)
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, text string) {
		for _, begun := range []bool{false, true} {
			conn, refusal := graphtest.Dial(t, server.Client(), server.URL, nil)
			if refusal != nil {
				t.Fatal(refusal.Text)
			}
			p := graphtest.NewPeer(conn)
			if begun {
				p.Begin(t, nil)
			}
			p.Write(t, text)
			// If the text did not end the connection, a second connection_init does.
			_ = conn.Write(t.Context(), websocket.MessageText, []byte(beginning))
			_ = conn.Write(t.Context(), websocket.MessageText, []byte(beginning))
			for {
				_, err := p.Next(t)
				if err == nil {
					continue
				}
				code := websocket.CloseStatus(err)
				if (code < 4400 || code > 4499) && code != websocket.StatusMessageTooBig && code != websocket.StatusProtocolError {
					t.Errorf("%q ends by %v", text, err)
				}
				break
			}
			_ = conn.CloseNow()
		}
	})
}

// While a stopping gateway waits for what is under way, it still notices that a client has vanished, and
// waits for it no longer.
func TestAStoppingGatewayNoticesWhoIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service, stopping := graphtest.NewStalled(), make(chan struct{})
		calls, err := upstream.New(upstream.Config{BaseURL: "http://upstream/v3", Transport: graphtest.InMemory{Handler: service}, CallTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		handler := graph.NewHandler(graph.Config{Client: calls, OperationTimeout: time.Hour, Stopping: stopping})
		client, _ := graphtest.Serve(t, graphtest.AsBearer(handler))
		conn, _ := graphtest.Dial(t, client, "http://gateway", http.Header{"Authorization": {"Bearer token"}})
		p := graphtest.NewPeer(conn)
		p.Begin(t, nil)
		p.Subscribe(t, "1", strings.Replace(stalledQuery, "@defer", "", 1), nil)
		<-service.Waiting
		close(stopping)
		began := time.Now()
		if err := handler.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it waits for %s", took)
		}
		_ = conn.CloseNow()
	})
}
