package header

import (
	"iter"
	"strings"
)

// Tokens returns the tokens of a header that lists them without weights, such as Upgrade, given as its
// lines, in the order in which they were sent.
func Tokens(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range lines {
			for token := range strings.SplitSeq(line, ",") {
				if token = strings.TrimSpace(token); token != "" && !yield(token) {
					return
				}
			}
		}
	}
}

// Lists reports whether a header that lists tokens has the given one, in upper or lower case.
func Lists(lines []string, token string) bool {
	for listed := range Tokens(lines) {
		if strings.EqualFold(listed, token) {
			return true
		}
	}
	return false
}
