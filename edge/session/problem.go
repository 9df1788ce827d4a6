package session

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"certql/edge"
)

// The errors of a sign-in. Their texts are all that callers see: nothing that was sent is repeated.
var (
	errReturnPath = &edge.HTTPError{Status: http.StatusBadRequest, Code: "BAD_RETURN_PATH", Message: "The parameter return must be one of the paths that this gateway lists for it."}
	errCallback   = &edge.HTTPError{Status: http.StatusBadRequest, Code: "BAD_CALLBACK", Message: "This is not how the tenant sends a browser back: parameters are missing, repeated or too long."}
	errState      = &edge.HTTPError{Status: http.StatusBadRequest, Code: "UNKNOWN_STATE", Message: "This browser has no such sign-in under way: it took too long, has ended already, or gave way to newer ones."}
	errIssuer     = &edge.HTTPError{Status: http.StatusBadRequest, Code: "WRONG_ISSUER", Message: "It was not the expected tenant that sent this browser back."}
	errCode       = &edge.HTTPError{Status: http.StatusBadRequest, Code: "CODE_REFUSED", Message: "The tenant does not accept the code of this sign-in: it has expired, or was used before."}
	errSignIn     = &edge.HTTPError{Status: http.StatusForbidden, Code: "SIGN_IN_REFUSED", Message: "The sign-in was cancelled, or the tenant does not allow it."}
	errTenant     = &edge.HTTPError{Status: http.StatusBadGateway, Code: "TENANT_UNAVAILABLE", Message: "The tenant does not respond as it should. Try again later."}
	errTooMany    = &edge.HTTPError{Status: http.StatusServiceUnavailable, Code: "TOO_MANY_SESSIONS", Message: "There are already as many sessions as the gateway allows. Try again later."}
	errStore      = &edge.HTTPError{Status: http.StatusServiceUnavailable, Code: "UPSTREAM_UNAVAILABLE", Message: "It cannot be looked up at the moment who is signed in. Nobody has been signed out: try again shortly."}
	errCookies    = &edge.HTTPError{Status: http.StatusRequestHeaderFieldsTooLarge, Code: "TOO_MANY_COOKIES", Message: "There are more than 1000 cookies: remove those of this site from the browser."}
	errOrigin     = &edge.HTTPError{Status: http.StatusForbidden, Code: "CROSS_ORIGIN", Message: "A page of another origin may not do that."}
	errSignedOut  = &edge.HTTPError{Status: http.StatusUnauthorized, Code: edge.CodeUnauthenticated, Message: "Nobody is signed in: sign in first, at /auth/login."}
	errNotFound   = &edge.HTTPError{Status: http.StatusNotFound, Code: "NOT_FOUND", Message: "There is no such path: the paths are /auth/login, /auth/callback, /auth/logout and /auth/me."}
	errMethod     = &edge.HTTPError{Status: http.StatusMethodNotAllowed, Code: "METHOD_NOT_ALLOWED", Message: "This path does not allow this method."}
)

// storeRetry is when whoever is refused because the store does not answer may try again.
const storeRetry = time.Second

// setRetryAfter says when to try again if err is that the store does not answer.
func setRetryAfter(w http.ResponseWriter, err error) {
	if errors.Is(err, errStore) {
		w.Header().Set("Retry-After", strconv.Itoa(int(storeRetry.Seconds())))
	}
}

// problemPage is what people see of an error.
var problemPage = template.Must(template.New("problem").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
<p><a href="/auth/login{{with .Return}}?return={{.}}{{end}}">Sign in</a></p>
</html>
`))

// A problem is the body of an error: problem details as RFC 9457 has them, and a code.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

// writeProblem writes why a request is refused: as a page if the browser shows it to a person, and else
// as JSON. The page offers to sign in, and then leads to returnPath; if that is empty, to the usual path.
func writeProblem(w http.ResponseWriter, r *http.Request, refused *edge.HTTPError, returnPath string) {
	body := problem{http.StatusText(refused.Status), refused.Status, refused.Message, refused.Code}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.WriteHeader(refused.Status)
		_ = problemPage.Execute(w, struct{ Title, Detail, Return string }{body.Title, body.Detail, returnPath}) // if it fails, the caller has gone
		return
	}
	writeJSON(w, "application/problem+json", refused.Status, body)
}

// writeJSON writes a body as JSON of a media type.
func writeJSON(w http.ResponseWriter, mediaType string, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // if it fails, the caller has gone
}
