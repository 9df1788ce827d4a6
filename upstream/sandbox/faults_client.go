package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"net/url"

	"certql/upstream/sandbox/oauth"
)

// client returns the OAuth client that a request is of: that of its token or, at an OAuth endpoint, the one that it names;
// empty if there is none.
func (f *faults) client(operation string, r *http.Request) string {
	if !oauth.IsOperation(operation) {
		return f.identify(r)
	}
	if user, _, ok := r.BasicAuth(); ok {
		id, _ := url.QueryUnescape(user)
		return id
	}
	if named := r.URL.Query().Get("client_id"); named != "" {
		return named
	}
	var read bytes.Buffer
	_, _ = io.CopyN(&read, r.Body, maxBody+1) // what cannot be read is for the endpoint to find out
	form, _ := url.ParseQuery(read.String())
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read.Bytes()), r.Body), r.Body}
	return form.Get("client_id")
}

// chooses reports whether a fault of the set is only for one client.
func (s *faultSet) chooses() bool {
	for i := range s.list {
		if s.list[i].ClientID != "" {
			return true
		}
	}
	return false
}
