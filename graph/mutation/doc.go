// Package mutation sends writes upstream, and finds out what became of them.
//
// An Executor executes each mutation of the schema. It reports everything that is wrong with the
// input, checks whether the certification is open for the write, and sends as many calls as it takes,
// one after another. Where the outcome of a call is not known, it reads the upstream to find out.
// What became of each id goes into the payload. Only if the first call fails without effect, and for
// a reason that the caller cannot correct, is that an error of the operation.
//
// The package imports apierror, gen, load, model, plan and upstream.
package mutation
