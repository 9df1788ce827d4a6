// Package edge decides who is let in, and as whom a request is made upstream: hosts, senders, tokens,
// API keys, client certificates, the origins of pages, languages, limits on connections and on time.
//
// It imports upstream for credentials and languages, and never graph. Sign-in is in edge/session,
// the files of a portal are in edge/pages, settings in edge/config, and what operators are told in edge/telemetry.
package edge
