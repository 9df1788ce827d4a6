package transport

// bytesOfValue is how many bytes of the longest body there are for each value in a JSON text. Values take
// up to a hundred times the memory of their text, so that small ones are counted before any are read.
const bytesOfValue = 8

// maxValues returns how many values a JSON text may have if it may have so many bytes.
func maxValues(body int) int { return body / bytesOfValue }

// countValues returns how many values a JSON text has, without the names of members, give or take those
// of empty lists and objects. The text need not be valid.
func countValues(text []byte) int {
	values, within := 1, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			within = !within
		case '\\':
			if within {
				i++
			}
		case '[', '{', ',':
			if !within {
				values++
			}
		}
	}
	return values
}
