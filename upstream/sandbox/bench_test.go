package sandbox

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The sizes of the benchmarks: the default, and the largest that must still be quick.
var (
	ordinary = Config{RateLimit: NoRateLimit}
	enormous = Config{RateLimit: NoRateLimit, Certifications: 10_000, Items: 1_000_000}
)

func BenchmarkStart(b *testing.B) {
	for name, config := range map[string]Config{"ordinary": ordinary, "enormous": enormous} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := New(config); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPage(b *testing.B) {
	for name, config := range map[string]Config{"ordinary": ordinary, "enormous": enormous} {
		box, err := New(config)
		if err != nil {
			b.Fatal(err)
		}
		token := accessToken(b, box, "org-admin")
		var many string
		for i, each := range box.state.Load().certifications {
			if i%(config.withDefaults().Certifications/50) == 0 {
				many += `,"` + each.id + `"`
			}
		}
		large := "/v3/certifications/" + LargeCertification
		for _, page := range []struct{ name, path string }{
			{"certification", large},
			{"first-certifications", "/v3/certifications"},
			{"last-certifications", "/v3/certifications?offset=" + map[string]string{"ordinary": "110", "enormous": "9750"}[name] + "&count=true"},
			{"by-50-ids", withQuery("/v3/certifications", "filters", "id in ("+many[1:]+")")},
			{"sorted", "/v3/certifications?sorters=name,-due&count=true"},
			{"by-reviewer", "/v3/certifications?count=true&limit=50&reviewer-identity=" + box.clients[2].IdentityID},
			{"items", large + "/access-review-items"},
			{"items-sorted", large + "/access-review-items?sorters=identitySummary.name,-access.name&offset=900&count=true"},
			{"items-filtered", withQuery(large+"/access-review-items", "filters", `access.name sw "GG-" and completed eq false`, "count", "true")},
			{"permissions", large + "/access-review-items/" + LargePermissionsItem + "/permissions"},
			{"reviewers", "/v3/certifications/" + CrowdCertification + "/reviewers?sorters=email"},
			{"tasks", "/v3/certification-tasks"},
			{"identity-summaries", large + "/identity-summaries?sorters=name&count=true"},
			{"access-summaries", large + "/access-summaries/ENTITLEMENT?sorters=access.name&count=true"},
			{"decision-summary", large + "/decision-summary"},
			{"campaigns", "/v3/campaigns?detail=FULL&sorters=-created&count=true"},
			{"people", withQuery("/v3/public-identities", "filters", `firstname sw "an" or lastname sw "an" or alias sw "an" or email sw "an"`, "count", "true")},
		} {
			b.Run(name+"/"+page.name, func(b *testing.B) {
				b.ReportAllocs()
				var slowest time.Duration
				for b.Loop() {
					begin := time.Now()
					request := httptest.NewRequest(http.MethodGet, page.path, nil)
					request.Header.Set("Authorization", "Bearer "+token)
					recorded := httptest.NewRecorder()
					box.ServeHTTP(recorded, request)
					if recorded.Code != http.StatusOK {
						b.Fatalf("%d %s", recorded.Code, recorded.Body)
					}
					slowest = max(slowest, time.Since(begin))
				}
				b.ReportMetric(float64(slowest.Microseconds()), "slowest-µs")
			})
		}
	}
}
