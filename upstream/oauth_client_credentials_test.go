package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"

	"github.com/google/go-cmp/cmp"
)

// A tokenEndpoint grants the tokens t1, t2 and so on.
type tokenEndpoint struct {
	asked    atomic.Int32
	granted  atomic.Int32
	lifetime int           // seconds; 0 leaves it out
	delay    time.Duration // until the answer
	refuse   atomic.Bool
}

func (e *tokenEndpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	e.asked.Add(1)
	select {
	case <-time.After(e.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if e.refuse.Load() {
		return answer(http.StatusServiceUnavailable, "busy"), nil
	}
	body := fmt.Sprintf(`{"access_token":"t%d","token_type":"bearer"`, e.granted.Add(1))
	if e.lifetime != 0 {
		body += fmt.Sprintf(`,"expires_in":%d`, e.lifetime)
	}
	a := answer(http.StatusOK, body+"}")
	a.Header.Set("Content-Type", "application/json")
	return a, nil
}

func newClientCredentials(t testing.TB, transport http.RoundTripper) *upstream.ClientCredentials {
	t.Helper()
	c, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: "http://localhost/oauth/token", ClientID: "org-admin", ClientSecret: "s3cret", Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantToken(t *testing.T, c upstream.Credential, want string) {
	t.Helper()
	if got, err := c.Token(t.Context()); got != want || err != nil {
		t.Errorf("got token %q, %v; want %q", got, err, want)
	}
}

func TestATokenIsAskedForAsTheServiceWantsIt(t *testing.T) {
	var got url.Values
	var header http.Header
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got, header = r.PostForm, r.Header
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		io.WriteString(w, `{"access_token":"t1","token_type":"bearer","expires_in":749,"scope":"sp:scopes:all","tenant_id":"x","internal":true}`)
	})
	transport := upstream.NewTransport(upstream.TransportConfig{})
	defer transport.CloseIdleConnections()
	c, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: server.URL + "/oauth/token", ClientID: "id & co", ClientSecret: "s3c=ret", Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantToken(t, c, "t1")
	want := url.Values{"grant_type": {"client_credentials"}, "client_id": {"id & co"}, "client_secret": {"s3c=ret"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the form (-want +got):\n%s", diff)
	}
	if header.Get("Content-Type") != "application/x-www-form-urlencoded" || header.Get("Authorization") != "" {
		t.Errorf("got header %v", header)
	}
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	tests := []struct {
		name     string
		lifetime int
		renewAt  time.Duration
	}{
		{"a fifth of its life before its end", 100, 80 * time.Second},
		{"a minute before its end", 43200, 43140 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := &tokenEndpoint{lifetime: tt.lifetime, delay: time.Second}
				c := newClientCredentials(t, endpoint)
				start := time.Now()
				wantToken(t, c, "t1") // until start + 1 s

				time.Sleep(tt.renewAt - time.Since(start) - time.Nanosecond)
				wantToken(t, c, "t1")
				synctest.Wait()
				if n := endpoint.asked.Load(); n != 1 {
					t.Fatalf("a token was asked for %d times", n)
				}
				time.Sleep(time.Nanosecond)
				before := time.Now()
				wantToken(t, c, "t1") // and the renewal sets out
				if waited := time.Since(before); waited != 0 {
					t.Errorf("a caller waited %v for a renewal", waited)
				}
				time.Sleep(2 * time.Second)
				wantToken(t, c, "t2")
			})
		})
	}
}

func TestAnExpiredTokenIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &tokenEndpoint{lifetime: 10}
		c := newClientCredentials(t, endpoint)
		wantToken(t, c, "t1")
		time.Sleep(10 * time.Second)
		wantToken(t, c, "t2")
	})
}

func TestTheClockIsTheOneHandedIn(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: "http://localhost/oauth/token", ClientID: "a", ClientSecret: "b",
		Transport: &tokenEndpoint{lifetime: 100}, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	wantToken(t, c, "t1")
	now = now.Add(79 * time.Second)
	wantToken(t, c, "t1")
	now = now.Add(21 * time.Second)
	wantToken(t, c, "t2")
}

func TestATokenWithoutALifetimeIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClientCredentials(t, &tokenEndpoint{})
		wantToken(t, c, "t1")
		time.Sleep(1000 * time.Hour)
		wantToken(t, c, "t1")
	})
}

func TestAFailedRenewalLeavesTheTokenInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &tokenEndpoint{lifetime: 100}
		c := newClientCredentials(t, endpoint)
		wantToken(t, c, "t1")
		endpoint.refuse.Store(true)
		time.Sleep(80 * time.Second)
		wantToken(t, c, "t1")
		synctest.Wait()
		time.Sleep(10 * time.Second)
		wantToken(t, c, "t1")
		synctest.Wait()
		time.Sleep(10 * time.Second)
		_, err := c.Token(t.Context())
		if e := upstreamError(t, err); e.Kind != upstream.KindUnavailable {
			t.Errorf("after its end: got %v", e)
		}
		endpoint.refuse.Store(false)
		wantToken(t, c, "t2")
	})
}

func TestOneFlightServesAllCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &tokenEndpoint{lifetime: 100, delay: 5 * time.Second}
		c := newClientCredentials(t, endpoint)
		impatient, cancel := context.WithCancel(t.Context())
		hurried, cancelHurried := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancelHurried()

		var wg sync.WaitGroup
		wg.Go(func() { // the first, who starts the flight and leaves
			_, err := c.Token(impatient)
			if e := upstreamError(t, err); e.Kind != upstream.KindCanceled || e.Operation != "getToken" {
				t.Errorf("who left got %v", e)
			}
		})
		synctest.Wait()
		for range 20 {
			wg.Go(func() { wantToken(t, c, "t1") })
		}
		wg.Go(func() {
			start := time.Now()
			_, err := c.Token(hurried)
			if e := upstreamError(t, err); e.Kind != upstream.KindTimeout || time.Since(start) != 2*time.Second {
				t.Errorf("who was in a hurry got %v after %v", e, time.Since(start))
			}
		})
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
		if n := endpoint.granted.Load(); n != 1 {
			t.Errorf("%d tokens were granted, want 1", n)
		}
	})
}

func TestATokenEndpointThatHangsTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClientCredentials(t, &tokenEndpoint{delay: time.Hour})
		start := time.Now()
		_, err := c.Token(t.Context())
		if e := upstreamError(t, err); e.Kind != upstream.KindTimeout || time.Since(start) != upstream.DefaultTokenTimeout {
			t.Errorf("got %v after %v", e, time.Since(start))
		}
	})
}

func TestAFailedGrantIsNotKept(t *testing.T) {
	endpoint := &tokenEndpoint{}
	endpoint.refuse.Store(true)
	c := newClientCredentials(t, endpoint)
	if _, err := c.Token(t.Context()); upstreamError(t, err).Kind != upstream.KindUnavailable {
		t.Errorf("got %v", err)
	}
	endpoint.refuse.Store(false)
	wantToken(t, c, "t1")
}

func TestWhyNoTokenWasGranted(t *testing.T) {
	const secret = "s3cret"
	tests := []struct {
		name   string
		wire   http.RoundTripper
		kind   upstream.Kind
		status int
		code   string
		after  time.Duration
	}{
		{"a wrong secret", grant(401, `{"error":"invalid_client","error_description":"`+secret+`"}`), upstream.KindUnauthenticated, 401, "invalid_client", 0},
		{"a wrong client", grant(400, `{"error":"unauthorized_client"}`), upstream.KindUnauthenticated, 400, "unauthorized_client", 0},
		{"a wrong URL", grant(404, "not found "+secret), upstream.KindUnauthenticated, 404, "", 0},
		{"an error with a good status", grant(200, `{"error":"invalid_client"}`), upstream.KindUnauthenticated, 200, "invalid_client", 0},
		{"over the budget", grant(429, `{"message":"Rate Limit Exceeded"}`), upstream.KindRateLimited, 429, "", 3 * time.Second},
		{"a fault", grant(500, "oops"), upstream.KindUnavailable, 500, "", 3 * time.Second},
		{"a redirect", grant(302, ""), upstream.KindInvalid, 302, "", 3 * time.Second},
		{"no JSON", grant(200, "<html>"+secret), upstream.KindInvalid, 0, "", 0},
		{"no token", grant(200, `{"token_type":"bearer"}`), upstream.KindInvalid, 0, "", 0},
		{"a token that no header takes", grant(200, `{"access_token":"a\r\nb: c"}`), upstream.KindInvalid, 0, "", 0},
		{"no connection", roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no way to " + secret) }), upstream.KindUnavailable, 0, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClientCredentials(t, tt.wire)
			client := newClient(t, upstream.Config{
				BaseURL: "http://localhost/v3",
				Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					t.Error("a request was sent without a token")
					return nil, errors.New("unexpected")
				}),
			})
			_, err := client.SignOffIdentityCertification(upstream.WithCredential(t.Context(), c), "c1")
			e := upstreamError(t, err)
			if e.Operation != "getToken" || e.Kind != tt.kind || e.Status != tt.status || e.DetailCode != tt.code || e.Sent {
				t.Errorf("got %v, status %d, code %q, sent %t", e, e.Status, e.DetailCode, e.Sent)
			}
			if tt.status == 429 && e.RetryAfter != tt.after {
				t.Errorf("got %v to wait, want %v", e.RetryAfter, tt.after)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "localhost") {
				t.Errorf("%v gives something away", err)
			}
		})
	}
}

