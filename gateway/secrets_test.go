package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// secrets are texts that were handed out and must never appear in what a program prints. It is safe for
// concurrent use.
type secrets struct {
	mu     sync.Mutex
	kindOf map[string]string
}

// handedOut are the secrets of all tests of this package: each program's output is searched for all of
// them when it ends.
var handedOut = &secrets{kindOf: map[string]string{}}

// minSecret is how long a text has to be not to be taken for a word.
const minSecret = 16

// add notes a secret of some kind.
func (s *secrets) add(kind, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.kindOf[text]; !known && len(text) >= minSecret {
		s.kindOf[text] = kind
	}
}

// kinds returns how many secrets there are of each kind.
func (s *secrets) kinds() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := map[string]int{}
	for _, kind := range s.kindOf {
		kinds[kind]++
	}
	return kinds
}

// looksSecret is what every token of the sandbox, and every header with one, looks like.
var looksSecret = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+|(?i:bearer)[ =:]+[A-Za-z0-9._-]{8,}`)

// leaks returns the kinds of secrets in a text: as they are, as they stand in a URL or in JSON, or in
// base64.
func (s *secrets) leaks(text string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []string
	if match := looksSecret.FindString(text); match != "" {
		found = append(found, "what looks like a token: "+match[:min(len(match), 12)]+"…")
	}
	for secret, kind := range s.kindOf {
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			if strings.Contains(text, form) {
				found = append(found, kind)
				break
			}
		}
	}
	return found
}

// check fails a test if a text has secrets in it.
func (s *secrets) check(t testing.TB, name, text string) {
	t.Helper()
	for _, kind := range s.leaks(text) {
		t.Errorf("%s gives away %s", name, kind)
	}
}

// checkBut is check without the secrets of some kinds.
func (s *secrets) checkBut(t testing.TB, name, text string, except ...string) {
	t.Helper()
	for _, kind := range s.leaks(text) {
		if !slices.Contains(except, kind) {
			t.Errorf("%s gives away %s", name, kind)
		}
	}
}

// secretParameters are those of forms and of redirects that hold secrets.
var secretParameters = []string{"code", "code_verifier", "state", "refresh_token", "client_secret", "token"}

func (s *secrets) addParameters(values url.Values) {
	for _, name := range secretParameters {
		s.add(name, values.Get(name))
	}
}

// addRequest notes the secrets in a request.
func (s *secrets) addRequest(r *http.Request) {
	s.add("a bearer", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	s.add("an API key", r.Header.Get("X-API-Key"))
	for _, cookie := range r.Cookies() {
		s.add("the cookie "+cookie.Name, cookie.Value)
	}
	s.addParameters(r.URL.Query())
}

// addResponse notes the secrets in a response.
func (s *secrets) addResponse(header http.Header, body []byte) {
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		s.add("the cookie "+cookie.Name, cookie.Value)
	}
	if target, err := url.Parse(header.Get("Location")); err == nil {
		s.addParameters(target.Query())
	}
	var granted struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		Token        string `json:"token"` // of the playground
	}
	if json.Unmarshal(body, &granted) == nil {
		s.add("an access token", granted.AccessToken)
		s.add("a refresh token", granted.RefreshToken)
		s.add("an access token", granted.Token)
	}
}

// A noticing transport notes the secrets in what it carries.
type noticing struct {
	*http.Transport
	secrets *secrets
}

// RoundTrip carries a request.
func (n noticing) RoundTrip(r *http.Request) (*http.Response, error) {
	n.secrets.addRequest(r)
	response, err := n.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && !strings.HasPrefix(r.URL.Path, "/graphql") {
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, err
		}
		response.Body = io.NopCloser(bytes.NewReader(body))
		n.secrets.addResponse(response.Header, body)
		return response, nil
	}
	n.secrets.addResponse(response.Header, nil)
	return response, nil
}

func TestLeaksAreFound(t *testing.T) {
	s := &secrets{kindOf: map[string]string{}}
	const secret = `do/not+print "me" please`
	s.add("a secret", secret)
	s.add("a word", "sandbox")
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"verbatim":         "x" + secret + "y",
		"in a query":       "?a=" + url.QueryEscape(secret),
		"in a path":        "/" + url.PathEscape(secret),
		"in JSON":          string(quoted),
		"in base64":        base64.StdEncoding.EncodeToString([]byte(secret)),
		"in base64url":     base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"a token":          "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln",
		"an authorization": `Authorization="Bearer abcdefghij"`,
	} {
		if len(s.leaks(text)) != 1 {
			t.Errorf("%s: leaks are %q in %q", name, s.leaks(text), text)
		}
	}
	if got := s.leaks("the sandbox is called as org-admin; a bearer token is missing"); got != nil {
		t.Errorf("leaks are %q where there are none", got)
	}
}
