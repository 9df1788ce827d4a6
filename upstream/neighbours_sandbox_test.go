package upstream_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"certql/upstream"
	"certql/upstream/sandbox"

	"github.com/google/go-cmp/cmp"
)

// A neighbourWorld is a simulated tenant, a client of it, and a context for calls as an administrator.
type neighbourWorld struct {
	tenant *sandbox.Sandbox
	client *upstream.Client
	ctx    context.Context
}

func newNeighbourWorld(t testing.TB, path, clientID string) neighbourWorld {
	t.Helper()
	tenant, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	transport := directly(tenant)
	credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: "http://tenant/oauth/token", ClientID: clientID, ClientSecret: "sandbox", Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, upstream.Config{BaseURL: "http://tenant" + path, Transport: transport, Random: func() float64 { return 0 }})
	return neighbourWorld{tenant, client, upstream.WithCredential(t.Context(), credential)}
}

// directly returns a transport to a tenant without a network.
func directly(tenant *sandbox.Sandbox) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		arrived := r.Clone(r.Context())
		if arrived.RequestURI = r.URL.RequestURI(); arrived.Body == nil {
			arrived.Body = http.NoBody
		}
		recorder := httptest.NewRecorder()
		tenant.ServeHTTP(recorder, arrived)
		return recorder.Result(), nil
	})
}

// everything reads a list page by page.
func everything[T any](t testing.TB, read func(upstream.Paging) (upstream.Page[T], error)) []T {
	t.Helper()
	var rows []T
	for {
		page, err := read(upstream.Paging{Limit: upstream.MaxLimit, Offset: len(rows), Count: true})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Items...)
		if total, err := page.Count(); err != nil || len(rows) >= total || len(page.Items) == 0 {
			if err != nil || len(rows) != total {
				t.Fatalf("%d rows of %d, %v", len(rows), total, err)
			}
			return rows
		}
	}
}

