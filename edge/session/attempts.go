package session

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	// attemptTime is how long a person may take to sign in.
	attemptTime = 10 * time.Minute
	// maxAttempts is how many sign-ins may be under way in a browser; another one makes the browser
	// forget all of them.
	maxAttempts = 5
	// statePrefix is how much of the state the cookies of several attempts are told apart by.
	statePrefix = 8
)

// attempts are sign-ins under way. What has to be known of one when the browser comes back is in the
// browser itself, in a sealed cookie. So a caller who never comes back costs nothing here, and a
// response of the tenant is of no use in another browser.
type attempts struct {
	sealer *sealer
	cookie cookies
}

// An attempt is one sign-in under way.
type attempt struct {
	State    string // what the tenant sends back
	Verifier string // of PKCE: the tenant knows its hash
	Return   string // where the browser goes at the end
	Expires  time.Time
}

// begin makes an attempt and sets its cookie in the browser.
func (a *attempts) begin(w http.ResponseWriter, r *http.Request, returnPath string) (attempt, error) {
	begun := attempt{
		State: rand.Text(), Verifier: oauth2.GenerateVerifier(), Return: returnPath, Expires: time.Now().Add(attemptTime),
	}
	name := a.name(begun.State)
	sealed, err := a.sealer.seal(name, begun)
	if err != nil {
		return attempt{}, err
	}
	a.makeRoom(w, r)
	cookie := a.cookie.make(name, base64.RawURLEncoding.EncodeToString(sealed))
	cookie.MaxAge = int(attemptTime.Seconds())
	http.SetCookie(w, cookie)
	return begun, nil
}

// makeRoom makes a browser that has too many attempts forget them.
func (a *attempts) makeRoom(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, a.cookie.attempt) {
			names = append(names, cookie.Name)
		}
	}
	if len(names) < maxAttempts {
		return
	}
	for _, name := range names[:min(len(names), 10*maxAttempts)] {
		a.cookie.remove(w, name)
	}
}

// take returns the attempt with a state, and removes it from the browser. It is not ok if the browser
// has no such attempt, or took too long.
func (a *attempts) take(w http.ResponseWriter, r *http.Request, state string) (attempt, bool) {
	if len(state) < statePrefix {
		return attempt{}, false
	}
	name := a.name(state)
	found := r.CookiesNamed(name)
	if len(found) != 1 {
		return attempt{}, false
	}
	a.cookie.remove(w, name)
	sealed, err := base64.RawURLEncoding.DecodeString(found[0].Value)
	if err != nil {
		return attempt{}, false
	}
	var taken attempt
	if !a.sealer.open(name, sealed, &taken) || !time.Now().Before(taken.Expires) ||
		subtle.ConstantTimeCompare([]byte(taken.State), []byte(state)) != 1 {
		return attempt{}, false
	}
	return taken, true
}

// name returns the name of the cookie for a state.
func (a *attempts) name(state string) string { return a.cookie.attempt + state[:statePrefix] }
