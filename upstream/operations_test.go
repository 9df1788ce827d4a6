package upstream_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"certql/upstream"

	"github.com/google/go-cmp/cmp"
)

// An operationCase is a call with many parameters, and the request that it must send.
type operationCase struct {
	name      string
	call      func(context.Context, *upstream.Client) error
	method    string
	versioned string // path under LayoutVersioned
	current   string // path under LayoutCurrent
	query     url.Values
	body      string
	answer    string // what the service sends
}

var (
	richDecisions = []upstream.ReviewDecision{
		{
			ID: "i1", Decision: upstream.Revoke, Bulk: true, Comments: "no <longer> needed",
			ProposedEndDate: upstream.At(time.Date(2030, 1, 2, 3, 4, 5, 678e6, time.FixedZone("", 3600))),
			Recommendation: &upstream.ReviewRecommendation{
				Recommendation: "NOT_RECOMMENDED", Reasons: []string{"unused"},
				Timestamp: upstream.At(time.Date(2029, 1, 2, 3, 4, 5, 0, time.UTC)),
			},
		},
		{ID: "i2", Decision: upstream.Approve},
	}
	richReassign = upstream.ReviewReassign{
		Reassign: []upstream.ReassignReference{
			{ID: "i1", Type: upstream.ReassignItem},
			{ID: "s1", Type: upstream.ReassignIdentitySummary},
			{ID: "s2", Type: upstream.ReassignTargetSummary},
		},
		ReassignTo: "r2",
		Reason:     "on leave",
	}
)

const richReassignBody = `{"reassign":[{"id":"i1","type":"ITEM"},{"id":"s1","type":"IDENTITY_SUMMARY"},{"id":"s2","type":"TARGET_SUMMARY"}],"reassignTo":"r2","reason":"on leave"}`