// grant returns a transport to a token endpoint that always gives the same response.
func grant(status int, body string) http.RoundTripper {
	return roundTripper(func(*http.Request) (*http.Response, error) {
		a := answer(status, body)
		a.Header.Set("Content-Type", "application/json")
		a.Header.Set("Retry-After", "3")
		a.Header.Set("Location", "https://evil.example/")
		return a, nil
	})
}

func TestNewClientCredentialsNamesEveryWrongSetting(t *testing.T) {
	_, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{TokenURL: "https://a:pass@b/token", FetchTimeout: -1})
	if err == nil {
		t.Fatal("it does not fail")
	}
	for _, name := range []string{"TokenURL", "ClientID", "ClientSecret", "FetchTimeout"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "pass@") {
		t.Errorf("%q gives the password away", err)
	}
}

func TestClientCredentialsAreNeverPrinted(t *testing.T) {
	c := newClientCredentials(t, &tokenEndpoint{})
	formats := []string{"%v", "%+v", "%#v", "%s", "%x"}
	holder := struct{ c upstream.Credential }{c} // whose methods fmt cannot call
	for _, format := range formats {
		if text := fmt.Sprintf(format, holder); strings.Contains(text, "s3cret") {
			t.Errorf("%s within something else prints %s", format, text)
		}
	}
	wantToken(t, c, "t1")
	for _, format := range formats {
		if text := fmt.Sprintf(format, c); strings.Contains(text, "s3cret") || strings.Contains(text, "t1") {
			t.Errorf("%s prints %s", format, text)
		}
	}
	other, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{TokenURL: "http://localhost/oauth/token", ClientID: "other", ClientSecret: "s3cret"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Key() == other.Key() || strings.Contains(c.Key(), "s3cret") {
		t.Errorf("got keys %s and %s", c.Key(), other.Key())
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	call := func(ctx context.Context, c *upstream.Client) error {
		_, err := c.SignOffIdentityCertification(ctx, "c1")
		return err
	}
	tests := []struct {
		name  string
		takes string // the token that the service takes
		want  []string
		ok    bool
	}{
		{"the first is taken", "Bearer t1", []string{"Bearer t1"}, true},
		{"the second is taken", "Bearer t2", []string{"Bearer t1", "Bearer t2"}, true},
		{"neither is taken", "", []string{"Bearer t1", "Bearer t2"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var seen []string
			client := newClient(t, upstream.Config{
				BaseURL: "http://localhost/v3",
				Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					seen = append(seen, r.Header.Get("Authorization"))
					if r.Header.Get("Authorization") != tt.takes {
						return answer(http.StatusUnauthorized, `{"error":"JWT is expired"}`), nil
					}
					return answer(http.StatusOK, "{}"), nil
				}),
			})
			ctx := upstream.WithCredential(t.Context(), newClientCredentials(t, &tokenEndpoint{lifetime: 100}))
			err := call(ctx, client)
			if tt.ok && err != nil {
				t.Error(err)
			}
			if !tt.ok && upstreamError(t, err).Kind != upstream.KindUnauthenticated {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(tt.want, seen); diff != "" {
				t.Errorf("tokens sent (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a caller's own token is not", func(t *testing.T) {
		var calls int
		client := newClient(t, upstream.Config{
			BaseURL: "http://localhost/v3",
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				calls++
				return answer(http.StatusUnauthorized, `{"error":"JWT is expired"}`), nil
			}),
		})
		e := upstreamError(t, call(asCaller(t), client))
		if e.Kind != upstream.KindUnauthenticated || e.Text() != "JWT is expired" || calls != 1 {
			t.Errorf("got %v, %q after %d calls", e, e.Text(), calls)
		}
	})
	t.Run("the refusal stands if no other token is to be had", func(t *testing.T) {
		endpoint := &tokenEndpoint{}
		client := newClient(t, upstream.Config{
			BaseURL: "http://localhost/v3",
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				endpoint.refuse.Store(true)
				return answer(http.StatusUnauthorized, `{"error":"JWT is expired"}`), nil
			}),
		})
		err := call(upstream.WithCredential(t.Context(), newClientCredentials(t, endpoint)), client)
		if e := upstreamError(t, err); e.Status != http.StatusUnauthorized || e.Operation != "signOffIdentityCertification" {
			t.Errorf("got %v", e)
		}
	})
}

func TestInvalidateMindsWhichTokenItWas(t *testing.T) {
	c := newClientCredentials(t, &tokenEndpoint{lifetime: 100})
	wantToken(t, c, "t1")
	c.Invalidate("t0")
	wantToken(t, c, "t1")
	c.Invalidate("t1")
	c.Invalidate("t1")
	wantToken(t, c, "t2")
	c.Invalidate("t1")
	wantToken(t, c, "t2")
}
