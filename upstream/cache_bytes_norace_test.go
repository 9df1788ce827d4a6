//go:build !race

package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"certql/upstream"
)

// A repeating service answers each list with the same row, so many times, and everything else with it.
type repeating struct {
	row  string
	rows int
}

func (s repeating) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.rows == 0 {
		return answer(http.StatusOK, s.row), nil
	}
	return answer(http.StatusOK, "["+strings.Repeat(s.row+",", s.rows-1)+s.row+"]"), nil
}

const (
	itemRow = `{"accessSummary":{"access":{"type":"ENTITLEMENT","id":"2c918087682f9a86016839c509241ad9","name":"FIN-Controlling-Write"},"entitlement":{` +
		`"id":"2c918087682f9a86016839c509241ad9","name":"FIN-Controlling-Write","description":"Runs the closing reports of a department.","privileged":true,` +
		`"owner":{"type":"IDENTITY","id":"2c9180867b50d088017b554662fb281e","name":"Adalberto Quigley","email":"adalberto.quigley@example.com"},` +
		`"attributeName":"memberOf","attributeValue":"CN=FIN-Controlling-Write,OU=Finance,OU=Groups,DC=corp,DC=example,DC=com","sourceSchemaObjectType":"group",` +
		`"sourceName":"Corporate Active Directory","sourceType":"Active Directory - Direct","sourceId":"2c9180855d191c59015d28583727245a","hasPermissions":true,` +
		`"account":{"nativeIdentity":"CN=Ana Okafor,OU=Finance,DC=corp,DC=example,DC=com","disabled":false,"locked":true,"type":"ACCOUNT","id":"2c9180857182305e","name":"Ana"}},` +
		`"accessProfile":null,"role":null},"identitySummary":{"id":"4d3c2b1a","name":"Ana Okafor","identityId":"2c918089","completed":true},"id":"ef38f943","completed":true,` +
		`"newAccess":false,"decision":"APPROVE","comments":"Still needed for the quarterly closing"}`
	certificationRow = `{"id":"2c91808a7b50d088017b554662f00001","name":"Manager Access Review for Ana Okafor","campaign":{"id":"ef38f94347e94562b5bb8424a56397d8",` +
		`"name":"Q4 Manager Access Review","type":"CAMPAIGN","campaignType":"MANAGER","description":"Everything that a manager's reports may do"},"completed":false,` +
		`"identitiesCompleted":3,"identitiesTotal":24,"created":"2026-10-05T09:00:00.104Z","modified":"2026-11-11T16:21:37.882Z","decisionsMade":5,"decisionsTotal":250,` +
		`"due":"2026-12-18T23:59:59.000Z","reviewer":{"type":"IDENTITY","id":"2c9180867b50d088017b554662fb281e","name":"Ana Okafor","email":"ana.okafor@example.com"},` +
		`"hasErrors":false,"phase":"ACTIVE"}`
)

// The cache takes no more than it says, whether the responses have long texts or many small things, of
// which a few bytes of JSON make a lot of memory. It may take less, since decoding shares texts that are
// repeated, as they are here.
func TestTheCacheWeighsWhatItHolds(t *testing.T) {
	const limit = 16 << 20
	items := func(ctx context.Context, c *upstream.Client, n int) error {
		_, err := c.ListIdentityAccessReviewItems(ctx, fmt.Sprint("c", n), upstream.ListIdentityAccessReviewItemsParams{})
		return err
	}
	certifications := func(ctx context.Context, c *upstream.Client, n int) error {
		_, err := c.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{Paging: upstream.Paging{Offset: n}})
		return err
	}
	for name, test := range map[string]struct {
		upstream repeating
		read     func(context.Context, *upstream.Client, int) error
	}{
		"pages of items":           {repeating{itemRow, 250}, items},
		"pages of certifications":  {repeating{certificationRow, 50}, certifications},
		"one row each":             {repeating{certificationRow, 1}, certifications},
		"no rows":                  {repeating{"", 1}, certifications},
		"rows that say nothing":    {repeating{`{}`, 250}, items},
		"very many of them":        {repeating{`{}`, 100_000}, items},
		"objects that say nothing": {repeating{`{"id":"x","accessSummary":{"entitlement":{"owner":{},"account":{}}}}`, 250}, items},
		"no certification": {repeating{certificationRow, 0}, func(ctx context.Context, c *upstream.Client, n int) error {
			_, err := c.GetIdentityCertification(ctx, fmt.Sprint("c", n))
			return err
		}},
		"pages of people": {repeating{readFile(t, "public_identity.json"), 250}, func(ctx context.Context, c *upstream.Client, n int) error {
			_, err := c.GetPublicIdentities(ctx, upstream.GetPublicIdentitiesParams{Paging: upstream.Paging{Offset: n}})
			return err
		}},
		"pages of campaigns in full": {repeating{readFile(t, "campaign_full.json"), 50}, func(ctx context.Context, c *upstream.Client, n int) error {
			_, err := c.GetActiveCampaignsInFull(ctx, upstream.GetActiveCampaignsParams{Paging: upstream.Paging{Offset: n}})
			return err
		}},
		"pages of access": {repeating{readFile(t, "access_summary.json"), 50}, func(ctx context.Context, c *upstream.Client, n int) error {
			_, err := c.GetIdentityAccessSummaries(ctx, fmt.Sprint("c", n), upstream.GetIdentityAccessSummariesParams{Type: upstream.AccessSummaryRole})
			return err
		}},
		"counts": {repeating{readFile(t, "decision_summary.json"), 0}, func(ctx context.Context, c *upstream.Client, n int) error {
			_, err := c.GetIdentityDecisionSummary(ctx, fmt.Sprint("c", n), upstream.GetIdentityDecisionSummaryParams{})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, upstream.Config{
				BaseURL: "http://tenant", Transport: test.upstream, CacheTTL: time.Hour, CacheBytes: limit, RateLimit: upstream.NoRateLimit,
			})
			ctx := withToken(t, "ada")
			before := heapInUse()
			for n := 0; n < 1_000_000 && client.Stats().CacheBytes < limit*9/10; n++ {
				if err := test.read(ctx, client, n); err != nil {
					t.Fatal(err)
				}
			}
			for n := range 100 { // past the bound
				_ = test.read(ctx, client, -1-n)
			}
			took, said := heapInUse()-before, client.Stats().CacheBytes
			t.Logf("the cache says %d, and takes %d", said, took)
			if took > limit*9/8 || took < said/2 || said > limit {
				t.Errorf("the cache of at most %d bytes says that it takes %d, and takes %d", limit, said, took)
			}
			runtime.KeepAlive(client)
		})
	}
}

// heapInUse returns how many bytes are in use once all garbage is collected.
func heapInUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
