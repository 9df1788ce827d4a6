// Package scan reads JSON text in one pass, by what the caller asks for: the members of objects and the elements of
// lists one after the other, and of each its value, or nothing. It knows the grammar of JSON and no types: those that
// decode rows are generated on top of it.
//
// Three things hold, whatever the text:
//
//   - What has been read without a failure is JSON, also what was skipped. A Scanner fails at the first byte that is
//     not as the grammar or the caller wants it, and returns nothing more of the text after that; Whole reports at the
//     end whether it has.
//   - A text is read as it stands, except that bytes which are not UTF-8, and surrogates without their other half, are
//     replaced by U+FFFD.
//   - No string that is returned refers to the text, so that its memory may be used again.
//
// The package imports nothing of the project but package plain.
package scan
