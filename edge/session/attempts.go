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
	// attemptTime is how long somebody may take to sign in.
	attemptTime = 10 * time.Minute
	// maxAttempts is how many sign-ins may be under way in a browser; with another, all of them are
	// forgotten.
	maxAttempts = 5
	// statePrefix is how much of the state tells the cookies of several attempts apart.
	statePrefix = 8
)

// attempts are sign-ins under way. What is to be known of one when the browser comes back is in the
// browser itself, in a sealed cookie: so whoever only knocks takes no place here, and an answer of the
// tenant is of no use in any other browser.
type attempts struct {
	sealer *sealer
	cookie cookies
}

// An attempt is one sign-in under way.
type attempt struct {
	State    string // what the tenant sends back
	Verifier string // whose hash the tenant knows
	Return   string // where the browser goes at the end
	Expires  time.Time
}

// begin makes an attempt and leaves its cookie in the browser.
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

// makeRoom forgets the attempts of a browser that has too many.
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

// take answers the attempt that has that state in the browser, and forgets it there. There is none
// where the browser has made no such attempt, or has taken too long.
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

// name answers the name of the cookie for a state.
func (a *attempts) name(state string) string { return a.cookie.attempt + state[:statePrefix] }
