package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A page of a listing as a client sees it.
type listedPage struct {
	status int
	ids    []string
	total  string // X-Total-Count
	body   string
}

// listed reads a page of certifications as an administrator.
func listed(t *testing.T, s *Sandbox, query string) listedPage {
	t.Helper()
	token := accessToken(t, s, "org-admin")
	r := httptest.NewRequest(http.MethodGet, "/v3/certifications?"+query, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	page := listedPage{status: w.Code, total: w.Header().Get("X-Total-Count"), body: w.Body.String()}
	var rows []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(w.Body.Bytes(), &rows) == nil {
		for _, row := range rows {
			page.ids = append(page.ids, row.ID)
		}
	}
	return page
}

// Hidden rows leave their pages shorter, and the same rows are hidden whatever the page.
func TestListingsWithHiddenRows(t *testing.T) {
	t.Parallel()
	s := listingSandbox(t, Config{Certifications: 60, Items: 100})
	all := listed(t, s, "limit=250").ids
	if err := s.SetFaults(Fault{Operation: "*", Kind: FaultListing, Listing: ListingFault{HideEvery: 4, HideFrom: 10, HideTo: 13}}); err != nil {
		t.Fatal(err)
	}
	hidden := func(i int) bool { return (i+1)%4 == 0 || i >= 10 && i < 13 }
	for _, page := range []struct{ offset, limit int }{{0, 250}, {0, 10}, {7, 5}, {10, 3}, {3, 1}, {59, 10}, {60, 10}, {900, 1}, {0, 0}} {
		got := listed(t, s, url.Values{"offset": {strconv.Itoa(page.offset)}, "limit": {strconv.Itoa(page.limit)}, "count": {"true"}}.Encode())
		var want []string
		for i := page.offset; i < min(page.offset+page.limit, 60); i++ {
			if !hidden(i) {
				want = append(want, all[i])
			}
		}
		if !slices.Equal(got.ids, want) || got.total != "60" || got.status != http.StatusOK {
			t.Errorf("%+v: got %d rows of %q with status %d, want %d of 60", page, len(got.ids), got.total, got.status, len(want))
		}
	}
	if got := listed(t, s, "limit=5"); got.total != "" {
		t.Errorf("%s rows are counted, which was not asked for", got.total)
	}
}

// The other differences of a listing.
func TestListingsThatDiffer(t *testing.T) {
	t.Parallel()
	s := listingSandbox(t, Config{Certifications: 60, Items: 100})
	for _, each := range []struct {
		name, query string
		fault       ListingFault
		status      int
		rows        int
		total       string
	}{
		{"uncounted", "limit=5&count=true", ListingFault{Uncounted: true}, 200, 5, ""},
		{"smaller pages", "limit=50&count=true", ListingFault{PageSize: 20}, 200, 20, "60"},
		{"smaller pages by default", "", ListingFault{PageSize: 20}, 200, 20, ""},
		{"pages that are small enough", "limit=7", ListingFault{PageSize: 20}, 200, 7, ""},
		{"an offset within the list", "limit=7&offset=59", ListingFault{RefuseOffsets: true}, 200, 1, ""},
		{"an offset at the end", "limit=7&offset=60", ListingFault{RefuseOffsets: true}, 400, 0, ""},
		{"an offset behind the end", "limit=7&offset=61&count=true", ListingFault{RefuseOffsets: true}, 400, 0, ""},
		{"an offset behind the end of what a filter leaves", "limit=7&offset=1&filters=" + url.QueryEscape(`id eq "none"`), ListingFault{RefuseOffsets: true}, 400, 0, ""},
		{"no rows from the start", "limit=7&filters=" + url.QueryEscape(`id eq "none"`), ListingFault{RefuseOffsets: true}, 200, 0, ""},
		{"what the operation refuses", "limit=many", ListingFault{PageSize: 20, Uncounted: true, RefuseOffsets: true}, 400, 0, ""},
		{"a query that is malformed", "limit=%zz", ListingFault{PageSize: 20}, 400, 0, ""},
	} {
		if err := s.SetFaults(Fault{Operation: "listIdentityCertifications", Kind: FaultListing, Listing: each.fault}); err != nil {
			t.Fatal(err)
		}
		got := listed(t, s, each.query)
		if got.status != each.status || len(got.ids) != each.rows || got.total != each.total {
			t.Errorf("%s: status %d, %d rows of %q, want %d, %d of %q", each.name, got.status, len(got.ids), got.total, each.status, each.rows, each.total)
		}
		if strings.Contains(each.name, "the end") && each.status == 400 && !strings.Contains(got.body, "Specified offset is invalid.") {
			t.Errorf("%s: %s", each.name, got.body)
		}
	}
}

// What is wrong with a fault of this kind is named.
func TestListingFaultsAreChecked(t *testing.T) {
	t.Parallel()
	s := listingSandbox(t, Config{Certifications: 6, Items: 10})
	for problem, fault := range map[string]Fault{
		"listing: the kind listing needs":       {Operation: "*", Kind: FaultListing},
		`"makeIdentityDecision" does not list`:  {Operation: "makeIdentityDecision", Kind: FaultListing, Listing: ListingFault{Uncounted: true}},
		`does not belong to the kind "nulls"`:   {Operation: "*", Kind: FaultNulls, Listing: ListingFault{Uncounted: true}},
		"listing.pageSize: 251 is not between":  {Operation: "*", Kind: FaultListing, Listing: ListingFault{PageSize: 251}},
		"listing.hideEvery: -1 is not between":  {Operation: "*", Kind: FaultListing, Listing: ListingFault{HideEvery: -1}},
		"listing.hideFrom: -1 is not between":   {Operation: "*", Kind: FaultListing, Listing: ListingFault{HideFrom: -1}},
		"listing.hideTo: -1 is not between":     {Operation: "*", Kind: FaultListing, Listing: ListingFault{HideTo: -1}},
		"strikes: the kind \"listing\" changes": {Operation: "*", Kind: FaultListing, Strikes: BeforeApplying, Listing: ListingFault{Uncounted: true}},
	} {
		if err := s.SetFaults(fault); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%+v: %v, want %q", fault, err, problem)
		}
	}
}

func listingSandbox(t *testing.T, config Config) *Sandbox {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The operations that faults know are those of the sandbox, with what they do.
func TestFaultsKnowEveryOperation(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	var lists []string
	for _, each := range operations() {
		writes, known := operationWrites(each.name)
		if !known || writes != (each.method == http.MethodPost) {
			t.Errorf("%s: known is %t, and writes is %t", each.name, known, writes)
		}
		path := strings.NewReplacer("{id}", LargeCertification, "{itemId}", LargePermissionsItem, "{type}", "ROLE").Replace("/v3/" + each.service + each.path)
		if each.method == http.MethodGet && !strings.HasSuffix(path, "}") && strings.HasPrefix(string(n.do("org-admin", "GET", path, nil).body), "[") {
			lists = append(lists, each.name)
		}
	}
	slices.Sort(lists)
	if !slices.Equal(lists, listOperations) {
		t.Errorf("%v list, and faults know %v", lists, listOperations)
	}
}
