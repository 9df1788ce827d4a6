package session

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// The longest parameters of a callback, in bytes.
const (
	maxState = 128
	maxCode  = 4 << 10
)

// callback completes a sign-in: GET /auth/callback, where the tenant sends the browser.
func (s *Sessions) callback(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errCallback
	}
	for name, most := range map[string]int{"state": maxState, "code": maxCode, "iss": maxReturn, "error": maxState} {
		if values := query[name]; len(values) > 1 || len(query.Get(name)) > most {
			return errCallback
		}
	}
	state, code, refused := query.Get("state"), query.Get("code"), query.Get("error")
	if state == "" || (code == "") == (refused == "") {
		return errCallback
	}
	begun, ok := s.attempts.take(w, r, state)
	if !ok || begun.expired() {
		return s.leadOn(w, r, state, begun.Return, returning{errState, begun.Return})
	}
	if err := s.checkResult(r.Context(), query.Get("iss"), refused); err != nil {
		return returning{err, begun.Return}
	}
	id, err := s.complete(r, begun, code)
	switch {
	case err == nil:
		http.SetCookie(w, s.cookies.make(s.cookies.session, id))
		http.Redirect(w, r, begun.Return, http.StatusSeeOther)
		return nil
	case errors.Is(err, errCode):
		return s.leadOn(w, r, state, begun.Return, returning{errCode, begun.Return})
	case errors.Is(err, errStore):
		w.Header().Del("Set-Cookie") // the browser keeps the attempt, so that it can come back with it
	}
	return returning{err, begun.Return}
}

// checkResult returns an error if the browser was not sent back by the tenant, or if the tenant refused
// the sign-in.
func (s *Sessions) checkResult(ctx context.Context, issuer, refused string) error {
	if ours, err := s.tenant.CheckIssuer(ctx, issuer); err != nil {
		return s.tenantFailed(ctx, err)
	} else if !ours {
		s.log.WarnContext(ctx, "a sign-in was sent back by another issuer than the tenant")
		return errIssuer
	}
	switch refused {
	case "":
		return nil
	case "access_denied":
		return errSignIn
	default: // something is wrong with the client, or with the tenant
		s.log.WarnContext(ctx, "the tenant refused a sign-in", "code", knownError(refused))
		return errTenant
	}
}

// knownError returns an error code of RFC 6749 if it is one, and otherwise unknown, for the log.
func knownError(code string) string {
	switch code {
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable":
		return code
	}
	return "unknown"
}
