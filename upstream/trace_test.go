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
		want := []upstream.TracedCall{
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Status: 200, Took: took},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Coalesced: true},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c2", Status: 403, Took: took},
			{Method: "GET", Template: "/certifications/{id}", Path: "/certifications/c1", Cached: true},
			{Method: "POST", Template: "/certifications/{id}/sign-off", Path: "/certifications/c1/sign-off", Status: 200, Took: took},
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
			got[i].Took = 0
		}
		want.Method, want.Status = http.MethodGet, http.StatusOK
		if diff := cmp.Diff([]upstream.TracedCall{want}, got); diff != "" {
			t.Errorf("trace below %s (-want +got):\n%s", baseURL, diff)
		}
	}
}
