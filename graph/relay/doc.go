// Package relay holds the conventions of the Relay specification that the schema
// follows: opaque cursors, page windows, connections and global ids.
//
// It is pure: no input or output, no upstream, nothing but the standard library. Cursors
// stand for row positions, since the upstream pages by offset and limit alone.
package relay
