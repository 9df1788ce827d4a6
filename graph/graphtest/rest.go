package graphtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Get reads a path of the REST API (such as "/certifications") as it stands.
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

// Read answers one object of the REST API.
func (w *Tenant) Read(t testing.TB, client, path string) Object {
	t.Helper()
	status, _, body := w.Get(t, client, path, nil)
	found, ok := body.(Object)
	if status != http.StatusOK || !ok {
		t.Fatalf("GET %s: status %d: %v", path, status, body)
	}
	return found
}

// List answers all rows of a listing of the REST API, page by page.
func (w *Tenant) List(t testing.TB, client, path string, query url.Values) []Object {
	t.Helper()
	return w.ListAt(t, "/v3", client, path, query)
}

// ListAt does the same under another version's root.
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

func Filters(text string) url.Values { return url.Values{"filters": {text}} }

func Same(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) { // which takes far less time to say yes
		t.Errorf("%s (-REST +GraphQL):\n%.3000s", what, gocmp.Diff(want, got))
	}
}

// UndecidedItem answers an item of the large certification that nobody has decided.
func (w *Tenant) UndecidedItem(t *testing.T) string {
	t.Helper()
	return w.UndecidedItems(t, 1)[0]
}

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

// ActiveWith answers an open certification of a campaign with the given rule for comments,
// and its undecided items, of which there are some.
func (w *Tenant) ActiveWith(t *testing.T, rule string) (certification string, items []string) {
	t.Helper()
	for _, row := range w.List(t, Admin, "/certifications", Filters(`phase eq "ACTIVE" and completed eq false`)) {
		if At(row, "campaign", "mandatoryCommentRequirement") != rule || At(row, "reviewer", "type") != "IDENTITY" {
			continue
		}
		certification = row["id"].(string)
		for _, item := range w.List(t, Admin, "/certifications/"+certification+"/access-review-items", Filters("completed eq false")) {
			// Some roles cannot be revoked.
			if At(item, "accessSummary", "access", "type") != "ROLE" {
				items = append(items, item["id"].(string))
			}
		}
		if len(items) >= 4 {
			return certification, items
		}
	}
	t.Fatalf("no open certification whose campaign has %s", rule)
	return "", nil
}

// ApproveAll decides all items of a certification by plain REST.
func (w *Tenant) ApproveAll(t *testing.T, certification string) {
	t.Helper()
	path := "/certifications/" + certification
	var list []Object
	for _, item := range w.List(t, Admin, path+"/access-review-items", nil) {
		list = append(list, Object{"id": item["id"], "decision": "APPROVE", "bulk": true, "comments": "Needed"})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Rest.URL+"/v3"+path+"/decide", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.Token(t, Admin))
	resp, err := w.Rest.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the decisions are refused with status %d", resp.StatusCode)
	}
}

// Seen answers what a caller sees of a certification and an item, in the same shape as the
// plain REST reads of the same.
func (w *Tenant) Seen(t *testing.T, caller, certification, item string) any {
	t.Helper()
	a := w.Ask(t, caller, everywhere, Object{
		"id": certification, "node": CertificationID(certification), "item": ItemID(certification, item), "raw": item,
	})
	return a.OK(t)
}

// Expected answers what everywhere has to show, from plain REST reads.
func (w *Tenant) Expected(t *testing.T, certification, item string) any {
	t.Helper()
	c := w.Read(t, Admin, "/certifications/"+certification)
	items := "/certifications/" + certification + "/access-review-items"
	own := Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"]}
	rows, found := []any{}, any(nil)
	for _, row := range w.List(t, Admin, items, Filters(`id eq "`+item+`"`)) {
		shown := Object{"decision": row["decision"], "comments": row["comments"], "completed": row["completed"]}
		rows = append(rows, shown)
		found = Object{
			"decision": row["decision"], "comments": row["comments"], "completed": row["completed"],
			"certification": Object{"decisionsMade": c["decisionsMade"]},
		}
	}
	with := func(reviewItems Object) Object {
		return Object{"phase": c["phase"], "decisionsMade": c["decisionsMade"], "decisionsTotal": c["decisionsTotal"], "reviewItems": reviewItems}
	}
	return Object{
		"certification": with(Object{"totalCount": float64(len(rows)), "nodes": rows}),
		"node":          own,
		"certifications": Object{"nodes": []any{with(Object{
			"totalCount": float64(len(w.List(t, Admin, items, Filters("completed eq true")))),
		})}},
		"item": found,
	}
}

// everywhere reads a certification and one of its items in every way that there is.
const everywhere = `query ($id: ID!, $node: ID!, $item: ID!, $raw: ID!) {
	certification(id: $id) { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {ids: [$raw]}) { totalCount nodes { decision comments completed } } }
	node(id: $node) { ... on Certification { phase decisionsMade decisionsTotal } }
	certifications(filter: {ids: [$id]}) { nodes { phase decisionsMade decisionsTotal reviewItems(first: 1, filter: {completed: true}) { totalCount } } }
	item: node(id: $item) { ... on AccessReviewItem { decision comments completed certification { decisionsMade } } }
}`
