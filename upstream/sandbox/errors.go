package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// detailCode is the vendor's detailCode: the HTTP status, finer numbers behind it, and a name for people.
type detailCode string

// The detail codes that the sandbox answers.
const (
	badContent      detailCode = "400.1 Bad request content"
	missingData     detailCode = "400.1.0 Required data missing or empty"
	illegalValue    detailCode = "400.1.3 Illegal value"
	limitViolation  detailCode = "400.1.4 Limit violation"
	notReferenced   detailCode = "400.1.404 Referenced object not found"
	forbidden       detailCode = "403 Forbidden"
	notFound        detailCode = "404 Not found"
	wrongMethod     detailCode = "405 Method not allowed"
	bodyTooLarge    detailCode = "413 Payload too large"
	wrongMediaType  detailCode = "415 Unsupported media type"
	internalFault   detailCode = "500.0 Internal fault"
	forbiddenText              = "The server understood the request but refuses to authorize it."
	notFoundText               = "The server did not find a current representation for the target resource."
	wrongMethodText            = "The target resource does not support the method of the request."
	semanticText               = "The request was syntactically correct but its content is semantically invalid."
	internalText               = "An internal fault occurred."
)

// status is the HTTP status that the code begins with.
func (c detailCode) status() int {
	status, err := strconv.Atoi(string(c[:3]))
	if err != nil {
		return http.StatusInternalServerError
	}
	return status
}

// A refusal is an error that the service answers as an ErrorResponseDto.
type refusal struct {
	code detailCode
	text string
}

func (r *refusal) Error() string { return r.text }

// refuse returns a refusal with a sentence for people. What came from the request belongs into a %q.
func refuse(code detailCode, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// messages returns a text the way the service localises its errors: once in its own language and once in that
// of the request, usually with the same words.
func messages(text, locale string) []wireMessage {
	return []wireMessage{
		{Locale: new("en-US"), LocaleOrigin: new("DEFAULT"), Text: text},
		{Locale: &locale, LocaleOrigin: new("REQUEST"), Text: text},
	}
}

// noLocale is the locale of a request that names none.
const noLocale = "und"

// requestLocale returns the language that the Accept-Language header of a request names first.
func requestLocale(header string) string {
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	first = strings.TrimSpace(first)
	if strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return noLocale
	}
	return cmp.Or(first, noLocale)
}

// localeHeader carries the locale of the request into its answer.
const localeHeader = "Content-Language"

// trackingHeader carries the tracking id of every answer; that of a refusal is in its body, too.
const trackingHeader = "SLPT-Request-ID"

// answerError writes a refusal, or an internal fault for any other error.
func answerError(w http.ResponseWriter, err error) {
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		refused = &refusal{internalFault, internalText}
	}
	answer(w, refused.code.status(), wireError{
		DetailCode: string(refused.code),
		TrackingID: w.Header().Get(trackingHeader),
		Messages:   messages(refused.text, cmp.Or(w.Header().Get(localeHeader), noLocale)),
	})
}

// answerUnauthenticated writes the service's answer to a missing or bad token, which has a shape of its own.
func answerUnauthenticated(w http.ResponseWriter, err error) {
	answer(w, http.StatusUnauthorized, map[string]string{"error": err.Error()})
}

// answerThrottled writes the service's answer to a request over budget, which has a shape of its own. Retry-After
// is in whole seconds, at least one.
func answerThrottled(w http.ResponseWriter, retryAfter time.Duration) {
	seconds := max(1, int64((retryAfter+time.Second-1)/time.Second))
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	answer(w, http.StatusTooManyRequests, map[string]string{"message": " Rate Limit Exceeded "})
}

// answer writes a JSON body.
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, internalText, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	// A caller that is gone cannot be told.
	_, _ = w.Write(text)
}
