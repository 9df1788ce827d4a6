package graph_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/graph/graphtest"
	"certql/testenv"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// The listings of the upstream as tenants have them: with rows that are hidden after those of a page are
// chosen, without a number of rows, with offsets behind the end refused.
var oddListings = map[string]sandbox.ListingFault{
	"some rows hidden":                       {HideEvery: 7},
	"most rows hidden":                       {HideEvery: 2, HideFrom: 3, HideTo: 80},
	"whole pages hidden":                     {HideFrom: 10, HideTo: 270},
	"the first and the last rows hidden":     {HideEvery: 5, HideTo: 4},
	"some rows hidden and none counted":      {HideEvery: 3, HideFrom: 40, HideTo: 60, Uncounted: true},
	"nothing but what is asked for":          {RefuseOffsets: true},
	"offsets refused, some rows hidden":      {RefuseOffsets: true, HideEvery: 4},
	"offsets refused, hidden, none counted":  {RefuseOffsets: true, HideEvery: 4, Uncounted: true},
	"offsets refused and no rows counted":    {RefuseOffsets: true, Uncounted: true},
	"some rows hidden, and pages of 50 rows": {HideEvery: 6, PageSize: 50},
}

// A walk over any connection returns each row that is not hidden once, in order, in pages of any size.
func TestWalksReturnEachRowThatIsNotHidden(t *testing.T) {
	t.Parallel()
	testenv.Long(t, "values are compared one after the other")
	for name, fault := range oddListings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := graphtest.NewTenant(t, graphtest.Setup{
				Sandbox:    sandbox.Config{Certifications: sandbox.DefaultCertifications},
				ToUpstream: func(cfg *upstream.Config) { cfg.PageSize = fault.PageSize },
			})
			for _, p := range []graphtest.Place{
				graphtest.CertificationsPlace, graphtest.ItemsPlace, graphtest.ReviewersPlace, graphtest.PermissionsPlace, graphtest.TasksPlace,
				graphtest.CampaignsPlace, graphtest.IdentitiesPlace, graphtest.IdentitySummariesPlace, graphtest.AccessSummariesPlace("ENTITLEMENT"),
			} {
				w.Sandbox.Reset()
				visible := visibleKeys(p.Keys(t, w, graphtest.Walk{}), fault)
				w.Spoil(t, p.Operation, sandbox.Fault{Kind: sandbox.FaultListing, Listing: fault})
				for _, size := range []int{7, 50, 250, 300, 1000} {
					if diff := gocmp.Diff(visible, walkForwards(t, w, p, size)); diff != "" {
						t.Errorf("%s in pages of %d (-want +got):\n%.1500s", p.Field, size, diff)
					}
				}
			}
		})
	}
}

// visibleKeys returns the keys of those rows that a fault does not hide.
func visibleKeys(all []string, fault sandbox.ListingFault) []string {
	visible := []string{}
	for i, key := range all {
		if (fault.HideEvery == 0 || (i+1)%fault.HideEvery != 0) && (i < fault.HideFrom || i >= fault.HideTo) {
			visible = append(visible, key)
		}
	}
	return visible
}

// walkForwards returns the keys of all rows of a connection, which it reads by first and after.
func walkForwards(t *testing.T, w *graphtest.Tenant, p graphtest.Place, size int) []string {
	t.Helper()
	keys := []string{}
	paging := fmt.Sprintf("first: %d", size)
	for range 2000 / size * 3 {
		page := p.Page(t, w, graphtest.Walk{}, paging)
		keys = append(keys, page.Keys...)
		if page.Info["hasNextPage"] == false {
			return keys
		}
		paging = fmt.Sprintf("first: %d, after: %q", size, page.Info["endCursor"])
	}
	t.Error("the walk has no end")
	return keys
}

