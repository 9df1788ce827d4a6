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
var errNotCounted = errors.New("the response does not say how many rows there are")

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
	text   string // the parameters as url.Values writes them
	err    error
}

// A queryParameter is one name and value; it is left out if the value is empty.
type queryParameter struct {
	name, value string
	err         error // why it cannot be sent
}

// query joins the parameters of a list.
func query(p Paging, filter expression, parameters ...queryParameter) rawQuery {
	var q parameterList
	q.add(queryParameter{name: "limit", value: strconv.Itoa(p.Limit)})
	if p.Offset != 0 {
		q.add(queryParameter{name: "offset", value: strconv.Itoa(p.Offset)})
	}
	if p.Count {
		q.add(queryParameter{name: "count", value: "true"})
	}
	text, err := q.joined(filter, parameters)
	return rawQuery{paging: p, text: text, err: err}
}

// unpaged joins the parameters of a read whose result is not a list.
func unpaged(filter expression, parameters ...queryParameter) rawQuery {
	var q parameterList
	text, err := q.joined(filter, parameters)
	return rawQuery{text: text, err: err}
}

// mostParameters is how many parameters the operation has that has most of them.
const mostParameters = 9

// A parameterList holds parameters in the order of their names. It takes no memory but its own.
type parameterList struct {
	listed [mostParameters]struct{ name, value string }
	n      int
	err    error // of the first that cannot be sent
}

// add lists a parameter.
func (l *parameterList) add(p queryParameter) {
	if p.value != "" {
		l.insert(p.name, p.value)
	}
	if l.err == nil && p.err != nil {
		l.err = p.err
		// What cannot be sent must not pass for something else that can.
		l.insert("refused", p.err.Error())
	}
}

func (l *parameterList) insert(name, value string) {
	i := l.n
	for ; i > 0 && l.listed[i-1].name > name; i-- {
		l.listed[i] = l.listed[i-1]
	}
	l.listed[i].name, l.listed[i].value = name, value
	l.n++
}

// joined lists a filter and more parameters, and returns the text of all, or why one of them cannot be sent.
func (l *parameterList) joined(filter expression, more []queryParameter) (string, error) {
	l.add(queryParameter{name: "filters", value: filter.text, err: filter.err})
	for _, p := range more {
		l.add(p)
	}
	var text strings.Builder
	size := 2 * l.n
	for i := range l.n {
		size += len(l.listed[i].name) + len(l.listed[i].value)
	}
	text.Grow(size)
	for i := range l.n {
		if i > 0 {
			text.WriteByte('&')
		}
		text.WriteString(l.listed[i].name)
		text.WriteByte('=')
		text.WriteString(url.QueryEscape(l.listed[i].value))
	}
	return text.String(), l.err
}

// encode returns the query of the URL, its parameters in the order of their names. A space
// is %20, since not every reader takes + for one.
func (q rawQuery) encode() string { return strings.ReplaceAll(q.text, "+", "%20") }

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
