package transport

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"certql/graph/apierror"
	"certql/graph/outgoing"
	"certql/header"
)

const (
	// initTimeout is how long a client may take to say who it is.
	initTimeout = 10 * time.Second
	// pongTime is how long a client may take to respond to a ping.
	pongTime = 30 * time.Second
)

var (
	errHandshake = &refusal{
		status:  http.StatusBadRequest,
		message: "The request is not a proper WebSocket handshake: it must have version 13 and come over HTTP/1.1.",
	}
	errSubprotocol = &refusal{
		status:  http.StatusBadRequest,
		message: "Over WebSocket, the gateway speaks the subprotocol " + webSocketProtocol + " alone: name it in the header Sec-WebSocket-Protocol.",
	}
	errOrigin = &refusal{
		status: http.StatusForbidden, code: apierror.CodeForbidden,
		message: "Pages of this origin may not open a WebSocket here: see the gateway's setting --cors-origin.",
	}
	errStopped = &refusal{
		status: http.StatusServiceUnavailable, code: apierror.CodeInterrupted,
		message: "The gateway is stopping: connect again.",
	}
)

// tooManySockets is the refusal of a connection if as many as allowed are open.
func tooManySockets(allowed int) *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: apierror.CodeRateLimited, limit: "websockets", allowed: allowed,
		message: "As many WebSocket connections are open as the gateway's setting --max-websockets allows.",
	}
}

// The defaults of WebSocketConfig.MaxConnections and WebSocketConfig.MaxOperations.
const (
	DefaultMaxWebSockets          = 5_000
	DefaultMaxWebSocketOperations = 100
)

// A WebSocketConfig says who may connect, how often, and when connections end.
type WebSocketConfig struct {
	// Caller returns a context whose caller is the one of an Authorization, in the form of the
	// header field of that name. It is called if the first message of a connection has one. By default
	// such messages are refused, and callers are known by the handshake alone.
	Caller func(ctx context.Context, authorization string) (context.Context, error)
	// AllowOrigin reports whether the page from which a browser sends a handshake may connect. By
	// default the gateway's own pages may, and programs that are not browsers.
	AllowOrigin func(handshake *http.Request) bool
	// MaxConnections is how many connections may be open, by default 5,000, and MaxOperations how
	// many operations may be under way on each, by default 100.
	MaxConnections, MaxOperations int
	// Stopping is closed when the gateway stops: every connection then ends after the queries and
	// mutations under way on it. It is nil if the gateway never stops.
	Stopping <-chan struct{}
	// Recover is called with the value of a panic that nothing else has recovered from.
	Recover graphql.RecoverFunc
}

// A WebSocket is the transport of GraphQL over WebSocket, in the protocol graphql-transport-ws: any
// number of operations over one connection.
type WebSocket struct {
	*HTTP // for its limits and buffers, and to refuse malformed handshakes

	config WebSocketConfig

	mu   sync.Mutex // guards what follows
	open map[*socket]struct{}
	idle []chan struct{} // each is closed when no connection is open any more
}

var _ graphql.Transport = (*WebSocket)(nil)

// NewWebSocket returns the transport over WebSocket, which shares the limits and the RefusedFunc of
// the one over HTTP.
func NewWebSocket(overHTTP *HTTP, config WebSocketConfig) *WebSocket {
	if config.AllowOrigin == nil {
		config.AllowOrigin = fromOwnPage
	}
	config.MaxConnections = cmp.Or(config.MaxConnections, DefaultMaxWebSockets)
	config.MaxOperations = cmp.Or(config.MaxOperations, DefaultMaxWebSocketOperations)
	return &WebSocket{HTTP: overHTTP, config: config, open: map[*socket]struct{}{}}
}

// Supports reports whether a request is a handshake of WebSocket.
func (*WebSocket) Supports(r *http.Request) bool {
	return header.Lists(r.Header["Upgrade"], "websocket")
}

// Do responds to a handshake and then serves the connection until it ends.
func (t *WebSocket) Do(writer http.ResponseWriter, request *http.Request, executor graphql.GraphExecutor) {
	ctx := request.Context()
	if !outgoing.HasConnection(ctx) {
		ctx = outgoing.WithConnection(ctx, t.response)
	}
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	s := &socket{
		WebSocket: t, executor: executor, cut: cut,
		writing: make(chan struct{}, 1), active: map[string]*underWay{},
	}
	if err := t.admit(s, request); err != nil {
		exchange{t.HTTP, writer, request, executor, accepted{}}.refuse(err)
		return
	}
	defer t.leave(s)
	// The origin has been checked. Compression would cost more than it saves, as messages are short.
	response := &handshakeWriter{ResponseWriter: writer}
	conn, err := websocket.Accept(response, request, &websocket.AcceptOptions{
		Subprotocols: []string{webSocketProtocol}, InsecureSkipVerify: true,
	})
	if err != nil {
		if response.refused {
			exchange{t.HTTP, writer, request, executor, accepted{}}.refuse(errHandshake)
		}
		return
	}
	s.conn = conn
	s.serve(ctx)
}

// admit counts a connection as open. The error, which is a refusal, means that it must not be opened.
func (t *WebSocket) admit(s *socket, request *http.Request) error {
	switch {
	case !t.config.AllowOrigin(request):
		return errOrigin
	case !slices.Contains(slices.Collect(header.Tokens(request.Header.Values("Sec-WebSocket-Protocol"))), webSocketProtocol):
		return errSubprotocol
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if isClosed(t.config.Stopping) {
		return errStopped
	}
	if len(t.open) >= t.config.MaxConnections {
		return tooManySockets(t.config.MaxConnections)
	}
	t.open[s] = struct{}{}
	return nil
}

// fromOwnPage reports whether a handshake comes from a page of the gateway's own, or from no page.
// Browsers send the origin of the page with each handshake, and do not ask for leave first.
func fromOwnPage(handshake *http.Request) bool {
	origin := handshake.Header.Get("Origin")
	page, err := url.Parse(origin)
	return origin == "" || err == nil && strings.EqualFold(page.Host, handshake.Host)
}

// leave counts a connection as open no more.
func (t *WebSocket) leave(s *socket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, s)
	if len(t.open) == 0 {
		for _, waiting := range t.idle {
			close(waiting)
		}
		t.idle = nil
	}
}

// Drain waits until no connection is open. If ctx ends first, it cuts those that are and returns
// ctx's error.
func (t *WebSocket) Drain(ctx context.Context) error {
	t.mu.Lock()
	if len(t.open) == 0 {
		t.mu.Unlock()
		return nil
	}
	idle := make(chan struct{})
	t.idle = append(t.idle, idle)
	t.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.open {
		s.cut()
	}
	return ctx.Err()
}

// isClosed reports whether a channel that nothing is sent on is closed. A nil channel never is.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// A handshakeWriter writes the response to a handshake, but drops the text that websocket.Accept writes
// about a malformed one, since it repeats parts of the request.
type handshakeWriter struct {
	http.ResponseWriter

	refused bool
}

// Unwrap returns the response writer whose connection is taken over.
func (h *handshakeWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// WriteHeader writes the status of an accepted handshake, and notes any other as a refusal.
func (h *handshakeWriter) WriteHeader(status int) {
	if h.refused = status != http.StatusSwitchingProtocols; !h.refused {
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write drops the text of a refusal.
func (h *handshakeWriter) Write(text []byte) (int, error) { return len(text), nil }
