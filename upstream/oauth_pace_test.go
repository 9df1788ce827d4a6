package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
)

// askFor asks for a token ten times a second for some time, and returns the last error.
func askFor(t *testing.T, c upstream.Credential, long time.Duration) (err error) {
	t.Helper()
	for range int(long / (100 * time.Millisecond)) {
		_, err = c.Token(t.Context())
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

func TestATokenEndpointThatFailsIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &tokenEndpoint{lifetime: 100}
		endpoint.refuse.Store(true)
		c := newClientCredentials(t, endpoint)
		err := askFor(t, c, time.Minute)
		// Three at once, and then after pauses of 250 ms, 500 ms and so on, up to 30 s.
		if asked := endpoint.asked.Load(); asked < 8 || asked > 11 {
			t.Errorf("600 callers of a minute sent %d requests for a token, want 8 to 11", asked)
		}
		e := upstreamError(t, err)
		if e.Kind != upstream.KindUnavailable || e.Status != http.StatusServiceUnavailable || e.RetryAfter <= 0 || e.RetryAfter > 30*time.Second {
			t.Errorf("a caller who is held up is told %v, and to wait %s", e, e.RetryAfter)
		}
		endpoint.refuse.Store(false)
		time.Sleep(e.RetryAfter)
		wantToken(t, c, "t1")
	})
}

func TestOneRequestFindsOutWhetherTheTokenEndpointWorksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hangs atomic.Bool
		var asked atomic.Int32
		client := newAuthorizationCode(t, "http://localhost", func(cfg *upstream.AuthorizationCodeConfig) {
			cfg.AuthorizeURL, cfg.TokenURL = "http://localhost/authorize", "http://localhost/token"
			cfg.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				asked.Add(1)
				if hangs.Load() {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}
				return answer(http.StatusBadGateway, ""), nil
			})
		})
		refresh := func(person int) {
			_, _ = client.Refresh(t.Context(), upstream.Grant{RefreshToken: fmt.Sprint("r", person)})
		}
		refresh(1)
		refresh(2)
		refresh(3)
		hangs.Store(true)
		time.Sleep(2 * time.Second)
		asked.Store(0)
		for person := range 10_000 {
			go refresh(person)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if asked := asked.Load(); asked != 1 {
			t.Errorf("the grants of 10,000 people were refreshed by %d requests to an endpoint that fails, want 1", asked)
		}
	})
}

func TestThePauseThatATokenEndpointAsksForIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := newClientCredentials(t, roundTripper(func(*http.Request) (*http.Response, error) {
			asked++
			refused := answer(http.StatusTooManyRequests, "")
			refused.Header.Set("Retry-After", "50")
			return refused, nil
		}))
		err := askFor(t, c, 49*time.Second)
		if e := upstreamError(t, err); asked != 1 || e.Kind != upstream.KindRateLimited {
			t.Errorf("%d requests in the pause, and callers are told %v", asked, e)
		}
		time.Sleep(2 * time.Second)
		if _, err := c.Token(t.Context()); err == nil || asked != 2 {
			t.Errorf("%d requests after the pause, and %v", asked, err)
		}
	})
}

func TestWhatOnePersonHasGrantedSaysNothingOfTheTokenEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := newAuthorizationCode(t, "http://localhost", func(cfg *upstream.AuthorizationCodeConfig) {
			cfg.AuthorizeURL, cfg.TokenURL = "http://localhost/authorize", "http://localhost/token"
			cfg.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
				asked++
				return answer(http.StatusBadRequest, `{"error":"invalid_grant"}`), nil
			})
		})
		for range 50 {
			_, err := client.Exchange(t.Context(), "a-wrong-code", verifier)
			if e := upstreamError(t, err); e.Status != http.StatusBadRequest {
				t.Fatal(e)
			}
		}
		if asked != 50 {
			t.Errorf("%d of 50 sign-ins with a wrong code were asked about", asked)
		}
	})
}

func TestTokensThatAreRefusedAtOnceAreNotReplacedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &tokenEndpoint{lifetime: 1000}
		calls := 0
		client := newClient(t, upstream.Config{
			BaseURL: "http://localhost/v3",
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				calls++
				return answer(http.StatusUnauthorized, `{"error":"JWT is expired"}`), nil
			}),
		})
		ctx := upstream.WithCredential(t.Context(), newClientCredentials(t, endpoint))
		for range 600 {
			_, err := client.SignOffIdentityCertification(ctx, "c1")
			if e := upstreamError(t, err); e.Kind != upstream.KindUnauthenticated {
				t.Fatal(e)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if asked := endpoint.asked.Load(); asked > 11 || calls > 13 {
			t.Errorf("600 operations of a minute sent %d requests for tokens that are refused at once, and %d calls, want 11 and 13 at most", asked, calls)
		}
	})
}

func TestATenantThatCannotNameItsEndpointsIsAskedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := newAuthorizationCode(t, "http://localhost", func(cfg *upstream.AuthorizationCodeConfig) {
			cfg.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
				asked++
				return answer(http.StatusBadGateway, ""), nil
			})
		})
		for range 600 {
			if _, err := client.Discover(t.Context()); err == nil {
				t.Fatal("the tenant has named its endpoints")
			}
			time.Sleep(100 * time.Millisecond)
		}
		if asked > 11 {
			t.Errorf("600 sign-ins of a minute sent %d requests for the endpoints, want 11 at most", asked)
		}
	})
}

// Each token is as long as the responses of the endpoint may be.
func TestGrantsOfUnreasonableLengthAreRefused(t *testing.T) {
	long := strings.Repeat("r", 17<<10)
	for name, body := range map[string]string{
		"access token":  `{"access_token":"` + long + `","token_type":"bearer"}`,
		"refresh token": `{"access_token":"t","refresh_token":"` + long + `","token_type":"bearer"}`,
	} {
		c := newClientCredentials(t, roundTripper(func(*http.Request) (*http.Response, error) {
			return answer(http.StatusOK, body), nil
		}))
		_, err := c.Token(context.WithoutCancel(t.Context()))
		if e := upstreamError(t, err); e.Kind != upstream.KindInvalid {
			t.Errorf("%s: got %v", name, e)
		}
	}
}
