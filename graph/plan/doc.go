// Package plan finds out, before an operation runs, what it selects and how many upstream calls it
// may take.
//
// A plan is made after the operation's document has been checked. It holds which connection fields
// share a page, the most upstream calls of the operation and of each field, and how its objects are
// written without gqlgen's executor. Resolvers, mutations and transports use it. What does not depend on
// arguments is worked out once for a document, and kept with it.
//
// The package imports apierror, kept, load, model, relay, projection and upstream. It reads nothing from
// the upstream, and resolves no field.
package plan
