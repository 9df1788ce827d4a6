package session

import (
	"context"
	"net/http"
	"time"

	"certql/upstream"
	"certql/upstream/inflight"
)

// maxUsed bounds how many states of completed sign-ins are remembered.
const maxUsed = 10_000

// An arrival is a sign-in that was completed, and where it led.
type arrival struct {
	State  string
	Return string
}

// withArrival returns the arrivals with one more, without the oldest if there are as many as a browser may
// have sign-ins under way.
func withArrival(before []arrival, latest arrival) []arrival {
	all := append(before[:len(before):len(before)], latest)
	return all[max(0, len(all)-maxAttempts):]
}

// arrivals complete sign-ins. A browser may come back twice with the same code: after a double click, or
// if it repeats a request. A tenant takes the second use of a code for theft, and ends what it has granted
// for the first. So each code is sent to it once.
type arrivals struct {
	underWay inflight.Group[string] // the ids of the sessions that are being made
	used     *memory                // the states of attempts that have been completed
}

// complete exchanges the code of an attempt for a grant, makes a session for it, and returns the session's
// id. Requests that come with the same code at the same time get the same session. The error is errCode if
// the code is of no use, or was used before.
func (s *Sessions) complete(r *http.Request, begun attempt, code string) (id string, err error) {
	work := func(ctx context.Context) (string, error) {
		if _, used, _ := s.arrivals.used.Find(begun.State); used {
			return "", errCode
		}
		grant, err := s.tenant.Exchange(ctx, code, begun.Verifier)
		if upstream.GrantEnded(err) {
			return "", errCode
		}
		if err != nil {
			return "", s.tenantFailed(ctx, err)
		}
		// If there is no room, the tenant is what refuses the second use of the code.
		_ = s.arrivals.used.Commit(begun.State, nil, time.Now().Add(attemptTime))
		return s.begin(ctx, r, grant, arrival{begun.State, begun.Return})
	}
	return s.arrivals.underWay.Start(r.Context(), begun.State+" "+code, work).Wait(r.Context())
}

// leadOn sends a browser that comes back from a sign-in which cannot be completed to where the person wanted
// to go, if they are signed in all the same: in another tab, or by the same sign-in before, which the
// browser's back button or a double click repeats. Otherwise it returns why the request is refused.
func (s *Sessions) leadOn(w http.ResponseWriter, r *http.Request, state, returnPath string, refused error) error {
	kept, signedIn := s.peek(r)
	if !signedIn {
		return refused
	}
	for _, arrived := range kept.Arrivals {
		if arrived.State == state {
			returnPath = arrived.Return
		}
	}
	if returnPath == "" {
		returnPath = s.returnPaths.usual()
	}
	http.Redirect(w, r, returnPath, http.StatusSeeOther)
	return nil
}
