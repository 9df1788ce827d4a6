package upstream

import (
	"fmt"
	"strings"
)

// A Sorter orders a list by one of its fields, ascending unless Descending is set. Of
// several sorters the first decides, the others break ties.
type Sorter[F ~string] struct {
	Field      F
	Descending bool
}

// sorters returns the query parameter that orders a list, such as "name,-due".
func sorters[F ~string](list []Sorter[F]) queryParameter {
	p := queryParameter{name: "sorters"}
	for i, s := range list {
		if i > 0 {
			p.value += ","
		}
		if s.Descending {
			p.value += "-"
		}
		p.value += string(s.Field)
		if s.Field == "" || strings.Trim(string(s.Field), fieldCharacters) != "" {
			p.err = fmt.Errorf("sorters: %w", inputError("a field must be one of those that the operation lists"))
		}
	}
	return p
}

// fieldCharacters are those that the names of fields are made of.
const fieldCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."
