// Package model binds the schema's types to those of the upstream client. Its types are thin
// wrappers: a pointer to an object of the upstream, and methods for the fields that differ.
// Everything else is bound to the upstream's own types in gqlgen.yml.
//
// An empty text is null, since the upstream client reads absent, null and empty alike. A value that
// an enum does not list is shown as UNRECOGNIZED.
//
// The package imports upstream, relay and gqlgen's runtime. It does no input or output.
package model
