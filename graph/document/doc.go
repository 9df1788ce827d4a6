// Package document finds the document of a request, limits it, and checks it before gqlgen does.
//
// A request has the text of its document, or names one: a trusted document by its id, or one that a
// client has persisted by its hash. In either case the document is parsed once, refused if it exceeds
// a limit, and kept for the next request with the same text.
//
// Of the project, the package imports apierror alone. It knows the schema that it is handed, and
// nothing about resolvers, transports or the upstream.
package document