// What is read of a certification by its summaries is what its items say, in both layouts.
func TestSummariesInTheSandbox(t *testing.T) {
	for _, path := range []string{"/v3", "/v2025", ""} {
		t.Run("base path "+path, func(t *testing.T) {
			w := newNeighbourWorld(t, path, "org-admin")
			const certification = sandbox.LargeCertification
			items := everything(t, func(p upstream.Paging) (upstream.Page[upstream.AccessReviewItem], error) {
				return w.client.ListIdentityAccessReviewItems(w.ctx, certification, upstream.ListIdentityAccessReviewItemsParams{Paging: p})
			})
			identities, access := map[string]string{}, map[upstream.AccessSummaryType]map[string]bool{}
			var entitlements, revoked, ofFirst int
			first := items[0].IdentitySummary.ID
			for _, item := range items {
				identities[item.IdentitySummary.ID] = item.IdentitySummary.Name
				kind := upstream.AccessSummaryType(item.AccessSummary.Access.Type)
				if access[kind] == nil {
					access[kind] = map[string]bool{}
				}
				access[kind][item.AccessSummary.Access.ID] = true
				if kind == upstream.AccessSummaryEntitlement {
					entitlements++
					if item.Decision == upstream.Revoke {
						revoked++
					}
					if item.IdentitySummary.ID == first {
						ofFirst++
					}
				}
			}

			summaries := everything(t, func(p upstream.Paging) (upstream.Page[upstream.CertificationIdentitySummary], error) {
				return w.client.GetIdentitySummaries(w.ctx, certification, upstream.GetIdentitySummariesParams{Paging: p})
			})
			got := map[string]string{}
			for _, each := range summaries {
				if err := each.Check(); err != nil {
					t.Error(err)
				}
				got[each.ID] = each.Name
			}
			if diff := cmp.Diff(identities, got); diff != "" {
				t.Errorf("identities (-of items +listed):\n%s", diff)
			}
			filtered, err := w.client.GetIdentitySummaries(w.ctx, certification, upstream.GetIdentitySummariesParams{
				Filter: upstream.IdentitySummaryFilter{
					IDs: []string{first, "other"}, Name: upstream.Equals(identities[first]), Completed: summaries[slices.IndexFunc(summaries, func(s upstream.CertificationIdentitySummary) bool { return s.ID == first })].Completed,
				},
				Sorters: []upstream.Sorter[upstream.IdentitySummarySortField]{{Field: upstream.SortIdentitySummariesByName, Descending: true}},
				Paging:  upstream.Paging{Limit: 2},
			})
			if rows := must(t, filtered, err).Items; len(rows) != 1 || rows[0].ID != first {
				t.Errorf("filtered: %+v", rows)
			}

			for _, kind := range []upstream.AccessSummaryType{upstream.AccessSummaryRole, upstream.AccessSummaryAccessProfile, upstream.AccessSummaryEntitlement} {
				rows := everything(t, func(p upstream.Paging) (upstream.Page[upstream.AccessSummary], error) {
					return w.client.GetIdentityAccessSummaries(w.ctx, certification, upstream.GetIdentityAccessSummariesParams{
						Type: kind, Sorters: []upstream.Sorter[upstream.AccessSummarySortField]{{Field: upstream.SortAccessSummariesByName}}, Paging: p,
					})
				})
				listed := map[string]bool{}
				for _, row := range rows {
					if err := row.Check(); err != nil {
						t.Error(err)
					}
					listed[row.Access.ID] = true
				}
				if diff := cmp.Diff(access[kind], listed); diff != "" || len(rows) != len(listed) {
					t.Errorf("%s, %d rows (-of items +listed):\n%s", kind, len(rows), diff)
				}
				one, err := w.client.GetIdentityAccessSummaries(w.ctx, certification, upstream.GetIdentityAccessSummariesParams{
					Type: kind, Filter: upstream.AccessSummaryFilter{AccessIDs: []string{rows[0].Access.ID, "other"}, AccessName: upstream.StartsWith(rows[0].Access.Name)},
					Paging: upstream.Paging{Limit: 2},
				})
				if found := must(t, one, err).Items; len(found) != 1 || found[0].Access.ID != rows[0].Access.ID {
					t.Errorf("%s, filtered: %+v", kind, found)
				}
			}

			counts, err := w.client.GetIdentityDecisionSummary(w.ctx, certification, upstream.GetIdentityDecisionSummaryParams{})
			if counts = must(t, counts, err); *counts.EntitlementDecisionsTotal != entitlements || *counts.EntitlementsRevoked != revoked {
				t.Errorf("%d entitlements, %d of them revoked; want %d, %d", *counts.EntitlementDecisionsTotal, *counts.EntitlementsRevoked, entitlements, revoked)
			}
			counts, err = w.client.GetIdentityDecisionSummary(w.ctx, certification, upstream.GetIdentityDecisionSummaryParams{IdentitySummaryIDs: []string{first, "other"}})
			if counts = must(t, counts, err); *counts.EntitlementDecisionsTotal != ofFirst {
				t.Errorf("%d entitlements of one identity, want %d", *counts.EntitlementDecisionsTotal, ofFirst)
			}
		})
	}
}

