package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/apierror"
	"certql/graph/document"
	"certql/graph/outgoing"
	"certql/graph/plan"
)

// An HTTP is the transport of GraphQL over HTTP: operations by GET and POST, responses as JSON or, if
// an operation has several, as a stream of server-sent events or a multipart body. It follows the
// specification of the GraphQL foundation and passes all audits of the npm package graphql-http.
type HTTP struct {
	limits    document.Limits
	response  int             // the most bytes of one
	keepAlive time.Duration   // how often an idle stream shows that it is still there
	stopping  <-chan struct{} // closed when the gateway stops; nil if it never does
	onRefused RefusedFunc

	buffers buffers
	bodies  bodyWriter
}

var _ graphql.Transport = (*HTTP)(nil)

// keepAlive is how often an idle stream or connection shows that it is still there.
const keepAlive = 15 * time.Second

// NewHTTP returns the transport over HTTP. The limits must have their defaults. A response, such as that to a
// batch, has at most maxResponse bytes. Once stopping is closed, no subscription begins; it is nil if the
// gateway never stops. onRefused is called for each request that is not executed, with as much of it as is
// known.
func NewHTTP(limits document.Limits, maxResponse int, stopping <-chan struct{}, onRefused RefusedFunc) *HTTP {
	return &HTTP{limits: limits, response: maxResponse, keepAlive: keepAlive, stopping: stopping, onRefused: onRefused}
}

// A RefusedFunc is called with the response to a request that is not executed. params and operation are
// nil if the request was refused before they were known.
type RefusedFunc func(ctx context.Context, params *graphql.RawParams, operation *graphql.OperationContext, response *graphql.Response)

// Supports takes every request that no transport before this one has taken.
func (*HTTP) Supports(*http.Request) bool { return true }

// Do responds to a request: with the responses of the operation that the executor executes, or with
// an error.
func (t *HTTP) Do(writer http.ResponseWriter, request *http.Request, executor graphql.GraphExecutor) {
	x := exchange{t, writer, request, executor, negotiate(request.Header)}
	if err := x.serve(); err != nil {
		x.refuse(err)
	}
}

// Fail responds to a request that the gateway has failed to serve, if nothing was written yet.
func (t *HTTP) Fail(writer http.ResponseWriter, request *http.Request) {
	exchange{t, writer, request, nil, negotiate(request.Header)}.refuse(errInternal)
}

// A Reuser is an executor that uses the memory of a response again: Reuse is called with one that has been encoded,
// whose data nobody reads after that.
type Reuser interface {
	Reuse(response *graphql.Response)
}

// An exchange is a request and what is needed to respond to it.
type exchange struct {
	*HTTP

	writer   http.ResponseWriter
	request  *http.Request
	executor graphql.GraphExecutor
	accepted accepted
}

// serve responds to a request. The error, which is a refusal, means that it has written nothing.
func (x exchange) serve() error {
	var (
		operations = make([]*graphql.RawParams, 1)
		batch      bool
		err        error
	)
	switch x.request.Method {
	case http.MethodGet:
		operations[0], err = x.readGet()
	case http.MethodPost:
		operations, batch, err = x.readPost()
	case http.MethodOptions:
		x.writer.Header().Set("Allow", errMethod.allow)
		x.writer.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return errMethod
	}
	switch {
	case err != nil && x.isGone(): // before the body was here, which is no mistake in it
		x.writer.WriteHeader(statusGone)
		return nil
	case err != nil:
		return err
	case x.accepted == accepted{}, batch && x.accepted.single == "":
		return errNotAcceptable
	case batch:
		x.batch(operations)
		return nil
	default:
		return x.one(operations[0])
	}
}

// one executes a single operation and writes its responses. The error, which is a refusal, means that
// it has written nothing.
func (x exchange) one(params *graphql.RawParams) error {
	ctx, operation, invalid := x.prepare(params)
	if invalid != nil {
		x.respond(invalid, nil)
		return nil
	}
	subscription, deferring := operation.Operation.Operation == ast.Subscription, plan.Of(operation).Deferring
	switch {
	case x.request.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation:
		return errMutationByGet
	case deferring && operation.Operation.Operation != ast.Query:
		return errDeferOutsideQuery
	case deferring && x.accepted.parts == "":
		return errDeferOfOne
	case subscription && x.accepted.events == "":
		return errSubscriptionOfOne
	case subscription && isClosed(x.stopping):
		return errStopped
	}
	answer := &plan.Of(operation).Answer
	defer answer.Release()
	responses, ctx := x.executor.DispatchOperation(ctx, operation)
	switch {
	case subscription:
		x.stream(ctx, x.accepted.events, responses, answer, true)
	case deferring:
		x.stream(ctx, x.accepted.parts, responses, answer, false)
	default:
		return x.respondOnce(ctx, responses, answer)
	}
	return nil
}

