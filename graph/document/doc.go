// Package document finds the document of a request, limits it, and checks it before gqlgen does.
//
// A request holds its document, or names one: a trusted document by its id, or one that a client
// has persisted by its hash. Whatever way it came, it is parsed once, refused if it exceeds a
// limit, and kept for the next request with the same text.
//
// The package imports apierror alone of the project. It knows the schema that it is handed, and
// nothing of resolvers, transports or the upstream.
package document
