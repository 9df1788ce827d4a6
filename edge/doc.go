// Package edge is how callers and operators arrive: the settings of the gateway, who a request is
// made as, which browsers' origins may call, and what is told of requests in logs, traces and
// metrics.
//
// It imports upstream for credentials, the ids of requests and numbers, and never graph.
package edge
