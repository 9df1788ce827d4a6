package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzRequests sends anything that an administrator could send: no request may make the sandbox panic, fail, redirect or
// send a body that is not JSON.
func FuzzRequests(f *testing.F) {
	one := "/v3/certifications/" + LargeCertification
	f.Add("GET", "/v3/certifications", `filters=id in ("a","b")&sorters=-name,due&limit=1&count=true`, "")
	f.Add("GET", one+"/access-review-items", `filters=access.name sw "\"\\" and completed ne true&roles=a,b`, "")
	f.Add("GET", one+"/access-review-items/"+LargePermissionsItem+"/permissions", `filters=rights ca ("A") or target eq "b"`, "")
	f.Add("POST", one+"/decide", "", `[{"id":"`+LargePermissionsItem+`","decision":"REVOKE","bulk":true,"proposedEndDate":"2999-01-01T00:00:00Z"}]`)
	f.Add("POST", one+"/reassign-async", "", `{"reassign":[{"id":"a","type":"ITEM"}],"reassignTo":"Grace.7f3b02c9d15e48","reason":"x"}`)
	f.Add("POST", "/certifications/v1/"+DecidedCertification+"/sign-off", "", "")
	f.Add("GET", one+"/access-summaries/ROLE", `filters=access.name sw "a"and completed ne false&sorters=-access.name&limit=0`, "")
	f.Add("GET", one+"/decision-summary", `filters=identitySummary.id in ("a","b")`, "")
	f.Add("GET", "/campaigns/v1", `detail=FULL&filters=status in ("ACTIVE","STAGED")and name sw "x"&sorters=-created`, "")
	f.Add("GET", "/public-identities/v1", `add-core-filters=true&filters=(firstname sw "a" or alias eq "\\") and email sw ""`, "")
	f.Add("PUT", "/../%2e%2e//certification-tasks/v1/%00", "%zz;", "{")
	box, err := New(Config{RateLimit: NoRateLimit, Certifications: 20, Items: 400})
	if err != nil {
		f.Fatal(err)
	}
	token := accessToken(f, box, "org-admin")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if strings.HasPrefix(path, "/sandbox/") {
			t.Skip("faults may do all that is forbidden here")
		}
		target, err := url.ParseRequestURI(path)
		if err != nil || target.Host != "" || !strings.HasPrefix(target.EscapedPath(), "/") {
			t.Skip("no path that a server would hand on")
		}
		target.RawQuery = query
		request := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		request.Method, request.URL = method, target
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+token)
		answered := httptest.NewRecorder()
		box.ServeHTTP(answered, request)
		switch status := answered.Code; {
		case status == http.StatusNoContent:
		case status >= 500 || status >= 300 && status < 400:
			t.Errorf("status %d: %s", status, answered.Body)
		case !jsontext.Value(answered.Body.Bytes()).IsValid():
			t.Errorf("status %d with %q", status, answered.Body)
		}
	})
}
