// Package upstream is a typed client of SailPoint Identity Security Cloud's
// Certifications API: one method for each of its eleven operations, and for those beside
// them that tell of campaigns, of what is under review, and of people. Methods are named as
// the vendor names them, with typed parameters, filters and sorters, and one error type.
//
// It reads leniently, since the service promises little: whatever is absent, null,
// unknown or odd leaves a zero value behind instead of failing a page. In the types
// of this package an empty string, a zero Time and a nil pointer or slice each stand
// for "absent or null". Numbers, booleans and the identifiers that may be missing are
// pointers, since their zero values mean something.
//
// On whose behalf a call is made is in its context, as a Credential. A credential is
// either a caller's own token (Bearer) or the gateway's (ClientCredentials).
//
// # The way of a read
//
// A call asks the service for one thing. It has one attempt or more; an attempt is one round trip. On
// its way a read passes:
//
//   - the method of its operation, such as ListIdentityCertifications (certifications.go), which
//     makes a request of its parameters (operation.go, query.go, filter.go, request.go);
//   - the cache (cache.go) and the reads under way (flight.go), either of which may save it a call:
//     read.go leads through both;
//   - the call (call.go), which decides after each attempt whether there is another one (retry.go);
//   - for each attempt (attempt.go), its turn within the request budget and room among the requests
//     under way (turn.go, and the package throttle, which decides);
//   - the wire (transport.go, package http1), and back: the response is decoded (response.go, decode.go, pieces.go, package scan; by
//     fit.go where it does not fit the types), or an *Error is made of it (refusal.go) or of what went wrong
//     (failure.go).
//
// A write (write.go) goes the same way without the cache and the reads under way, both of which it
// makes out of date, on other replicas too (writes.go).
//
// What a call costs is counted for its operation (usage.go, trace.go), for the whole client (stats.go)
// and in spans (span.go). The files of sign-in begin with oauth_: how the gateway gets a token for
// itself, and how people sign in.
//
// Identifiers and filters may come from anybody. What cannot be an identifier or a value is
// refused before anything is sent; everything else reaches the service as data, never as
// part of a path or of the filter language.
//
// The package knows nothing of GraphQL. Of this project it imports only packages below it, and stack and plain, which
// are for any program.
package upstream

//go:generate go run ./generate
