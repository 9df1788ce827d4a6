package upstream

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxSearch bounds what a person types to find somebody, in characters.
	maxSearch = 100
	// A name is taken apart if it has at most maxNameWords words and maxNameBytes bytes: the filter repeats it
	// for each way to do so, and the URL has to hold that.
	maxNameWords = 4
	maxNameBytes = 200
)

// personSearch returns the condition for people whom a text means that somebody typed, which is made of
// nothing but beginnings: of a first name, last name, user name or e-mail address, or of a first and a last
// name. A comma stands between the two if there is one; otherwise each blank may. Both orders are tried.
func personSearch(typed string) expression {
	words := strings.Fields(typed)
	text := trimName(strings.Join(words, " "))
	if text == "" {
		return expression{}
	}
	checked := expression{text: "search"}
	if checked.check("search", text); checked.err == nil && utf8.RuneCountInString(text) > maxSearch {
		checked.err = fmt.Errorf("search: %w", inputError(fmt.Sprintf("must not be longer than %d characters", maxSearch)))
	}
	if checked.err != nil {
		return checked
	}
	var conditions []expression
	for _, spelling := range spellings(text) {
		for _, field := range []string{"firstname", "lastname", "alias", "email"} {
			conditions = append(conditions, startsWith(field, spelling))
		}
		for _, name := range splitName(spelling) {
			conditions = append(conditions,
				all(startsWith("firstname", name[0]), startsWith("lastname", name[1])),
				all(startsWith("firstname", name[1]), startsWith("lastname", name[0])),
			)
		}
	}
	return anyOf(conditions...)
}

// spellings returns a text as it was typed and, if a keyboard has made curly quotes and apostrophes of straight
// ones, as names mostly have them.
func spellings(text string) []string {
	if straight := straightQuotes.Replace(text); straight != text && len(text) <= maxNameBytes/2 {
		return []string{text, straight}
	}
	return []string{text}
}

var straightQuotes = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`)

// splitName returns the ways to take a name apart into two, in the order in which they are written: a
// first and a last name, or the other way round.
func splitName(text string) (ways [][2]string) {
	between := isComma
	if !strings.ContainsFunc(text, isComma) {
		between = isBlank
		if strings.Count(text, " ") >= maxNameWords {
			return nil
		}
	}
	if len(text) > maxNameBytes {
		return nil
	}
	for i, r := range text {
		if between(r) {
			way := [2]string{trimName(text[:i]), trimName(text[i:])}
			if way[0] != "" && way[1] != "" && !slices.Contains(ways, way) {
				ways = append(ways, way)
			}
		}
	}
	return ways
}

// trimName returns text without commas and blanks around it.
func trimName(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return isComma(r) || isBlank(r) })
}

func isBlank(r rune) bool { return r == ' ' }

// isComma reports whether a character is a comma, in whatever script.
func isComma(r rune) bool { return strings.ContainsRune(",，、،", r) }

func startsWith(field, text string) expression { return match(field, StartsWith(text)) }
