package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// panicking is an executor with a mistake.
type panicking struct{ graphql.GraphExecutor }

func (panicking) CreateOperationContext(context.Context, *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	panic("do-not-repeat-me")
}

// A mistake of the gateway that panics ends one operation, not the program.
func TestAPanicEndsAnOperationAlone(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	sockets := &socketTransport{
		httpTransport: &httpTransport{limits: Limits{}.withDefaults(), keepAlive: keepAlive},
		allowOrigin:   fromOwnPage,
		maxSockets:    1, maxOperations: 1, open: map[*socket]struct{}{},
		recovered: recoverer(slog.New(slog.NewTextHandler(&logged, nil))),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sockets.Do(w, r, panicking{}) }))
	defer server.Close()
	conn, _, err := websocket.Dial(t.Context(), server.URL, &websocket.DialOptions{
		HTTPClient: server.Client(), Subprotocols: []string{webSocketProtocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}`,
	} {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{messageAck, messageError} {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Type    string
			Payload []struct{ Extensions struct{ Code string } }
		}
		if err := json.Unmarshal(text, &got); err != nil || got.Type != want || strings.Contains(string(text), "do-not-repeat-me") {
			t.Fatalf("%v: %s, want %s", err, text, want)
		}
		if want == messageError && (len(got.Payload) != 1 || got.Payload[0].Extensions.Code != codeInternal) {
			t.Errorf("the error is %s", text)
		}
	}
	_ = conn.Close(websocket.StatusNormalClosure, "")
	if err := sockets.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(logged.String(), "do-not-repeat-me") {
		t.Errorf("the log says %s", &logged)
	}
}
