package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"certql/upstream"

	"github.com/google/go-cmp/cmp"
)

// A decodeCase is one kind of row, how to read one, and how to read a list of them.
type decodeCase struct {
	name string
	file string
	get  func(context.Context, *upstream.Client) (any, error)
	list func(context.Context, *upstream.Client) (any, error)
	// never are the fields that no row of the list has.
	never []string
}

func decodeCases() []decodeCase {
	return []decodeCase{
		{
			name: "certification", file: "certification.json",
			get: func(ctx context.Context, c *upstream.Client) (any, error) {
				return c.GetIdentityCertification(ctx, "c1")
			},
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{})
				return p.Items, err
			},
		},
		{
			name: "review item", file: "review_item.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{})
				return p.Items, err
			},
		},
		{
			name: "permission", file: "permission.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetIdentityCertificationItemPermissions(ctx, "c1", "i1", upstream.GetIdentityCertificationItemPermissionsParams{})
				return p.Items, err
			},
		},
		{
			name: "reviewer", file: "identity.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.ListCertificationReviewers(ctx, "c1", upstream.ListCertificationReviewersParams{})
				return p.Items, err
			},
		},
		{
			name: "task", file: "task.json",
			get: func(ctx context.Context, c *upstream.Client) (any, error) { return c.GetCertificationTask(ctx, "t1") },
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetPendingCertificationTasks(ctx, upstream.GetPendingCertificationTasksParams{})
				return p.Items, err
			},
		},
		{
			name: "identity summary", file: "identity_summary.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetIdentitySummaries(ctx, "c1", upstream.GetIdentitySummariesParams{})
				return p.Items, err
			},
		},
		{
			name: "access summary", file: "access_summary.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetIdentityAccessSummaries(ctx, "c1", upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
				return p.Items, err
			},
			never: []string{"Entitlement.Account", "AccessProfile.EndDate", "Role.EndDate"},
		},
		{
			name: "campaign", file: "campaign.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetActiveCampaigns(ctx, upstream.GetActiveCampaignsParams{})
				return p.Items, err
			},
		},
		{
			name: "campaign in full", file: "campaign_full.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetActiveCampaignsInFull(ctx, upstream.GetActiveCampaignsParams{})
				return p.Items, err
			},
			never: []string{
				"SearchCampaignInfo.Reviewer.Email", "SearchCampaignInfo.Reviewer.Created", "SearchCampaignInfo.Reviewer.Modified",
				"RoleCompositionCampaignInfo.Reviewer.Email", "RoleCompositionCampaignInfo.Reviewer.Created",
				"RoleCompositionCampaignInfo.Reviewer.Modified", "RoleCompositionCampaignInfo.RemediatorRef.Email",
			},
		},
		{
			name: "public identity", file: "public_identity.json",
			list: func(ctx context.Context, c *upstream.Client) (any, error) {
				p, err := c.GetPublicIdentities(ctx, upstream.GetPublicIdentitiesParams{})
				return p.Items, err
			},
			never: []string{"Manager.Email"},
		},
	}
}

