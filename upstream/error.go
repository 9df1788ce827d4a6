package upstream

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// An Error is how every call of this package fails: a refusal by the service, a fault on
// the way, or a response that cannot be read.
type Error struct {
	Operation string // vendor operation, such as "makeIdentityDecision"
	Kind      Kind
	Status    int // HTTP status; 0 if no response came
	// DetailCode is the service's own code, such as "400.1 Bad Request Content". Only its
	// numeric part is dependable.
	DetailCode string
	TrackingID string // what the vendor's support asks for
	// Messages are the service's own words, often one text in two locales; or, if an
	// argument could not be sent, what is wrong with it.
	Messages []ErrorMessage
	// RetryAfter is how long the service asks to wait or, if this client did not let the call go
	// itself, after what time it expects to have room for it; 0 if that is not known.
	RetryAfter time.Duration
	// Sent says that the request went out or may have: there was a connection for it. A
	// write that failed with Sent and without a Status has an unknown outcome.
	Sent  bool
	cause error
}

// Finished reports whether the service itself has ended its work on the request: it has explained the
// failure in its own words. Anything else may come from something in between, such as a proxy, while the
// service still has the request; and some statuses say that somebody has given up waiting.
func (e *Error) Finished() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return e.Status != 0 && e.DetailCode != ""
}

// Refused reports whether the request had no effect because of what it asks for: the service says so in
// its own words, or the status means that whoever sends it.
func (e *Error) Refused() bool {
	switch {
	case e.Status < 400 || e.Status > 499, e.Status == http.StatusRequestTimeout:
		return false
	case e.Status == http.StatusConflict:
		return e.Finished()
	}
	return e.Finished() || http.StatusText(e.Status) != ""
}

// Kind sorts errors by what a caller can do about them.
type Kind int

// The kinds of error.
const (
	KindUnavailable     Kind = iota // 5xx, or no connection: may work later
	KindUnauthenticated             // 401, or no token to be had
	KindForbidden                   // 403
	KindNotFound                    // 404
	KindBadRequest                  // 400 and any other 4xx
	KindRateLimited                 // 429, or not sent since the budget is used up: Status 0
	KindTimeout                     // a time limit or the caller's deadline passed
	KindCanceled                    // the caller went away
	KindInvalid                     // a response that cannot be read: cut off, too large, no JSON
	KindCallsExceeded               // the operation may make no more calls: see NewUsage
)

// Error describes the failure for logs. It holds no body, URL or token.
func (e *Error) Error() string {
	s := "upstream: " + e.Operation + ": " + e.Kind.String()
	if e.Status != 0 {
		s += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.cause != nil {
		if r := reason(e.cause); r != "" {
			s += ": " + r
		}
	}
	return s
}

// Text returns the one text of Messages to show to a person: the one in the caller's
// language if there is one, else the service's own. It is a single line of at most 500
// characters, and empty if the service said nothing.
func (e *Error) Text() string {
	var byOrigin, first string
	for _, m := range e.Messages {
		text := strings.TrimSpace(printable(m.Text, maxMessageRunes))
		switch {
		case text == "":
		case m.LocaleOrigin == LocaleRequest:
			return text
		case m.LocaleOrigin == LocaleDefault && byOrigin == "":
			byOrigin = text
		case first == "":
			first = text
		}
	}
	return cmp.Or(byOrigin, first)
}

// Unwrap returns what caused the failure, such as context.Canceled.
func (e *Error) Unwrap() error { return e.cause }

// String names the kind in a word or two.
func (k Kind) String() string {
	switch k {
	case KindUnauthenticated:
		return "unauthenticated"
	case KindForbidden:
		return "forbidden"
	case KindNotFound:
		return "not found"
	case KindBadRequest:
		return "bad request"
	case KindRateLimited:
		return "rate limited"
	case KindTimeout:
		return "timed out"
	case KindCanceled:
		return "canceled"
	case KindInvalid:
		return "unreadable answer"
	case KindCallsExceeded:
		return "too many calls"
	default:
		return "unavailable"
	}
}

// An ErrorMessage is the vendor's ErrorMessageDto: a text and its language.
type ErrorMessage struct {
	Locale       string       `json:"locale"` // BCP 47
	LocaleOrigin LocaleOrigin `json:"localeOrigin"`
	Text         string       `json:"text"`
}

// LocaleOrigin says whether a text is in the service's language or in the caller's.
type LocaleOrigin string

// The origins that the vendor documents; more may come.
const (
	LocaleDefault LocaleOrigin = "DEFAULT"
	LocaleRequest LocaleOrigin = "REQUEST"
)
