package load

import (
	"iter"

	"github.com/graph-gophers/dataloader/v7"
)

// byID returns the row of each id among those of a list that was filtered by the ids; nil for one that the
// list does not have. check returns why a row cannot be told by its identifier: then it may be any of those
// that are missing, and its error is theirs, or, if it is the only row for the only id, it is that one.
func byID[R any](ids []string, rows []R, id func(*R) *string, check func(*R) error) []*dataloader.Result[*R] {
	found := make(map[string]*R, len(rows))
	var unknown error
	for i := range rows {
		row := &rows[i]
		switch err := check(row); {
		case err == nil:
			found[*id(row)] = row
		case len(ids) == 1 && len(rows) == 1:
			identified := *row // the list is shared
			*id(&identified) = ids[0]
			found[ids[0]] = &identified
		default:
			unknown = err
		}
	}
	results := make([]*dataloader.Result[*R], len(ids))
	for i, id := range ids {
		results[i] = &dataloader.Result[*R]{Data: found[id]}
		if found[id] == nil {
			results[i].Error = unknown
		}
	}
	return results
}

// known returns each row of a list that can be told by its identifier, with that.
func known[R any](rows []R, id func(*R) *string, check func(*R) error) iter.Seq2[string, *R] {
	return func(yield func(string, *R) bool) {
		for i := range rows {
			if row := &rows[i]; check(row) == nil && !yield(*id(row), row) {
				return
			}
		}
	}
}