// operationCases are all operations.
func operationCases() []operationCase {
	return []operationCase{
		{
			name: "listIdentityCertifications",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
					Reviewer: "me",
					Filter: upstream.CertificationFilter{
						IDs: []string{"c1", "c2"}, CampaignIDs: []string{"p1"},
						Phase: upstream.PhaseActive, Completed: new(false),
					},
					Sorters: []upstream.Sorter[upstream.CertificationSortField]{
						{Field: upstream.SortCertificationsByName},
						{Field: upstream.SortCertificationsByDue, Descending: true},
						{Field: upstream.SortCertificationsBySigned},
					},
					Paging: upstream.Paging{Limit: 250, Offset: 500, Count: true},
				})
				return err
			},
			method: "GET", versioned: "/certifications", current: "/certifications/v1",
			query: url.Values{
				"reviewer-identity": {"me"},
				"filters":           {`id in ("c1","c2") and campaign.id eq "p1" and phase eq "ACTIVE" and completed eq false`},
				"sorters":           {"name,-due,signed"},
				"limit":             {"250"}, "offset": {"500"}, "count": {"true"},
			},
			answer: `[]`,
		},
		{
			name: "getIdentityCertification",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityCertification(ctx, "c1")
				return err
			},
			method: "GET", versioned: "/certifications/c1", current: "/certifications/v1/c1",
			answer: `{}`,
		},
		{
			name: "listIdentityAccessReviewItems",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{
					Filter: upstream.AccessReviewItemFilter{
						IDs:                     []string{"i1", "i2"},
						AccessType:              upstream.TypeRole,
						Completed:               new(true),
						IdentitySummaryIDs:      []string{"s1"},
						IdentityName:            upstream.Equals("Ada"),
						AccessIDs:               []string{"a1"},
						AccessName:              upstream.StartsWith(`CN="x\`),
						EntitlementSourceName:   upstream.StartsWith("AD"),
						AccessProfileSourceName: upstream.Equals("AD & Co #1"),
					},
					Sorters: []upstream.Sorter[upstream.AccessReviewItemSortField]{
						{Field: upstream.SortItemsByIdentityName, Descending: true},
						{Field: upstream.SortItemsByAccessName},
						{Field: upstream.SortItemsByAccessType},
						{Field: upstream.SortItemsByEntitlementSourceName},
						{Field: upstream.SortItemsByAccessProfileSourceName},
					},
					Entitlements: []string{"e1", "e2"},
					Paging:       upstream.Paging{Limit: 51},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/access-review-items", current: "/certifications/v1/c1/access-review-items",
			query: url.Values{
				"filters": {`id in ("i1","i2") and access.type eq "ROLE" and completed eq true and ` +
					`identitySummary.id eq "s1" and identitySummary.name eq "Ada" and access.id eq "a1" and access.name sw "CN=\"x\\" and ` +
					`entitlement.sourceName sw "AD" and accessProfile.sourceName eq "AD & Co #1"`},
				"sorters":      {"-identitySummary.name,access.name,access.type,entitlement.sourceName,accessProfile.sourceName"},
				"entitlements": {"e1,e2"},
				"limit":        {"51"},
			},
			answer: `[]`,
		},
		{
			name: "listIdentityAccessReviewItems by access profile",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{
					AccessProfiles: []string{"p1"}, Paging: upstream.Paging{Limit: 1},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/access-review-items", current: "/certifications/v1/c1/access-review-items",
			query:  url.Values{"access-profiles": {"p1"}, "limit": {"1"}},
			answer: `[]`,
		},
		{
			name: "listIdentityAccessReviewItems by role",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{
					Roles: []string{"r1", "r2"},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/access-review-items", current: "/certifications/v1/c1/access-review-items",
			query:  url.Values{"roles": {"r1,r2"}, "limit": {"0"}},
			answer: `[]`,
		},
		{
			name: "getIdentityCertificationItemPermissions",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityCertificationItemPermissions(ctx, "c1", "i1", upstream.GetIdentityCertificationItemPermissionsParams{
					Filter: upstream.PermissionFilter{Target: upstream.Equals("SYS.OBJAUTH2"), Rights: []string{"CREATE"}},
					Paging: upstream.Paging{Limit: 10},
				})
				return err
			},
			method:    "GET",
			versioned: "/certifications/c1/access-review-items/i1/permissions",
			current:   "/certifications/v1/c1/access-review-items/i1/permissions",
			query:     url.Values{"filters": {`target eq "SYS.OBJAUTH2" and rights ca ("CREATE")`}, "limit": {"10"}},
			answer:    `[]`,
		},
		{
			name: "getIdentityCertificationItemPermissions with any of two conditions",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityCertificationItemPermissions(ctx, "c1", "i1", upstream.GetIdentityCertificationItemPermissionsParams{
					Filter: upstream.PermissionFilter{Target: upstream.StartsWith("SYS"), Rights: []string{"a", "b"}, Any: true},
				})
				return err
			},
			method:    "GET",
			versioned: "/certifications/c1/access-review-items/i1/permissions",
			current:   "/certifications/v1/c1/access-review-items/i1/permissions",
			query:     url.Values{"filters": {`target sw "SYS" or rights ca ("a","b")`}, "limit": {"0"}},
			answer:    `[]`,
		},
		{
			name: "listCertificationReviewers",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ListCertificationReviewers(ctx, "c1", upstream.ListCertificationReviewersParams{
					Filter: upstream.ReviewerFilter{
						IDs: []string{"r1", "r2"}, Name: upstream.StartsWith("Éa"), Email: upstream.Equals("ada+x@example.com"),
					},
					Sorters: []upstream.Sorter[upstream.ReviewerSortField]{
						{Field: upstream.SortReviewersByName}, {Field: upstream.SortReviewersByEmail, Descending: true},
					},
					Paging: upstream.Paging{Limit: 250, Offset: 250},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/reviewers", current: "/certifications/v1/c1/reviewers",
			query: url.Values{
				"filters": {`id in ("r1","r2") and name sw "Éa" and email eq "ada+x@example.com"`},
				"sorters": {"name,-email"},
				"limit":   {"250"}, "offset": {"250"},
			},
			answer: `[]`,
		},
		{
			name: "makeIdentityDecision",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.MakeIdentityDecision(ctx, "c1", richDecisions)
				return err
			},
			method: "POST", versioned: "/certifications/c1/decide", current: "/certifications/v1/c1/decide",
			body: `[{"id":"i1","decision":"REVOKE","proposedEndDate":"2030-01-02T02:04:05.678Z","bulk":true,` +
				`"recommendation":{"recommendation":"NOT_RECOMMENDED","reasons":["unused"],"timestamp":"2029-01-02T03:04:05.000Z"},` +
				`"comments":"no <longer> needed"},{"id":"i2","decision":"APPROVE","bulk":false}]`,
			answer: `{}`,
		},
		{
			name: "reassignIdentityCertifications",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.ReassignIdentityCertifications(ctx, "c1", richReassign)
				return err
			},
			method: "POST", versioned: "/certifications/c1/reassign", current: "/certifications/v1/c1/reassign",
			body:   richReassignBody,
			answer: `{}`,
		},
		{
			name: "submitReassignCertsAsync",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.SubmitReassignCertsAsync(ctx, "c1", richReassign)
				return err
			},
			method: "POST", versioned: "/certifications/c1/reassign-async", current: "/certifications/v1/c1/reassign-async",
			body:   richReassignBody,
			answer: `{"id":"t1"}`,
		},
		{
			name: "signOffIdentityCertification",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.SignOffIdentityCertification(ctx, "c1")
				return err
			},
			method: "POST", versioned: "/certifications/c1/sign-off", current: "/certifications/v1/c1/sign-off",
			answer: `{}`,
		},
		{
			name: "getCertificationTask",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetCertificationTask(ctx, "t1")
				return err
			},
			method: "GET", versioned: "/certification-tasks/t1", current: "/certification-tasks/v1/t1",
			answer: `{}`,
		},
		{
			name: "getPendingCertificationTasks",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetPendingCertificationTasks(ctx, upstream.GetPendingCertificationTasksParams{
					Reviewer: "r1",
					Filter: upstream.CertificationTaskFilter{
						IDs: []string{"t1"}, TargetIDs: []string{"c1", "c2"},
						Types: []upstream.CertificationTaskType{upstream.TaskReassign, upstream.TaskAdminReassign},
					},
					Paging: upstream.Paging{Limit: 250, Count: true},
				})
				return err
			},
			method: "GET", versioned: "/certification-tasks", current: "/certification-tasks/v1",
			query: url.Values{
				"reviewer-identity": {"r1"},
				"filters":           {`id eq "t1" and targetId in ("c1","c2") and type in ("REASSIGN","ADMIN_REASSIGN")`},
				"limit":             {"250"}, "count": {"true"},
			},
			answer: `[]`,
		},
		{
			name: "getIdentitySummaries",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentitySummaries(ctx, "c1", upstream.GetIdentitySummariesParams{
					Filter: upstream.IdentitySummaryFilter{
						IDs: []string{"s1", "s2"}, Completed: new(false), Name: upstream.StartsWith("Ada"),
					},
					Sorters: []upstream.Sorter[upstream.IdentitySummarySortField]{{Field: upstream.SortIdentitySummariesByName, Descending: true}},
					Paging:  upstream.Paging{Limit: 250, Offset: 250, Count: true},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/identity-summaries", current: "/certifications/v1/c1/identity-summaries",
			query: url.Values{
				"filters": {`id in ("s1","s2") and completed eq false and name sw "Ada"`},
				"sorters": {"-name"},
				"limit":   {"250"}, "offset": {"250"}, "count": {"true"},
			},
			answer: `[]`,
		},
		{
			name: "getIdentityAccessSummaries",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityAccessSummaries(ctx, "c1", upstream.GetIdentityAccessSummariesParams{
					Type: upstream.AccessSummaryAccessProfile,
					Filter: upstream.AccessSummaryFilter{
						Completed: new(true), AccessIDs: []string{"a1", "a2"}, AccessName: upstream.Equals("x"),
						EntitlementSourceName: upstream.StartsWith(`A"D`), AccessProfileSourceName: upstream.Equals("HR"),
					},
					Sorters: []upstream.Sorter[upstream.AccessSummarySortField]{{Field: upstream.SortAccessSummariesByName}},
					Paging:  upstream.Paging{Limit: 51},
				})
				return err
			},
			method: "GET", versioned: "/certifications/c1/access-summaries/ACCESS_PROFILE", current: "/certifications/v1/c1/access-summaries/ACCESS_PROFILE",
			query: url.Values{
				"filters": {`completed eq true and access.id in ("a1","a2") and access.name eq "x" and ` +
					`entitlement.sourceName sw "A\"D" and accessProfile.sourceName eq "HR"`},
				"sorters": {"access.name"},
				"limit":   {"51"},
			},
			answer: `[]`,
		},
		{
			name: "getIdentityDecisionSummary",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityDecisionSummary(ctx, "c1", upstream.GetIdentityDecisionSummaryParams{IdentitySummaryIDs: []string{"s1", "s2"}})
				return err
			},
			method: "GET", versioned: "/certifications/c1/decision-summary", current: "/certifications/v1/c1/decision-summary",
			query:  url.Values{"filters": {`identitySummary.id in ("s1","s2")`}},
			answer: `{}`,
		},
		{
			name: "getIdentityDecisionSummary of everybody",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetIdentityDecisionSummary(ctx, "c1", upstream.GetIdentityDecisionSummaryParams{})
				return err
			},
			method: "GET", versioned: "/certifications/c1/decision-summary", current: "/certifications/v1/c1/decision-summary",
			answer: `{}`,
		},
		{
			name: "getActiveCampaigns",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetActiveCampaigns(ctx, upstream.GetActiveCampaignsParams{
					Filter: upstream.CampaignFilter{
						IDs: []string{"p1"}, Name: upstream.StartsWith("Q"),
						Statuses: []upstream.CampaignStatus{upstream.CampaignStatusActive, upstream.CampaignStatusStaged},
					},
					Sorters: []upstream.Sorter[upstream.CampaignSortField]{
						{Field: upstream.SortCampaignsByCreated, Descending: true}, {Field: upstream.SortCampaignsByName},
					},
					Paging: upstream.Paging{Limit: 250, Count: true},
				})
				return err
			},
			method: "GET", versioned: "/campaigns", current: "/campaigns/v1",
			query: url.Values{
				"detail":  {"SLIM"},
				"filters": {`id eq "p1" and name sw "Q" and status in ("ACTIVE","STAGED")`},
				"sorters": {"-created,name"},
				"limit":   {"250"}, "count": {"true"},
			},
			answer: `[]`,
		},
		{
			name: "getActiveCampaigns in full",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetActiveCampaignsInFull(ctx, upstream.GetActiveCampaignsParams{
					Filter: upstream.CampaignFilter{IDs: []string{"p1", "p2"}}, Paging: upstream.Paging{Limit: 2},
				})
				return err
			},
			method: "GET", versioned: "/campaigns", current: "/campaigns/v1",
			query:  url.Values{"detail": {"FULL"}, "filters": {`id in ("p1","p2")`}, "limit": {"2"}},
			answer: `[]`,
		},
		{
			name: "getPublicIdentities",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetPublicIdentities(ctx, upstream.GetPublicIdentitiesParams{
					Filter: upstream.PublicIdentityFilter{
						IDs: []string{"i1", "i2"}, Alias: upstream.StartsWith("ada"), Email: upstream.Equals("ada+x@example.com"),
						FirstName: upstream.StartsWith("Ada"), LastName: upstream.StartsWith("Love"),
					},
					Sorters:        []upstream.Sorter[upstream.PublicIdentitySortField]{{Field: upstream.SortPublicIdentitiesByName}},
					AddCoreFilters: true,
					Paging:         upstream.Paging{Limit: 10, Offset: 20, Count: true},
				})
				return err
			},
			method: "GET", versioned: "/public-identities", current: "/public-identities/v1",
			query: url.Values{
				"filters": {`id in ("i1","i2") and alias sw "ada" and email eq "ada+x@example.com" and ` +
					`firstname sw "Ada" and lastname sw "Love"`},
				"sorters":          {"name"},
				"add-core-filters": {"true"},
				"limit":            {"10"}, "offset": {"20"}, "count": {"true"},
			},
			answer: `[]`,
		},
		{
			name: "getPublicIdentities with any of four conditions",
			call: func(ctx context.Context, c *upstream.Client) error {
				_, err := c.GetPublicIdentities(ctx, upstream.GetPublicIdentitiesParams{
					Filter: upstream.PublicIdentityFilter{
						IDs: []string{"i1"}, Any: true, Alias: upstream.StartsWith("a"), Email: upstream.StartsWith("a"),
						FirstName: upstream.StartsWith("a"), LastName: upstream.StartsWith("a"), Search: "ana",
					},
					Paging: upstream.Paging{Limit: 10},
				})
				return err
			},
			method: "GET", versioned: "/public-identities", current: "/public-identities/v1",
			query: url.Values{
				"filters": {`id eq "i1" and (alias sw "a" or email sw "a" or firstname sw "a" or lastname sw "a") and ` +
					`(firstname sw "ana" or lastname sw "ana" or alias sw "ana" or email sw "ana")`},
				"limit": {"10"},
			},
			answer: `[]`,
		},
	}
}

