package edge

import (
	"fmt"
	"net/http"
)

// refuse answers a request that does not get as far as the graph, in the form of GraphQL.
// Code and message are fixed texts: nothing of the request.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"message":%q,"extensions":{"code":%q}}]}`, message, code)
}
