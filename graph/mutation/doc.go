// Package mutation sends writes upstream, and finds out what became of them.
//
// An Executor executes each mutation of the schema: it reads the input and says all that is wrong
// with it, checks whether the certification is open for the write, sends as many calls as it takes,
// one after another, and reconciles those whose outcome is not known with what the upstream shows.
// What it can say of each id goes into the payload; only a fault of the first call is an error of
// the operation.
//
// The package imports apierror, gen, load, model, plan and upstream.
package mutation
