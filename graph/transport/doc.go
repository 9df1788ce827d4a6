// Package transport speaks GraphQL over HTTP and over WebSocket.
//
// It reads requests, refuses those that are none, hands the others to gqlgen's executor, and writes
// what comes back: as one answer, as a stream, or as messages. What an operation is, and whether it
// may be executed, is for others to say.
//
// The package imports apierror, document and plan. It knows no field of the schema.
package transport
