package response

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// A DetailCode is the vendor's detailCode: the HTTP status, finer numbers behind it, and a name for people.
type DetailCode string

// The detail codes that the sandbox sends.
const (
	BadContent     DetailCode = "400.1 Bad request content"
	MissingData    DetailCode = "400.1.0 Required data missing or empty"
	IllegalValue   DetailCode = "400.1.3 Illegal value"
	LimitViolation DetailCode = "400.1.4 Limit violation"
	NotReferenced  DetailCode = "400.1.404 Referenced object not found"
	BodyTooLarge   DetailCode = "413 Payload too large"
	WrongMediaType DetailCode = "415 Unsupported media type"

	forbidden     DetailCode = "403 Forbidden"
	notFound      DetailCode = "404 Not found"
	wrongMethod   DetailCode = "405 Method not allowed"
	internalFault DetailCode = "500.0 Internal fault"
)

const internalText = "An internal fault occurred."

// The refusals that the service words the same way every time.
var (
	ErrSemantic  = Refuse(BadContent, "The request was syntactically correct but its content is semantically invalid.")
	ErrForbidden = Refuse(forbidden, "The server understood the request but refuses to authorize it.")
	ErrNotFound  = Refuse(notFound, "The server did not find a current representation for the target resource.")

	errMethod   = Refuse(wrongMethod, "The target resource does not support the method of the request.")
	errInternal = Refuse(internalFault, internalText)
)

// status returns the HTTP status that the code begins with.
func (c DetailCode) status() int {
	status, err := strconv.Atoi(string(c[:3]))
	if err != nil {
		return http.StatusInternalServerError
	}
	return status
}

// A refusal is an error that the service sends as an ErrorResponseDto.
type refusal struct {
	code DetailCode
	text string
}

func (r *refusal) Error() string { return r.text }

// Refuse returns an error that Error sends with the code and a sentence for people. What came from the request belongs
// into a %q.
func Refuse(code DetailCode, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// OfStatus returns the service's own refusal with an HTTP status of three digits, or one like it if the service
// documents none.
func OfStatus(status int) error {
	switch status {
	case http.StatusBadRequest:
		return ErrSemantic
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusInternalServerError:
		return errInternal
	}
	name := StatusName(status)
	return Refuse(DetailCode(strconv.Itoa(status)+".0 "+name), "The request failed: %s.", name)
}

// StatusName returns a name for any HTTP status.
func StatusName(status int) string {
	return cmp.Or(http.StatusText(status), "Unknown status")
}

// asRefusal returns the refusal that an error is, or an internal fault for any other error.
func asRefusal(err error) *refusal {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused
	}
	return &refusal{internalFault, internalText}
}
