// Package watch reads tasks again and again for those who wait for them to finish: one poll of a
// task for all watchers of one caller.
//
// The package imports apierror, model, plan and upstream. What transport carries the events is
// settled above it.
package watch
