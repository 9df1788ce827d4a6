package oauth

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// maxAuthorizeQuery bounds the query of an authorization request, in bytes.
const maxAuthorizeQuery = 8 << 10

// An authorizationRequest is what an application asks for in the name of the user who signs in.
type authorizationRequest struct {
	client      Client
	redirectURI string // as it was sent
	redirect    *url.URL
	state       string
	challenge   string // the S256 code challenge of RFC 7636
	scopes      []string
}

// codeChallenge is the form of a SHA-256 in base64url.
var codeChallenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize serves GET /oauth/authorize with the page on which a user is chosen. If the application or its redirect URI
// is wrong, a page says so, and the browser is never sent anywhere; all else that is wrong goes back to the application.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.RawQuery) > maxAuthorizeQuery {
		writeProblem(w, http.StatusRequestURITooLong, fmt.Sprintf("The request is longer than %d bytes.", maxAuthorizeQuery))
		return
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, "The parameters cannot be read.")
		return
	}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(parameters[name]) != 1 || parameters.Get(name) == "" {
			writeProblem(w, http.StatusBadRequest, name+" has to be given once.")
			return
		}
	}
	application := s.clients[parameters.Get("client_id")]
	if !application.Application {
		writeProblem(w, http.StatusBadRequest, "client_id names no application that users can sign in to. There are "+strings.Join(s.applications, " and ")+".")
		return
	}
	wanted := authorizationRequest{client: application, redirectURI: parameters.Get("redirect_uri"), state: parameters.Get("state")}
	var known bool
	if wanted.redirect, known = s.redirect(wanted.redirectURI); !known {
		writeProblem(w, http.StatusBadRequest, "redirect_uri is not registered. Allowed are URLs of the local machine and those that the sandbox was started with, without user and fragment.")
		return
	}
	if refused := wanted.complete(parameters); refused != nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, wanted.result(baseOf(r), map[string]string{
			"error": refused.Code, "error_description": refused.Description,
		}), http.StatusFound)
		return
	}
	s.offer(w, r, wanted)
}

// complete reads the other parameters. What is wrong with one of them is for the application to know.
func (a *authorizationRequest) complete(parameters url.Values) *refusal {
	refuse := func(code, description string) *refusal { return &refusal{http.StatusFound, code, description} }
	for _, name := range []string{"response_type", "state", "scope", "code_challenge", "code_challenge_method"} {
		if len(parameters[name]) > 1 {
			return refuse("invalid_request", "Repeated parameter: "+name)
		}
	}
	switch challenge, method := parameters.Get("code_challenge"), parameters.Get("code_challenge_method"); {
	case parameters.Get("response_type") == "":
		return refuse("invalid_request", "Missing response type")
	case parameters.Get("response_type") != "code":
		return refuse("unsupported_response_type", "The response type has to be code")
	case challenge == "":
		return refuse("invalid_request", "Missing code challenge")
	case method != "S256":
		return refuse("invalid_request", "The code challenge method has to be S256")
	case !codeChallenge.MatchString(challenge):
		return refuse("invalid_request", "The code challenge is no SHA-256 in base64url without padding")
	default:
		a.challenge = challenge
	}
	a.scopes = narrowed(a.client.Scopes, parameters.Get("scope"))
	return nil
}

// result returns where the browser takes the result of the request. The issuer in it is that of RFC 9207.
func (a *authorizationRequest) result(issuer *url.URL, parameters map[string]string) string {
	parameters["iss"] = issuer.String()
	parameters["state"] = a.state
	return with(a.redirect, parameters)
}
