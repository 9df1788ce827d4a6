package projection

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
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
	// Size is about how many bytes an object takes as JSON.
	Size int
}

// usualSize is about how many bytes a value takes with what stands around it.
const usualSize = 24

// A Step is one field of a Plan.
type Step struct {
	Field *graphql.CollectedField
	Index int     // as in Field
	Plans []*Plan // for each of the field's types
}

// plans answers what is selected of the objects that a field shows, for each of the types that they
// may be of.
func plans(operation *graphql.OperationContext, field *graphql.CollectedField, types []*Object) []*Plan {
	plans := make([]*Plan, len(types))
	for i, object := range types {
		plans[i] = object.plan(operation, field)
	}
	return plans
}

// plan answers what is selected of the objects of this type that a field shows. Fragments, aliases,
// @skip and @include are honoured.
func (o *Object) plan(operation *graphql.OperationContext, shown *graphql.CollectedField) *Plan {
	satisfies := o.Satisfies
	if shown.Definition.Type.Name() == o.Name {
		satisfies = nil // it shows nothing else, and whoever looks ahead collects the same without it
	}
	fields := graphql.CollectFields(operation, shown.Selections, satisfies)
	plan := &Plan{Steps: make([]Step, len(fields))}
	for i := range fields {
		collected := &fields[i]
		field := o.Fields[collected.Name] // the document is valid: only __typename has no entry
		step := Step{Field: collected, Index: field.Index}
		plan.Holes = plan.Holes || field.Resolved
		if len(field.Types) > 0 {
			step.Plans = plans(operation, collected, field.Types)
			plan.Holes = plan.Holes || anyHoles(step.Plans)
		}
		plan.Steps[i] = step
		plan.Size += len(collected.Alias) + usualSize
		if len(step.Plans) > 0 {
			plan.Size += step.Plans[0].Size // any will do
		}
	}
	return plan
}

func anyHoles(plans []*Plan) bool {
	return slices.ContainsFunc(plans, func(p *Plan) bool { return p.Holes })
}
