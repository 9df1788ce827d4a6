package sandbox

import (
	"fmt"
	"strings"
	"testing"

	"certql/testenv"

	"github.com/google/go-cmp/cmp"
)

// listings are all listings, among them those of each kind of access. Most are longer than one page of 250.
var listings = []string{
	"/v3/certifications",
	"/v3/certifications/" + LargeCertification + "/access-review-items",
	"/v3/certifications/" + LargeCertification + "/access-review-items/" + LargePermissionsItem + "/permissions",
	"/v3/certifications/" + CrowdCertification + "/reviewers",
	"/v3/certification-tasks",
	"/v3/certifications/" + LargeCertification + "/identity-summaries",
	"/v3/certifications/" + LargeCertification + "/access-summaries/ENTITLEMENT",
	"/v3/certifications/" + LargeCertification + "/access-summaries/ACCESS_PROFILE",
	"/v3/certifications/" + LargeCertification + "/access-summaries/ROLE",
	"/v3/campaigns",
	"/v3/campaigns?detail=FULL",
	"/v3/public-identities",
	"/v3/public-identities?add-core-filters=true",
}

func TestPagesCoverTheWholeInOrder(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	for _, listing := range listings {
		whole := n.listAll("org-admin", listing)
		for _, size := range []int{1, 7, 250} {
			if size == 1 && len(whole) > 100 {
				continue
			}
			var joined []map[string]any
			for len(joined) < len(whole) {
				page := n.get("org-admin", joinQuery(listing, fmt.Sprintf("?limit=%d&offset=%d", size, len(joined)))).rows()
				if len(page) != min(size, len(whole)-len(joined)) {
					t.Fatalf("%s: %d rows at %d of %d", listing, len(page), len(joined), len(whole))
				}
				joined = append(joined, page...)
			}
			if diff := cmp.Diff(whole, joined); diff != "" {
				t.Errorf("%s by %d: %s", listing, size, diff)
			}
		}
	}
}

func TestLimitOffsetCount(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	n := newTenant(t, Config{})
	for _, listing := range listings {
		whole := len(n.listAll("org-admin", listing))
		total := fmt.Sprint(whole)
		for _, test := range []struct {
			parameters string
			rows       int
			count      string // the header X-Total-Count
		}{
			{"", min(whole, 250), ""},
			{"?limit=250", min(whole, 250), ""},
			{"?count=false", min(whole, 250), ""},
			{"?count=true", min(whole, 250), total},
			{"?limit=0", 0, ""},
			{"?limit=0&count=true", 0, total},
			{"?limit=2&count=true", 2, total},
			{fmt.Sprintf("?offset=%d&count=true", whole-1), 1, total},
			{fmt.Sprintf("?offset=%d&count=true", whole), 0, total},
			{"?offset=2147483647&count=true", 0, total},
			{"?unknown=1&another=2&limit=1", 1, ""},
			{"?filters=&limit=1", 1, ""},
		} {
			answered := n.get("org-admin", joinQuery(listing, test.parameters))
			if got := len(answered.rows()); got != test.rows {
				t.Errorf("%s%s: %d rows, want %d", listing, test.parameters, got, test.rows)
			}
			if got := answered.header.Get("X-Total-Count"); got != test.count {
				t.Errorf("%s%s: X-Total-Count %q, want %q", listing, test.parameters, got, test.count)
			}
			if test.rows == 0 && string(answered.body) != "[]" {
				t.Errorf("%s%s: %s", listing, test.parameters, answered.body)
			}
		}
		for parameters, code := range map[string]string{
			"?limit=251": "400.1.3", "?limit=-1": "400.1.3", "?limit=x": "400.1.3", "?limit=": "400.1.3", "?limit=1.5": "400.1.3",
			"?limit=99999999999999999999": "400.1.3", "?offset=-1": "400.1.3", "?offset=x": "400.1.3", "?offset=2147483648": "400.1.3",
			"?count=1": "400.1.3", "?count=yes": "400.1.3", "?count=": "400.1.3",
			"?limit=1&limit=2": "400.1", "?count=true&count=true": "400.1", "?filters=a&filters=b": "400.1", "?limit=%zz": "400.1",
			"?filters=nonsense": "400.1", "?filters=id+EQ+%22x%22": "400.1", "?filters=unknown+eq+%22x%22": "400.1",
		} {
			n.do("org-admin", "GET", joinQuery(listing, parameters), nil).refused(400, code)
		}
	}
}

func TestSortersAreRefusedOrIgnored(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for _, listing := range []string{listings[0], listings[1], listings[3], listings[5], listings[6], listings[9], listings[11]} {
		for _, sorters := range []string{"unknown", "id", "+name", "name,", "Name"} {
			n.do("org-admin", "GET", withQuery(listing, "sorters", sorters), nil).refused(400, "400.1")
		}
	}
	// If the operation has no such parameter, it is unknown like any other.
	for _, listing := range []string{listings[2], listings[4]} {
		n.get("org-admin", withQuery(listing, "sorters", "unknown"))
	}
}

func TestPertainingParametersExcludeEachOther(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for _, parameters := range [][]string{
		{"entitlements", "a", "roles", "b"},
		{"entitlements", "a", "access-profiles", "b"},
		{"access-profiles", "a", "roles", "b"},
		{"entitlements", "a", "entitlements", "b"},
	} {
		n.do("org-admin", "GET", withQuery(listings[1], parameters...), nil).refused(400, "400.1")
	}
	n.do("org-admin", "GET", withQuery(listings[1], "roles", "a,,b"), nil).refused(400, "400.1.3")
	if got := len(n.get("org-admin", withQuery(listings[1], "roles", "", "entitlements", "")).rows()); got != 250 {
		t.Errorf("empty parameters select %d rows", got)
	}
}

// joinQuery adds parameters, which begin with "?", to a path that may have some.
func joinQuery(path, parameters string) string {
	if strings.Contains(path, "?") {
		return path + strings.Replace(parameters, "?", "&", 1)
	}
	return path + parameters
}
