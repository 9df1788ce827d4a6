package session

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	// attemptTime is how long a person may take to sign in.
	attemptTime = 10 * time.Minute
	// attemptKept is how long the browser keeps an attempt, so that who took too long can begin again
	// and still gets to where they wanted to go.
	attemptKept = time.Hour
	// maxAttempts is how many sign-ins may be under way in a browser; another one makes the browser
	// forget the oldest of them.
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

// expired reports whether the person took too long.
func (a attempt) expired() bool { return !time.Now().Before(a.Expires) }

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
	cookie.MaxAge = int(attemptKept.Seconds())
	http.SetCookie(w, cookie)
	return begun, nil
}

// makeRoom makes a browser that has as many attempts as it may forget the oldest, and before those any
// that are of no use.
func (a *attempts) makeRoom(w http.ResponseWriter, r *http.Request) {
	expiries := map[string]time.Time{} // by name; zero for what cannot be read
	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, a.cookie.attempt) {
			kept, _ := a.open(cookie)
			expiries[cookie.Name] = kept.Expires
		}
	}
	oldestFirst := slices.SortedFunc(maps.Keys(expiries), func(x, y string) int {
		return cmp.Or(expiries[x].Compare(expiries[y]), strings.Compare(x, y))
	})
	tooMany := max(0, len(oldestFirst)-(maxAttempts-1))
	for _, name := range oldestFirst[:min(tooMany, 10*maxAttempts)] { // a browser that keeps to the rules has one too many
		a.cookie.remove(w, name)
	}
}

// take returns the attempt with a state, which may have expired, and removes it from the browser. It is
// not ok if the browser has no such attempt.
func (a *attempts) take(w http.ResponseWriter, r *http.Request, state string) (taken attempt, ok bool) {
	if len(state) < statePrefix {
		return attempt{}, false
	}
	found := r.CookiesNamed(a.name(state))
	if len(found) != 1 {
		return attempt{}, false
	}
	a.cookie.remove(w, found[0].Name)
	taken, ok = a.open(found[0])
	if !ok || subtle.ConstantTimeCompare([]byte(taken.State), []byte(state)) != 1 {
		return attempt{}, false
	}
	return taken, true
}

// open reads the attempt in a cookie. It is not ok if it was not sealed here, or for another cookie.
func (a *attempts) open(cookie *http.Cookie) (kept attempt, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || !a.sealer.open(cookie.Name, sealed, &kept) {
		return attempt{}, false
	}
	return kept, true
}

// name returns the name of the cookie for a state.
func (a *attempts) name(state string) string { return a.cookie.attempt + state[:statePrefix] }
