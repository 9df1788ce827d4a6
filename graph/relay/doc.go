// Package relay holds the conventions of the Relay specification that the schema follows: opaque
// cursors, page windows, connections and global ids. Cursors stand for row positions, since the
// upstream pages by offset and limit alone.
//
// The package imports the standard library alone. It does no input or output, and knows nothing of
// the upstream.
package relay
