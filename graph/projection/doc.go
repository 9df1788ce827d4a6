// Package projection writes objects that have been read as JSON, by the fields that an operation
// selects of them. It does what an executor does for fields that need no resolver, at a tenth of
// the work: the selection is looked at once for all rows, and what stands in a row goes straight
// into a buffer. Fields that need a resolver are left to the executor, and put in their places.
//
// What there is to write of each type is in package gen, generated from the schema.
//
// It imports gqlgen's runtime and nothing of the project.
package projection
