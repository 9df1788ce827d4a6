// Package model binds the schema's types to those of the upstream client. Its types are
// thin wrappers: a pointer to what the upstream answered, and methods for the fields that
// differ. Everything else is bound to the upstream's own types in gqlgen.yml.
//
// An empty text is null, since the upstream client reads absent, null and empty alike. A
// value that an enum does not list shows as UNRECOGNIZED.
//
// It imports upstream, relay and gqlgen's runtime, and does no input or output.
package model
