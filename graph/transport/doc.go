// Package transport speaks GraphQL over HTTP and over WebSocket.
//
// It reads requests, refuses those that are malformed, hands the others to gqlgen's executor, and
// writes the responses: each by itself, as a stream, or as messages. Whether an operation may be
// executed is decided by the extensions of the executor.
//
// Of the project, the package imports apierror, document, outgoing and plan. It knows no field of the schema.
package transport
