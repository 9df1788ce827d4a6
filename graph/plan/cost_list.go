package plan

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/relay"
)

// page adds the page of a list that a connection field shows of each of the given objects, and
// returns its rows.
func (e *estimator) page(at *path, parents objects, field graphql.CollectedField) (rows objects) {
	arguments := field.ArgumentMap(e.operation.Variables)
	window, err := pagingOf(arguments).Reach(e.rows)
	want := e.shared.selection(e.operation, field).Want
	if err != nil || want.Nothing() || matchesNothing(arguments["filter"]) {
		return objects{}
	}
	list := field.Name + narrowing(arguments)
	limit := window.Limit
	if filter, ok := arguments["filter"].(map[string]any); ok && filter["ids"] != nil {
		limit = min(limit, len(listOf(filter["ids"])))
	}
	if window.FromEnd {
		e.cost.add(at, e.unread(parents, fact{list: list, count: true}))
		list += " from its end" // which is known only now
		window, want.Total = window.Anchor(math.MaxInt32), false
	}
	reads := window.Reads(want, e.rows.Read)
	for i := range reads.Len() {
		read := reads.At(i)
		e.cost.addPages(at, field.Name, e.unread(parents, fact{list: list, offset: read.Offset, limit: read.Limit, count: read.Count}), read.Limit)
	}
	return e.child(parents, list+" "+strconv.Itoa(window.Offset)+" "+strconv.Itoa(window.Skip)+" "+strconv.Itoa(window.Limit), limit)
}

// eachRow calls row with what is selected of the rows of a connection, once for each field of it that
// shows them.
func (e *estimator) eachRow(at *path, connection graphql.CollectedField, row func(*path, []graphql.CollectedField)) {
	for _, field := range e.collect(connection) {
		switch field.Name {
		case "nodes":
			row(at.field(field), e.collect(field))
		case "edges":
			for _, node := range Named(e.collect(field), "node") {
				row(at.field(field).field(node), e.collect(node))
			}
		}
	}
}

// pagingOf returns the paging arguments of a connection. It takes a value of the wrong type, which
// the resolver refuses, for one that is not given.
func pagingOf(arguments map[string]any) relay.Arguments {
	return relay.Arguments{
		First:  numberOf(arguments["first"]),
		After:  textOf(arguments["after"]),
		Last:   numberOf(arguments["last"]),
		Before: textOf(arguments["before"]),
		Offset: numberOf(arguments["offset"]),
	}
}

// numberOf returns the value of an argument of type Int, or nil.
func numberOf(value any) *int {
	if value == nil {
		return nil
	}
	number, err := graphql.UnmarshalInt(value)
	if err != nil {
		return nil
	}
	return &number
}

// textOf returns the value of an argument of type String, or nil.
func textOf(value any) *string {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	return &text
}

// narrowing returns a short text that stands for the filter and the order of a connection. It is a
// digest, since a filter may be long and the keys of all objects above repeat it.
func narrowing(arguments map[string]any) string {
	others := maps.Clone(arguments)
	for _, name := range []string{"first", "after", "last", "before", "offset"} {
		delete(others, name)
	}
	if len(others) == 0 {
		return ""
	}
	text, err := json.Marshal(others)
	if err != nil {
		return ""
	}
	digest := sha256.Sum256(text)
	return string(digest[:])
}

// matchesNothing reports whether a filter has an empty list, which no row can match.
func matchesNothing(filter any) bool {
	switch filter := filter.(type) {
	case []any:
		return len(filter) == 0
	case map[string]any:
		for _, part := range filter {
			if matchesNothing(part) {
				return true
			}
		}
	}
	return false
}
