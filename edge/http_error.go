package edge

import (
	"fmt"
	"net/http"
)

// CodeUnauthenticated is the code of an HTTPError for a caller who is not known.
const CodeUnauthenticated = "UNAUTHENTICATED"

// An HTTPError is why a request does not get as far as the graph. Its texts are fixed: nothing of the
// request is in them.
type HTTPError struct {
	// Status is that of the response.
	Status int
	// Code is for programs, and Message for people.
	Code, Message string
}

// ErrInternal is the error of a request that failed for a reason that callers must not see.
var ErrInternal = &HTTPError{http.StatusInternalServerError, "INTERNAL", "Something went wrong inside the gateway."}

// Error returns the message.
func (e *HTTPError) Error() string { return e.Message }

// write writes the response in the form of GraphQL.
func (e *HTTPError) write(w http.ResponseWriter) { e.writeWith(w, "") }

// writeWith is write with more extensions of the error: members of an object in JSON, with a comma before
// the first.
func (e *HTTPError) writeWith(w http.ResponseWriter, extensions string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.Status)
	fmt.Fprintf(w, `{"errors":[{"message":%q,"extensions":{"code":%q%s}}]}`, e.Message, e.Code, extensions)
}
