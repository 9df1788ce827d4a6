package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
	"certql/graph/document"
)

// panicking is an executor with a bug.
type panicking struct{ graphql.GraphExecutor }

func (panicking) CreateOperationContext(context.Context, *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	panic("do-not-repeat-me")
}

// connectToMistakes opens a WebSocket whose operations panic. The function that it returns closes it and
// waits until the gateway has noticed.
func connectToMistakes(t *testing.T, interval time.Duration, log io.Writer) (conn *websocket.Conn, end func()) {
	t.Helper()
	overHTTP := NewHTTP(document.Limits{}.WithDefaults(), 0, nil, nil)
	overHTTP.keepAlive = interval
	sockets := NewWebSocket(overHTTP, WebSocketConfig{
		MaxConnections: 1, MaxOperations: 1, Recover: apierror.NewRecoverer(slog.New(slog.NewTextHandler(log, nil))),
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sockets.Do(w, r, panicking{}) }))
	t.Cleanup(server.Close)
	conn, response, err := websocket.Dial(t.Context(), server.URL, &websocket.DialOptions{
		HTTPClient: server.Client(), Subprotocols: []string{webSocketProtocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		t.Cleanup(func() { response.Body.Close() })
	}
	return conn, func() {
		_ = conn.Close(websocket.StatusNormalClosure, "")
		if err := sockets.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// exchangeText sends a message and returns the next one that comes.
func exchangeText(t *testing.T, conn *websocket.Conn, message string) []byte {
	t.Helper()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
	_, text, err := conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A panic in the gateway ends one operation, not the program.
func TestAPanicEndsAnOperationAlone(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	conn, end := connectToMistakes(t, keepAlive, &logged)
	exchangeText(t, conn, `{"type":"connection_init"}`)
	text := exchangeText(t, conn, `{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}`)
	var got struct {
		Type    string
		Payload []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal(text, &got); err != nil || got.Type != messageError || len(got.Payload) != 1 ||
		got.Payload[0].Extensions.Code != apierror.CodeInternal || strings.Contains(string(text), "do-not-repeat-me") {
		t.Errorf("%v: %s", err, text)
	}
	end()
	if !strings.Contains(logged.String(), "do-not-repeat-me") {
		t.Errorf("the log says %s", &logged)
	}
}

// Both sides may ping at the same time.
func TestPingsOfBothSidesCross(t *testing.T) {
	t.Parallel()
	conn, end := connectToMistakes(t, time.Microsecond, io.Discard)
	exchangeText(t, conn, `{"type":"connection_init"}`)
	for range 2000 {
		if got := string(exchangeText(t, conn, `{"type":"ping"}`)); got != `{"type":"pong"}` {
			t.Fatalf("got %s", got)
		}
	}
	end()
}
