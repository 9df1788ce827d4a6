// Package projection writes objects as JSON, by the fields that an operation selects of them. It does
// what gqlgen's executor does for fields that need no resolver, at a tenth of the work: it evaluates
// the selection once for all rows, and writes the values of a row straight into a buffer. Fields that
// need a resolver are holes, which the executor fills.
//
// The code that writes each type is generated from the schema, in package gen.
//
// The package imports gqlgen's runtime and nothing of the project.
package projection
