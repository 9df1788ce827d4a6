package filter

import "strings"

// Operators is a set of comparison operators.
type Operators uint16

// The comparison operators, each under the name that it has on the wire.
const (
	Eq     Operators = 1 << iota // equals
	Ne                           // does not equal
	Gt                           // is greater than
	Ge                           // is greater than or equal to
	Lt                           // is less than
	Le                           // is less than or equal to
	In                           // equals one value of a list
	Co                           // contains a text
	Sw                           // starts with a text
	Ca                           // contains all values of a list
	Pr                           // is present; stands before its field
	IsNull                       // is null; stands after its field
)

// operatorNames lists the comparison operators in the order in which the vendor documents them.
var operatorNames = [...]struct {
	operator Operators
	name     string
}{
	{Eq, "eq"},
	{Ne, "ne"},
	{Gt, "gt"},
	{Ge, "ge"},
	{Lt, "lt"},
	{Le, "le"},
	{In, "in"},
	{Co, "co"},
	{Sw, "sw"},
	{Ca, "ca"},
	{Pr, "pr"},
	{IsNull, "isnull"},
}

// operatorNamed returns the comparison operator of that name, or 0 if there is none. Names are lower case only.
func operatorNamed(name string) Operators {
	for _, entry := range operatorNames {
		if entry.name == name {
			return entry.operator
		}
	}
	return 0
}

// String returns the names of the operators in the set, separated by commas.
func (o Operators) String() string {
	var names []string
	for _, entry := range operatorNames {
		if o&entry.operator != 0 {
			names = append(names, entry.name)
		}
	}
	return strings.Join(names, ", ")
}
