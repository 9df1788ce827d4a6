package filter

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSortersLength bounds the text of the sorters, in bytes; no operation has more than five fields to name.
const maxSortersLength = 1 << 10

// A sortersError is the sentence that says why sorters were refused.
type sortersError string

func (e sortersError) Error() string { return string(e) }

func refuseSorters(format string, args ...any) error {
	return sortersError(fmt.Sprintf(format, args...))
}

// ParseSorters returns the order that a comma list of fields describes, for Sort. keys are the fields that the operation
// sorts by; each returns its value in a row, and false if that is null. A field with "-" before it sorts descending.
// Texts compare without regard to letter case, and by it only to break a tie. Nulls come last, or first if the field
// sorts descending.
//
// For an empty text it returns nil: the rows keep the order that they have. A field that is empty, unknown or named
// twice is an error that says what is allowed.
func ParseSorters[R any](text string, keys map[string]func(R) (key string, ok bool)) (func(a, b R) int, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) > maxSortersLength {
		return nil, refuseSorters("the sorters are longer than %d bytes.", maxSortersLength)
	}
	var orders []func(a, b R) int
	named := make(map[string]bool)
	for field := range strings.SplitSeq(text, ",") {
		name, descending := strings.CutPrefix(field, "-")
		key, known := keys[name]
		switch {
		case name == "":
			return nil, refuseSorters("there is an empty field in %.60q.", text)
		case !known:
			return nil, refuseSorters("%.60q is no field that this operation sorts by; there are %s.",
				name, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		case named[name]:
			return nil, refuseSorters("%q is named twice.", name)
		}
		named[name] = true
		orders = append(orders, orderBy(key, descending))
	}
	return func(a, b R) int {
		for _, order := range orders {
			if result := order(a, b); result != 0 {
				return result
			}
		}
		return 0
	}, nil
}

// Sort sorts rows in place and keeps the order of equal ones. It looks at far fewer pairs than
// slices.SortStableFunc does, and comparing texts without regard to letter case is what takes the time.
func Sort[R any](rows []R, compare func(a, b R) int) {
	type placed struct {
		row R
		at  int
	}
	all := make([]placed, len(rows))
	for i, row := range rows {
		all[i] = placed{row, i}
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Or(compare(a.row, b.row), a.at-b.at) })
	for i, each := range all {
		rows[i] = each.row
	}
}

// orderBy returns the order by one field.
func orderBy[R any](key func(R) (string, bool), descending bool) func(a, b R) int {
	ascending := func(a, b R) int {
		left, leftOK := key(a)
		right, rightOK := key(b)
		switch {
		case leftOK && rightOK:
			return compareFolded(left, right)
		case leftOK:
			return -1
		case rightOK:
			return 1
		}
		return 0
	}
	if descending {
		return func(a, b R) int { return ascending(b, a) }
	}
	return ascending
}

// compareFolded compares two texts by their lower-case forms, then as they are. It copies nothing, since it runs for
// each pair that a sort looks at.
func compareFolded(a, b string) int {
	ascii := 0 // bytes at the start that are ASCII and the same but for case
	for ascii < min(len(a), len(b)) {
		l, r := a[ascii], b[ascii]
		if l >= utf8.RuneSelf || r >= utf8.RuneSelf {
			break
		}
		if result := cmp.Compare(lowerASCII(l), lowerASCII(r)); result != 0 {
			return result
		}
		ascii++
	}
	left, right := a[ascii:], b[ascii:]
	for left != "" && right != "" {
		l, leftSize := utf8.DecodeRuneInString(left)
		r, rightSize := utf8.DecodeRuneInString(right)
		if result := cmp.Compare(unicode.ToLower(l), unicode.ToLower(r)); result != 0 {
			return result
		}
		left, right = left[leftSize:], right[rightSize:]
	}
	if left != "" || right != "" {
		return cmp.Compare(len(left), len(right))
	}
	return cmp.Compare(a, b)
}

func lowerASCII(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}
