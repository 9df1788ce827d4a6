package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// MaxLimit is the most rows that a page can have.
const MaxLimit = 250

// Paging says which rows of a list to return. All of it is sent as it is given.
type Paging struct {
	// Limit is how many rows to return, 0 to MaxLimit. Zero means none, which together
	// with Count asks for the number of rows alone.
	Limit int
	// Offset is how many rows to skip.
	Offset int
	// Count asks for Page.Total, which costs the service time.
	Count bool
}

// A Page is a part of a list.
type Page[T any] struct {
	// Items are the rows. If the service sent something other than a row, such as null, it is a
	// zero value here, so that the positions of the others hold.
	Items []T
	// Total is the number of rows in the whole list after filtering. It is nil if it
	// was not asked for or the service did not say.
	Total *int

	operation string // that it is of
}

// errNotCounted says that a response lacks the header that tells the number of rows.
var errNotCounted = errors.New("the answer does not say how many rows there are")

// Count returns the number of rows in the whole list, for which the page must have been asked
// (Paging.Count). It fails with an *Error of KindInvalid if the service did not say.
func (p Page[T]) Count() (int, error) {
	if p.Total == nil {
		return 0, unreadable(p.operation, http.StatusOK, errNotCounted)
	}
	return *p.Total, nil
}

// A rawQuery is the parameters of a list as they go on the wire. If err is not nil, it says why they
// cannot be sent.
type rawQuery struct {
	paging Paging
	values url.Values
	err    error
}

// A queryParameter is one name and value; it is left out if the value is empty.
type queryParameter struct {
	name, value string
	err         error // why it cannot be sent
}

// query joins the parameters of a list.
func query(p Paging, filter expression, parameters ...queryParameter) rawQuery {
	q := unpaged(filter, parameters...)
	q.paging = p
	q.values["limit"] = []string{strconv.Itoa(p.Limit)}
	if p.Offset != 0 {
		q.values["offset"] = []string{strconv.Itoa(p.Offset)}
	}
	if p.Count {
		q.values["count"] = []string{"true"}
	}
	return q
}

// unpaged joins the parameters of a read whose result is not a list.
func unpaged(filter expression, parameters ...queryParameter) rawQuery {
	q := rawQuery{values: url.Values{}}
	q.add(queryParameter{name: "filters", value: filter.text, err: filter.err})
	for _, p := range parameters {
		q.add(p)
	}
	return q
}

func (q *rawQuery) add(p queryParameter) {
	if p.value != "" {
		q.values[p.name] = []string{p.value}
	}
	if q.err == nil && p.err != nil {
		q.err = p.err
		// What cannot be sent must not pass for something else that can.
		q.values["refused"] = []string{p.err.Error()}
	}
}

// encode returns the query of the URL, its parameters in the order of their names. A space
// is %20, since not every reader takes + for one.
func (q rawQuery) encode() string {
	return strings.ReplaceAll(q.values.Encode(), "+", "%20")
}

// parameter returns a parameter with a value as it is given.
func parameter(name, value string) queryParameter {
	return queryParameter{name: name, value: value}
}

// idList returns a parameter that lists identifiers; nil leaves it out.
func idList(name string, ids []string) queryParameter {
	p := queryParameter{name: name, value: strings.Join(ids, ",")}
	if ids != nil && len(ids) == 0 {
		p.err = fmt.Errorf("%s: %w", name, inputError("the list of identifiers must not be empty"))
	}
	for _, id := range ids {
		_, err := escapeID(id)
		if err == nil && strings.Contains(id, ",") {
			err = inputError("an identifier in a list must not contain a comma")
		}
		if err != nil && p.err == nil {
			p.err = fmt.Errorf("%s: %w", name, err)
		}
	}
	return p
}
