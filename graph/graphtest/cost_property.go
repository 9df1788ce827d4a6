package graphtest

import (
	"math/rand/v2"
)

// Pick answers one of some.
func Pick[T any](r *rand.Rand, some ...T) T { return some[r.IntN(len(some))] }

// Calls answers how many requests of the API's operations have reached the sandbox.
func (w *Tenant) Calls() int {
	requests := w.Sandbox.Requests()
	return requests.Total - requests.Count("oauthToken")
}