func TestCampaignsInTheSandbox(t *testing.T) {
	for _, path := range []string{"/v3", "/v2025", ""} {
		t.Run("base path "+path, func(t *testing.T) {
			w := newNeighbourWorld(t, path, "org-admin")
			names := map[string]string{}
			for _, each := range w.tenant.Campaigns() {
				names[each.ID] = each.Name
			}
			slim := everything(t, func(p upstream.Paging) (upstream.Page[upstream.SlimCampaign], error) {
				return w.client.GetActiveCampaigns(w.ctx, upstream.GetActiveCampaignsParams{
					Sorters: []upstream.Sorter[upstream.CampaignSortField]{{Field: upstream.SortCampaignsByCreated, Descending: true}, {Field: upstream.SortCampaignsByName}},
					Paging:  p,
				})
			})
			got, infos := map[string]string{}, 0
			statuses := map[upstream.CampaignStatus]int{}
			for _, each := range slim {
				if err := each.Check(); err != nil {
					t.Error(err)
				}
				got[each.ID] = each.Name
				statuses[each.Status]++
			}
			if diff := cmp.Diff(names, got); diff != "" {
				t.Errorf("campaigns (-made +listed):\n%s", diff)
			}
			full := everything(t, func(p upstream.Paging) (upstream.Page[upstream.Campaign], error) {
				return w.client.GetActiveCampaignsInFull(w.ctx, upstream.GetActiveCampaignsParams{Paging: p})
			})
			for _, each := range full {
				if each.Name != names[each.ID] {
					t.Errorf("in full, %s is %q", each.ID, each.Name)
				}
				if each.SearchCampaignInfo != nil || each.SourceOwnerCampaignInfo != nil || each.RoleCompositionCampaignInfo != nil || each.MachineAccountCampaignInfo != nil {
					infos++
				}
			}
			if len(full) != len(slim) || infos == 0 {
				t.Errorf("%d campaigns in full, %d of them with what they were set up with; %d slim", len(full), infos, len(slim))
			}
			chosen, err := w.client.GetActiveCampaigns(w.ctx, upstream.GetActiveCampaignsParams{
				Filter: upstream.CampaignFilter{Statuses: []upstream.CampaignStatus{upstream.CampaignStatusActive, upstream.CampaignStatusStaged}},
				Paging: upstream.Paging{Limit: 250, Count: true},
			})
			if n := must(t, chosen, err).Total; *n != statuses[upstream.CampaignStatusActive]+statuses[upstream.CampaignStatusStaged] || *n == 0 {
				t.Errorf("%d active or staged of %v", *n, statuses)
			}
			one, err := w.client.GetActiveCampaigns(w.ctx, upstream.GetActiveCampaignsParams{
				Filter: upstream.CampaignFilter{IDs: []string{slim[0].ID, "other"}, Name: upstream.StartsWith(slim[0].Name)}, Paging: upstream.Paging{Limit: 2},
			})
			if rows := must(t, one, err).Items; len(rows) != 1 || cmp.Diff(slim[0], rows[0]) != "" {
				t.Errorf("one: %+v", rows)
			}
		})
	}
}

// Who is refused learns it from the service.
func TestNeighboursRefuseInTheSandbox(t *testing.T) {
	reviewer := newNeighbourWorld(t, "/v3", "reviewer-1")
	_, err := reviewer.client.GetActiveCampaigns(reviewer.ctx, upstream.GetActiveCampaignsParams{Paging: upstream.Paging{Limit: 1}})
	if e := upstreamError(t, err); e.Kind != upstream.KindForbidden || e.Operation != "getActiveCampaigns" {
		t.Errorf("a reviewer lists campaigns: %v", e)
	}
	if page, err := reviewer.client.GetPublicIdentities(reviewer.ctx, upstream.GetPublicIdentitiesParams{Paging: upstream.Paging{Limit: 1}}); err != nil || len(page.Items) != 1 {
		t.Errorf("a reviewer lists people: %v", err)
	}
	key := newNeighbourWorld(t, "/v3", "api-key")
	_, err = key.client.GetPublicIdentities(key.ctx, upstream.GetPublicIdentitiesParams{Paging: upstream.Paging{Limit: 1}})
	if e := upstreamError(t, err); e.Kind != upstream.KindForbidden {
		t.Errorf("an API key lists people: %v", e)
	}
	_, err = key.client.GetIdentityDecisionSummary(key.ctx, "unknown", upstream.GetIdentityDecisionSummaryParams{})
	if e := upstreamError(t, err); e.Kind != upstream.KindNotFound {
		t.Errorf("the decisions of a certification that is not there: %v", e)
	}
}

