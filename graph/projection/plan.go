package projection

import (
	"slices"
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

// plan answers what is selected of an object by a set of selections. Fragments, aliases, @skip
// and @include are honoured.
func (o *Object) plan(operation *graphql.OperationContext, set ast.SelectionSet) *Plan {
	fields := graphql.CollectFields(operation, set, o.Satisfies)
	plan := &Plan{Steps: make([]Step, len(fields))}
	for i, collected := range fields {
		field := o.Fields[collected.Name] // the document is valid: only __typename has no entry
		step := Step{Field: collected, Index: field.Index, key: strconv.Quote(collected.Alias) + ":"}
		plan.Holes = plan.Holes || field.Resolved
		if len(field.Types) > 0 {
			step.Plans = plans(operation, collected.Selections, field.Types)
			plan.Holes = plan.Holes || anyHoles(step.Plans)
		}
		plan.Steps[i] = step
	}
	return plan
}

// plans answers the plan for each of several types.
func plans(operation *graphql.OperationContext, set ast.SelectionSet, types []*Object) []*Plan {
	plans := make([]*Plan, len(types))
	for i, object := range types {
		plans[i] = object.plan(operation, set)
	}
	return plans
}

func anyHoles(plans []*Plan) bool {
	return slices.ContainsFunc(plans, func(p *Plan) bool { return p.Holes })
}
