package upstream

import (
	"errors"
	"net/http"
	"testing"
	"time"
)

// A caller may find no token, and ask for one only after another caller's token has come.
func TestALateFlightTakesTheTokenThatIsThere(t *testing.T) {
	c, err := NewClientCredentials(ClientCredentialsConfig{
		TokenURL: "http://localhost/oauth/token", ClientID: "a", ClientSecret: "b", Transport: refusingTransport{t},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.grant = &Grant{AccessToken: "t1"}
	if token, err := c.replace(t.Context(), ""); token != "t1" || err != nil {
		t.Errorf("got %q, %v", token, err)
	}
}

// The same holds for the tenant's endpoints.
func TestALateFlightTakesTheEndpointsThatAreThere(t *testing.T) {
	a, err := NewAuthorizationCode(AuthorizationCodeConfig{
		InfoURL: "http://localhost/oauth/info", RedirectURL: "http://localhost/auth/callback", ClientID: "a", Transport: refusingTransport{t},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := OAuthInfo{AuthorizeEndpoint: "http://localhost/a", TokenEndpoint: "http://localhost/t"}
	a.info = &want
	if got, err := a.ask(t.Context()); got != want || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestARenewalThatFailsIsNotTriedAgainAtOnce(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := &ClientCredentials{endpoint: tokenEndpoint{now: func() time.Time { return now }}}
	c.grant = &Grant{AccessToken: "t1", RenewAt: now, Expiry: now.Add(time.Minute)}
	for i, want := range []bool{true, false, true, false} {
		if i == 2 {
			now = now.Add(renewalPause)
		}
		if token, renew := c.current(); token != "t1" || renew != want {
			t.Errorf("%d: got %q, renew %t; want %t", i, token, renew, want)
		}
	}
}

// A refusingTransport is for clients that must send nothing.
type refusingTransport struct{ t *testing.T }

func (r refusingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	r.t.Error("a request was sent")
	return nil, errors.New("unexpected")
}
