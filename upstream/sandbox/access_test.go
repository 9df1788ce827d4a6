package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"certql/upstream/sandbox/response"
)

// certificationOf returns a certification for which holds returns true, as an administrator sees them.
func (n *tenant) certificationOf(what string, holds func(*certification) bool) *certification {
	n.t.Helper()
	var found *certification
	state := n.state.Load()
	state.read(func(time.Time) {
		for _, each := range state.certifications {
			if holds(each) {
				found = each
				return
			}
		}
	})
	if found == nil {
		n.t.Fatalf("the data has no certification that is %s", what)
	}
	return found
}

// reviewedBy returns an ACTIVE certification of a client's user with some items, none of them decided.
func (n *tenant) reviewedBy(client string) *certification {
	n.t.Helper()
	id := n.identityOf(client)
	return n.certificationOf("undecided and reviewed by "+client, func(c *certification) bool {
		return c.reviewer.identity != nil && c.reviewer.identity.id == id && c.phase == active && len(c.items) > 6 && len(c.items) <= maxDecisions && c.decided == 0
	})
}

func (n *tenant) identityOf(client string) string {
	for _, each := range n.Clients() {
		if each.ID == client {
			return each.IdentityID
		}
	}
	n.t.Fatalf("no client %q", client)
	return ""
}

func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{RateLimit: 2})
	mine, hers := n.reviewedBy("reviewer-1"), n.reviewedBy("reviewer-2")
	crowd := "/v3/certifications/" + CrowdCertification
	// The requests of each case are refused for the first reason that the list gives, though all later ones hold too.
	steps := []struct {
		name, as, method, path, body string
		status                       int
		code                         string
	}{
		{"scope before existence", "read-only", "POST", "/v3/certifications/none/decide", "[]", 403, "403"},
		{"existence before level", "reviewer-1", "POST", "/v3/certifications/none/decide", "[]", 404, "404"},
		{"level before governance group", "reviewer-1", "POST", crowd + "/decide", "[]", 403, "403"},
		{"governance group before body", "org-admin", "POST", crowd + "/decide", "[]", 400, "400.1"},
		{"level before body", "reviewer-1", "POST", "/v3/certifications/" + hers.id + "/decide", "[]", 403, "403"},
		{"level before query", "reviewer-1", "GET", "/v3/certifications/" + hers.id + "/access-review-items?limit=x", "", 403, "403"},
		{"body", "reviewer-1", "POST", "/v3/certifications/" + mine.id + "/decide", "[]", 400, "400.1.0"},
		{"level before access", "reviewer-1", "GET", "/v3/certifications/" + hers.id + "/access-summaries/role", "", 403, "403"},
		{"governance group before access", "org-admin", "GET", crowd + "/access-summaries/role", "", 400, "400.1"},
		{"access before query", "reviewer-1", "GET", "/v3/certifications/" + mine.id + "/access-summaries/role?limit=x&limit=y", "", 400, "400.1.3"},
		{"level before query of campaigns", "reviewer-1", "GET", "/v3/campaigns?detail=x", "", 403, "403"},
		{"level before existence of campaigns", "report-admin", "GET", "/v3/campaigns/none", "", 403, "403"},
		{"existence before query of campaigns", "org-admin", "GET", "/v3/campaigns/none?detail=x", "", 404, "404"},
		{"user before query of people", "api-key", "GET", "/v3/public-identities?limit=x", "", 403, "403"},
		{"item before query", "reviewer-1", "GET", "/v3/certifications/" + mine.id + "/access-review-items/none/permissions?limit=x", "", 404, "404"},
	}
	n.tokens["read-only"] = accessToken(t, n.Sandbox, "org-admin", readScope)
	for _, step := range steps {
		n.clock.advance(DefaultRateWindow)
		var body any
		if step.method == http.MethodPost {
			body = step.body
		}
		answered := n.do(step.as, step.method, step.path, body)
		t.Run(step.name, func(t *testing.T) { answered.t = t; answered.refused(step.status, step.code) })
	}
	t.Run("token before budget, budget before scope", func(t *testing.T) {
		n.clock.advance(DefaultRateWindow)
		path := "/v3/certifications/none/decide"
		for range 2 {
			n.do("read-only", "POST", path, "[]").refused(403, "403")
		}
		if answered := n.do("read-only", "POST", path, "[]"); answered.status != 429 {
			t.Errorf("over budget: %d", answered.status)
		}
		if answered := n.do("", "POST", path, "[]"); answered.status != 401 {
			t.Errorf("without a token: %d", answered.status)
		}
	})
}

