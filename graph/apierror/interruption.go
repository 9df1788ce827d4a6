package apierror

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Interruption returns the response that stands for the rest of a subscription when the gateway stops. It
// is no event: the transports break off, each in its way, so that the client subscribes again.
func Interruption() *graphql.Response {
	return &graphql.Response{Errors: gqlerror.List{New(CodeInterrupted, "The gateway is stopping: subscribe again.")}}
}

// IsInterruption reports whether a response is one that Interruption has returned.
func IsInterruption(response *graphql.Response) bool {
	return response.Data == nil && len(response.Errors) == 1 && response.Errors[0].Extensions["code"] == CodeInterrupted
}
