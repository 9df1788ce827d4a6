package upstream_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
)

func TestATraceListsCallsInTheOrderInWhichTheyBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, upstream.Config{
			BaseURL:  "http://localhost/v3",
			CacheTTL: time.Minute,
			Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				time.Sleep(40 * time.Millisecond)
				if r.URL.Path == "/v3/certifications/c2" {
					return answer(http.StatusForbidden, `{}`), nil
				}
				return answer(http.StatusOK, `{"id":"c1"}`), nil
			}),
		})
		usage := upstream.NewUsage(0)
		ctx := caller(t, "secret-token", usage)
		get := func(ctx context.Context, id string) { _, _ = client.GetIdentityCertification(ctx, id) }
		get(ctx, "c0") // before the trace
		usage.StartTrace()
		go get(ctx, "c1")
		synctest.Wait()
		time.Sleep(10 * time.Millisecond)
		go get(ctx, "c1") // joins it
		go get(ctx, "c2")
		time.Sleep(time.Second)
		get(ctx, "c1") // from the cache
		_, _ = client.SignOffIdentityCertification(ctx, "c1")
		const took = 40 * time.Millisecond
		const joined, later = 10 * time.Millisecond, 1010 * time.Millisecond
		want := []upstream.TracedCall{
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Status: 200, Took: took},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Coalesced: true, At: joined},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c2", Status: 403, At: joined, Took: took},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Cached: true, At: later},
			{Method: "POST", Template: "/certifications/{id}/sign-off", Path: "/certifications/c1/sign-off", Status: 200, At: later, Took: took},
		}
		for i := range want {
			want[i].URL = "http://localhost/v3" + want[i].Path
		}
		got := usage.Trace()
		if len(got) == len(want) && got[1].Status != 0 { // the two began at once
			got[1], got[2] = got[2], got[1]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("trace (-want +got):\n%s", diff)
		}
	})
}

// A call that the service refuses for want of budget waits as long as it asks for, and its next attempt says so; so does
// one that waits for room. The URL has what the call asks for.
func TestATraceSaysHowLongACallWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := false
		client := newClient(t, upstream.Config{
			BaseURL:                 "http://localhost/v3",
			MaxInFlightPerOperation: 1,
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				if refused {
					return answer(http.StatusOK, `[]`), nil
				}
				refused = true
				refusal := answer(http.StatusTooManyRequests, `{}`)
				refusal.Header = http.Header{"Retry-After": {"7"}}
				return refusal, nil
			}),
		})
		usage := upstream.NewUsage(0)
		ctx := caller(t, "ada", usage)
		list := func(offset int) {
			params := upstream.ListIdentityCertificationsParams{Paging: upstream.Paging{Limit: 5, Offset: offset}}
			if _, err := client.ListIdentityCertifications(ctx, params); err != nil {
				t.Error(err)
			}
		}
		usage.StartTrace()
		list(0)
		go list(5)
		synctest.Wait()
		go list(10)
		time.Sleep(time.Minute)
		want := []upstream.TracedCall{
			{URL: "?limit=5", Status: 429, Took: time.Second},
			{URL: "?limit=5", Status: 200, At: 8 * time.Second, Waited: 7 * time.Second, Took: time.Second},
			{URL: "?limit=5&offset=5", Status: 200, At: 9 * time.Second, Took: time.Second},
			{URL: "?limit=5&offset=10", Status: 200, At: 10 * time.Second, Waited: time.Second, Took: time.Second},
		}
		for i := range want {
			want[i].Method, want[i].Template, want[i].Path = http.MethodGet, "/certifications", "/certifications"
			want[i].URL = "http://localhost/v3/certifications" + want[i].URL
		}
		if diff := cmp.Diff(want, usage.Trace()); diff != "" {
			t.Errorf("trace (-want +got):\n%s", diff)
		}
	})
}

func TestATraceHasAnEnd(t *testing.T) {
	client := newClient(t, upstream.Config{
		BaseURL:  "http://localhost/v3",
		CacheTTL: time.Minute,
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return answer(http.StatusOK, `{"id":"c1"}`), nil
		}),
	})
	usage := upstream.NewUsage(0)
	usage.StartTrace()
	for range 1100 {
		if _, err := client.GetIdentityCertification(caller(t, "ada", usage), "c1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(usage.Trace()); got != 1000 || usage.Cached() != 1099 {
		t.Errorf("the trace lists %d of %d calls, want 1000", got, usage.Calls()+usage.Cached())
	}
}

func TestATraceHasTheTemplateOfAPathInEachLayout(t *testing.T) {
	for baseURL, want := range map[string]upstream.TracedCall{
		"http://localhost/v3": {
			Template: "/certifications/{certificationId}/access-review-items/{itemId}/permissions",
			Path:     "/certifications/c1/access-review-items/i1/permissions",
		},
		"http://localhost": {
			Template: "/certifications/v1/{certificationId}/access-review-items/{itemId}/permissions",
			Path:     "/certifications/v1/c1/access-review-items/i1/permissions",
		},
	} {
		client := newClient(t, upstream.Config{
			BaseURL: baseURL,
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				return answer(http.StatusOK, `[]`), nil
			}),
		})
		usage := upstream.NewUsage(0)
		usage.StartTrace()
		params := upstream.GetIdentityCertificationItemPermissionsParams{}
		if _, err := client.GetIdentityCertificationItemPermissions(caller(t, "ada", usage), "c1", "i1", params); err != nil {
			t.Fatal(err)
		}
		got := usage.Trace()
		for i := range got {
			got[i].Took, got[i].At, got[i].Waited = 0, 0, 0
		}
		want.Method, want.Status, want.URL = http.MethodGet, http.StatusOK, baseURL+want.Path+"?limit=0"
		if diff := cmp.Diff([]upstream.TracedCall{want}, got); diff != "" {
			t.Errorf("trace below %s (-want +got):\n%s", baseURL, diff)
		}
	}
}
