package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"certql/graph/apierror"
	"certql/graph/document"
	"certql/graph/plan"
)

// An HTTP transport is GraphQL over HTTP: operations by GET and POST, answers as JSON or, where they
// have several parts, as a stream of server-sent events or a multipart body. It follows the
// specification of the GraphQL foundation and passes all audits of package graphql-http.
type HTTP struct {
	limits    document.Limits
	keepAlive time.Duration // how often a stream without news shows that it is still there
	onRefused RefusedFunc

	buffers buffers
	answers answers
}

var _ graphql.Transport = (*HTTP)(nil)

// keepAlive is how often a stream without news shows that it is still there.
const keepAlive = 15 * time.Second

// NewHTTP returns the transport over HTTP. onRefused is told of each request that is not executed,
// with as much of it as is known.
func NewHTTP(limits document.Limits, onRefused RefusedFunc) *HTTP {
	return &HTTP{limits: limits, keepAlive: keepAlive, onRefused: onRefused}
}

// A RefusedFunc is told of a request that is answered without being executed. params and operation
// are nil if the request was refused before they were known.
type RefusedFunc func(ctx context.Context, params *graphql.RawParams, operation *graphql.OperationContext, response *graphql.Response)

// Supports takes every request that no transport before this one has taken.
func (*HTTP) Supports(*http.Request) bool { return true }

// Do answers a request.
func (t *HTTP) Do(writer http.ResponseWriter, request *http.Request, executor graphql.GraphExecutor) {
	x := exchange{t, writer, request, executor, negotiate(request.Header)}
	if err := x.serve(); err != nil {
		x.refuse(err)
	}
}

// An exchange is a request and what is needed to answer it.
type exchange struct {
	*HTTP

	writer   http.ResponseWriter
	request  *http.Request
	executor graphql.GraphExecutor
	accepted accepted
}

// serve answers a request, or says why it does not.
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

// one answers an operation by itself.
func (x exchange) one(params *graphql.RawParams) error {
	ctx, operation, invalid := x.prepare(params)
	if invalid != nil {
		x.respond(invalid)
		return nil
	}
	subscription, deferring := operation.Operation.Operation == ast.Subscription, plan.Defers(operation)
	switch {
	case x.request.Method == http.MethodGet && operation.Operation.Operation == ast.Mutation:
		return errMutationByGet
	case deferring && operation.Operation.Operation != ast.Query:
		return errDeferOutsideQuery
	case deferring && x.accepted.stream == "":
		return errDeferOfOne
	case subscription && x.accepted.stream == "":
		return errSubscriptionOfOne
	}
	responses, ctx := x.executor.DispatchOperation(ctx, operation)
	if !deferring && !subscription {
		return x.respondOnce(ctx, responses)
	}
	x.stream(ctx, inOrder(operation, responses), subscription)
	return nil
}

// batch answers several operations, one after the other, by a list.
func (x exchange) batch(list []*graphql.RawParams) {
	body := x.buffers.get()
	defer x.buffers.put(body)
	separator := byte('[')
	for _, params := range list {
		body.WriteByte(separator)
		encodeResponse(body, x.inBatch(params))
		separator = ','
	}
	body.WriteByte(']')
	x.answers.write(x.writer, x.request, x.accepted.single, http.StatusOK, body)
}

// inBatch answers the response of one operation of several.
func (x exchange) inBatch(params *graphql.RawParams) *graphql.Response {
	ctx, operation, invalid := x.prepare(params)
	switch {
	case invalid != nil:
		return invalid
	case operation.Operation.Operation == ast.Subscription, plan.Defers(operation):
		response := errStreamInBatch.response()
		x.onRefused(ctx, params, operation, response)
		return response
	}
	responses, ctx := x.executor.DispatchOperation(ctx, operation)
	if response := responses(ctx); response != nil {
		return response
	}
	return errOutOfTime.response()
}

func (x exchange) prepare(params *graphql.RawParams) (context.Context, *graphql.OperationContext, *graphql.Response) {
	return x.HTTP.prepare(x.request.Context(), x.executor, params)
}

// prepare parses and checks an operation. Where it must not be executed, there is a response
// instead that says why.
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

// respondOnce answers the only response of an operation.
func (x exchange) respondOnce(ctx context.Context, responses graphql.ResponseHandler) error {
	response := responses(ctx)
	if response == nil {
		return errOutOfTime
	}
	x.respond(response)
	return nil
}

// respond answers a response that is whole: by itself, or as a stream of one where the caller
// reads nothing else.
func (x exchange) respond(response *graphql.Response) {
	if x.accepted.single == "" {
		x.stream(x.request.Context(), graphql.OneShot(response), false)
		return
	}
	status := statusOf(x.accepted.single, response)
	setReason(x.writer.Header(), status, response)
	x.write(x.accepted.single, status, response)
}

// refuse answers why a request is not answered.
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
	if reason != errOutOfTime { // of which the observer has been told
		x.onRefused(x.request.Context(), nil, nil, response)
	}
	x.write(mediaType, reason.status, response)
}

func (x exchange) write(mediaType string, status int, response *graphql.Response) {
	body := x.buffers.get()
	defer x.buffers.put(body)
	encodeResponse(body, response)
	x.answers.write(x.writer, x.request, mediaType, status, body)
}

// stream answers the responses of an operation as they come.
func (x exchange) stream(ctx context.Context, responses graphql.ResponseHandler, subscription bool) {
	payload := x.buffers.get()
	defer x.buffers.put(payload)
	s := newStream(x.writer, x.accepted.stream, payload)
	defer s.keepAlive(x.keepAlive)()
	s.copy(ctx, responses, subscription)
}
