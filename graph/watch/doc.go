// Package watch polls tasks until they are finished, for the subscriptions that watch them. All
// watchers of one caller share one poll of a task. If there are other replicas, those that watch a task for
// the same caller read it in turn, and tell each other what they have read, sealed by the caller's secret.
//
// The package imports apierror, model, plan and upstream. It does not depend on the transport that
// carries the events.
package watch
