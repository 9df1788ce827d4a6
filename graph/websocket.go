package graph

import (
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

// A socketTransport is GraphQL over WebSocket, in the protocol graphql-transport-ws: any
// number of operations over one connection.
type socketTransport struct {
	*httpTransport // for its limits and buffers, and to refuse what is no handshake

	caller        func(ctx context.Context, authorization string) (context.Context, error)
	allowOrigin   func(*http.Request) bool
	maxSockets    int
	maxOperations int // of one connection, at once
	stopping      <-chan struct{}
	recovered     graphql.RecoverFunc // is told of a panic

	mu   sync.Mutex // guards what follows
	open map[*socket]struct{}
	idle []chan struct{} // each to be closed once nothing is open
}

var _ graphql.Transport = (*socketTransport)(nil)

// newSocketTransport makes GraphQL over WebSocket, beside the same over HTTP.
func newSocketTransport(
	overHTTP *httpTransport, caller func(ctx context.Context, authorization string) (context.Context, error), allowOrigin func(*http.Request) bool,
	maxSockets, maxOperations int, stopping <-chan struct{}, recovered graphql.RecoverFunc,
) *socketTransport {
	if allowOrigin == nil {
		allowOrigin = fromOwnPage
	}
	return &socketTransport{
		httpTransport: overHTTP, caller: caller, allowOrigin: allowOrigin, maxSockets: maxSockets, maxOperations: maxOperations,
		stopping: stopping, recovered: recovered, open: map[*socket]struct{}{},
	}
}

// Supports takes the handshakes of WebSocket.
func (*socketTransport) Supports(r *http.Request) bool {
	return slices.ContainsFunc(tokens(r.Header, "Upgrade"), func(token string) bool { return strings.EqualFold(token, "websocket") })
}

// Do answers a handshake and then serves the connection until it ends.
func (t *socketTransport) Do(writer http.ResponseWriter, request *http.Request, executor graphql.GraphExecutor) {
	ctx, cut := context.WithCancel(request.Context())
	defer cut()
	s := &socket{
		socketTransport: t, executor: executor, cut: cut,
		writing: make(chan struct{}, 1), active: map[string]*underWay{},
	}
	if err := t.admit(s, request); err != nil {
		exchange{t.httpTransport, writer, request, executor, accepted{}}.refuse(err)
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
			exchange{t.httpTransport, writer, request, executor, accepted{}}.refuse(errHandshake)
		}
		return
	}
	s.conn = conn
	s.serve(ctx)
}

// admit counts a connection in, or says why it must not be opened.
func (t *socketTransport) admit(s *socket, request *http.Request) error {
	switch {
	case !t.allowOrigin(request):
		return errOrigin
	case !slices.Contains(tokens(request.Header, "Sec-WebSocket-Protocol"), webSocketProtocol):
		return errSubprotocol
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if isClosed(t.stopping) {
		return errStopped
	}
	if len(t.open) >= t.maxSockets {
		return tooManySockets(t.maxSockets)
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
func (t *socketTransport) leave(s *socket) {
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

// drain waits until no connection is open, and cuts those that are when ctx ends.
func (t *socketTransport) drain(ctx context.Context) error {
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
