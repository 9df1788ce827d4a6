package sandbox

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// versions are the base paths of the services under every version.
var versions = map[string]struct{ certifications, tasks, campaigns, people string }{
	"v3":    {"/v3/certifications", "/v3/certification-tasks", "/v3/campaigns", "/v3/public-identities"},
	"v2024": {"/v2024/certifications", "/v2024/certification-tasks", "/v2024/campaigns", "/v2024/public-identities"},
	"v2025": {"/v2025/certifications", "/v2025/certification-tasks", "/v2025/campaigns", "/v2025/public-identities"},
	"v2026": {"/v2026/certifications", "/v2026/certification-tasks", "/v2026/campaigns", "/v2026/public-identities"},
	"v1":    {"/certifications/v1", "/certification-tasks/v1", "/campaigns/v1", "/public-identities/v1"},
}

func TestEveryVersionAnswersTheSame(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{})
	paths := []string{
		"", "?limit=3&offset=2&count=true", "/" + LargeCertification, "/" + LargeCertification + "/access-review-items?limit=5",
		"/" + LargeCertification + "/access-review-items/" + LargePermissionsItem + "/permissions", "/" + LargeCertification + "/reviewers",
		"/" + LargeCertification + "/access-summaries/ROLE", "/" + LargeCertification + "/decision-summary",
		"/" + LargeCertification + "/identity-summaries?limit=5&count=true",
	}
	for version, base := range versions {
		for path, want := range map[string]string{
			base.campaigns + "?detail=FULL&limit=20":  string(n.get("org-admin", "/v3/campaigns?detail=FULL&limit=20").body),
			base.campaigns + "/" + StagedCampaign:     string(n.get("org-admin", "/v3/campaigns/"+StagedCampaign).body),
			base.people + "?sorters=-name&count=true": string(n.get("org-admin", "/v3/public-identities?sorters=-name&count=true").body),
		} {
			if got := string(n.get("org-admin", path).body); got != want {
				t.Errorf("%s of %s differs from v3: %s", path, version, cmp.Diff(want, got))
			}
		}
	}
	for _, path := range paths {
		want := string(n.get("org-admin", "/v3/certifications"+path).body)
		for version, base := range versions {
			if got := string(n.get("org-admin", base.certifications+path).body); got != want {
				t.Errorf("%s of %s differs from v3: %s", path, version, cmp.Diff(want, got))
			}
		}
	}
	for version, base := range versions {
		if got := n.get("org-admin", base.tasks+"/"+SucceededTask).object()["status"]; got != "SUCCESS" {
			t.Errorf("the task under %s is %v", version, got)
		}
		if got := len(n.get("org-admin", base.tasks).rows()); got <= 55 {
			t.Errorf("%d pending tasks under %s", got, version)
		}
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	for _, path := range []string{
		"/", "/v3", "/v3/", "/v3/certifications/", "/v4/certifications", "/certifications", "/certifications/v2", "/beta/certifications",
		"/v3//certifications", "/v3/certifications//decide", "/v3/./certifications", "/v3/x/../certifications",
		"/v3/certifications/a/b", "/v3/certifications/" + LargeCertification + "/summaries", "/v3/certification-tasks/a/b",
		"/v3/certifications/" + LargeCertification + "/access-summaries", "/v3/certifications/" + LargeCertification + "/access-summaries/ROLE/x",
		"/v3/certifications/" + LargeCertification + "/decision-summary/x", "/campaigns", "/campaigns/v2", "/v3/campaigns/", "/v3/campaigns/a/b",
		"/public-identities", "/v3/public-identities/" + n.identityOf("idle"), "/public-identities/v1/x",
	} {
		n.do("org-admin", http.MethodGet, path, nil).refused(404, "404")
	}
}

