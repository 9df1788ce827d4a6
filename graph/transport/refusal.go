package transport

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// A refusal is the reason why a request is not executed. Its message is fixed: it repeats nothing
// of the request.
type refusal struct {
	status  int // of HTTP
	message string
	code    string // by default BAD_USER_INPUT
	allow   string // the methods to use instead, if the method is the reason
	limit   string // the name of the limit that is exceeded, if one is
	allowed int    // the value of that limit
}

// The refusals that do not depend on a setting.
var (
	errMethod = &refusal{
		status: http.StatusMethodNotAllowed, allow: "GET, POST, OPTIONS",
		message: "Send GraphQL by GET or POST. Of the graphql-sse protocol, this endpoint supports the distinct connections mode, which needs no PUT.",
	}
	errMutationByGet = &refusal{
		status: http.StatusMethodNotAllowed, allow: "POST, OPTIONS",
		message: "GET is for reading: send a mutation by POST.",
	}
	errForgeable = &refusal{
		status: http.StatusForbidden, code: apierror.CodeForbidden,
		message: "A GET needs one of the headers GraphQL-Preflight, Apollo-Require-Preflight, X-Certql-CSRF, X-API-Key and Authorization, so that no other site can make a browser send it.",
	}
	errNotAcceptable = &refusal{
		status:  http.StatusNotAcceptable,
		message: "Responses are application/json, application/graphql-response+json, text/event-stream or multipart/mixed (deferSpec=20220824 or subscriptionSpec=1.0): accept one of these.",
	}
	errDeferOfOne = &refusal{
		status:  http.StatusNotAcceptable,
		message: "With @defer, a response has several parts: accept multipart/mixed (deferSpec=20220824) or text/event-stream, or leave @defer out.",
	}
	errSubscriptionOfOne = &refusal{
		status:  http.StatusNotAcceptable,
		message: "A subscription has any number of responses: accept text/event-stream or multipart/mixed (subscriptionSpec=1.0).",
	}
	errDeferOutsideQuery = &refusal{
		status:  http.StatusBadRequest,
		message: "@defer is for queries: leave it out of mutations and subscriptions.",
	}
	errContentType = &refusal{
		status:  http.StatusUnsupportedMediaType,
		message: "The body must be application/json in UTF-8, and the header Content-Type must say so.",
	}
	errContentEncoding = &refusal{
		status:  http.StatusUnsupportedMediaType,
		message: "The body must not be compressed.",
	}
	errCutOff = &refusal{
		status:  http.StatusBadRequest,
		message: "The body did not arrive whole.",
	}
	errBody = &refusal{
		status:  http.StatusBadRequest,
		message: "The body must be a JSON object with query, documentId and operationName as text, variables and extensions as objects. Only the query, or what names it, is mandatory.",
	}
	errQueryString = &refusal{
		status:  http.StatusBadRequest,
		message: "The URL must have a query or documentId, and may have operationName, variables and extensions, the last two as JSON objects.",
	}
	errNoQuery = &refusal{
		status:  http.StatusBadRequest,
		message: "The request has no query, nor does it name one by documentId or extensions.persistedQuery.",
	}
	errBatch = &refusal{
		status:  http.StatusBadRequest,
		message: "Batches are turned off: send each operation in a request of its own.",
	}
	errEmptyBatch = &refusal{
		status:  http.StatusBadRequest,
		message: "The batch has no operation.",
	}
	errStreamInBatch = &refusal{
		status:  http.StatusBadRequest,
		message: "Subscriptions and @defer have no place in a batch: send each in a request of its own.",
	}
	errInternal = &refusal{
		status: http.StatusInternalServerError, code: apierror.CodeInternal,
		message: apierror.InternalMessage,
	}
	errOutOfTime = &refusal{
		status: http.StatusGatewayTimeout, code: apierror.CodeUpstreamTimeout,
		message: apierror.OutOfTimeMessage,
	}
)

func (r *refusal) Error() string { return r.message }

// refusalOf returns the refusal that an error is. No other errors are expected.
func refusalOf(err error) *refusal {
	if reason, ok := errors.AsType[*refusal](err); ok {
		return reason
	}
	return errInternal
}

// response returns the refusal as a response of GraphQL.
func (r *refusal) response() *graphql.Response {
	extensions := map[string]any{"code": apierror.CodeBadUserInput}
	if r.code != "" {
		extensions["code"] = r.code
	}
	if r.limit != "" {
		extensions["limit"], extensions["allowed"] = r.limit, r.allowed
	}
	return &graphql.Response{Errors: gqlerror.List{{Message: r.message, Extensions: extensions}}}
}

// bodyTooLarge is the refusal of a body of more bytes than allowed.
func bodyTooLarge(allowed int) *refusal {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, code: apierror.CodeOperationTooLarge, limit: "body", allowed: allowed,
		message: fmt.Sprintf("The body has more than %d bytes, the most that the gateway's setting --max-body allows.", allowed),
	}
}

// tooManyValues is the refusal of a body with more values than allowed.
func tooManyValues(allowed int) *refusal {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, code: apierror.CodeOperationTooLarge, limit: "values", allowed: allowed,
		message: fmt.Sprintf("The body has more than %d values, one for every %d bytes that the gateway's setting --max-body allows.", allowed, bytesOfValue),
	}
}

// urlTooLong is the refusal of a query string of more bytes than allowed.
func urlTooLong(allowed int) *refusal {
	return &refusal{
		status: http.StatusRequestURITooLong, code: apierror.CodeOperationTooLarge, limit: "body", allowed: allowed,
		message: fmt.Sprintf("The URL's query has more than %d bytes: send the operation by POST.", allowed),
	}
}

// batchTooLarge is the refusal of a batch of more operations than allowed.
func batchTooLarge(allowed int) *refusal {
	return &refusal{
		status: http.StatusBadRequest, code: apierror.CodeOperationTooLarge, limit: "batch", allowed: allowed,
		message: "The batch has too many operations.",
	}
}

// batchResponseTooLarge is the refusal of an operation of a batch if the others have as many bytes as the
// whole response may have.
func batchResponseTooLarge(allowed int) *refusal {
	return &refusal{
		code: apierror.CodeOperationTooLarge, limit: "response", allowed: allowed,
		message: fmt.Sprintf("The responses to the operations before this one in the batch have %d bytes, the most that the gateway's setting --max-response allows, so it was not executed.", allowed),
	}
}