func TestEveryOperationOnTheWire(t *testing.T) {
	layouts := []struct {
		name, base string
		layout     upstream.Layout
		path       func(operationCase) string
	}{
		{"versioned", "/gate/way/v3", upstream.LayoutVersioned, func(c operationCase) string { return "/gate/way/v3" + c.versioned }},
		{"current", "/gate/way/", upstream.LayoutCurrent, func(c operationCase) string { return "/gate/way" + c.current }},
	}
	for _, layout := range layouts {
		for _, tt := range operationCases() {
			t.Run(layout.name+"/"+tt.name, func(t *testing.T) {
				type seen struct {
					Method, Path, Body                            string
					Query                                         url.Values
					Accept, Authorization, UserAgent, ContentType []string
				}
				var got seen
				server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					got = seen{
						Method: r.Method, Path: r.URL.EscapedPath(), Body: string(body), Query: r.URL.Query(),
						Accept: r.Header["Accept"], Authorization: r.Header["Authorization"],
						UserAgent: r.Header["User-Agent"], ContentType: r.Header["Content-Type"],
					}
					io.WriteString(w, tt.answer)
				})
				client := newClient(t, upstream.Config{BaseURL: server.URL + layout.base, UserAgent: "certql/1.2", Layout: layout.layout})
				if err := tt.call(asCaller(t), client); err != nil {
					t.Fatal(err)
				}
				want := seen{
					Method: tt.method, Path: layout.path(tt), Body: tt.body, Query: tt.query,
					Accept: []string{"application/json"}, Authorization: []string{"Bearer t0ken"}, UserAgent: []string{"certql/1.2"},
				}
				if want.Query == nil {
					want.Query = url.Values{}
				}
				if tt.body != "" {
					want.ContentType = []string{"application/json"}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on the wire (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestASpaceInAQueryIsNeverAPlus(t *testing.T) {
	var query string
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		io.WriteString(w, "[]")
	})
	client := newClient(t, upstream.Config{BaseURL: server.URL})
	params := upstream.ListCertificationReviewersParams{Filter: upstream.ReviewerFilter{Name: upstream.Equals("a +b")}}
	if _, err := client.ListCertificationReviewers(asCaller(t), "c1", params); err != nil {
		t.Fatal(err)
	}
	if want := "filters=name%20eq%20%22a%20%2Bb%22&limit=0"; query != want {
		t.Errorf("got query %s, want %s", query, want)
	}
}

func TestNothingIsSentForWhatCannotBeMeant(t *testing.T) {
	server := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
	item := func(p upstream.ListIdentityAccessReviewItemsParams) error {
		_, err := client.ListIdentityAccessReviewItems(asCaller(t), "c1", p)
		return err
	}
	tests := []struct {
		name string
		err  error
		text string
	}{
		{
			"an empty list of values", item(upstream.ListIdentityAccessReviewItemsParams{Filter: upstream.AccessReviewItemFilter{IDs: []string{}}}),
			"filter on id: the list of values must not be empty",
		},
		{
			"a control character in a value", item(upstream.ListIdentityAccessReviewItemsParams{Filter: upstream.AccessReviewItemFilter{AccessName: upstream.Equals("a\nb")}}),
			"filter on access.name: a value must not contain control characters",
		},
		{
			"a value that is not UTF-8", item(upstream.ListIdentityAccessReviewItemsParams{Filter: upstream.AccessReviewItemFilter{AccessIDs: []string{"a", "\xff"}}}),
			"filter on access.id: a value must be valid UTF-8",
		},
		{
			"an empty list of identifiers", item(upstream.ListIdentityAccessReviewItemsParams{Roles: []string{}}),
			"roles: the list of identifiers must not be empty",
		},
		{
			"an empty identifier in a list", item(upstream.ListIdentityAccessReviewItemsParams{Entitlements: []string{"a", ""}}),
			"entitlements: an identifier must not be empty",
		},
		{
			"a comma in an identifier of a list", item(upstream.ListIdentityAccessReviewItemsParams{AccessProfiles: []string{"a,b"}}),
			"access-profiles: an identifier in a list must not contain a comma",
		},
		{
			"a sorter that smuggles another", item(upstream.ListIdentityAccessReviewItemsParams{Sorters: []upstream.Sorter[upstream.AccessReviewItemSortField]{{Field: "access.name,-x"}}}),
			"sorters: a field must be one of those that the operation lists",
		},
		{
			"a sorter without a field", item(upstream.ListIdentityAccessReviewItemsParams{Sorters: []upstream.Sorter[upstream.AccessReviewItemSortField]{{}}}),
			"sorters: a field must be one of those that the operation lists",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := upstreamError(t, tt.err)
			if e.Kind != upstream.KindBadRequest || e.Sent || e.Status != 0 || e.Text() != tt.text {
				t.Errorf("got kind %v, sent %t, status %d, text %q; want a bad request, not sent, %q", e.Kind, e.Sent, e.Status, e.Text(), tt.text)
			}
		})
	}
}

func TestWhatCannotBeSentNeverLooksLikeWhatCan(t *testing.T) {
	type params = upstream.ListIdentityAccessReviewItemsParams
	pairs := map[string][2]params{
		"an empty list and none":         {{Roles: []string{}}, {}},
		"a comma and two identifiers":    {{Roles: []string{"a,b"}}, {Roles: []string{"a", "b"}}},
		"an empty filter list and none":  {{Filter: upstream.AccessReviewItemFilter{IDs: []string{}}}, {}},
		"a forged sorter and two honest": {{Sorters: []upstream.Sorter[upstream.AccessReviewItemSortField]{{Field: "a,b"}}}, {Sorters: []upstream.Sorter[upstream.AccessReviewItemSortField]{{Field: "a"}, {Field: "b"}}}},
	}
	for name, pair := range pairs {
		if pair[0].Query() == pair[1].Query() {
			t.Errorf("%s: both are %s", name, pair[0].Query())
		}
	}
}
