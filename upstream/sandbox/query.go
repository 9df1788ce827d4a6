package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"certql/upstream/sandbox/filter"
	"certql/upstream/sandbox/response"
)

// maxPage is the largest limit of a collection, and its default.
const maxPage = 250

// A query is the query string of a request. Parameters that an operation does not know are ignored, as the service
// does; one that is given twice is refused, since nothing says which would count.
type query struct{ values url.Values }

// parseQuery reads the query string of a request.
func parseQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, response.Refuse(response.BadContent, "The query string of the request is malformed.")
	}
	return query{values}, nil
}

// text returns a parameter, or "" if it is not given.
func (q query) text(name string) (string, error) {
	switch given := q.values[name]; len(given) {
	case 0:
		return "", nil
	case 1:
		return given[0], nil
	default:
		return "", response.Refuse(response.BadContent, "%s: the parameter is given %d times.", name, len(given))
	}
}

// number returns a parameter that is an integer from 0 to most, or the value of otherwise if it is not given.
func (q query) number(name string, otherwise, most int) (int, error) {
	text, err := q.text(name)
	if err != nil || !q.values.Has(name) {
		return otherwise, err
	}
	value, err := strconv.ParseInt(text, 10, 32)
	if err != nil || value < 0 || value > int64(most) {
		return 0, response.Refuse(response.IllegalValue, "%s: %q is no whole number from 0 to %d.", name, text, most)
	}
	return int(value), nil
}

// flag returns a parameter that is true or false; it is false if it is not given.
func (q query) flag(name string) (bool, error) {
	text, err := q.text(name)
	switch {
	case err != nil || !q.values.Has(name):
		return false, err
	case strings.EqualFold(text, "true"):
		return true, nil
	case strings.EqualFold(text, "false"):
		return false, nil
	}
	return false, response.Refuse(response.IllegalValue, "%s: %q is neither true nor false.", name, text)
}

// list returns a parameter that is a comma list, without blanks around its elements.
func (q query) list(name string) ([]string, error) {
	text, err := q.text(name)
	if err != nil || text == "" {
		return nil, err
	}
	elements := strings.Split(text, ",")
	for i, element := range elements {
		if elements[i] = strings.TrimSpace(element); elements[i] == "" {
			return nil, response.Refuse(response.IllegalValue, "%s: element %d of the list is empty.", name, i+1)
		}
	}
	return elements, nil
}

// narrowing is what all operations but one allow in a filter: comparisons that all have to hold.
const narrowing = filter.And | filter.Parentheses

// A collection says how an operation that lists rows of type R lets them be filtered and sorted.
type collection[R any] struct {
	fields map[string]filter.Field[R]
	rules  filter.Rules
	// keys is nil if the operation has no parameter for sorters.
	keys map[string]func(R) (string, bool)
}

// A selection is what a request asks of a collection.
type selection[R any] struct {
	// filters is the text of the filter, and matches what it means.
	filters string
	matches func(R) bool
	// sorters is the text of the order, and compare what it means: nil for the order that the rows have.
	sorters       string
	compare       func(a, b R) int
	limit, offset int
	count         bool
}

// parse reads the standard collection parameters of a request.
func (c collection[R]) parse(q query) (selection[R], error) {
	var chosen selection[R]
	var err error
	if chosen.limit, err = q.number("limit", maxPage, maxPage); err != nil {
		return chosen, err
	}
	if chosen.offset, err = q.number("offset", 0, 1<<31-1); err != nil {
		return chosen, err
	}
	if chosen.count, err = q.flag("count"); err != nil {
		return chosen, err
	}
	if chosen.filters, err = q.text("filters"); err != nil {
		return chosen, err
	}
	if chosen.matches, err = filter.Parse(chosen.filters, c.fields, c.rules); err != nil {
		return chosen, response.Refuse(response.BadContent, "filters: %s", err)
	}
	if c.keys == nil {
		return chosen, nil
	}
	if chosen.sorters, err = q.text("sorters"); err != nil {
		return chosen, err
	}
	if chosen.compare, err = filter.ParseSorters(chosen.sorters, c.keys); err != nil {
		return chosen, response.Refuse(response.BadContent, "sorters: %s", err)
	}
	return chosen, nil
}

// page returns the selected rows that belong on the page and, if the request asked for the total, how many match in all.
// rows stays as it is.
func (s selection[R]) page(rows []R) (page []R, total int) {
	if s.compare != nil {
		rows = s.filtered(rows)
		filter.Sort(rows, s.compare)
		first := min(s.offset, len(rows))
		return rows[first:min(first+s.limit, len(rows))], len(rows)
	}
	page = make([]R, 0, min(s.limit, len(rows)))
	for _, row := range rows {
		if !s.matches(row) {
			continue
		}
		total++
		if total > s.offset && len(page) < s.limit {
			page = append(page, row)
		} else if !s.count && len(page) == s.limit {
			break
		}
	}
	return page, total
}

// filtered returns the rows that match, in their order.
func (s selection[R]) filtered(rows []R) []R {
	matching := make([]R, 0, len(rows))
	for _, row := range rows {
		if s.matches(row) {
			matching = append(matching, row)
		}
	}
	return matching
}
