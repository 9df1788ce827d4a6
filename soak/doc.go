// Package soak has a test and no code. The test runs the program, as it is shipped, under load for as
// long as it is told, with faults of the upstream in between. It shows that every request gets its own
// response, that no write is lost, and that neither memory nor goroutines grow. It imports nothing of
// the project, and sends requests over HTTP like any other caller.
package soak
