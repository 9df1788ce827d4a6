package oauth

import (
	"errors"
	"net/http"

	"certql/upstream/sandbox/response"
)

// A refusal is an error in the form of RFC 6749, section 5.2.
type refusal struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (r *refusal) Error() string { return r.Code + ": " + r.Description }

func invalidRequest(description string) error {
	return &refusal{http.StatusBadRequest, "invalid_request", description}
}

func invalidGrant(description string) error {
	return &refusal{http.StatusBadRequest, "invalid_grant", description}
}

// invalidClient does not say which of id and secret is wrong.
func invalidClient() error {
	return &refusal{http.StatusUnauthorized, "invalid_client", "Bad client credentials"}
}

// Refuse writes the refusal that the server would most likely send with the status.
func Refuse(w http.ResponseWriter, status int) {
	err := &refusal{status, "server_error", "The request failed: " + response.StatusName(status)}
	switch {
	case status == http.StatusUnauthorized:
		writeResult(w, nil, invalidClient())
		return
	case status == http.StatusServiceUnavailable:
		err.Code = "temporarily_unavailable"
	case status < http.StatusInternalServerError:
		err.Code = "invalid_grant"
	}
	writeResult(w, nil, err)
}

// writeResult writes what a client asked for or, if there is an error, the refusal.
func writeResult(w http.ResponseWriter, granted any, err error) {
	// RFC 6749 demands both, for refusals as well.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if refused, ok := errors.AsType[*refusal](err); ok {
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
		}
		response.JSON(w, refused.status, refused)
		return
	}
	if err != nil {
		response.JSON(w, http.StatusInternalServerError, &refusal{Code: "server_error", Description: "The token could not be made."})
		return
	}
	response.JSON(w, http.StatusOK, granted)
}
