package upstream_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"certql/upstream"

	"github.com/google/go-cmp/cmp"
)

// What belongs to one holder of access is never shown of all, however deep it stands.
func TestAListOfAccessShowsNoHolder(t *testing.T) {
	const (
		entitlement = `{"id":"e1","name":"Build","account":{"id":"a1","name":"ada","nativeIdentity":"ada","owner":{"displayName":"Ada"}}}`
		profile     = `{"id":"p1","endDate":"2027-01-01T00:00:00Z","created":"2026-01-01T00:00:00Z","entitlements":[` + entitlement + `,` + entitlement + `]}`
		role        = `{"id":"r1","endDate":"2027-01-01T00:00:00Z","accessProfiles":[` + profile + `,` + profile + `],"entitlements":[` + entitlement + `]}`
		access      = `"access":{"type":"ROLE","id":"x","name":"n"}`
	)
	build := upstream.ReviewableEntitlement{ID: "e1", Name: "Build"}
	created := upstream.Time{}
	if err := json.Unmarshal([]byte(`"2026-01-01T00:00:00Z"`), &created); err != nil {
		t.Fatal(err)
	}
	bundle := upstream.ReviewableAccessProfile{ID: "p1", Created: created, Entitlements: []upstream.ReviewableEntitlement{build, build}}
	want := []upstream.AccessSummary{
		{Entitlement: &build},
		{AccessProfile: &bundle},
		{Role: &upstream.ReviewableRole{
			ID: "r1", AccessProfiles: []upstream.ReviewableAccessProfile{bundle, bundle}, Entitlements: []upstream.ReviewableEntitlement{build},
		}},
		{},
	}
	for i := range want {
		want[i].Access = &upstream.AccessReference{Type: upstream.TypeRole, ID: "x", Name: "n"}
	}
	rows := strings.Join([]string{
		`{` + access + `,"entitlement":` + entitlement + `}`, `{` + access + `,"accessProfile":` + profile + `}`, `{` + access + `,"role":` + role + `}`,
		`{` + access + `,"entitlement":null,"accessProfile":null,"role":null}`,
	}, ",")
	for name, body := range map[string]string{
		"as defined": "[" + rows + "]",
		// What does not fit makes the whole text be read in another way.
		"with a value of another type": "[" + strings.Replace(rows, `"name":"n"`, `"name":"n","new":7,"type":"ROLE"`, 1) + `,{"access":7}]`,
	} {
		t.Run(name, func(t *testing.T) {
			page, err := clientAnswering(t, http.StatusOK, body).GetIdentityAccessSummaries(asCaller(t), "c1", upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, page.Items[:len(want)]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	// An item is that of one holder, and keeps it.
	page, err := clientAnswering(t, http.StatusOK, `[{"id":"i1","accessSummary":{"entitlement":`+entitlement+`}}]`).
		ListIdentityAccessReviewItems(asCaller(t), "c1", upstream.ListIdentityAccessReviewItemsParams{})
	if err != nil || page.Items[0].AccessSummary.Entitlement.Account == nil {
		t.Errorf("an item has lost its account: %v", err)
	}
}

// The kind of access is part of a path: nothing but the three that there are is ever sent.
func TestOnlyKindsOfAccessThatAreListedAreSent(t *testing.T) {
	var sent int
	client := newClient(t, upstream.Config{
		BaseURL: "http://localhost/v3",
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			sent++
			return answer(http.StatusOK, "[]"), nil
		}),
	})
	for _, kind := range []upstream.AccessSummaryType{
		"", "role", "Role", "ROLE ", "ACCOUNT", "ENTITLEMENT/..", "../reviewers", "%52OLE", "ROLE?x=y", "ROLE\x00", "\xff",
		upstream.AccessSummaryType(strings.Repeat("R", 300)),
	} {
		p := upstream.GetIdentityAccessSummariesParams{Type: kind}
		_, err := client.GetIdentityAccessSummaries(asCaller(t), "c1", p)
		e := upstreamError(t, err)
		if want := "type: must be one of ROLE, ACCESS_PROFILE, ENTITLEMENT"; e.Kind != upstream.KindBadRequest || e.Sent || e.Text() != want {
			t.Errorf("%q: got %v, %q", kind, e, e.Text())
		}
		p.Type = upstream.AccessSummaryRole
		if known := p.Query(); cmp.Equal(known, upstream.GetIdentityAccessSummariesParams{Type: kind}.Query()) {
			t.Errorf("%q looks like what can be sent", kind)
		}
	}
	if sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
	for _, kind := range []upstream.AccessSummaryType{upstream.AccessSummaryRole, upstream.AccessSummaryAccessProfile, upstream.AccessSummaryEntitlement} {
		if _, err := client.GetIdentityAccessSummaries(asCaller(t), "c1", upstream.GetIdentityAccessSummariesParams{Type: kind}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// The numbers are 16, none of which is taken for another, and each of which may be unknown by itself.
func TestDecisionsAreCounted(t *testing.T) {
	full := readFile(t, "decision_summary.json")
	var members map[string]int
	if err := json.Unmarshal([]byte(full), &members); err != nil || len(members) != 16 {
		t.Fatalf("%d numbers, %v", len(members), err)
	}
	read := func(body string) map[string]int {
		t.Helper()
		summary, err := clientAnswering(t, http.StatusOK, body).GetIdentityDecisionSummary(asCaller(t), "c1", upstream.GetIdentityDecisionSummaryParams{})
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		got := map[string]int{}
		for field, value := range reflect.ValueOf(summary).Elem().Fields() {
			if n := value.Interface().(*int); n != nil {
				got[field.Tag.Get("json")] = *n
			}
		}
		return got
	}
	if diff := cmp.Diff(members, read(full)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := read(`{"new":7}`); len(got) != 0 {
		t.Errorf("of nothing, %v", got)
	}
	for name := range members {
		for _, odd := range []string{"null", `"5"`, "5.5", "{}", "[5]", "true", "1e30"} {
			want := map[string]int{}
			body := []string{fmt.Sprintf("%q:%s", name, odd)}
			for other, n := range members {
				if other != name {
					want[other] = n
					body = append(body, fmt.Sprintf("%q:%d", other, n))
				}
			}
			if diff := cmp.Diff(want, read("{"+strings.Join(body, ",")+"}")); diff != "" {
				t.Errorf("%s for %s (-want +got):\n%s", odd, name, diff)
			}
		}
	}
	for _, body := range []string{"", "null", "[]", "7"} {
		_, err := clientAnswering(t, http.StatusOK, body).GetIdentityDecisionSummary(asCaller(t), "c1", upstream.GetIdentityDecisionSummaryParams{})
		if e := upstreamError(t, err); e.Kind != upstream.KindInvalid || e.Operation != "getIdentityDecisionSummary" {
			t.Errorf("%q: %v", body, e)
		}
	}
}

// Rows of every list say whether they can be told from others.
func TestRowsOfNeighboursWithoutAnIdentifierAreTold(t *testing.T) {
	for _, value := range append(idsOfNoUse(), `"c1"`, `"a/b"`) {
		usable := value == `"c1"` || value == `"a/b"`
		row := `{"id":` + value + `,"name":"n"}`
		client := clientAnswering(t, http.StatusOK, "["+row+"]")
		check := func(operation string, err error) {
			t.Helper()
			if usable != (err == nil) {
				t.Errorf("%s: %s: %v", operation, value, err)
			}
			if err != nil && (upstreamError(t, err).Kind != upstream.KindInvalid || upstreamError(t, err).Operation != operation) {
				t.Errorf("%s: %s: %v", operation, value, err)
			}
		}
		summaries, err := client.GetIdentitySummaries(asCaller(t), "c1", upstream.GetIdentitySummariesParams{})
		check("getIdentitySummaries", must(t, summaries, err).Items[0].Check())
		campaigns, err := client.GetActiveCampaigns(asCaller(t), upstream.GetActiveCampaignsParams{})
		check("getActiveCampaigns", must(t, campaigns, err).Items[0].Check())
		full, err := client.GetActiveCampaignsInFull(asCaller(t), upstream.GetActiveCampaignsParams{})
		check("getActiveCampaigns", must(t, full, err).Items[0].Check())
		people, err := client.GetPublicIdentities(asCaller(t), upstream.GetPublicIdentitiesParams{})
		check("getPublicIdentities", must(t, people, err).Items[0].Check())
		certifications, err := clientAnswering(t, http.StatusOK, `[{"campaign":`+row+`}]`).
			ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		check("listIdentityCertifications", must(t, certifications, err).Items[0].Campaign.Check())
		for _, member := range []string{"access", "entitlement", "accessProfile", "role"} {
			access, err := clientAnswering(t, http.StatusOK, `[{"access":{"name":"n"},"entitlement":{},"`+member+`":`+row+`}]`).
				GetIdentityAccessSummaries(asCaller(t), "c1", upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
			check("getIdentityAccessSummaries", must(t, access, err).Items[0].Check())
		}
	}
	for _, row := range []string{"null", "7", "{}", `{"access":null}`} {
		access, err := clientAnswering(t, http.StatusOK, "["+row+"]").
			GetIdentityAccessSummaries(asCaller(t), "c1", upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
		if err := must(t, access, err).Items[0].Check(); err == nil {
			t.Errorf("%s can be told from others", row)
		}
	}
}

// Within a campaign in full, what the slim form has is read as in the slim form.
func TestACampaignInFullIsASlimOneAndMore(t *testing.T) {
	full := readFile(t, "campaign_full.json")
	for _, body := range []string{"[" + full + "]", "[" + full + `,{"id":7}]`} { // the second is read in the slower way
		slim, err := clientAnswering(t, http.StatusOK, body).GetActiveCampaigns(asCaller(t), upstream.GetActiveCampaignsParams{})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := clientAnswering(t, http.StatusOK, body).GetActiveCampaignsInFull(asCaller(t), upstream.GetActiveCampaignsParams{})
		if diff := cmp.Diff(slim.Items[0], must(t, whole, err).Items[0].SlimCampaign); diff != "" {
			t.Errorf("(-slim +in full):\n%s", diff)
		}
	}
}