// batch executes several operations one after the other, and writes the list of their responses.
func (x exchange) batch(list []*graphql.RawParams) {
	body := x.buffers.get()
	defer x.buffers.put(body)
	separator, room := byte('['), batchRoom{left: x.response, own: outgoing.Own}
	defer room.release()
	for _, params := range list {
		body.WriteByte(separator)
		before := body.Len()
		encodeResponse(body, x.inBatch(params, &room))
		room.take(body.Len() - before)
		separator = ','
	}
	body.WriteByte(']')
	if x.isGone() {
		x.writer.WriteHeader(statusGone)
		return
	}
	x.write(x.accepted.single, http.StatusOK, body, room.answers...)
}

// inBatch executes an operation of a batch and returns its only response.
func (x exchange) inBatch(params *graphql.RawParams, room *batchRoom) *graphql.Response {
	if x.isGone() {
		return errOutOfTime.response() // which nobody reads
	}
	ctx, operation, invalid := x.prepare(params)
	switch {
	case invalid != nil:
		return invalid
	case operation.Operation.Operation == ast.Subscription, plan.Of(operation).Deferring:
		response := errStreamInBatch.response()
		x.onRefused(ctx, params, operation, response)
		return response
	case room.left <= 0:
		response := batchResponseTooLarge(x.response).response()
		x.onRefused(ctx, params, operation, response)
		return response
	}
	room.admit(&plan.Of(operation).Answer)
	responses, ctx := x.executor.DispatchOperation(ctx, operation)
	if response := responses(ctx); response != nil {
		return response
	}
	return errOutOfTime.response()
}

// prepare is HTTP.prepare with the executor and the context of the request.
func (x exchange) prepare(params *graphql.RawParams) (context.Context, *graphql.OperationContext, *graphql.Response) {
	return x.HTTP.prepare(x.request.Context(), x.executor, params)
}

// prepare parses and checks an operation, and returns it with the context to execute it in. If it must
// not be executed, prepare returns the response with the reasons instead.
func (t *HTTP) prepare(ctx context.Context, executor graphql.GraphExecutor, params *graphql.RawParams) (context.Context, *graphql.OperationContext, *graphql.Response) {
	operation, errs := executor.CreateOperationContext(ctx, params)
	if errs == nil {
		return graphql.WithOperationContext(ctx, operation), operation, nil
	}
	response := executor.DispatchError(ctx, apierror.Shorten(errs))
	response.Data = nil
	t.onRefused(ctx, params, operation, response)
	return ctx, nil, response
}

// respondOnce writes the only response of an operation. The error, which is a refusal, means that there
// is none.
func (x exchange) respondOnce(ctx context.Context, responses graphql.ResponseHandler, answer *outgoing.Answer) error {
	response := responses(ctx)
	switch {
	case x.isGone():
		x.writer.WriteHeader(statusGone)
	case response == nil:
		return errOutOfTime
	default:
		x.respond(response, answer)
	}
	return nil
}

// isGone reports whether the caller has left, and will read no response.
func (x exchange) isGone() bool { return errors.Is(x.request.Context().Err(), context.Canceled) }

// respond writes the only response of a request: by itself, or as a stream of one if the client
// accepts nothing but streams.
func (x exchange) respond(response *graphql.Response, answer *outgoing.Answer) {
	if x.accepted.single == "" {
		x.stream(x.request.Context(), cmp.Or(x.accepted.parts, x.accepted.events), graphql.OneShot(response), answer, false)
		return
	}
	status := statusOf(x.accepted.single, response)
	setReason(x.writer.Header(), status, response)
	x.writeResponse(x.accepted.single, status, response, answer)
}

// refuse writes the reason why a request is not executed.
func (x exchange) refuse(err error) {
	reason := refusalOf(err)
	if reason.allow != "" {
		x.writer.Header().Set("Allow", reason.allow)
	}
	mediaType := x.accepted.single
	if mediaType == "" {
		mediaType = typeJSON
	}
	response := reason.response()
	if reason != errOutOfTime { // which the observer has seen as the outcome of an operation
		x.onRefused(x.request.Context(), nil, nil, response)
	}
	x.writeResponse(mediaType, reason.status, response, nil)
}

// writeResponse writes a response by itself.
func (x exchange) writeResponse(mediaType string, status int, response *graphql.Response, answer *outgoing.Answer) {
	body := x.buffers.get()
	defer x.buffers.put(body)
	encodeResponse(body, response)
	if executor, ok := x.executor.(Reuser); ok {
		executor.Reuse(response) // it is in the body
	}
	x.write(mediaType, status, body, answer)
}

// write writes the body of a response, in which answers are: nil if none was executed.
func (x exchange) write(mediaType string, status int, body *bytes.Buffer, answers ...*outgoing.Answer) {
	for _, answer := range answers {
		answer.Writing(func() { _ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now()) })
	}
	x.bodies.write(x.writer, x.request, mediaType, status, body)
}

// stream writes the responses of an operation as they come, in a stream of a media type. The answer is nil
// if the operation is not executed.
func (x exchange) stream(ctx context.Context, mediaType string, responses graphql.ResponseHandler, answer *outgoing.Answer, subscription bool) {
	payload := x.buffers.get()
	defer x.buffers.put(payload)
	s := newStream(x.writer, mediaType, payload, answer)
	defer s.keepAlive(x.keepAlive)()
	s.copy(ctx, responses, subscription)
}
