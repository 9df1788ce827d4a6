// Package graphtest is what the tests of the graph have in common: a tenant, which is a sandbox with
// a gateway in front of it, both over HTTP; operations and what is expected of their answers;
// peers of a WebSocket, and a gateway in memory for tests under a set clock.
//
// Tests alone import it.
package graphtest
