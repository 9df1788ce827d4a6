// Package soak is empty: its test runs the program, as it is shipped, under load for as long as it is
// told, with faults of the upstream in between. It shows that every question gets its own answer,
// that no write is lost, and that neither memory nor goroutines grow. It imports nothing of the
// project, and asks over HTTP like any other caller.
package soak
