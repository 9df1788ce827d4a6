package upstream

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxRefusalBytes = 64 << 10 // a longer body is not read for its message
	maxMessages     = 20
	maxMessageRunes = 500
	maxCodeRunes    = 100
	maxRetryAfter   = 24 * time.Hour
)

// errRedirect says that the service pointed elsewhere, where tokens must not follow.
var errRedirect = errors.New("the service answered with a redirect")

// refusalBody is any of the three shapes that refusals come in: an ErrorResponseDto, an
// object with "error" for status 401, and one with "message" for status 429.
type refusalBody struct {
	DetailCode string         `json:"detailCode"`
	TrackingID string         `json:"trackingId"`
	Messages   []ErrorMessage `json:"messages"`
	Error      string         `json:"error"`
	Message    string         `json:"message"`
}

// readRefusal answers the error for an answer with a bad status. What cannot be read of
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
	body, err := decodeObject[refusalBody](answer.body.data)
	if err != nil {
		return e
	}
	e.DetailCode = printable(body.DetailCode, maxCodeRunes)
	e.TrackingID = printable(body.TrackingID, maxCodeRunes)
	e.Messages = body.Messages
	for _, text := range []string{body.Error, body.Message} {
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

// parseRetryAfter reads Retry-After, which is in seconds or a date. What is neither, or
// lies in the past, is 0; more than a day is a day.
func parseRetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	var wait time.Duration
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		switch {
		case text == "":
		case err != nil || seconds > int64(maxRetryAfter/time.Second):
			wait = maxRetryAfter
		default:
			wait = time.Duration(seconds) * time.Second
		}
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// printable answers text on one line without control characters and without those that
// turn the direction of writing, cut to a number of characters.
func printable(text string, maxRunes int) string {
	var clean strings.Builder
	for _, r := range text {
		switch {
		case maxRunes == 0:
			return clean.String()
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		clean.WriteRune(r)
		maxRunes--
	}
	return clean.String()
}
