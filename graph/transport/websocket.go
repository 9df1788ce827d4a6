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
)

const (
	// initTimeout is how long a client may take to say who it is.
	initTimeout = 10 * time.Second
	// pongTime is how long a client may take to answer a ping.
	pongTime = 30 * time.Second
)

var (
	errHandshake = &refusal{
		status:  http.StatusBadRequest,
		message: "The request is no proper handshake of WebSocket: version 13, over HTTP/1.1.",
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
		status: http.StatusServiceUnavailable, code: apierror.CodeRateLimited,
		message: "The gateway is stopping: connect again.",
	}
)

// tooManySockets refuses a connection where as many as allowed are open.
func tooManySockets(allowed int) *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable, code: apierror.CodeRateLimited, limit: "websockets", allowed: allowed,
		message: "As many WebSocket connections are open as the gateway's setting --max-websockets allows.",
	}
}

// The defaults of a WebSocketConfig.
const (
	DefaultMaxWebSockets          = 5_000
	DefaultMaxWebSocketOperations = 100
)

// A WebSocketConfig says who may connect, and how much.
type WebSocketConfig struct {
	// Caller returns a context whose caller is the one of an Authorization, in the form of the
	// header of that name, if the first message of a connection has one. By default such messages
	// are refused, and callers are known by the handshake alone.
	Caller func(ctx context.Context, authorization string) (context.Context, error)
	// AllowOrigin reports whether the page that has a browser send a handshake may do so. By
	// default the gateway's own may, and programs that are no browsers.
	AllowOrigin func(handshake *http.Request) bool
	// MaxConnections is how many connections may be open, and MaxOperations how many operations
	// may be under way on each.
	MaxConnections, MaxOperations int
	// Stopping, once closed, completes every subscription and then ends the connections; nil if
	// that never comes.
	Stopping <-chan struct{}
	// Recover turns a panic into an error.
	Recover graphql.RecoverFunc
}

// A WebSocket transport is GraphQL over WebSocket, in the protocol graphql-transport-ws: any
// number of operations over one connection.
type WebSocket struct {
	*HTTP // for its limits and buffers, and to refuse what is no handshake

	config WebSocketConfig

	mu   sync.Mutex // guards what follows
	open map[*socket]struct{}
	idle []chan struct{} // each to be closed once nothing is open
}

var _ graphql.Transport = (*WebSocket)(nil)

// NewWebSocket returns the transport over WebSocket, beside the one over HTTP.
func NewWebSocket(overHTTP *HTTP, config WebSocketConfig) *WebSocket {
	if config.AllowOrigin == nil {
		config.AllowOrigin = fromOwnPage
	}
	config.MaxConnections = cmp.Or(config.MaxConnections, DefaultMaxWebSockets)
	config.MaxOperations = cmp.Or(config.MaxOperations, DefaultMaxWebSocketOperations)
	return &WebSocket{HTTP: overHTTP, config: config, open: map[*socket]struct{}{}}
}

// Supports takes the handshakes of WebSocket.
func (*WebSocket) Supports(r *http.Request) bool {
	return slices.ContainsFunc(tokens(r.Header, "Upgrade"), func(token string) bool { return strings.EqualFold(token, "websocket") })
}

// Do answers a handshake and then serves the connection until it ends.
func (t *WebSocket) Do(writer http.ResponseWriter, request *http.Request, executor graphql.GraphExecutor) {
	ctx, cut := context.WithCancel(request.Context())
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
	// The origin has been looked at. Compression would cost more than it saves: messages are short.
	answer := &handshake{ResponseWriter: writer}
	conn, err := websocket.Accept(answer, request, &websocket.AcceptOptions{
		Subprotocols: []string{webSocketProtocol}, InsecureSkipVerify: true,
	})
	if err != nil {
		if answer.refused {
			exchange{t.HTTP, writer, request, executor, accepted{}}.refuse(errHandshake)
		}
		return
	}
	s.conn = conn
	s.serve(ctx)
}

// admit counts a connection in, or says why it must not be opened.
func (t *WebSocket) admit(s *socket, request *http.Request) error {
	switch {
	case !t.config.AllowOrigin(request):
		return errOrigin
	case !slices.Contains(tokens(request.Header, "Sec-WebSocket-Protocol"), webSocketProtocol):
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

// fromOwnPage says whether a handshake comes from a page of the gateway's own or from no page.
// Browsers say with each from which page it comes, and ask nobody for leave.
func fromOwnPage(handshake *http.Request) bool {
	origin := handshake.Header.Get("Origin")
	page, err := url.Parse(origin)
	return origin == "" || err == nil && strings.EqualFold(page.Host, handshake.Host)
}

// leave counts a connection out.
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

// Drain waits until no connection is open, and cuts those that are when ctx ends.
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

// isClosed says whether a channel is closed on which nothing is sent; nil never is.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// tokens answers the elements of a header that is a list.
func tokens(header http.Header, name string) []string {
	list := strings.Split(strings.Join(header.Values(name), ","), ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// A handshake is the answer to one. What websocket.Accept would tell of a bad one is dropped,
// since it repeats parts of it.
type handshake struct {
	http.ResponseWriter

	refused bool
}

// Unwrap answers the response that can be taken over.
func (h *handshake) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// WriteHeader lets nothing but an accepted handshake pass.
func (h *handshake) WriteHeader(status int) {
	if h.refused = status != http.StatusSwitchingProtocols; !h.refused {
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write drops the text of a refusal.
func (h *handshake) Write(text []byte) (int, error) { return len(text), nil }
