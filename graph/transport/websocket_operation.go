package transport

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/apierror"
	"certql/graph/plan"
)

// An underWay is an operation that the client waits for.
type underWay struct{ cancel context.CancelFunc }

// tooManyOperations is the refusal of an operation if as many as allowed are under way.
func tooManyOperations(allowed int) *refusal {
	return &refusal{
		code: apierror.CodeRateLimited, limit: "websocketOperations", allowed: allowed,
		message: "As many operations are under way on this connection as the gateway's setting --max-websocket-operations allows.",
	}
}

// subscribe starts an operation. The error is a breach. A problem with the operation itself is sent
// under its id.
func (s *socket) subscribe(ctx, caller context.Context, message socketMessage) error {
	var given parameters
	if decodeJSON(message.Payload, &given) != nil {
		return errPayload
	}
	caller, cancel := context.WithCancel(caller)
	operation := &underWay{cancel}
	err := s.begin(message.ID, operation, func() {
		end := s.operate(ctx, caller, message.ID, &given)
		s.end(ctx, message.ID, operation, end)
	})
	if err != nil {
		cancel()
	}
	if reason, ok := errors.AsType[*refusal](err); ok {
		response := reason.response()
		s.onRefused(caller, nil, nil, response)
		s.sendErrors(ctx, message.ID, response)
		return nil
	}
	return err
}

// begin runs an operation in a goroutine. The error is a breach or a refusal.
func (s *socket) begin(id string, operation *underWay, run func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.active[id] != nil:
		return errSubscriberID
	case s.closing:
		return nil // the end of the connection tells the client that it was not begun
	case s.running >= s.config.MaxOperations:
		return tooManyOperations(s.config.MaxOperations)
	}
	s.active[id] = operation
	s.running++
	s.operations.Go(run)
	return nil
}

// An operationEnd says how an operation has ended.
type operationEnd struct {
	refused     *graphql.Response // with the reasons why it was not executed; nil if it was
	interrupted bool              // by the gateway, which stops: for the client it has not ended
}

// operate executes an operation and sends its responses. ctx is the connection's, and caller is the
// operation's.
func (s *socket) operate(ctx, caller context.Context, id string, given *parameters) (end operationEnd) {
	defer func() {
		if p := recover(); p != nil { // in this goroutine nothing else would
			_ = s.config.Recover(caller, p)
			end.refused = errInternal.response()
		}
	}()
	// The header of the handshake is the browser's own, and does not concern the operation.
	params, err := given.raw(http.Header{})
	if err != nil {
		response := refusalOf(err).response()
		s.onRefused(caller, nil, nil, response)
		return operationEnd{refused: response}
	}
	execution, operation, invalid := s.prepare(caller, s.executor, params)
	kind := ast.Query
	if invalid == nil {
		kind = operation.Operation.Operation
	}
	switch {
	case invalid != nil:
		return operationEnd{refused: invalid}
	case kind != ast.Query && plan.Of(operation).Deferring:
		response := errDeferOutsideQuery.response()
		s.onRefused(caller, params, operation, response)
		return operationEnd{refused: response}
	}
	answer := &plan.Of(operation).Answer
	defer answer.Release()
	responses, execution := s.executor.DispatchOperation(execution, operation) // the context ends with the last response
	responded, increment := kind == ast.Subscription, false
	for response := responses(execution); response != nil; response = responses(execution) {
		if apierror.IsInterruption(response) {
			end.interrupted = true
			continue
		}
		if caller.Err() == nil {
			s.send(ctx, caller, messageNext, id, func(into *bytes.Buffer) {
				answer.Writing(s.cut)
				encodePart(into, response, increment, false)
			})
			answer.Written(len(response.Data))
		}
		responded, increment = true, hasNext(response)
	}
	if !responded {
		end.refused = errOutOfTime.response()
	}
	return end
}

// end tells the client that an operation has ended, unless the client has ended it, or the end of the
// connection is to tell the client that it was interrupted.
func (s *socket) end(ctx context.Context, id string, operation *underWay, end operationEnd) {
	operation.cancel()
	s.mu.Lock()
	s.running--
	awaited := s.active[id] == operation
	if awaited {
		delete(s.active, id) // before the client knows, since it may then use the id again
	}
	s.mu.Unlock()
	switch {
	case !awaited, end.interrupted:
	case end.refused != nil:
		s.sendErrors(ctx, id, end.refused)
	default:
		s.send(ctx, ctx, messageComplete, id, nil)
	}
}

// unsubscribe ends an operation for the client. An operation that is unknown has just ended.
func (s *socket) unsubscribe(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if operation := s.active[id]; operation != nil {
		operation.cancel()
		delete(s.active, id)
	}
}

// sendErrors sends the errors of an operation that is not executed.
func (s *socket) sendErrors(ctx context.Context, id string, refused *graphql.Response) {
	s.send(ctx, ctx, messageError, id, func(into *bytes.Buffer) { encodeErrors(into, refused.Errors) })
}

// send writes a message when it is its turn, which is when it is encoded: so a client that does not read has
// one message made for it, and the operations behind that wait. If the client does not read it in time, send
// cuts the connection. It sends nothing over a connection that is cut already, since an operation that ended
// because of that has not completed, nor if wanted ends before it is the message's turn.
func (s *socket) send(ctx, wanted context.Context, kind, id string, payload func(*bytes.Buffer)) {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-wanted.Done():
		return
	}
	if wanted.Err() != nil {
		return
	}
	text := s.buffers.get()
	defer s.buffers.put(text)
	encodeMessage(text, kind, id, payload)
	ctx, cancel := context.WithTimeout(ctx, patience(text.Len()))
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, text.Bytes()); err != nil && !errors.Is(err, net.ErrClosed) {
		s.cut()
	}
}
