// Package graphtest has what the tests of the graph have in common: a tenant, which is a sandbox with a
// gateway in front of it, both over HTTP; operations, and expectations of their responses; peers of a
// WebSocket; and a gateway in memory for tests in a synctest bubble.
//
// Tests alone import it.
package graphtest
