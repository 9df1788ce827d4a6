// Package kept keeps with a document what is worked out of its operations once, whatever that is: how often an
// operation is sent, only its variables are looked at again.
//
// The package imports gqlgen's runtime and nothing of the project.
package kept
