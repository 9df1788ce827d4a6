package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
)

func TestOfARequestOnlyLanguageAndIDTravelUpstream(t *testing.T) {
	tests := map[string]struct {
		language, id string
		want         http.Header
	}{
		"neither":  {"", "", http.Header{}},
		"language": {"de-CH,de;q=0.9", "", http.Header{"Accept-Language": {"de-CH,de;q=0.9"}}},
		"id":       {"", "r-1", http.Header{"X-Request-Id": {"r-1"}}},
		"both":     {"fr", "r-2", http.Header{"Accept-Language": {"fr"}, "X-Request-Id": {"r-2"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got http.Header
			server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				fmt.Fprint(w, `{"id":"c1"}`)
			})
			client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3", UserAgent: "certql/1.2"})
			ctx := upstream.WithRequestID(upstream.WithLanguage(withToken(t, "ada"), test.language), test.id)
			if _, err := client.GetIdentityCertification(ctx, "c1"); err != nil {
				t.Fatal(err)
			}
			for header, value := range map[string]string{
				"Accept": "application/json", "Accept-Encoding": "gzip", "Authorization": "Bearer ada", "User-Agent": "certql/1.2",
			} {
				test.want.Set(header, value)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers on the wire (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswersInOneLanguageAreNotTakenForAnother(t *testing.T) {
	languages := []string{"", "de", "de-CH", "fr"}
	read := func(t *testing.T, client *upstream.Client, ctx context.Context, language string) {
		t.Helper()
		certification, err := client.GetIdentityCertification(upstream.WithLanguage(ctx, language), "c1")
		if err != nil || certification.Name != "in "+language {
			t.Errorf("in %q the answer is %v, %v", language, certification, err)
		}
	}
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id":"c1","name":"in %s"}`, r.Header.Get("Accept-Language"))
	})
	ctx := withToken(t, "ada")
	t.Run("from the cache", func(t *testing.T) {
		client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3", CacheTTL: time.Hour})
		for range 2 {
			for _, language := range languages {
				read(t, client, ctx, language)
			}
		}
		if got := client.Stats().Cached; got != uint64(len(languages)) {
			t.Errorf("%d answers came from the cache, want %d", got, len(languages))
		}
	})
	t.Run("under way", func(t *testing.T) {
		client := newClient(t, upstream.Config{BaseURL: server.URL + "/v3"})
		var group sync.WaitGroup
		for i := range 40 {
			group.Go(func() { read(t, client, ctx, languages[i%len(languages)]) })
		}
		group.Wait()
	})
}