func TestPhaseIsCheckedBeforeRules(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for _, wanted := range []phase{staged, signed} {
		found := n.certificationOf(string(wanted), func(c *certification) bool { return c.phase == wanted && c.reviewer.identity != nil })
		path := "/v3/certifications/" + found.id
		n.do("org-admin", "POST", path+"/decide", `[{"id":"none","decision":"APPROVE","bulk":true}]`).refused(400, "400.1")
		reassign := `{"reassign":[{"id":"none","type":"ITEM"}],"reassignTo":"nobody","reason":"x"}`
		n.do("org-admin", "POST", path+"/reassign", reassign).refused(400, "400.1")
		n.do("org-admin", "POST", path+"/reassign-async", reassign).refused(400, "400.1")
		n.do("org-admin", "POST", path+"/sign-off", nil).refused(400, "400.1")
		// What is wrong with the body itself comes first.
		n.do("org-admin", "POST", path+"/decide", `[]`).refused(400, "400.1.0")
		n.do("org-admin", "POST", path+"/reassign", `{}`).refused(400, "400.1.0")
	}
}

func TestUnauthenticatedRequests(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	expired := n.token("org-admin")
	n.clock.advance(DefaultTokenLifetime + time.Second)
	for name, header := range map[string]string{
		"no token": "", "another scheme": "Basic abc", "garbage": "Bearer abc", "expired": "Bearer " + expired,
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", n.server.URL+"/v3/certifications", nil)
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		answered := n.send(request, nil)
		message, _ := answered.object()["error"].(string)
		if answered.status != 401 || message == "" {
			t.Errorf("%s: %d %s", name, answered.status, answered.body)
		}
		if name == "expired" && message != "JWT validation failed: JWT is expired" {
			t.Errorf("expired: %s", message)
		}
	}
}

func TestBudgetIsForEachClientAndVersion(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{RateLimit: 3, Certifications: 20})
	spend := func(as, path string) (admitted int) {
		for range 5 {
			answered := n.do(as, "GET", path, nil)
			switch answered.status {
			case 200:
				admitted++
			case 429:
				if string(answered.body) != `{"message":" Rate Limit Exceeded "}` {
					t.Errorf("429 with %s", answered.body)
				}
				// The clock stands at 9:30:00.25 of windows of ten seconds.
				if got := answered.header.Get("Retry-After"); got != "10" {
					t.Errorf("Retry-After is %q", got)
				}
			default:
				t.Errorf("status %d", answered.status)
			}
		}
		return admitted
	}
	for i, path := range []string{"/v3/certifications", "/v2024/certifications", "/certifications/v1"} {
		if got := spend("org-admin", path); got != 3 {
			t.Errorf("%s admitted %d", path, got)
		}
		if got := spend(fmt.Sprintf("reviewer-%d", i+1), "/v3/certifications"); got != 3 {
			t.Errorf("another client was admitted %d times", got)
		}
	}
	// The services of one version share a budget.
	if got := spend("org-admin", "/certification-tasks/v1"); got != 0 {
		t.Errorf("the other service admitted %d", got)
	}
	n.clock.advance(DefaultRateWindow)
	if got := spend("org-admin", "/v3/certifications"); got != 3 {
		t.Errorf("the next window admitted %d", got)
	}
}

