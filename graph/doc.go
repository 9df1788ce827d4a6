// Package graph answers GraphQL over the upstream client: it checks what callers send,
// plans which rows to read, and shapes what comes back.
//
// Resolvers are thin. They turn arguments into a page window, a typed filter and an order,
// hand the reading to package load, and leave the shape to package model. Everything that
// can go wrong meets one error presenter, which alone decides what a caller gets to see.
//
// The package imports its children and upstream, never edge: who calls, and how, has been
// settled before an operation arrives here.
package graph
