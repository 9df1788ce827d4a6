// Package response writes responses in the service's manner: a body of JSON, and each kind of refusal with its status,
// its shape and its words.
//
// It knows nothing of what the sandbox keeps, and imports nothing of the project.
package response

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// Headers of every response, which have to be set before a refusal is written.
const (
	// TrackingHeader carries the tracking id of the response; that of a refusal is in its body, too.
	TrackingHeader = "SLPT-Request-ID"
	// LocaleHeader carries the locale of the request.
	LocaleHeader = "Content-Language"
)

// A dto is the vendor's ErrorResponseDto.
type dto struct {
	DetailCode string    `json:"detailCode"`
	TrackingID string    `json:"trackingId"`
	Messages   []Message `json:"messages"`
	Causes     []Message `json:"causes"`
}

// Error writes a refusal that Refuse or OfStatus made, or an internal fault for any other error.
func Error(w http.ResponseWriter, err error) {
	refused := asRefusal(err)
	JSON(w, refused.code.status(), dto{
		DetailCode: string(refused.code),
		TrackingID: w.Header().Get(TrackingHeader),
		Messages:   Messages(refused.text, cmp.Or(w.Header().Get(LocaleHeader), noLocale)),
	})
}

// Unauthenticated writes the service's refusal of a missing or bad token, which has a shape of its own.
func Unauthenticated(w http.ResponseWriter, err error) {
	JSON(w, http.StatusUnauthorized, map[string]string{"error": err.Error()})
}

// Throttled writes the service's refusal of a request over budget, which has a shape of its own. The header Retry-After
// is for the caller to set.
func Throttled(w http.ResponseWriter) {
	JSON(w, http.StatusTooManyRequests, map[string]string{"message": " Rate Limit Exceeded "})
}

// Unanswered writes the refusal of a part of the service to which another part has not responded, which has a shape of its
// own.
func Unanswered(w http.ResponseWriter, status int) {
	JSON(w, status, struct {
		Name    string `json:"errorName"`
		Message string `json:"errorMessage"`
	}{"UncheckedExecutionException", "Error getting isSegmentEnabledForCurrentUser from redis"})
}

// OtherMethods returns the handler of the methods that a path does not support: it responds to OPTIONS with those that
// the path does support, and refuses all else.
func OtherMethods(methods ...string) http.HandlerFunc {
	allowed := slices.Concat(methods, []string{http.MethodOptions})
	if slices.Contains(methods, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		Error(w, errMethod)
	}
}

// JSON writes a body as JSON.
func JSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		InternalFault(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	// A client that is gone cannot be told.
	_, _ = w.Write(text)
}

// InternalFault writes a plain text in place of a body that could not be made.
func InternalFault(w http.ResponseWriter) {
	http.Error(w, internalText, http.StatusInternalServerError)
}
