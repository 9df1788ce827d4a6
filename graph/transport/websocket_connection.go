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

// A socket is one connection. It serves any number of operations at a time, each under an id of
// the client's.
type socket struct {
	*WebSocket

	executor graphql.GraphExecutor
	cut      context.CancelFunc // ends the connection without a word
	conn     *websocket.Conn
	writing  chan struct{} // has room for the one who writes

	operations sync.WaitGroup // those under way

	mu      sync.Mutex // guards what follows
	active  map[string]*underWay
	running int  // operations, those included that the client has no use for any more
	closing bool // nothing new is begun
}

// serve reads messages until the connection ends, whoever ends it. All that it has started has
// ended when it returns.
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
	s.conn.SetReadLimit(-1) // the one in read says which setting it is
	for caller, invited := ctx, false; ; {
		message, err := s.read(ctx)
		switch {
		case err != nil:
		case message.Type == messageInit && invited:
			err = errInitAgain
		case message.Type == messageInit:
			if caller, err = s.invite(ctx, message); err == nil && late.Stop() {
				invited = true
				s.send(ctx, messageAck, "", nil)
			}
		case message.Type == messagePing:
			s.send(ctx, messagePong, "", nil)
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

// read answers the next message. The error is a breach, or says that the connection has ended.
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
	return decodeMessage(text.Bytes())
}

// invite answers a context in which the caller is who connection_init says, else who the
// handshake has said. The error is a breach.
func (s *socket) invite(ctx context.Context, message socketMessage) (context.Context, error) {
	authorization, err := authorizationIn(message.Payload)
	if err != nil || authorization == "" {
		return ctx, err
	}
	if s.config.Caller == nil {
		return ctx, errAuthorization
	}
	caller, err := s.config.Caller(ctx, authorization)
	if err != nil {
		return ctx, errAuthorization // whose text is fixed
	}
	return caller, nil
}

// watch looks after a connection until it ends: it is closed when the other side does not answer
// a ping, and when the gateway stops.
func (s *socket) watch(ctx context.Context) {
	alive := time.NewTicker(s.keepAlive)
	defer alive.Stop()
	for {
		select {
		case <-alive.C:
			s.ping(ctx)
		case <-s.config.Stopping:
			s.finish()
			return
		case <-ctx.Done():
			return
		}
	}
}

// ping cuts the connection where the other side does not answer. A ping that could not go out
// because a long message is on its way says nothing: that message has a deadline of its own.
func (s *socket) ping(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pongTime)
	defer cancel()
	if s.conn.Ping(ctx) != nil && ctx.Err() != nil {
		s.cut()
	}
}

// finish closes the connection once the operations under way have ended; subscriptions do by
// themselves when the gateway stops.
func (s *socket) finish() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.operations.Wait()
	s.close(errStopping)
}

// close tells the other side why the connection ends, and waits a moment for its leave.
func (s *socket) close(reason *breach) { _ = s.conn.Close(reason.code, reason.reason) }
