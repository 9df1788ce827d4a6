package sandbox

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"certql/upstream/sandbox/oauth"
	"certql/upstream/sandbox/response"
)

// maxControlBody bounds the body of a control request, in bytes.
const maxControlBody = 1 << 20

// instruments are what the sandbox has beside the service that it simulates: a journal of requests, faults on demand, and
// a way to start over. Tests in Go use the methods of Sandbox, all others the paths under /sandbox/.
type instruments struct {
	journal *journal
	faults  *faults
	budgets *limiter
	restore func()
}

// newInstruments returns the instruments of a sandbox with the clock and seed of config. A request counts as that of the
// client whose token it carries; restore brings the seeded data back.
func newInstruments(config Config, verify func(authorizationHeader string) (oauth.Claims, error), budgets *limiter, restore func()) *instruments {
	identify := func(r *http.Request) string {
		caller, err := verify(r.Header.Get("Authorization"))
		if err != nil {
			return ""
		}
		return caller.ClientID
	}
	return &instruments{
		journal: newJournal(config.Clock, identify),
		faults:  &faults{seed: config.Seed, clock: config.Clock, identify: identify},
		budgets: budgets,
		restore: restore,
	}
}

// wrap returns the handler of an operation with journal and faults in front of it.
func (i *instruments) wrap(operation string, next http.Handler) http.Handler {
	return i.journal.wrap(operation, i.faults.wrap(operation, next))
}

// setFaults replaces the list of faults, or returns an error that says which of them is wrong and leaves the list alone.
func (i *instruments) setFaults(list []Fault) error { return i.faults.set(list) }

// requests returns what arrived since the last reset, request by request.
func (i *instruments) requests() Requests { return i.journal.requests(true) }

// reset restores the sandbox as it was at the start: its data, no faults, full budgets, an empty journal.
func (i *instruments) reset() {
	i.faults.clear()
	i.restore()
	i.budgets.reset()
	i.journal.reset()
}

// mount adds the endpoints under /sandbox/ to mux.
func (i *instruments) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		response.JSON(w, http.StatusOK, i.faults.list())
	})
	mux.HandleFunc("PUT /sandbox/faults", i.putFaults)
	mux.HandleFunc("DELETE /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		i.faults.clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /sandbox/requests", i.getRequests)
	mux.HandleFunc("POST /sandbox/reset", func(w http.ResponseWriter, _ *http.Request) {
		i.reset()
		w.WriteHeader(http.StatusNoContent)
	})
}

// putFaults serves PUT /sandbox/faults and sends the list now in force.
func (i *instruments) putFaults(w http.ResponseWriter, r *http.Request) {
	var list []Fault
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, maxControlBody), &list, json.RejectUnknownMembers(true))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		response.JSON(w, http.StatusRequestEntityTooLarge, controlError{fmt.Sprintf("The body is larger than %d bytes.", maxControlBody)})
		return
	}
	if err != nil {
		response.JSON(w, http.StatusBadRequest, controlError{fmt.Sprintf("The body must be an array of faults: %v", err)})
		return
	}
	if err := i.setFaults(list); err != nil {
		response.JSON(w, http.StatusBadRequest, controlError{err.Error()})
		return
	}
	response.JSON(w, http.StatusOK, i.faults.list())
}

// getRequests serves GET /sandbox/requests.
func (i *instruments) getRequests(w http.ResponseWriter, r *http.Request) {
	detail := r.URL.Query().Get("detail")
	switch detail {
	case "", "false", "true":
		response.JSON(w, http.StatusOK, i.journal.requests(detail == "true"))
	default:
		response.JSON(w, http.StatusBadRequest, controlError{fmt.Sprintf("detail: %.60q is neither true nor false", detail)})
	}
}

// A controlError is the body of a refused control request.
type controlError struct {
	Error string `json:"error"`
}
