package projection

import (
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Collected has the fields that sets of selections select, each collected once. It goes by what is in a set.
// Gqlgen goes by where a set is in memory, which ends with the operation. So operations with the same document
// and the same conditions share a Collected. It is safe for concurrent use.
type Collected struct {
	document  *ast.QueryDocument
	variables map[string]any // in directives

	mu   sync.RWMutex // guards sets
	sets map[setKey][]*set
}

// A setKey tells most sets apart.
type setKey struct {
	first ast.Selection
	size  int
}

// A set is a set of selections, and what they were found to select.
type set struct {
	selections ast.SelectionSet
	fields     []fieldsOf // guarded by Collected.mu
}

// fieldsOf are the fields that are selected of objects that satisfy the given types.
type fieldsOf struct {
	satisfies []string
	fields    []graphql.CollectedField
}

// NewCollected returns what is collected of a document, of which the directives depend on the given variables.
func NewCollected(document *ast.QueryDocument, variables map[string]any) *Collected {
	return &Collected{document: document, variables: variables, sets: map[setKey][]*set{}}
}

// Fields returns the fields that a set selects of an object that satisfies the given types; no types stand for
// any. The caller must not change them.
func (c *Collected) Fields(selections ast.SelectionSet, satisfies []string) []graphql.CollectedField {
	if len(selections) == 0 {
		return nil
	}
	known := c.set(selections)
	c.mu.RLock()
	fields, ok := known.find(satisfies)
	c.mu.RUnlock()
	if ok {
		return fields
	}
	// With an operation of its own, gqlgen remembers nothing of it.
	fields = graphql.CollectFields(&graphql.OperationContext{Doc: c.document, Variables: c.variables}, known.selections, satisfies)
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := known.find(satisfies); ok {
		return first
	}
	known.fields = append(known.fields, fieldsOf{slices.Clone(satisfies), fields})
	return fields
}

// find returns the fields that are selected of objects that satisfy the given types, if they are known.
func (s *set) find(satisfies []string) ([]graphql.CollectedField, bool) {
	for i := range s.fields {
		if slices.Equal(s.fields[i].satisfies, satisfies) {
			return s.fields[i].fields, true
		}
	}
	return nil, false
}

// Canonical returns the one set that has the given selections, which are at least one: the same slice for
// whatever set has them.
func (c *Collected) Canonical(selections ast.SelectionSet) ast.SelectionSet {
	return c.set(selections).selections
}

// set returns the one set that has the given selections.
func (c *Collected) set(selections ast.SelectionSet) *set {
	key := setKey{selections[0], len(selections)}
	c.mu.RLock()
	known := c.findSet(key, selections)
	c.mu.RUnlock()
	if known != nil {
		return known
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.findSet(key, selections); known != nil {
		return known
	}
	made := &set{selections: slices.Clone(selections)}
	c.sets[key] = append(c.sets[key], made)
	return made
}

// findSet returns the set that has the given selections; nil if there is none. The caller holds mu.
func (c *Collected) findSet(key setKey, selections ast.SelectionSet) *set {
	for _, known := range c.sets[key] {
		if slices.Equal(known.selections, selections) {
			return known
		}
	}
	return nil
}
