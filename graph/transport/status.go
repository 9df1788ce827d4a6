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

// The statuses of codes that say by themselves why there is no data, the one that explains the
// others first.
var statuses = []struct {
	code   string
	status int
}{
	{apierror.CodeUnauthenticated, http.StatusUnauthorized},
	{apierror.CodeRateLimited, http.StatusTooManyRequests},
	{apierror.CodeForbidden, http.StatusForbidden},
}

// statusOf answers the HTTP status of a response. Under application/json it says only that
// there is a response; under the type of GraphQL it says why there is no data, be it that nothing
// was executed or that each field at the root is null.
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

// isEmpty says whether data has nothing for whoever asked.
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

func hasCode(response *graphql.Response, code string) bool {
	for _, err := range response.Errors {
		if err.Extensions["code"] == code {
			return true
		}
	}
	return false
}

// setReason adds to the header what a status calls for.
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

// retryAfter answers after how many seconds nothing is in the way any more, as far as the
// errors say; 0 where they do not.
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
