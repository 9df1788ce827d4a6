// Package apierror holds the codes of errors, and decides what callers see of an error.
//
// It stands below everything else that makes errors in the graph, and imports model, relay and
// upstream for the kinds of error that it shows. It calls nothing upstream.
package apierror