func TestReviewersSeeOnlyWhatTheyReview(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	everything := len(n.listAll("org-admin", "/v3/certifications"))
	if got := len(n.listAll("cert-admin", "/v3/certifications")); everything != DefaultCertifications || got != everything {
		t.Errorf("administrators see %d and %d", everything, got)
	}
	counts := map[string]int{}
	for _, each := range n.Clients() {
		if len(each.Authorities) > 0 {
			continue
		}
		rows := n.listAll(each.ID, "/v3/certifications")
		counts[each.ID] = len(rows)
		for _, row := range rows {
			var people []map[string]any
			n.get("org-admin", fmt.Sprintf("/v3/certifications/%v/reviewers?filters=%s", row["id"],
				`id+eq+"`+each.IdentityID+`"`)).into(&people)
			if len(people) != 1 {
				t.Errorf("%s sees %v, but does not review it", each.ID, row["id"])
			}
		}
		if each.IdentityID != "" {
			asAdmin := n.listAll("org-admin", withQuery("/v3/certifications", "reviewer-identity", each.IdentityID))
			if len(asAdmin) != len(rows) {
				t.Errorf("an administrator finds %d of %s, who sees %d", len(asAdmin), each.ID, len(rows))
			}
			for _, alias := range []string{"me", each.IdentityID} {
				if got := n.listAll(each.ID, withQuery("/v3/certifications", "reviewer-identity", alias)); len(got) != len(rows) {
					t.Errorf("%s as %s sees %d, want %d", each.ID, alias, len(got), len(rows))
				}
			}
		}
	}
	if counts["reviewer-1"] < 3*counts["reviewer-2"] || counts["reviewer-2"] < counts["reviewer-5"] || counts["reviewer-5"] == 0 {
		t.Errorf("counts %v", counts)
	}
	if counts["idle"] != 0 || counts["api-key"] != 0 {
		t.Errorf("idle sees %d, a key without a user %d", counts["idle"], counts["api-key"])
	}
}

func TestReviewerIdentity(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	for _, path := range []string{"/v3/certifications", "/v3/certification-tasks"} {
		other := withQuery(path, "reviewer-identity", n.identityOf("reviewer-1"), "count", "true")
		answered := n.get("reviewer-2", other)
		if string(answered.body) != "[]" || answered.header.Get("X-Total-Count") != "0" {
			t.Errorf("another reviewer's: %.100s", answered.body)
		}
		if got := len(n.get("org-admin", other).rows()); got == 0 {
			t.Errorf("an administrator finds none of reviewer-1 at %s", path)
		}
		if got := string(n.get("org-admin", withQuery(path, "reviewer-identity", "me")).body); got != "[]" {
			t.Errorf("an administrator who reviews nothing: %.100s", got)
		}
		if got := string(n.get("org-admin", withQuery(path, "reviewer-identity", "nobody")).body); got != "[]" {
			t.Errorf("an unknown identity: %.100s", got)
		}
		n.do("api-key", "GET", withQuery(path, "reviewer-identity", "me"), nil).refused(403, "403")
	}
}

func TestOnlyReviewersAndAdministratorsGetIn(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	found := n.reviewedBy("reviewer-1")
	one := "/v3/certifications/" + found.id
	paths := []string{
		one, one + "/access-review-items", one + "/reviewers", one + "/access-review-items/" + found.items[0].id + "/permissions",
		one + "/access-summaries/ROLE", one + "/decision-summary", one + "/identity-summaries", one + "/identity-summaries/" + found.summaries[0].id,
	}
	for _, path := range paths {
		for _, as := range []string{"org-admin", "cert-admin", "reviewer-1"} {
			n.get(as, path)
		}
		for _, as := range []string{"reviewer-2", "idle", "report-admin", "api-key"} {
			n.do(as, "GET", path, nil).refused(403, "403")
		}
	}
	for _, operation := range []string{"/decide", "/reassign", "/reassign-async", "/sign-off"} {
		n.do("reviewer-2", "POST", one+operation, "{}").refused(403, "403")
	}
}

func TestGovernanceGroups(t *testing.T) {
	t.Parallel()
	for _, choice := range []GovernanceGroups{GovernanceGroupsByVersion, GovernanceGroupsRefused, GovernanceGroupsServed} {
		n := newTenant(t, Config{GovernanceGroups: choice})
		for version, base := range versions {
			one := base.certifications + "/" + CrowdCertification
			refused := choice == GovernanceGroupsRefused || choice == GovernanceGroupsByVersion && version == "v3"
			for _, path := range []string{
				one, one + "/access-review-items", one + "/access-summaries/ROLE", one + "/decision-summary", one + "/identity-summaries",
			} {
				answered := n.do("reviewer-2", "GET", path, nil) // a member
				if refused {
					answered.refused(400, "400.1")
					if !strings.Contains(string(answered.body), response.ErrSemantic.Error()) {
						t.Errorf("%s", answered.body)
					}
				} else if answered.status != 200 {
					t.Errorf("%s under %s, %s: %d", path, version, choice, answered.status)
				}
			}
			for _, operation := range []string{"/decide", "/reassign", "/sign-off"} {
				answered := n.do("reviewer-2", "POST", one+operation, "{}")
				if got := strings.Contains(string(answered.body), response.ErrSemantic.Error()); got != refused || answered.status != 400 {
					t.Errorf("%s under %s, %s: %d %s", operation, version, choice, answered.status, answered.body)
				}
			}
			// These are served everywhere.
			n.get("reviewer-2", one+"/reviewers")
			var listed []map[string]any
			n.get("reviewer-2", withQuery(base.certifications, "filters", `id eq "`+CrowdCertification+`"`)).into(&listed)
			if len(listed) != 1 {
				t.Errorf("the listing of %s has it %d times", version, len(listed))
			}
			n.do("reviewer-2", "POST", one+"/reassign-async", "{}").refused(400, "400.1.0")
		}
		item := n.certificationOf("the crowd's", func(c *certification) bool { return c.id == CrowdCertification }).items[0].id
		n.get("reviewer-2", "/v3/certifications/"+CrowdCertification+"/access-review-items/"+item+"/permissions")
	}
}

