package document

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxSuggestions is how many names an error suggests.
const maxSuggestions = 5

// didYouMeanValue suggests the values of an enum that a text resembles.
func (r inputReader) didYouMeanValue(text string, enum *ast.Definition) string {
	names := make([]string, len(enum.EnumValues))
	for i, value := range enum.EnumValues {
		names[i] = value.Name
	}
	return r.didYouMean("the enum value ", text, names)
}

// didYouMean returns a question that suggests those of the names that a text resembles, with a space
// before it; or nothing if none does, or if nothing of the schema is told.
func (r inputReader) didYouMean(what, text string, names []string) string {
	if r.silent {
		return ""
	}
	similar := suggestions(text, names)
	for i, name := range similar {
		similar[i] = `"` + name + `"`
	}
	switch n := min(len(similar), maxSuggestions); n {
	case 0:
		return ""
	case 1:
		return " Did you mean " + what + similar[0] + "?"
	case 2:
		return " Did you mean " + what + similar[0] + " or " + similar[1] + "?"
	default:
		return " Did you mean " + what + strings.Join(similar[:n-1], ", ") + ", or " + similar[n-1] + "?"
	}
}

// suggestions returns those of the names that a text resembles, the most similar first: those that
// take at most two edits for every five characters of the text, and one more. The work is bounded
// whatever the length of the text.
func suggestions(text string, names []string) []string {
	longest := 0
	for _, name := range names {
		longest = max(longest, len(name))
	}
	if len(text) > 8*longest+8 { // four bytes a character at most: far too many edits
		return nil
	}
	threshold := len(utf16.Encode([]rune(text)))*2/5 + 1
	lower := utf16.Encode([]rune(strings.ToLower(text)))
	distances := make(map[string]int)
	var similar []string
	for _, name := range names {
		if distance := editDistance(text, name, lower); distance <= threshold {
			distances[name] = distance
			similar = append(similar, name)
		}
	}
	slices.SortFunc(similar, func(a, b string) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), strings.Compare(a, b))
	})
	return similar
}

// editDistance returns how many edits turn a text, which is lower in lower case, into a name. An edit
// is an insertion, a deletion, a substitution, a swap of neighbours, or any change of case alone.
func editDistance(text, name string, lower []uint16) int {
	if text == name {
		return 0
	}
	other := utf16.Encode([]rune(strings.ToLower(name)))
	if slices.Equal(lower, other) {
		return 1
	}
	rows := [3][]int{make([]int, len(other)+1), make([]int, len(other)+1), make([]int, len(other)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(lower); i++ {
		before, above, row := rows[(i+1)%3], rows[(i-1)%3], rows[i%3]
		row[0] = i
		for j := 1; j <= len(other); j++ {
			substitution := above[j-1]
			if lower[i-1] != other[j-1] {
				substitution++
			}
			row[j] = min(above[j]+1, row[j-1]+1, substitution)
			if i > 1 && j > 1 && lower[i-1] == other[j-2] && lower[i-2] == other[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(lower)%3][len(other)]
}
