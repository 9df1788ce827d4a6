package filter

// A Field describes one field by which an operation lets its callers filter rows of type R. Use Exact, Text,
// NullableText, Texts or Flag to make one.
type Field[R any] struct {
	operators Operators // those that the operation documents for the field
	kind      kind
	// text returns the values of the field in a row: one for a plain field, any number for a collection, none for
	// null. It belongs to exactText and foldedText.
	text func(R) []string
	// flag returns the value of the field in a row, and false if it is null. It belongs to boolean.
	flag func(R) (value, ok bool)
}

// A kind is the type of a field: it decides what values the field is compared with, and how.
type kind uint8

const (
	exactText  kind = iota // letter case counts
	foldedText             // letter case does not count
	boolean
)

// Exact describes a field of identifiers or enumeration values, whose letter case counts. It is never null.
func Exact[R any](supported Operators, value func(R) string) Field[R] {
	return Field[R]{operators: supported, kind: exactText, text: func(row R) []string { return []string{value(row)} }}
}

// Text describes a field whose letter case does not count. It is never null.
func Text[R any](supported Operators, value func(R) string) Field[R] {
	return Texts(supported, func(row R) []string { return []string{value(row)} })
}

// NullableText describes a field whose letter case does not count, and which is null if value returns false.
func NullableText[R any](supported Operators, value func(R) (text string, ok bool)) Field[R] {
	return Texts(supported, func(row R) []string {
		if text, ok := value(row); ok {
			return []string{text}
		}
		return nil
	})
}

// Texts describes a collection of texts, whose letter case does not count. An empty collection is null.
func Texts[R any](supported Operators, values func(R) []string) Field[R] {
	return Field[R]{operators: supported, kind: foldedText, text: values}
}

// Flag describes a boolean field. It is never null.
func Flag[R any](supported Operators, value func(R) bool) Field[R] {
	return Field[R]{operators: supported, kind: boolean, flag: func(row R) (bool, bool) { return value(row), true }}
}
