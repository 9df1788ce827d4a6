package upstream

import (
	"strings"
	"unicode"
)

// printable returns text on one line without control characters and without those that
// change the direction of writing, cut to a number of characters.
func printable(text string, maxRunes int) string {
	var clean strings.Builder
	for _, r := range text {
		switch {
		case maxRunes == 0:
			return clean.String()
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		clean.WriteRune(r)
		maxRunes--
	}
	return clean.String()
}
