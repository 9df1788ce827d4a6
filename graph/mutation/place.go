package mutation

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"certql/graph/apierror"
)

// A place is what the upstream's text says of where a call is wrong, and the text without that: it
// names paths in its own body, which callers do not know.
type place struct {
	entry    int    // index of an entry of the call; -1 if none is named
	field    string // of the entry, in the upstream's words, or else of the input; empty if none is named
	sentence string
}

// The forms in which the upstream's texts name a path: before a colon, in the midst of a sentence, and
// as a JSON pointer.
var (
	pathBefore  = regexp.MustCompile(`^\$?\.?([A-Za-z]+)?(?:\[(\d{1,6})\])?((?:\.?[A-Za-z]+)*)\s*:\s+`)
	pathWithin  = regexp.MustCompile(`(?:\s+(?:at|in|of|for|on|field|property))?(?:^|[\s"'(]+)\$?\.?(?:([A-Za-z]+)\[(\d{1,6})\]((?:\.[A-Za-z]+)*)|\[(\d{1,6})\]((?:\.[A-Za-z]+)+))["')]?`)
	pathPointer = regexp.MustCompile(`(?:\s+(?:at|in|of|for|on))?\s*["'(]?(?:^|\B)/([A-Za-z]+/)?(\d{1,6})((?:/[A-Za-z]+)*)["')]?:?`)
)

// placeIn returns the place that the upstream's text on a call names.
func placeIn(text string, call sentCall) place {
	none := place{entry: -1, sentence: sentence(text)}
	if call.list == "" {
		return none
	}
	if m := pathBefore.FindStringSubmatch(text); m != nil {
		rest := text[len(m[0]):]
		if m[2] != "" {
			return call.placeOf(m[2], m[3], rest)
		}
		if field := m[1] + m[3]; call.reassignTo != "" && (field == "reassignTo" || field == "reason") {
			return place{-1, field, sentence(rest)}
		} else if field == "reassign" {
			return place{-1, call.list, sentence(rest)}
		}
	}
	for _, pattern := range []*regexp.Regexp{pathWithin, pathPointer} {
		m := pattern.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		var parts []string // the index and the field
		for i := 4; i < len(m); i += 2 {
			if m[i] >= 0 {
				parts = append(parts, text[m[i]:m[i+1]])
			}
		}
		before, after := strings.TrimRight(text[:m[0]], " :"), strings.TrimLeft(text[m[1]:], " :")
		return call.placeOf(parts[0], strings.ReplaceAll(parts[1], "/", "."), before+" "+after)
	}
	return none
}

// placeOf returns the place of a field of the entry with an index in the call.
func (c sentCall) placeOf(index, field, rest string) place {
	n, err := strconv.Atoi(index)
	if err != nil || n >= len(c.ids) {
		return place{-1, "", sentence(rest)}
	}
	return place{n, strings.TrimPrefix(field, "."), sentence(rest)}
}

// sentence returns a text as a sentence: with a capital letter and a full stop. A single word, which is
// no sentence, is put into one.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	word := strings.Trim(text, ".")
	switch {
	case word == "":
		return apierror.NoReasonMessage
	case strings.EqualFold(word, "required"):
		return "A value is required here."
	case !strings.ContainsAny(word, " \t"):
		return "The upstream refuses this: " + word + "."
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	text = strings.ReplaceAll(text, " .", ".")
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// names reports whether a text names an id: in quotes, or as a word that is too long to be another one.
func names(text, id string) bool {
	if strings.Contains(text, `"`+id+`"`) || strings.Contains(text, "'"+id+"'") {
		return true
	}
	return len(id) >= 16 && strings.Contains(text, id)
}
