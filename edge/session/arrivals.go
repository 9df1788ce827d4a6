package session

import (
	"context"
	"crypto/rand"
	"net/http"

	"certql/upstream"
)

// complete exchanges the code of an attempt for a grant, makes a session for it, and returns the session's
// id. The error is errCode if the code is of no use, or was used before.
//
// A browser may come back twice: with the same code if it repeats a request, and with another one after a double
// click at the tenant, by which it drops the response to the first. A tenant takes the second use of a code for
// theft, and ends what it has granted for the first. So a code is sent to it once: it is locked for as long as an
// attempt lasts, in whichever replica. Requests of an attempt that come at the same time get the same session from
// this replica; one that comes later with another code, which a browser does that never saw its session, gets its own.
func (s *Sessions) complete(r *http.Request, begun attempt, code string) (id string, err error) {
	work := func(ctx context.Context) (string, error) {
		used, owner := keyOf("code:"+begun.State+":"+code), rand.Text()
		first, err := s.grants.store.Lock(ctx, used, owner, attemptTime)
		if err != nil {
			return "", s.fault(ctx, err)
		}
		if !first {
			return "", errCode
		}
		grant, err := s.tenant.Exchange(ctx, code, begun.Verifier)
		if err != nil {
			_ = s.grants.store.Unlock(ctx, used, owner) // the browser may come back with it, if the tenant did not answer
		}
		if upstream.GrantEnded(err) {
			return "", errCode
		}
		if err != nil {
			return "", s.tenantFailed(ctx, err)
		}
		return s.begin(ctx, r.WithContext(ctx), grant, arrival{begun.State, begun.Return})
	}
	return s.underWay.Start(r.Context(), begun.State, work).Wait(r.Context())
}

// leadOn sends a browser that comes back from a sign-in which cannot be completed to where the person wanted
// to go, if they are signed in all the same: in another tab, or by the same sign-in before, which the
// browser's back button or a double click repeats. Otherwise it returns why the request is refused.
func (s *Sessions) leadOn(w http.ResponseWriter, r *http.Request, state, returnPath string, refused error) error {
	kept, signedIn, err := s.peek(r)
	if err != nil {
		return err
	}
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
