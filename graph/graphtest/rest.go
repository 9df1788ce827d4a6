package graphtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Get reads a path of the REST API under /v3, such as "/certifications", and returns the response with
// its body decoded.
func (w *Tenant) Get(t testing.TB, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	return w.getAt(t, "/v3", client, path, query)
}

func (w *Tenant) getAt(t testing.TB, root, client, path string, query url.Values) (status int, header http.Header, body any) {
	t.Helper()
	target := w.Rest.URL + root + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.Token(t, client))
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("GET %s: status %d: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header, body
}

// Read returns the object at a path of the REST API.
func (w *Tenant) Read(t testing.TB, client, path string) Object {
	t.Helper()
	status, _, body := w.Get(t, client, path, nil)
	found, ok := body.(Object)
	if status != http.StatusOK || !ok {
		t.Fatalf("GET %s: status %d: %v", path, status, body)
	}
	return found
}

// List returns all rows of a listing of the REST API, which it reads page by page.
func (w *Tenant) List(t testing.TB, client, path string, query url.Values) []Object {
	t.Helper()
	return w.ListAt(t, "/v3", client, path, query)
}

// ListAt is List for the paths of another version of the API, which begin with root.
func (w *Tenant) ListAt(t testing.TB, root, client, path string, query url.Values) []Object {
	t.Helper()
	all := []Object{}
	for {
		page := maps.Clone(query)
		if page == nil {
			page = url.Values{}
		}
		page.Set("limit", "250")
		page.Set("offset", strconv.Itoa(len(all)))
		status, _, body := w.getAt(t, root, client, path, page)
		rows, ok := body.([]any)
		if status != http.StatusOK || !ok {
			t.Fatalf("GET %s?%s: status %d: %v", path, page.Encode(), status, body)
		}
		for _, row := range rows {
			all = append(all, row.(Object))
		}
		if len(rows) < 250 {
			return all
		}
	}
}

// Filters returns the query of a listing under a filter of the vendor's language.
func Filters(text string) url.Values { return url.Values{"filters": {text}} }

// Same fails the test unless what GraphQL shows is the same as what REST shows.
func Same(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) { // takes far less time than the comparison below
		t.Errorf("%s (-REST +GraphQL):\n%.3000s", what, gocmp.Diff(want, got))
	}
}

// UndecidedItem returns the id of an undecided item of the large certification.
func (w *Tenant) UndecidedItem(t *testing.T) string {
	t.Helper()
	return w.UndecidedItems(t, 1)[0]
}

// UndecidedItems returns the ids of n undecided items of the large certification.
func (w *Tenant) UndecidedItems(t *testing.T, n int) []string {
	t.Helper()
	var ids []string
	for len(ids) < n {
		query := Filters("completed eq false")
		query.Set("offset", strconv.Itoa(len(ids)))
		query.Set("limit", strconv.Itoa(min(250, n-len(ids))))
		_, _, page := w.Get(t, Admin, ItemsPlace.Rest, query)
		found := Column(page, "id")
		if len(found) == 0 {
			t.Fatalf("%d undecided items, want %d", len(ids), n)
		}
		for _, id := range found {
			ids = append(ids, id.(string))
		}
	}
	return ids
}