// people returns everybody in the tenant.
func (w neighbourWorld) people(t testing.TB, filter upstream.PublicIdentityFilter) []upstream.PublicIdentity {
	t.Helper()
	return everything(t, func(p upstream.Paging) (upstream.Page[upstream.PublicIdentity], error) {
		return w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{
			Filter: filter, Sorters: []upstream.Sorter[upstream.PublicIdentitySortField]{{Field: upstream.SortPublicIdentitiesByName}}, Paging: p,
		})
	})
}

// idsOf returns the identifiers of people, sorted.
func idsOf(people []upstream.PublicIdentity) []string {
	ids := []string{}
	for _, each := range people {
		ids = append(ids, each.ID)
	}
	slices.Sort(ids)
	return ids
}

// Whoever is looked for by what is shown of them is found, whatever is in it.
func TestPeopleAreFoundByWhatIsShownOfThem(t *testing.T) {
	w := newNeighbourWorld(t, "", "reviewer-1")
	everybody, tried := w.people(t, upstream.PublicIdentityFilter{}), 0
	for i, each := range everybody {
		if len(everybody) > 300 && i%9 != 0 && !strings.ContainsAny(each.Name, `",'\(`) && strings.Count(each.Name, " ") < 3 && !strings.HasPrefix(each.Name, "Ana") {
			continue
		}
		typed := []string{each.Alias, each.Email}
		if !strings.Contains(each.Name, `\ `) { // who is called otherwise than shown
			typed = append(typed, each.Name, "  "+strings.ToUpper(each.Name)+" ", strings.ReplaceAll(each.Name, " ", "\u00a0 "))
		}
		for _, text := range typed {
			if strings.TrimSpace(text) == "" {
				continue
			}
			tried++
			if found := w.people(t, upstream.PublicIdentityFilter{Search: text}); !slices.Contains(idsOf(found), each.ID) {
				t.Errorf("%q does not find %q (%s)", text, each.Name, each.Alias)
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d searches were tried", tried)
	}
}

func TestPeopleAreFoundAsTheyAreSearchedFor(t *testing.T) {
	w := newNeighbourWorld(t, "/v3", "reviewer-1")
	named := func(typed string) []string {
		var names []string
		for _, each := range w.people(t, upstream.PublicIdentityFilter{Search: typed}) {
			names = append(names, each.Name)
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	for typed, want := range map[string][]string{
		"de la cruz":              {"Ana María de la Cruz", "De La Cruz, Ana"},
		"ana de la":               {"Ana María de la Cruz", "De La Cruz, Ana"},
		"de la cruz, ana":         {"Ana María de la Cruz", "De La Cruz, Ana"},
		"ana maría de la cruz":    {"Ana María de la Cruz"},
		"bauer ana":               {"Ana Bauer"},
		"bau ana":                 {"Ana Bauer"},
		`ann "annie" o'brien`:     {`Ann "Annie" O'Brien`},
		"O’Hara, Anabel":          {"Anabel O'Hara"},
		"pérez gómez, ana lucía":  {"Ana Lucía Pérez Gómez"},
		"ana.vega":                {"Susana Vega"},
		`example\bsmith`:          {`Backslash \ Smith`},
		`"smith"`:                 {`Backslash \ Smith`},
		"van der berg vincent":    {"Vincent van der Berg"},
		"ana@":                    {"Ana", "Joana Prado"},
		`x" or firstname sw "ana`: nil,
		"nobody at all":           nil,
	} {
		if diff := cmp.Diff(want, named(typed)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", typed, diff)
		}
	}
	all := idsOf(w.people(t, upstream.PublicIdentityFilter{}))
	for _, typed := range []string{"", "  ", ",", " , \t"} {
		if got := idsOf(w.people(t, upstream.PublicIdentityFilter{Search: typed})); len(got) != len(all) {
			t.Errorf("%q finds %d people of %d", typed, len(got), len(all))
		}
	}
	// One word finds whoever one of four fields finds, and so do four texts of which one is enough.
	union := map[string]bool{}
	for _, filter := range []upstream.PublicIdentityFilter{
		{Alias: upstream.StartsWith("ana")}, {Email: upstream.StartsWith("ana")}, {FirstName: upstream.StartsWith("ana")}, {LastName: upstream.StartsWith("ana")},
	} {
		for _, id := range idsOf(w.people(t, filter)) {
			union[id] = true
		}
	}
	ana := upstream.StartsWith("ana")
	for name, filter := range map[string]upstream.PublicIdentityFilter{
		"search": {Search: "ana"}, "any": {Any: true, Alias: ana, Email: ana, FirstName: ana, LastName: ana},
	} {
		found := idsOf(w.people(t, filter))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(union)), found); diff != "" || len(found) < 8 {
			t.Errorf("%s (-four fields +together):\n%s", name, diff)
		}
		filter.IDs = found[:2]
		if got := idsOf(w.people(t, filter)); !slices.Equal(got, found[:2]) {
			t.Errorf("%s of two: %v", name, got)
		}
		filter.IDs = []string{"other"}
		if got := idsOf(w.people(t, filter)); len(got) != 0 {
			t.Errorf("%s of nobody: %v", name, got)
		}
	}
	core, err := w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{
		Filter: upstream.PublicIdentityFilter{Search: "ana"}, AddCoreFilters: true, Paging: upstream.Paging{Limit: 250},
	})
	if n := len(must(t, core, err).Items); n == 0 || n >= len(union) {
		t.Errorf("%d of %d are fit to be chosen", n, len(union))
	}
}

// The tenant's faults show what the client makes of them.
func TestFaultsOfNeighboursInTheSandbox(t *testing.T) {
	const holder = `{"id":"a1","nativeIdentity":"somebody"}`
	for name, tt := range map[string]struct {
		fault sandbox.Fault
		check func(*testing.T, neighbourWorld)
	}{
		"an exception once": {
			sandbox.Fault{Operation: "getPublicIdentities", Kind: sandbox.FaultStatus, Status: 500, Body: sandbox.BodyErrorName, Count: 1},
			func(t *testing.T, w neighbourWorld) {
				before := w.tenant.Requests().Count("getPublicIdentities")
				if _, err := w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{}); err != nil {
					t.Error(err)
				}
				if n := w.tenant.Requests().Count("getPublicIdentities") - before; n != 2 {
					t.Errorf("%d requests, want 2", n)
				}
			},
		},
		"an exception for ever": {
			sandbox.Fault{Operation: "getPublicIdentities", Kind: sandbox.FaultStatus, Status: 500, Body: sandbox.BodyErrorName},
			func(t *testing.T, w neighbourWorld) {
				_, err := w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{})
				if e := upstreamError(t, err); e.Kind != upstream.KindUnavailable || e.Status != http.StatusInternalServerError || e.Finished() || e.Text() == "" || strings.Contains(e.Error(), e.Text()) {
					t.Errorf("got %v, %q", e, e.Text())
				}
				if n := w.tenant.Requests().Count("getPublicIdentities"); n != 2 {
					t.Errorf("%d requests, want 2", n)
				}
			},
		},
		"access with the account of somebody": {
			sandbox.Fault{Operation: "getIdentityAccessSummaries", Kind: sandbox.FaultValues, Fields: []string{"entitlement.account"}, Value: []byte(holder)},
			func(t *testing.T, w neighbourWorld) {
				rows, err := w.client.GetIdentityAccessSummaries(w.ctx, sandbox.LargeCertification, upstream.GetIdentityAccessSummariesParams{
					Type: upstream.AccessSummaryEntitlement, Paging: upstream.Paging{Limit: 250},
				})
				for _, row := range must(t, rows, err).Items {
					if row.Entitlement == nil || row.Entitlement.Account != nil {
						t.Fatalf("%s shows an account", row.Access.Name)
					}
				}
			},
		},
		"slim campaigns for full ones": {
			sandbox.Fault{Operation: "getActiveCampaigns", Kind: sandbox.FaultQuery, Query: map[string]string{"detail": "SLIM"}},
			func(t *testing.T, w neighbourWorld) {
				rows, err := w.client.GetActiveCampaignsInFull(w.ctx, upstream.GetActiveCampaignsParams{Paging: upstream.Paging{Limit: 250}})
				for _, row := range must(t, rows, err).Items {
					if row.Check() != nil || row.SourcesWithOrphanEntitlements != nil || row.SearchCampaignInfo != nil {
						t.Errorf("got %+v", row)
					}
				}
			},
		},
		"people without identifiers": {
			sandbox.Fault{Operation: "getPublicIdentities", Kind: sandbox.FaultValues, Fields: []string{".id"}, Value: []byte("7")},
			func(t *testing.T, w neighbourWorld) {
				rows, err := w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{Paging: upstream.Paging{Limit: 3}})
				for _, row := range must(t, rows, err).Items {
					if row.Check() == nil || row.Name == "" {
						t.Errorf("got %+v", row)
					}
				}
			},
		},
		"values that are not known": {
			sandbox.Fault{Operation: "*", Kind: sandbox.FaultUnknownEnums},
			func(t *testing.T, w neighbourWorld) {
				rows, err := w.client.GetActiveCampaignsInFull(w.ctx, upstream.GetActiveCampaignsParams{Paging: upstream.Paging{Limit: 250}})
				for _, row := range must(t, rows, err).Items {
					if row.Type.Known() || row.Status != "" && row.Status.Known() {
						t.Errorf("got %+v", row)
					}
				}
			},
		},
		"nothing but nulls": {
			sandbox.Fault{Operation: "*", Kind: sandbox.FaultNulls},
			func(t *testing.T, w neighbourWorld) {
				counts, err := w.client.GetIdentityDecisionSummary(w.ctx, sandbox.LargeCertification, upstream.GetIdentityDecisionSummaryParams{})
				if diff := cmp.Diff(new(upstream.IdentityCertDecisionSummary), must(t, counts, err)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newNeighbourWorld(t, "/v3", "org-admin")
			if err := w.tenant.SetFaults(tt.fault); err != nil {
				t.Fatal(err)
			}
			tt.check(t, w)
		})
	}
}

