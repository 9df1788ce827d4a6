// Package telemetry tells operators what the gateway does: the log with a line for each request,
// metrics, traces, whether the gateway is ready, and which build it is.
//
// It imports upstream for the ids of requests and for what its client counts; never graph, which
// hands over what it knows of an operation as a value. No token, variable or text of a caller's
// becomes a label or stands in the log unshortened.
package telemetry
