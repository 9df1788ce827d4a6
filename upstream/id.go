package upstream

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"certql/plain"
)

// maxIDBytes bounds an identifier. Those of the service have 32 to 36 characters, rarely
// the length of a login name.
const maxIDBytes = 256

// CheckID returns an error that says what is wrong with text as an identifier, or nil if it can be one.
// Identifiers are opaque, so almost any text can be one: what is refused cannot be sent at all, or is
// longer than any identifier.
func CheckID(text string) error {
	switch {
	case text == "":
		return inputError("must not be empty")
	case len(text) > maxIDBytes:
		return inputError("must not be longer than 256 bytes")
	case isPrintableASCII(text): // as a rule
		return nil
	case !utf8.ValidString(text):
		return inputError("must be valid UTF-8")
	case strings.ContainsFunc(text, unicode.IsControl):
		return inputError("must not contain control characters")
	}
	return nil
}

// isPrintableASCII reports whether text has nothing but printable ASCII, without quotes and backslashes.
func isPrintableASCII(text string) bool {
	return plain.Prefix([]byte(text)) == len(text) && strings.IndexByte(text, 0x7f) < 0
}

// escapeID returns id as one segment of a path, or why it cannot be an identifier. Nothing in the
// segment steers the path, not even . and .. as a whole, whose dots are escaped as well.
func escapeID(id string) (string, error) {
	if err := CheckID(id); err != nil {
		return "", inputError("an identifier " + err.Error())
	}
	if id == "." || id == ".." {
		return strings.ReplaceAll(id, ".", "%2E"), nil
	}
	return url.PathEscape(id), nil
}