// The rows that are left out cost no call: a page takes one if the upstream counts.
func TestHiddenRowsCostNoCall(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{Sandbox: sandbox.Config{Certifications: 500, Items: 3_000}})
	w.Spoil(t, "*", sandbox.Fault{Kind: sandbox.FaultListing, Listing: sandbox.ListingFault{HideEvery: 10}})
	for _, each := range []struct{ size, calls int }{{50, 10}, {100, 5}, {250, 2}, {1000, 2}} {
		before := w.Calls()
		if n := len(walkForwards(t, w, graphtest.CertificationsPlace, each.size)); n != 450 {
			t.Errorf("%d rows in pages of %d", n, each.size)
		}
		if took := w.Calls() - before; took != each.calls {
			t.Errorf("pages of %d took %d calls, want %d", each.size, took, each.calls)
		}
	}
}

// Many rows of many certifications take as many reads as there are rows.
func TestManyRowsOfManyCertificationsTakeFewCalls(t *testing.T) {
	t.Parallel()
	w := graphtest.NewTenant(t, graphtest.Setup{})
	for query, want := range map[string]int{
		`{ certifications(first: 20) { nodes { reviewItems(first: 1000) { totalCount nodes { rawId } } } } }`:                                    21 + 3 + 1, // the large one fills five pages, of which four are asked for
		`{ certifications(first: 20) { nodes { reviewers(first: 1000) { nodes { name } } } } }`:                                                  21 + 1,     // the large one has 300
		`{ certifications(first: 20) { nodes { pendingTasks(first: 1000) { nodes { id } } } } }`:                                                 2,
		`{ certification(id: "` + sandbox.DecidedCertification + `") { reviewItems(first: 1000) { nodes { rawId } } } }`:                         2,
		`{ certification(id: "` + sandbox.DecidedCertification + `") { reviewItems(first: 1000, filter: {completed: true}) { nodes { id } } } }`: 2,
	} {
		answer := w.Extended(t, nil, graphtest.Object{"query": query})
		if cost := answer.Extensions.Upstream; len(answer.Errors) > 0 || cost.Calls > want || cost.Calls > cost.EstimatedCalls {
			t.Errorf("%s took %d calls, want at most %d; estimated %d; %v", query, cost.Calls, want, cost.EstimatedCalls, answer.Errors)
		}
	}
}

// An upstream that returns fewer rows at once than it is expected to is noticed. If the size of its pages is
// known, no row is lost.
func TestSmallerPagesAreNoticed(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		name           string
		fault          sandbox.ListingFault
		size           int
		noted, allRows bool
	}{
		{"pages of full size", sandbox.ListingFault{PageSize: 250}, 0, false, true},
		{"smaller pages", sandbox.ListingFault{PageSize: 100}, 0, true, false},
		{"smaller pages, as set", sandbox.ListingFault{PageSize: 100}, 100, false, true},
		{"hidden rows", sandbox.ListingFault{HideEvery: 300}, 0, false, true},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			w := graphtest.NewTenant(t, graphtest.Setup{
				Sandbox: sandbox.Config{Certifications: sandbox.DefaultCertifications},
				ToUpstream: func(cfg *upstream.Config) {
					cfg.PageSize, cfg.Logger = each.size, slog.New(slog.NewTextHandler(&log, nil))
				},
			})
			visible := visibleKeys(graphtest.CertificationsPlace.Keys(t, w, graphtest.Walk{}), each.fault)
			w.Spoil(t, "*", sandbox.Fault{Kind: sandbox.FaultListing, Listing: each.fault})
			for range 3 {
				got := walkForwards(t, w, graphtest.CertificationsPlace, 1000)
				if each.allRows != slices.Equal(got, visible) {
					t.Errorf("%d of %d rows", len(got), len(visible))
				}
			}
			if n := strings.Count(log.String(), "--upstream-page-size"); n > 1 || each.noted != (n == 1) {
				t.Errorf("noted %d times: %s", n, &log)
			}
		})
	}
}