// clientAnswering returns a client of a service that answers all requests in the same way.
func clientAnswering(t testing.TB, status int, body string) *upstream.Client {
	t.Helper()
	return newClient(t, upstream.Config{
		BaseURL:   "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return answer(status, body), nil }),
	})
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryFieldIsRead(t *testing.T) {
	for _, tt := range decodeCases() {
		t.Run(tt.name, func(t *testing.T) {
			full := readFile(t, tt.file)
			items, err := tt.list(asCaller(t), clientAnswering(t, http.StatusOK, "["+full+","+full+"]"))
			if err != nil {
				t.Fatal(err)
			}
			rows := reflect.ValueOf(items)
			if rows.Len() != 2 {
				t.Fatalf("got %d rows, want 2", rows.Len())
			}
			wantNoZero(t, "", rows.Index(0), tt.never, false)
			if diff := cmp.Diff(rows.Index(0).Interface(), rows.Index(1).Interface()); diff != "" {
				t.Errorf("the same row twice (-first +second):\n%s", diff)
			}
			if tt.get == nil {
				return
			}
			one, err := tt.get(asCaller(t), clientAnswering(t, http.StatusOK, full))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(rows.Index(0).Addr().Interface(), one); diff != "" {
				t.Errorf("the row alone (-listed +alone):\n%s", diff)
			}
		})
	}
}

// wantNoZero fails for every field that is zero, except for those that are never there and in the rows of
// lists that are tested elsewhere.
func wantNoZero(t *testing.T, path string, v reflect.Value, never []string, nested bool) {
	t.Helper()
	if v.IsZero() {
		if !nested && !slices.Contains(never, path) {
			t.Errorf("%s is not read", path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		wantNoZero(t, path, v.Elem(), never, nested)
	case reflect.Slice:
		repeats := v.Type().Elem() == reflect.TypeFor[upstream.ReviewableEntitlement]() ||
			v.Type().Elem() == reflect.TypeFor[upstream.ReviewableAccessProfile]()
		for i := range v.Len() {
			wantNoZero(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i), never, nested || repeats)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[upstream.Time]() {
			return
		}
		for i := range v.NumField() {
			wantNoZero(t, strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), v.Field(i), never, nested)
		}
	}
}

func TestACertificationAsItIsRead(t *testing.T) {
	got, err := clientAnswering(t, http.StatusOK, readFile(t, "certification.json")).GetIdentityCertification(asCaller(t), "c1")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) upstream.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return upstream.At(moment)
	}
	created := at("2018-06-25T20:22:28.104Z")
	want := &upstream.IdentityCertification{
		ID: "2c9180835d2e5168015d32f890ca1581", Name: "Manager review of Ada Lovelace",
		Campaign: &upstream.CampaignReference{
			ID: "ef38f94347e94562b5bb8424a56397d8", Name: "Manager review", Description: "Everybody's access, once a quarter",
			CampaignType: upstream.CampaignManager, CorrelatedStatus: upstream.Correlated,
			MandatoryCommentRequirement: upstream.CommentsOnRevokeOnly,
		},
		Completed: new(true), IdentitiesCompleted: new(5), IdentitiesTotal: new(6),
		Created: created, Modified: at("2018-06-26T20:22:28Z"),
		DecisionsMade: new(20), DecisionsTotal: new(21),
		Due: at("2018-10-19T11:49:37Z"), Signed: at("2018-10-20T00:00:00Z"),
		Reviewer: &upstream.Reviewer{
			ID: "ef38f94347e94562b5bb8424a56397d9", Name: "Ada Lovelace", Email: "ada@example.com",
			Type: upstream.ReviewerIdentity, Created: created, Modified: created,
		},
		Reassignment: &upstream.Reassignment{
			From: &upstream.CertificationReference{
				ID: "2c9180835d2e5168015d32f890ca1582", Name: "Manager review of Charles Babbage",
				Reviewer: &upstream.Reviewer{
					ID: "ef38f94347e94562b5bb8424a56397da", Name: "Reviewers", Email: "reviewers@example.com",
					Type: upstream.ReviewerGovernanceGroup, Created: created, Modified: created,
				},
			},
			Comment: "Charles is away",
		},
		HasErrors: new(true), ErrorMessage: "The certification has an error", Phase: upstream.PhaseActive,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAbsentAndNullAreTheSame(t *testing.T) {
	for _, tt := range decodeCases() {
		t.Run(tt.name, func(t *testing.T) {
			full := readFile(t, tt.file)
			minimal, err := tt.list(asCaller(t), clientAnswering(t, http.StatusOK, "[{}]"))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.ValueOf(minimal).Index(0).IsZero() {
				t.Errorf("an empty object is %+v", minimal)
			}
			for _, nulls := range []string{"[null]", "[" + nullify(full) + "]"} {
				got, err := tt.list(asCaller(t), clientAnswering(t, http.StatusOK, nulls))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(minimal, got); diff != "" {
					t.Errorf("%s (-absent +null):\n%s", nulls, diff)
				}
			}
		})
	}
}

// nullify returns the same object with null for every member.
func nullify(object string) string {
	members := []string{}
	for line := range strings.Lines(object) {
		// Members of the outermost object are indented by two spaces, or all on one line.
		if name, _, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(line, `  "`) {
			members = append(members, name+": null")
		}
	}
	if len(members) == 0 {
		members = []string{`"id": null, "name": null, "email": null, "target": null, "rights": null`}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestOddValuesDoNotFailAPage(t *testing.T) {
	certifications := func(body string) []upstream.IdentityCertification {
		t.Helper()
		page, err := clientAnswering(t, http.StatusOK, body).ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		return page.Items
	}
	tests := []struct {
		name, body string
		want       []upstream.IdentityCertification
	}{
		{"an empty list", `[]`, []upstream.IdentityCertification{}},
		{"space around", " \n[ ]\r\n\t", []upstream.IdentityCertification{}},
		{"unknown members", `[{"id":"c1","new":{"a":[1,{"b":null}]}}]`, []upstream.IdentityCertification{{ID: "c1"}}},
		{"a member twice", `[{"id":"c1","id":"c2"}]`, []upstream.IdentityCertification{{ID: "c2"}}},
		{
			"unknown enum values", `[{"phase":"PAUSED","campaign":{"campaignType":"X"}}]`,
			[]upstream.IdentityCertification{{Phase: "PAUSED", Campaign: &upstream.CampaignReference{CampaignType: "X"}}},
		},
		{"odd dates", `[{"due":"soon","signed":"","created":12,"modified":{"a":1},"id":"c1"}]`, []upstream.IdentityCertification{{ID: "c1"}}},
		{"bytes that are no UTF-8", "[{\"name\":\"a\xffb\"}]", []upstream.IdentityCertification{{Name: "a\uFFFDb"}}},
		{"half a surrogate pair", `[{"name":"a\ud800b"}]`, []upstream.IdentityCertification{{Name: "a\uFFFDb"}}},
		{"a null row among others", `[{"id":"c1"},null,{"id":"c3"}]`, []upstream.IdentityCertification{{ID: "c1"}, {}, {ID: "c3"}}},
		{"a row that is none", `[{"id":"c1"},"row",7,[],{"id":"c3"}]`, []upstream.IdentityCertification{{ID: "c1"}, {}, {}, {}, {ID: "c3"}}},
		{"a number for a text", `[{"id":17,"name":"n"},{"id":"c2"}]`, []upstream.IdentityCertification{{Name: "n"}, {ID: "c2"}}},
		{"a text for a number", `[{"decisionsMade":"7","decisionsTotal":9}]`, []upstream.IdentityCertification{{DecisionsTotal: new(9)}}},
		{"an array for an object", `[{"campaign":[{"id":"x"}],"id":"c1"}]`, []upstream.IdentityCertification{{ID: "c1"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, certifications(tt.body)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTotalIsWhatTheServiceCounts(t *testing.T) {
	tests := []struct {
		header http.Header
		want   *int
	}{
		{http.Header{"X-Total-Count": {"1234"}}, new(1234)},
		{http.Header{"X-Total-Count": {"0"}}, new(0)},
		{http.Header{}, nil},
		{http.Header{"X-Total-Count": {""}}, nil},
		{http.Header{"X-Total-Count": {"many"}}, nil},
		{http.Header{"X-Total-Count": {"-1"}}, nil},
		{http.Header{"X-Total-Count": {"1e3"}}, nil},
		{http.Header{"X-Total-Count": {"99999999999999999999"}}, nil},
	}
	for _, tt := range tests {
		client := newClient(t, upstream.Config{
			BaseURL: "http://localhost/v3",
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				a := answer(http.StatusOK, "[]")
				a.Header = tt.header
				return a, nil
			}),
		})
		page, err := client.GetPendingCertificationTasks(asCaller(t), upstream.GetPendingCertificationTasksParams{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, page.Total); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.header, diff)
		}
	}
}

func TestAnswersDoNotShareMemory(t *testing.T) {
	bodies := []string{`[{"target":"first","rights":["READ"]}]`, `[{"target":"OTHER","rights":["XXXX"]}]`}
	var calls int
	client := newClient(t, upstream.Config{
		BaseURL: "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			calls++
			return answer(http.StatusOK, bodies[min(calls-1, 1)]), nil
		}),
	})
	read := func() []upstream.Permission {
		page, err := client.GetIdentityCertificationItemPermissions(asCaller(t), "c1", "i1", upstream.GetIdentityCertificationItemPermissionsParams{})
		if err != nil {
			t.Fatal(err)
		}
		return page.Items
	}
	first := read()
	for range 20 {
		read() // reuses the buffer that the first was read from
	}
	if diff := cmp.Diff([]upstream.Permission{{Target: "first", Rights: []string{"READ"}}}, first); diff != "" {
		t.Errorf("the first answer has changed (-want +got):\n%s", diff)
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, tt := range decodeCases() {
		f.Add("[" + readFile(f, tt.file) + "]")
	}
	for _, text := range []string{"", "null", "{}", "[", `[{"id":`, "[1,2]", `[{"due":"\u0032018-06-25"}]`, "[\xff]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client := clientAnswering(t, http.StatusOK, body)
		for _, tt := range decodeCases() {
			if _, err := tt.list(asCaller(t), client); err != nil && upstreamError(t, err).Kind != upstream.KindInvalid {
				t.Fatalf("%s: got %v", tt.name, err)
			}
		}
	})
}

func BenchmarkRead250ReviewItems(b *testing.B) {
	item := readFile(b, "review_item.json")
	body := "[" + strings.Repeat(item+",", 249) + item + "]"
	client := clientAnswering(b, http.StatusOK, body)
	ctx := asCaller(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.ListIdentityAccessReviewItems(ctx, "c1", upstream.ListIdentityAccessReviewItemsParams{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead50Certifications(b *testing.B) {
	row := readFile(b, "certification.json")
	body := "[" + strings.Repeat(row+",", 49) + row + "]"
	client := clientAnswering(b, http.StatusOK, body)
	ctx := asCaller(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{}); err != nil {
			b.Fatal(err)
		}
	}
}
