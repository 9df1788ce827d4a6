package transport

import (
	"math"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"certql/graph/apierror"
)

// statusGone is the status, for logs and metrics, of a request whose caller has left before the response.
// Nginx's number for it has become the usual one.
const statusGone = 499

// statuses are the statuses of the codes that explain by themselves why there is no data. If a response
// has several, the first in this list counts, since it explains the others.
var statuses = []struct {
	code   string
	status int
}{
	{apierror.CodeUnauthenticated, http.StatusUnauthorized},
	{apierror.CodeRateLimited, http.StatusTooManyRequests},
	{apierror.CodeForbidden, http.StatusForbidden},
}

// statusOf returns the HTTP status of a response. With application/json it means only that there is a
// response. With GraphQL's own media type it tells why there is no data, which is if nothing was
// executed or if each field at the root is null.
func statusOf(mediaType string, response *graphql.Response) int {
	if mediaType != typeGraphQL {
		return http.StatusOK
	}
	for _, each := range statuses {
		if hasCode(response, each.code) && isEmpty(response.Data) {
			return each.status
		}
	}
	if response.Data != nil {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// isEmpty reports whether data is missing or null, or all its fields are null.
func isEmpty(data []byte) bool {
	if len(data) == 0 || string(data) == "null" {
		return true
	}
	var fields map[string]jsontext.Value
	if json.Unmarshal(data, &fields) != nil {
		return false
	}
	for _, value := range fields {
		if value.Kind() != 'n' {
			return false
		}
	}
	return true
}

// hasCode reports whether an error of a response has a code.
func hasCode(response *graphql.Response, code string) bool {
	for _, err := range response.Errors {
		if err.Extensions["code"] == code {
			return true
		}
	}
	return false
}

// setReason adds the header fields that belong to a status.
func setReason(header http.Header, status int, response *graphql.Response) {
	switch status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests:
		if seconds := retryAfter(response); seconds > 0 {
			header.Set("Retry-After", strconv.Itoa(seconds))
		}
	}
}

// retryAfter returns after how many seconds the client may try again: the longest wait among the
// errors, and 0 if they have none.
func retryAfter(response *graphql.Response) int {
	longest := 0
	for _, err := range response.Errors {
		switch seconds := err.Extensions["retryAfter"].(type) {
		case int:
			longest = max(longest, seconds)
		case float64:
			longest = max(longest, int(math.Ceil(seconds)))
		}
	}
	return longest
}
