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
	maxNameWords = 6
	maxNameBytes = 120
)

// personSearch returns the condition for people whom a text means that somebody typed, which is made of
// nothing but beginnings: of a first name, last name, user name or e-mail address, or of a first and a last
// name. A comma stands between the two if there is one; otherwise each blank may, and what is in the middle,
// such as an initial or a nickname, may be part of neither. Both orders are tried. Titles at the end, behind
// commas, are left out.
func personSearch(typed string) expression {
	words := strings.Join(strings.Fields(typed), " ")
	checked := expression{text: "search"}
	if checked.check("search", words); checked.err == nil && utf8.RuneCountInString(words) > maxSearch {
		checked.err = fmt.Errorf("search: %w", inputError(fmt.Sprintf("must not be longer than %d characters", maxSearch)))
	}
	if checked.err != nil {
		return checked
	}
	text := withoutTitles(trimName(words))
	if text == "" {
		return expression{}
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
	words, between := strings.Count(text, " ")+1, isBlank
	if strings.ContainsFunc(text, isComma) {
		words, between = 0, isComma
	}
	if words > maxNameWords || len(text) > maxNameBytes {
		return nil
	}
	add := func(before, after string) {
		way := [2]string{trimName(before), trimName(after)}
		if way[0] != "" && way[1] != "" && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	for i, r := range text {
		if between(r) {
			add(text[:i], text[i:])
		}
	}
	if words > 2 {
		add(text[:strings.Index(text, " ")], text[strings.LastIndex(text, " "):])
	}
	return ways
}

// titles are what stands behind a name and a comma, and is no name.
var titles = []string{"jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq"}

// withoutTitles returns a name without the titles behind it.
func withoutTitles(text string) string {
	for {
		comma := strings.LastIndexFunc(text, isComma)
		if comma < 0 || !slices.Contains(titles, strings.ToLower(strings.ReplaceAll(trimName(text[comma:]), ".", ""))) {
			return text
		}
		text = trimName(text[:comma])
	}
}

// trimName returns text without commas and blanks around it.
func trimName(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return isComma(r) || isBlank(r) })
}

func isBlank(r rune) bool { return r == ' ' }

// isComma reports whether a character is a comma, in whatever script.
func isComma(r rune) bool { return strings.ContainsRune(",，、،", r) }

func startsWith(field, text string) expression { return match(field, StartsWith(text)) }
