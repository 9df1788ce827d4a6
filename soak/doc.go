// Package soak has only a test. It runs the program, as it is shipped, under load for a given time, with
// upstream faults in between. It shows that every request gets its own
// response, that no write is lost, and that neither memory nor goroutines grow. It imports nothing of
// the project but what starts an engine, and sends requests over HTTP like any other caller.
package soak
