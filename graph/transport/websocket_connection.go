package transport

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
)

// A socket is one connection. It serves several operations at a time, each under an id that the client
// has chosen.
type socket struct {
	*WebSocket

	executor graphql.GraphExecutor
	cut      context.CancelFunc // ends the connection without a closing message
	conn     *websocket.Conn
	writing  chan struct{} // has room for one: who puts a value in may write

	operations sync.WaitGroup // those under way

	mu      sync.Mutex // guards what follows
	active  map[string]*underWay
	running int  // operations, including those that the client has ended but that still run
	closing bool // no operation is begun any more
}

// serve reads messages until either side ends the connection. When it returns, all that it has started
// has ended.
func (s *socket) serve(ctx context.Context) {
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })
	late := time.AfterFunc(initTimeout, func() { s.close(errInitTimeout) })
	defer func() {
		late.Stop()
		s.cut()
		_ = s.conn.CloseNow()
		s.operations.Wait()
		watching.Wait()
	}()
	s.conn.SetReadLimit(-1) // read has a limit of its own, whose error names the setting
	for caller, invited := ctx, false; ; {
		message, err := s.read(ctx)
		switch {
		case err != nil:
		case message.Type == messageInit && invited:
			err = errInitAgain
		case message.Type == messageInit:
			if caller, err = s.invite(ctx, message); err == nil && late.Stop() {
				invited = true
				s.send(ctx, ctx, messageAck, "", nil)
			}
		case message.Type == messagePing:
			s.send(ctx, ctx, messagePong, "", nil)
		case message.Type == messageSubscribe && !invited:
			err = errUninvited
		case message.Type == messageSubscribe:
			err = s.subscribe(ctx, caller, message)
		case message.Type == messageComplete:
			s.unsubscribe(message.ID)
		}
		if reason, ok := errors.AsType[*breach](err); ok {
			s.close(reason)
		}
		if err != nil {
			return
		}
	}
}

// read waits for the next message and returns it. The error is a breach, or means that the connection
// has ended.
func (s *socket) read(ctx context.Context) (socketMessage, error) {
	kind, reader, err := s.conn.Reader(ctx)
	switch {
	case err != nil:
		return socketMessage{}, err
	case kind != websocket.MessageText:
		return socketMessage{}, errMessageBinary
	}
	text := s.buffers.get()
	defer s.buffers.put(text)
	if _, err := text.ReadFrom(io.LimitReader(reader, int64(s.limits.Body)+1)); err != nil {
		return socketMessage{}, err
	}
	if text.Len() > s.limits.Body {
		return socketMessage{}, errMessageTooLong
	}
	if countValues(text.Bytes()) > maxValues(s.limits.Body) {
		return socketMessage{}, errMessageValues
	}
	return decodeMessage(text.Bytes())
}

// invite returns a context whose caller is the one that connection_init names, and otherwise the one
// of the handshake. The error is a breach.
func (s *socket) invite(ctx context.Context, message socketMessage) (context.Context, error) {
	authorization, given, err := authorizationIn(message.Payload)
	if err != nil || !given {
		return ctx, err
	}
	if s.config.Caller == nil {
		return ctx, errAuthorization
	}
	caller, err := s.config.Caller(ctx, authorization)
	if err != nil {
		return ctx, errAuthorization // err may repeat a part of the message
	}
	return caller, nil
}

// watch pings the client until the connection ends, and closes the connection when the gateway
// stops.
func (s *socket) watch(ctx context.Context) {
	alive := time.NewTicker(s.keepAlive)
	defer alive.Stop()
	var finishing sync.WaitGroup
	defer finishing.Wait()
	for stopping := s.config.Stopping; ; {
		select {
		case <-alive.C:
			s.ping(ctx)
		case <-stopping:
			stopping = nil
			finishing.Go(s.finish)
		case <-ctx.Done():
			return
		}
	}
}

// ping sends a ping, and cuts the connection if no pong comes in time. A ping that cannot go out because
// a long message is on its way fails before that, and cuts nothing: the message has a deadline of its
// own.
func (s *socket) ping(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pongTime)
	defer cancel()
	if s.conn.Ping(ctx) != nil && ctx.Err() != nil {
		s.cut()
	}
}

// finish closes the connection after the operations under way have ended. Subscriptions are interrupted
// when the gateway stops; clients take the code of the closing as a reason to connect again, and then
// subscribe again to what has not completed.
func (s *socket) finish() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.operations.Wait()
	s.close(errStopping)
}

// close tells the client why the connection ends, and waits a moment for it to confirm that.
func (s *socket) close(reason *breach) { _ = s.conn.Close(reason.code, reason.reason) }