// Campaigns go by the level of the user, and people by whether there is one.
func TestLevelsOfCampaignsAndPeople(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	allowed := map[string]string{
		"/v3/campaigns":                   "org-admin org-admin-2 cert-admin report-admin",
		"/campaigns/v1?detail=FULL":       "org-admin org-admin-2 cert-admin report-admin",
		"/v3/campaigns/" + StagedCampaign: "org-admin org-admin-2 cert-admin",
		"/v3/public-identities?limit=1":   "org-admin org-admin-2 cert-admin report-admin reviewer-1 reviewer-2 reviewer-3 reviewer-4 reviewer-5 idle",
	}
	for path, clients := range allowed {
		for _, each := range n.Clients() {
			answered := n.do(each.ID, "GET", path, nil)
			if slices.Contains(strings.Fields(clients), each.ID) {
				if answered.status != 200 {
					t.Errorf("%s as %s: %d", path, each.ID, answered.status)
				}
				continue
			}
			answered.refused(403, "403")
		}
	}
	// An administrator of reports sees no certification of others.
	if got := n.listAll("report-admin", "/v3/certifications"); len(got) != 0 {
		t.Errorf("an administrator of reports sees %d certifications", len(got))
	}
}

// Of several scopes any one is enough. Every token of a user has that of public identities.
func TestScopesOfSummariesCampaignsAndPeople(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	one := "/v3/certifications/" + LargeCertification
	summary := n.certificationOf("the large one", func(c *certification) bool { return c.id == LargeCertification }).summaries[0].id
	for path, enough := range map[string]string{
		one + "/access-summaries/ROLE":          "idn:campaign:read",
		one + "/decision-summary":               "idn:campaign:read",
		one + "/identity-summaries":             "idn:campaign:read",
		one + "/identity-summaries/" + summary:  "idn:campaign:read",
		"/v3/campaigns":                         "idn:campaign:read idn:campaign:manage idn:campaign-report:read idn:campaign-report:manage",
		"/v3/campaigns/" + StagedCampaign:       "idn:campaign:read idn:campaign:manage",
		"/v3/public-identities?limit=1":         "idn:campaign:read idn:campaign:manage idn:campaign-report:read idn:campaign-report:manage sp:scopes:default other:scope",
		"/v3/public-identities?limit=1&count=1": "", // refused in any case
	} {
		for _, scope := range strings.Fields("idn:campaign:read idn:campaign:manage idn:campaign-report:read idn:campaign-report:manage sp:scopes:default other:scope") {
			n.tokens["narrow"] = accessToken(t, n.Sandbox, "org-admin", scope)
			got := n.do("narrow", "GET", path, nil).status
			switch has := slices.Contains(strings.Fields(enough), scope); {
			case enough == "" && got != 400, enough != "" && has != (got == 200), enough != "" && !has && got != 403:
				t.Errorf("%s with %s: %d", path, scope, got)
			}
		}
	}
}

// listAll reads every page of a listing.
func (n *tenant) listAll(as, target string) []map[string]any {
	n.t.Helper()
	var all []map[string]any
	for {
		page := n.get(as, joinQuery(target, fmt.Sprintf("?limit=250&offset=%d", len(all)))).rows()
		all = append(all, page...)
		if len(page) < 250 {
			return all
		}
	}
}
