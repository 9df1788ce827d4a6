package upstream

import (
	"net/http"
)

const (
	maxRefusalBytes = 64 << 10 // a longer body is not read for its message
	maxMessages     = 20
	maxMessageRunes = 500
	maxCodeRunes    = 100
)

// errRedirect says that the service pointed to another URL, which tokens must not follow to.
const errRedirect = plainError("the service responded with a redirect")

// refusalBody is any of the four shapes that refusals come in: an ErrorResponseDto, an
// object with "error" for status 401, one with "message" for status 429, and one with "errorName" and
// "errorMessage", which are those of an exception, for status 500.
type refusalBody struct {
	DetailCode   string         `json:"detailCode"`
	TrackingID   string         `json:"trackingId"`
	Messages     []ErrorMessage `json:"messages"`
	Error        string         `json:"error"`
	Message      string         `json:"message"`
	ErrorName    string         `json:"errorName"`
	ErrorMessage string         `json:"errorMessage"`
}

// threw reports whether a response says that something within the service threw an exception.
func threw(answer *response) bool {
	body, err := decodeObject[refusalBody](nil, answer.body.data, nil)
	return err == nil && body.ErrorName != ""
}

// readRefusal returns the error for a response with a bad status. What cannot be read of
// its body is left out.
func readRefusal(operation string, answer *response) *Error {
	e := &Error{
		Operation:  operation,
		Kind:       kindOf(answer.status),
		Status:     answer.status,
		RetryAfter: answer.retryAfter,
		Sent:       true,
	}
	if answer.status >= 300 && answer.status < 400 {
		e.cause = errRedirect
		return e
	}
	body, err := decodeObject[refusalBody](nil, answer.body.data, nil)
	if err != nil {
		return e
	}
	e.DetailCode = printable(body.DetailCode, maxCodeRunes)
	e.TrackingID = printable(body.TrackingID, maxCodeRunes)
	e.Messages = body.Messages
	for _, text := range []string{body.Error, body.Message, body.ErrorMessage} {
		if text != "" {
			e.Messages = append(e.Messages, ErrorMessage{Text: text})
		}
	}
	e.Messages = e.Messages[:min(len(e.Messages), maxMessages)]
	return e
}

func kindOf(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return KindUnauthenticated
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 400 && status < 500:
		return KindBadRequest
	case status >= 500 && status < 600:
		return KindUnavailable
	default:
		return KindInvalid
	}
}
