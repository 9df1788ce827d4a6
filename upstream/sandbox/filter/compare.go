package filter

import (
	"slices"
	"strings"
)

// compareFlag returns the test of a comparison of a boolean field.
func compareFlag[R any](flag func(R) (value, ok bool), parsed expression) (func(R) bool, error) {
	wanted := make([]bool, len(parsed.values))
	for i, value := range parsed.values {
		wanted[i] = value.text == "true"
	}
	switch parsed.operator {
	case Eq, In:
		return func(row R) bool { value, ok := flag(row); return ok && slices.Contains(wanted, value) }, nil
	case Ne:
		return func(row R) bool { value, ok := flag(row); return !ok || value != wanted[0] }, nil
	case Pr:
		return func(row R) bool { _, ok := flag(row); return ok }, nil
	case IsNull:
		return func(row R) bool { _, ok := flag(row); return !ok }, nil
	}
	return nil, refuseAt(parsed.at, "the operator %s does not apply to true and false.", parsed.operator)
}

// compareText returns the test of a comparison of a field of texts. With fold on, letter case does not count.
func compareText[R any](texts func(R) []string, fold bool, parsed expression) (func(R) bool, error) {
	folded := func(text string) string { return text }
	if fold {
		folded = strings.ToLower
	}
	wanted := make(map[string]bool, len(parsed.values))
	var first string
	for i, value := range parsed.values {
		wanted[folded(value.text)] = true
		if i == 0 {
			first = folded(value.text)
		}
	}
	some := func(holds func(string) bool) (func(R) bool, error) {
		return func(row R) bool {
			return slices.ContainsFunc(texts(row), func(text string) bool { return holds(folded(text)) })
		}, nil
	}
	switch parsed.operator {
	case Eq, In:
		return some(func(text string) bool { return wanted[text] })
	case Ne:
		return func(row R) bool {
			return !slices.ContainsFunc(texts(row), func(text string) bool { return folded(text) == first })
		}, nil
	case Gt:
		return some(func(text string) bool { return text > first })
	case Ge:
		return some(func(text string) bool { return text >= first })
	case Lt:
		return some(func(text string) bool { return text < first })
	case Le:
		return some(func(text string) bool { return text <= first })
	case Co:
		return some(func(text string) bool { return strings.Contains(text, first) })
	case Sw:
		return some(func(text string) bool { return strings.HasPrefix(text, first) })
	case Pr:
		return func(row R) bool { return len(texts(row)) > 0 }, nil
	case IsNull:
		return func(row R) bool { return len(texts(row)) == 0 }, nil
	}
	// What is left is Ca.
	return func(row R) bool {
		present := texts(row)
		for text := range wanted {
			if !slices.ContainsFunc(present, func(candidate string) bool { return folded(candidate) == text }) {
				return false
			}
		}
		return true
	}, nil
}
