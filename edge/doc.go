// Package edge is how callers arrive: the settings of the gateway, who a request is made as,
// and which browsers' origins may call.
//
// It imports upstream for credentials alone, and never graph.
package edge
