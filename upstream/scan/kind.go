package scan

// A Kind is one of the types that JSON has.
type Kind byte

// The kinds of values. None is what begins like no value.
const (
	None Kind = iota
	Null
	Boolean
	Number
	String
	List
	Object
)

// String returns what JSON calls values of the kind.
func (k Kind) String() string {
	return [...]string{"nothing", "null", "boolean", "number", "string", "array", "object"}[k]
}

// kinds has the kind of a value by its first byte.
var kinds = [256]Kind{
	'n': Null, 't': Boolean, 'f': Boolean, '"': String, '[': List, '{': Object,
	'-': Number, '0': Number, '1': Number, '2': Number, '3': Number, '4': Number, '5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}

// Kind returns the kind of the next value, as far as its first byte tells.
func (s *Scanner) Kind() Kind { return kinds[s.peek()] }
