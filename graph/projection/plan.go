package projection

import (
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// An Object is an object type of the schema.
type Object struct {
	// Name is the type's name; Satisfies has it too, and the names of its interfaces.
	Name      string
	Satisfies []string
	Fields    map[string]Field
}

// A Field is a field of an Object.
type Field struct {
	// Index tells the field from the others of its type. 0 stands for __typename.
	Index int
	// Types are those that a value of the field may have, where it is an object or several.
	Types []*Object
	// Resolved says that the executor has to resolve the field.
	Resolved bool
}

// A Plan is what an operation selects of an object.
type Plan struct {
	Steps []Step
	// Holes says that something within the object has to be resolved by the executor.
	Holes bool
}

// A Step is one field of a Plan.
type Step struct {
	Field graphql.CollectedField
	Index int     // as in Field
	Plans []*Plan // for each of the field's types
	key   string  // `"alias":`
}

// Plan answers what is selected of an object by a set of selections. Fragments, aliases, @skip
// and @include are honoured.
func (o *Object) Plan(operation *graphql.OperationContext, set ast.SelectionSet) *Plan {
	fields := graphql.CollectFields(operation, set, o.Satisfies)
	plan := &Plan{Steps: make([]Step, len(fields))}
	for i, collected := range fields {
		field := o.Fields[collected.Name] // the document is valid: only __typename has no entry
		step := Step{Field: collected, Index: field.Index, key: strconv.Quote(collected.Alias) + ":"}
		plan.Holes = plan.Holes || field.Resolved
		if len(field.Types) > 0 {
			step.Plans = Plans(operation, collected.Selections, field.Types)
			for _, below := range step.Plans {
				plan.Holes = plan.Holes || below.Holes
			}
		}
		plan.Steps[i] = step
	}
	return plan
}

// Plans answers the plan for each of several types.
func Plans(operation *graphql.OperationContext, set ast.SelectionSet, types []*Object) []*Plan {
	plans := make([]*Plan, len(types))
	for i, object := range types {
		plans[i] = object.Plan(operation, set)
	}
	return plans
}
