package response

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrorsAreSentInTheShapeOfTheService(t *testing.T) {
	t.Parallel()
	dto := func(code, text, locale string) string {
		return `{"detailCode":"` + code + `","trackingId":"7","messages":[` +
			`{"locale":"en-US","localeOrigin":"DEFAULT","text":"` + text + `"},` +
			`{"locale":"` + locale + `","localeOrigin":"REQUEST","text":"` + text + `"}],"causes":[]}`
	}
	for name, test := range map[string]struct {
		err    error
		locale string
		status int
		body   string
	}{
		"refusal":         {Refuse(IllegalValue, "limit: %q", "x"), "de", 400, dto("400.1.3 Illegal value", `limit: \"x\"`, "de")},
		"wrapped refusal": {fmt.Errorf("read: %w", ErrForbidden), "", 403, dto("403 Forbidden", ErrForbidden.Error(), "und")},
		"any other error": {errors.New("secret"), "", 500, dto("500.0 Internal fault", "An internal fault occurred.", "und")},
		"status of the definition": {
			OfStatus(404), "", 404, dto("404 Not found", "The server did not find a current representation for the target resource.", "und"),
		},
		"status of no definition": {OfStatus(503), "", 503, dto("503.0 Service Unavailable", "The request failed: Service Unavailable.", "und")},
		"status without a name":   {OfStatus(599), "", 599, dto("599.0 Unknown status", "The request failed: Unknown status.", "und")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			w.Header().Set(TrackingHeader, "7")
			if test.locale != "" {
				w.Header().Set(LocaleHeader, test.locale)
			}
			Error(w, test.err)
			if diff := cmp.Diff(test.body, w.Body.String()); diff != "" || w.Code != test.status {
				t.Errorf("status %d, want %d; the body (-want +got):\n%s", w.Code, test.status, diff)
			}
		})
	}
}

func TestOtherMethodsAreRefusedAndListed(t *testing.T) {
	t.Parallel()
	for allowed, handler := range map[string]http.HandlerFunc{
		"GET, POST, OPTIONS, HEAD": OtherMethods(http.MethodGet, http.MethodPost),
		"POST, OPTIONS":            OtherMethods(http.MethodPost),
	} {
		for method, status := range map[string]int{http.MethodPut: 405, http.MethodOptions: 204} {
			w := httptest.NewRecorder()
			handler(w, httptest.NewRequest(method, "/", nil))
			if got := w.Header().Get("Allow"); w.Code != status || got != allowed {
				t.Errorf("%s: status %d and %q, want %d and %q", method, w.Code, got, status, allowed)
			}
		}
	}
}

func TestABodyThatCannotBeWrittenIsAnInternalFault(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	JSON(w, http.StatusOK, func() {})
	if w.Code != http.StatusInternalServerError || w.Body.String() != "An internal fault occurred.\n" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestTheLocaleIsTheFirstLanguageOfTheRequest(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "und", "de-CH": "de-CH", "fr;q=0.9, en": "fr", " ja , en": "ja", "*": "und", "de\"": "und", ";q=1": "und", "zh-Hans-1": "zh-Hans-1",
	} {
		if got := Locale(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