func TestIDsReachTheOperationWithoutTheirEscapes(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	escaped := strings.Replace(LargeCertification, "c", "%63", 1)
	if got := n.get("org-admin", "/v3/certifications/"+escaped).object()["id"]; got != LargeCertification {
		t.Errorf("an escaped id found %v", got)
	}
	for _, id := range []string{
		"..", "%2E%2E", "a%2Fb", "%2F", "%2E%2E%2Fcertification-tasks", "%3Flimit=1", "%00", "%25", "%C3%28", "%0d%0aX-Evil:1",
		strings.ToUpper(LargeCertification), "%20" + LargeCertification,
	} {
		if id == ".." {
			continue // Go's client sends it as it is; see TestUnknownPathsAreNotFound
		}
		n.do("org-admin", http.MethodGet, "/v3/certifications/"+id, nil).refused(404, "404")
		n.do("org-admin", http.MethodGet, "/v3/certification-tasks/"+id, nil).refused(404, "404")
		n.do("org-admin", http.MethodPost, "/v3/certifications/"+id+"/sign-off", nil).refused(404, "404")
		n.do("org-admin", http.MethodGet, "/v3/certifications/"+LargeCertification+"/access-review-items/"+id+"/permissions", nil).
			refused(404, "404")
		n.do("org-admin", http.MethodGet, "/v3/certifications/"+LargeCertification+"/identity-summaries/"+id, nil).refused(404, "404")
		n.do("org-admin", http.MethodGet, "/v3/campaigns/"+id, nil).refused(404, "404")
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	one := "/v3/certifications/" + LargeCertification
	for path, allow := range map[string]string{
		"/v3/certifications": "GET, OPTIONS, HEAD", one: "GET, OPTIONS, HEAD", one + "/decide": "POST, OPTIONS",
		one + "/sign-off": "POST, OPTIONS", "/certification-tasks/v1": "GET, OPTIONS, HEAD",
		one + "/access-summaries/ROLE": "GET, OPTIONS, HEAD", one + "/decision-summary": "GET, OPTIONS, HEAD",
		one + "/identity-summaries/x": "GET, OPTIONS, HEAD", "/campaigns/v1": "GET, OPTIONS, HEAD", "/v3/campaigns/x": "GET, OPTIONS, HEAD",
		"/public-identities/v1": "GET, OPTIONS, HEAD",
	} {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
			answered := n.do("org-admin", method, path, nil)
			answered.refused(405, "405")
			if got := answered.header.Get("Allow"); got != allow {
				t.Errorf("%s %s: Allow is %q, want %q", method, path, got, allow)
			}
		}
		answered := n.do("", http.MethodOptions, path, nil)
		if answered.status != 204 || answered.header.Get("Allow") != allow || len(answered.body) != 0 {
			t.Errorf("OPTIONS %s: %d %v %s", path, answered.status, answered.header, answered.body)
		}
	}
	n.do("org-admin", http.MethodGet, one+"/decide", nil).refused(405, "405")
	n.do("org-admin", http.MethodPost, one, nil).refused(405, "405")
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	t.Parallel()
	n := newTenant(t, Config{Certifications: 20})
	got := n.get("org-admin", "/v3/certifications?count=true")
	head := n.do("org-admin", http.MethodHead, "/v3/certifications?count=true", nil)
	for _, name := range []string{"Content-Length", "Content-Type", "X-Total-Count"} {
		if got.header.Get(name) == "" || head.header.Get(name) != got.header.Get(name) {
			t.Errorf("%s: HEAD %q, GET %q", name, head.header.Get(name), got.header.Get(name))
		}
	}
	if head.status != 200 || len(head.body) != 0 {
		t.Errorf("HEAD: status %d, %d bytes", head.status, len(head.body))
	}
}

func TestRefusalsAreInTheLanguageOfTheRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                        "und",
		"de-CH":                   "de-CH",
		"fr;q=0.8, en":            "fr",
		" pt-BR ,en;q=0.5":        "pt-BR",
		"*":                       "und",
		"\"><script>":             "und",
		"de\u00e9":                "und",
		"en-US,en;q=0.9,de;q=0.8": "en-US",
	}
	n := newTenant(t, Config{})
	for header, want := range tests {
		request := n.request("org-admin", http.MethodGet, "/v3/certifications/none", "")
		request.Header.Set("Accept-Language", header)
		var body struct {
			Messages []struct{ Locale, LocaleOrigin string }
		}
		if err := json.Unmarshal(n.send(request, nil).body, &body, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		if len(body.Messages) != 2 || body.Messages[0].Locale != "en-US" || body.Messages[1].Locale != want || body.Messages[1].LocaleOrigin != "REQUEST" {
			t.Errorf("Accept-Language %q is answered in %+v, want %q", header, body.Messages, want)
		}
	}
}
