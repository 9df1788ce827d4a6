// Package watch polls tasks until they are finished, for the subscriptions that watch them. All
// watchers of one caller share one poll of a task.
//
// The package imports apierror, model, plan and upstream. It does not depend on the transport that
// carries the events.
package watch
