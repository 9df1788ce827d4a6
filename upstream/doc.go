// Package upstream is a typed client of SailPoint Identity Security Cloud's
// Certifications API: one method for each of its eleven operations, named as the
// vendor names them, with typed parameters, filters and sorters, and one error type.
//
// It reads leniently, since the service promises little: whatever is absent, null,
// unknown or odd leaves a zero value behind instead of failing a page. In the types
// of this package an empty string, a zero Time and a nil pointer or slice each stand
// for "absent or null". Numbers, booleans and the identifiers that may be missing are
// pointers, since their zero values mean something.
//
// On whose behalf a call is made rides in its context, as a Credential. A credential is
// either a caller's own token (Bearer) or the gateway's (ClientCredentials).
//
// Calls share the request budget that the service allows. They go at once while it lasts; then
// they wait in a queue in which callers take turns, and are refused where they would wait in
// vain. A 429 pauses a budget as a whole. What fails in a way that is soon over is sent again
// where that cannot do anything twice. Reads that are alike are one request, and may be answered
// from a cache. On its way a read passes the cache (cache.go), the reads under way (flight.go),
// the throttle (throttle.go, and budget.go for one budget), the gate (gate.go) and the wire
// (call.go), which decides whether it comes back (retry.go).
//
// Identifiers and filters may come from anybody. What cannot be an identifier or a value is
// refused before anything is sent; everything else reaches the service as data, never as
// part of a path or of the filter language.
//
// The package knows nothing of GraphQL. It imports no other package of this project.
package upstream
