package kept

import (
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Values are what is worked out of one operation of a document, for as long as the document is kept: what follows
// from the document and from the variables in its directives (@skip, @include and @defer) alone. They are safe
// for concurrent use.
type Values struct {
	conditions []string // the variables in directives
	most       int      // for how many values of them something is kept

	hashed sync.Once // sets hash
	hash   string

	mu     sync.Mutex // guards values
	values []conditional
}

// A conditional is what was worked out for certain conditions.
type conditional struct {
	conditions string
	value      any
}

// NewValues returns what keeps nothing yet of an operation that has the given variables in its directives. It
// keeps values for so many conditions at most, and none if that is 0.
func NewValues(conditions []string, most int) *Values {
	return &Values{conditions: conditions, most: most}
}

// extensionName is the name under which an operation has its Values.
const extensionName = "Kept"

// Hand hands an operation the Values of its document.
func Hand(operation *graphql.OperationContext, values *Values) {
	operation.Stats.SetExtension(extensionName, values)
}

// Of returns the Values of an operation's document; nil if it was handed none.
func Of(operation *graphql.OperationContext) *Values {
	values, _ := operation.Stats.GetExtension(extensionName).(*Values)
	return values
}

// Hash returns the hash of the document, which work works out once. A nil *Values keeps nothing.
func (v *Values) Hash(work func() string) string {
	if v == nil {
		return work()
	}
	v.hashed.Do(func() { v.hash = work() })
	return v.hash
}

// Value returns what work has worked out for the conditions that the variables of an operation make: now, or
// for an earlier operation. work is handed the variables in directives, and must go by no others. A nil *Values
// keeps nothing, and hands over all variables.
func (v *Values) Value(variables map[string]any, work func(conditions map[string]any) any) any {
	if v == nil {
		return work(variables)
	}
	conditions, ok := v.conditionsOf(variables)
	if !ok || v.most == 0 {
		return work(variables)
	}
	if known := v.find(conditions); known != nil {
		return known
	}
	own := make(map[string]any, len(v.conditions))
	for _, name := range v.conditions {
		if value, ok := variables[name]; ok {
			own[name] = value
		}
	}
	return v.add(conditions, work(own))
}

// conditionsOf returns the values of the variables in directives as a text. It returns false if they are not
// conditions alone, but texts of the caller.
func (v *Values) conditionsOf(variables map[string]any) (string, bool) {
	if len(v.conditions) == 0 {
		return "", true
	}
	var text strings.Builder
	for _, name := range v.conditions {
		switch value := variables[name].(type) {
		case nil:
			text.WriteByte('?')
		case bool:
			if value {
				text.WriteByte('+')
			} else {
				text.WriteByte('-')
			}
		default:
			return "", false
		}
	}
	return text.String(), true
}

// find returns what is kept for conditions; nil if nothing is.
func (v *Values) find(conditions string) any {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.findNow(conditions)
}

// findNow is find for a caller that has locked mu.
func (v *Values) findNow(conditions string) any {
	i := slices.IndexFunc(v.values, func(c conditional) bool { return c.conditions == conditions })
	if i < 0 {
		return nil
	}
	return v.values[i].value
}

// add keeps a value for conditions, in place of the oldest if there are too many. It returns the value that
// is kept, which another operation may have added meanwhile.
func (v *Values) add(conditions string, value any) any {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.findNow(conditions); known != nil {
		return known
	}
	if len(v.values) == v.most {
		v.values = slices.Delete(v.values, 0, 1)
	}
	v.values = append(v.values, conditional{conditions, value})
	return value
}
