package document

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// The bounds of the work of validating a document and of what follows. All are far above what programs
// and people write, so there are no settings for them.
const (
	// maxValidation bounds the steps of a validation. One step is a selection, a directive, an argument
	// or a value. Validation walks through each operation and through each fragment, and each time
	// through every fragment that is reached from there.
	maxValidation = 30_000
	// maxDocument bounds the steps that it would take to validate all operations of a document,
	// even if only one of them is.
	maxDocument = 200_000
	// maxSelections bounds the selections, directives, arguments and values of the operations that are
	// validated together, where fragments and variables count wherever they are used.
	maxSelections = 20_000
	// maxName bounds the bytes of a name, since errors and responses repeat names any number of times.
	maxName = 256
	// searched is how many names a search through a list compares in the time of one step.
	searched = 8
)

// An outline is a document that has been parsed, with the weights of its operations and fragments. It
// is made in one pass; whatever is counted afterwards adds up weights.
type outline struct {
	document   *ast.QueryDocument
	operations []*part // in the order of the document, as are the fragments
	fragments  []*part
	named      map[string]*part // the fragments; the first of each name
	spreads    int              // in fragments
	longName   bool             // there is a name of more than maxName bytes
	visits     int
}

// A part is an operation or a fragment.
type part struct {
	fragment  *ast.FragmentDefinition // nil if it is an operation
	weight    int                     // in steps, without the fragments that it spreads
	bytes     int                     // about what it takes in memory
	variables int                     // how many it defines
	uses      int                     // of variables
	spreads   []*ast.FragmentSpread   // the first of each fragment
	reaches   []*part                 // the fragments of the spreads; nil for one that is not there

	visited int // the latest visit that has been here
	state   int // of the search for cycles
}

// readOutline parses a document, which need not be valid, and weighs it. The error is that it exceeds a
// limit, or that a fragment spreads itself, which no counting would come to the end of.
func (l Limits) readOutline(query string) (*outline, *gqlerror.Error) {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, l.Tokens)
	if err != nil {
		problem := gqlerror.Wrap(err)
		if known, ok := err.(*gqlerror.Error); ok { //nolint:errorlint // the parser's own, never wrapped
			problem = known
		}
		if problem.Message == fmt.Sprintf("exceeded token limit of %d", l.Tokens) {
			return nil, tooLarge("tokens", l.Tokens, "The document has more than %d tokens.")
		}
		errcode.Set(problem, errcode.ParseFailed)
		return nil, problem
	}
	o := weigh(document)
	if o.longName {
		return nil, tooLarge("nameLength", maxName, "The document has a name of more than %d bytes.")
	}
	return o, o.refuseCycles()
}

// weigh returns the outline of a document.
func weigh(document *ast.QueryDocument) *outline {
	document.Comment = nil
	o := &outline{document: document, named: make(map[string]*part, len(document.Fragments))}
	for _, operation := range document.Operations {
		s := scale{part: &part{variables: len(operation.VariableDefinitions)}, outline: o, spread: map[string]bool{}}
		operation.Comment = nil
		s.name(operation.Name)
		for _, variable := range operation.VariableDefinitions {
			s.variable(variable)
		}
		s.directives(operation.Directives)
		s.set(operation.SelectionSet)
		s.bytes += definitionBytes
		o.operations = append(o.operations, s.part)
	}
	for _, fragment := range document.Fragments {
		s := scale{part: &part{fragment: fragment}, outline: o, spread: map[string]bool{}}
		fragment.Comment = nil
		s.name(fragment.Name)
		s.name(fragment.TypeCondition)
		s.directives(fragment.Directives)
		s.set(fragment.SelectionSet)
		s.bytes += definitionBytes
		o.fragments = append(o.fragments, s.part)
		if o.named[fragment.Name] == nil {
			o.named[fragment.Name] = s.part
		}
	}
	for _, parts := range [][]*part{o.operations, o.fragments} {
		for _, p := range parts {
			for _, spread := range p.spreads {
				p.reaches = append(p.reaches, o.named[spread.Name])
			}
		}
	}
	return o
}

// validation returns how many steps it takes to validate the document, or any number above the one
// that is allowed.
func (o *outline) validation(allowed int) int {
	steps := o.spreads * len(o.fragments) / searched // the search for cycles
	for _, parts := range [][]*part{o.operations, o.fragments} {
		for _, p := range parts {
			if steps > allowed {
				return steps
			}
			o.visits++
			steps += o.walk(p, p.variables)
		}
	}
	return steps
}

// walk returns how many steps it takes to walk through a part and whatever it reaches, as far as this
// visit has not been there. The operation that is walked through defines so many variables, which each
// use of one searches.
func (o *outline) walk(p *part, variables int) int {
	p.visited = o.visits
	steps := p.weight + p.uses*variables/searched
	for _, next := range p.reaches {
		if steps++; next != nil && next.visited != o.visits {
			steps += o.walk(next, variables)
		}
	}
	return steps
}

// only returns the outline of one operation of the document and of the fragments that it reaches.
func (o *outline) only(operation *ast.OperationDefinition) *outline {
	own := &outline{document: &ast.QueryDocument{Position: o.document.Position}, named: o.named, spreads: o.spreads, visits: o.visits + 1}
	for i, other := range o.document.Operations {
		if other == operation {
			own.walk(o.operations[i], 0)
			own.document.Operations, own.operations = ast.OperationList{operation}, []*part{o.operations[i]}
		}
	}
	for _, p := range o.fragments {
		if p.visited == own.visits {
			own.document.Fragments, own.fragments = append(own.document.Fragments, p.fragment), append(own.fragments, p)
		}
	}
	return own
}

// bytes returns about how much memory the document takes, without its text.
func (o *outline) bytes() int {
	bytes := 0
	for _, parts := range [][]*part{o.operations, o.fragments} {
		for _, p := range parts {
			bytes += p.bytes
		}
	}
	return bytes
}

// refuseCycles returns an error if a fragment spreads itself, directly or through others.
func (o *outline) refuseCycles() *gqlerror.Error {
	const entered, left = 1, 2
	var visit func(*part) *gqlerror.Error
	visit = func(p *part) *gqlerror.Error {
		p.state = entered
		for i, next := range p.reaches {
			switch {
			case next == nil || next.state == left:
			case next.state == entered:
				return cycle(p.spreads[i])
			default:
				if err := visit(next); err != nil {
					return err
				}
			}
		}
		p.state = left
		return nil
	}
	for _, p := range o.fragments {
		if p.state == left {
			continue
		}
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

// cycle returns the error of a fragment that spreads itself.
func cycle(spread *ast.FragmentSpread) *gqlerror.Error {
	err := &gqlerror.Error{
		Message:   fmt.Sprintf("Cannot spread fragment %q within itself.", spread.Name),
		Locations: locations(spread.Position),
	}
	errcode.Set(err, errcode.ValidationFailed)
	return err
}
