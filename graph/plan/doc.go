// Package plan says of an operation, before it runs, what it selects and what it will cost.
//
// A plan is made once an operation's document has been checked: which connection fields share a
// page, how many upstream calls it takes at most and at which fields, and which of its values can
// be written without gqlgen's executor. Resolvers, mutations and transports read it.
//
// The package imports apierror, load, model, relay, projection and upstream. It reads nothing
// from the upstream, and resolves no field.
package plan
