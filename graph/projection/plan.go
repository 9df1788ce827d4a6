package projection

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// An Object is an object type of the schema.
type Object struct {
	Name string
	// Satisfies has the names of the type itself and of its interfaces and unions.
	Satisfies []string
	Fields    map[string]Field // by name, without __typename
}

// A Field is a field of an Object.
type Field struct {
	// Index identifies the field among those of its type. 0 is __typename.
	Index int
	// Types are the object types that a value of the field may have; none if it is a scalar or enum.
	Types []*Object
	// Resolved is true if the executor has to resolve the field.
	Resolved bool
}

// A Plan is what an operation selects of an object.
type Plan struct {
	Steps []Step
	// Deferred are the fragments that @defer puts off, in the order of the document.
	Deferred []Deferred
	// Holes is true if the executor has to resolve a field of the object or of an object within it, or
	// something of them is put off: either needs to know where in the response the object is.
	Holes bool
	// Size is roughly how many bytes an object takes as JSON.
	Size int
}

// usualSize is roughly how many bytes a value takes with the punctuation around it.
const usualSize = 24

// A Step is one field of a Plan.
type Step struct {
	Field *graphql.CollectedField
	Index int     // as in Field
	Plans []*Plan // one for each of the field's types

	key string // what begins the member after another one, such as ,"name":
}

// NewStep returns the step of a field with an index as in Field, without plans.
func NewStep(field *graphql.CollectedField, index int) Step {
	return Step{Field: field, Index: index, key: `,"` + field.Alias + `":`} // a name needs no escapes
}

// plans returns the plans of the objects that a field shows, one for each of the types that they may
// have.
func (p *Planned) plans(field *graphql.CollectedField, types []*Object) []*Plan {
	plans := make([]*Plan, len(types))
	for i, object := range types {
		satisfies := object.Satisfies
		if field.Definition.Type.Name() == object.Name {
			satisfies = nil // it shows no other type, and gqlgen remembers what others collect without it
		}
		plans[i] = p.plan(object, field.Selections, satisfies)
	}
	return plans
}

// plan returns the plan of an object of which a set is selected. Fragments, aliases, @skip, @include and
// @defer are honoured.
func (p *Planned) plan(o *Object, set ast.SelectionSet, satisfies []string) *Plan {
	now, later := p.split(set, satisfies)
	fields := p.collected.Fields(now, satisfies)
	plan := &Plan{Steps: make([]Step, len(fields)), Deferred: p.deferred(o, later, satisfies)}
	plan.Holes = len(plan.Deferred) > 0
	for i := range fields {
		collected := &fields[i]
		field := o.Fields[collected.Name] // the document is valid: only __typename has no entry
		step := NewStep(collected, field.Index)
		step.Plans = p.plans(collected, field.Types)
		plan.Holes = plan.Holes || field.Resolved || AnyHoles(step.Plans)
		plan.Steps[i] = step
		plan.Size += len(collected.Alias) + usualSize
		if len(step.Plans) > 0 {
			plan.Size += step.Plans[0].Size // any will do
		}
	}
	return plan
}

// AnyHoles reports whether one of the plans has holes.
func AnyHoles(plans []*Plan) bool {
	return slices.ContainsFunc(plans, func(p *Plan) bool { return p.Holes })
}
