package pages

import "regexp"

var (
	// lastPart matches what a bundler may have put between the name and the extension of a file, after a
	// dash or a dot: eight letters of base64, of which one may be a dash (Vite, Rollup, esbuild, Parcel), or
	// a longer hexadecimal number (webpack).
	lastPart = regexp.MustCompile(`^.+[-.]([A-Za-z0-9_-]{8}|[0-9a-f]{9,64})(?:\.[a-z0-9]+)(?:\.map)?$`)
	// plainNumber, plainWords and plainTerm match what people write there: a date, Words or words2 as in
	// MyWidget, and several in lower case with dashes.
	plainNumber = regexp.MustCompile(`^[0-9]+$`)
	plainWords  = regexp.MustCompile(`^(?:[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+)[0-9]*$`)
	plainTerm   = regexp.MustCompile(`^[a-z0-9]*[-_][a-z0-9_-]*$`)
	// hexadecimal matches a hash that may otherwise look like a word with a number.
	hexadecimal = regexp.MustCompile(`^[0-9a-f]*(?:[0-9][a-f]|[a-f][0-9])[0-9a-f]*$`)
)

// hasContentHash reports whether a file's name has a hash of its content, as bundlers write it, such as
// index-BvV3K2aL.js or main.3f9a27c1.css. What could as well be a word is none: a file would be kept for a
// year, whatever becomes of it, and to ask for it again costs little.
func hasContentHash(name string) bool {
	match := lastPart.FindStringSubmatch(name)
	if match == nil {
		return false
	}
	part := match[1]
	return hexadecimal.MatchString(part) ||
		!plainNumber.MatchString(part) && !plainWords.MatchString(part) && !plainTerm.MatchString(part)
}
