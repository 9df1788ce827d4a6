// Package document finds the document of a request, limits it, and checks it and its variables, in the
// place of gqlgen.
//
// A request has the text of its document, or names one: a trusted document by its id, or one that a
// client has persisted by its hash. In either case the document is parsed once, refused if it exceeds
// a limit or is not valid, and kept for the next request with the same text. The values in the document
// and those of the variables are read as graphql-js reads them, and refused in its words: variables.go
// has the variables, values.go the literals, arguments.go what a variable makes of an argument.
//
// Replicas may share what clients have persisted: a text goes there once it is in use, and counts only if it
// has the hash that it is asked for by.
//
// Of the project, the package imports apierror alone. It knows the schema that it is handed, and
// nothing about resolvers, transports or the upstream.
package document
