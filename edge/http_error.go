package edge

import (
	"fmt"
	"net/http"
)

// The codes of refusals.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeInternal        = "INTERNAL"
)

// A HTTPError is why a request does not get as far as the graph. Its texts are fixed: nothing of the
// request.
type HTTPError struct {
	Status        int // of HTTP
	Code, Message string
}

// Error answers the message.
func (r *HTTPError) Error() string { return r.Message }

var errInternal = &HTTPError{http.StatusInternalServerError, codeInternal, "Something went wrong inside the gateway."}

// refuse answers a request in the form of GraphQL.
func writeError(w http.ResponseWriter, reason *HTTPError) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(reason.Status)
	fmt.Fprintf(w, `{"errors":[{"message":%q,"extensions":{"code":%q}}]}`, reason.Message, reason.Code)
}