// FuzzSearchInTheSandbox checks that the service takes whatever a person types, as nothing but a search: it
// finds no more people than the four fields by themselves, or two of them, begin with.
func FuzzSearchInTheSandbox(f *testing.F) {
	w := newNeighbourWorld(f, "/v3", "reviewer-1")
	everybody := w.people(f, upstream.PublicIdentityFilter{})
	for i := range 20 {
		f.Add(everybody[i*len(everybody)/20].Name)
	}
	for _, text := range []string{"", "ana", `"`, `\`, `a\" or id pr`, "é", "%22", "a+b c", "a,b)", "Lopez, Ana", "\u2028", "İ ẞ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page, err := w.client.GetPublicIdentities(w.ctx, upstream.GetPublicIdentitiesParams{
			Filter: upstream.PublicIdentityFilter{IDs: []string{everybody[0].ID}, Search: text}, Paging: upstream.Paging{Limit: 2},
		})
		if err != nil {
			if e := upstreamError(t, err); e.Sent {
				t.Fatalf("%q: %v: %s", text, e, e.Text())
			}
			return
		}
		if len(page.Items) > 1 || len(page.Items) == 1 && page.Items[0].ID != everybody[0].ID {
			t.Fatalf("%q finds %s", text, fmt.Sprint(page.Items))
		}
	})
}
