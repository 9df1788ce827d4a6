package sandbox

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"certql/upstream/sandbox/response"
)

// A ListingFault says how the lists of a tenant differ from what the service documents.
type ListingFault struct {
	// HideEvery leaves each row out whose place in the whole list, counted from 1, is a multiple of it: the page that
	// the row belongs to is shorter then, and the number of rows is the same. 0 hides nothing.
	HideEvery int `json:"hideEvery,omitzero"`
	// HideFrom and HideTo are positions, counted from 0. Rows from the one to before the other are left out as well.
	HideFrom int `json:"hideFrom,omitzero"`
	HideTo   int `json:"hideTo,omitzero"`
	// HideIDs leaves out the rows of these ids, wherever they stand, in the same way: as data segments hide people from a
	// caller. A row of access is named by the id of the access.
	HideIDs []string `json:"hideIds,omitzero"`
	// PageSize is the most rows that are returned at once, whatever the limit. 0 means the service's own.
	PageSize int `json:"pageSize,omitzero"`
	// Uncounted leaves the number of rows out even if the request asks for it.
	Uncounted bool `json:"uncounted,omitzero"`
	// RefuseOffsets refuses an offset behind the end of the list.
	RefuseOffsets bool `json:"refuseOffsets,omitzero"`
}

// isZero reports whether the fault changes nothing.
func (f ListingFault) isZero() bool { return reflect.ValueOf(f).IsZero() }

// listOperations are the operations that list.
var listOperations = []string{
	"getActiveCampaigns", "getIdentityAccessSummaries", "getIdentityCertificationItemPermissions", "getIdentitySummaries",
	"getPendingCertificationTasks", "getPublicIdentities", "listCertificationReviewers", "listIdentityAccessReviewItems",
	"listIdentityCertifications",
}

// ask returns the request to make instead, so that what comes back can be changed as the fault says.
func (f *ListingFault) ask(r *http.Request) *http.Request {
	q, err := parseQuery(r)
	if err != nil {
		return r // for the operation to refuse
	}
	values := url.Values{}
	for name, value := range q.values {
		values[name] = value
	}
	if limit, err := q.number("limit", maxPage, maxPage); err == nil && f.PageSize > 0 {
		values.Set("limit", strconv.Itoa(min(limit, f.PageSize)))
	}
	if _, err := q.flag("count"); err == nil {
		values.Set("count", "true")
	}
	changed := r.Clone(r.Context())
	changed.URL.RawQuery = values.Encode()
	return changed
}

// change changes the response to a request that ask has returned for r.
func (f *ListingFault) change(r *http.Request, answered *recording) {
	if answered.status != http.StatusOK {
		return
	}
	q, _ := parseQuery(r) // the operation has read all of it
	offset, _ := q.number("offset", 0, 1<<31-1)
	counted, _ := q.flag("count")
	total, _ := strconv.Atoi(answered.header.Get("X-Total-Count"))
	if !counted || f.Uncounted {
		answered.header.Del("X-Total-Count")
	}
	if f.RefuseOffsets && offset > 0 && offset >= total {
		*answered = *newRecording(&recording{header: http.Header{}})
		response.Error(answered, response.Refuse(response.BadContent, "Specified offset is invalid."))
		return
	}
	var rows []jsontext.Value
	if json.Unmarshal(answered.body.Bytes(), &rows) != nil {
		return
	}
	position := offset - 1
	rows = slices.DeleteFunc(rows, func(row jsontext.Value) bool {
		position++
		return f.HideEvery > 0 && (position+1)%f.HideEvery == 0 || position >= f.HideFrom && position < f.HideTo || f.hides(row)
	})
	if body, err := json.Marshal(rows); err == nil {
		answered.body = *bytes.NewBuffer(body)
	}
}

// hides reports whether the row is one of those that are hidden by their ids.
func (f *ListingFault) hides(row jsontext.Value) bool {
	if len(f.HideIDs) == 0 {
		return false
	}
	var named struct {
		ID     string `json:"id"`
		Access struct {
			ID string `json:"id"`
		} `json:"access"`
	}
	err := json.Unmarshal(row, &named)
	return err == nil && slices.Contains(f.HideIDs, cmp.Or(named.ID, named.Access.ID))
}
