package upstream_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"certql/upstream"
	"certql/upstream/sandbox"

	"github.com/google/go-cmp/cmp"
)

// claiming returns a JWT with a payload, which nobody has signed.
func claiming(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(payload)) + "." + encode([]byte("unsigned"))
}

func TestABearerIsWhoTheTokenClaims(t *testing.T) {
	const bearer = upstream.ViewerBearer
	at := upstream.At(time.Unix(1_800_000_000, 0))
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("LEVEL_%d", i)
	}
	long := strings.Repeat("é", 100)
	for _, tt := range []struct {
		name, token string
		want        upstream.Viewer
	}{
		{
			"all claims", claiming(`{"identity_id":"i1","user_name":"ana.lopez","authorities":["CERT_ADMIN","NEW_LEVEL"],"exp":1800000000,"client_id":"c"}`),
			upstream.Viewer{Credential: bearer, IdentityID: "i1", UserName: "ana.lopez", Authorities: []string{"CERT_ADMIN", "NEW_LEVEL"}, ExpiresAt: at},
		},
		{"no claims", claiming(`{}`), upstream.Viewer{Credential: bearer}},
		{"a client without a user", claiming(`{"client_id":"c","sub":"c","exp":1800000000}`), upstream.Viewer{Credential: bearer, ExpiresAt: at}},
		{"a token that is no JWT", "0123456789abcdef", upstream.Viewer{Credential: bearer}},
		{"two parts", "e30.e30", upstream.Viewer{Credential: bearer}},
		{"four parts", claiming(`{"user_name":"n"}`) + ".x", upstream.Viewer{Credential: bearer, UserName: "n"}},
		{"no base64", "e30.~.e30", upstream.Viewer{Credential: bearer}},
		{"a payload that is a list", claiming(`["i1"]`), upstream.Viewer{Credential: bearer}},
		{"a payload that is null", claiming(`null`), upstream.Viewer{Credential: bearer}},
		{"a payload that is cut off", claiming(`{"user_name":"n"`), upstream.Viewer{Credential: bearer}},
		{"nulls", claiming(`{"identity_id":null,"user_name":null,"authorities":null,"exp":null}`), upstream.Viewer{Credential: bearer}},
		{
			"claims of other types", claiming(`{"identity_id":7,"user_name":"n","authorities":"ORG_ADMIN","exp":"1800000000"}`),
			upstream.Viewer{Credential: bearer, UserName: "n"},
		},
		{
			"levels of other types", claiming(`{"user_name":["n"],"identity_id":"i1","authorities":["A",7,null,{},["B"],"C",""]}`),
			upstream.Viewer{Credential: bearer, IdentityID: "i1", Authorities: []string{"A", "C"}},
		},
		{"as many bytes as are taken", claiming(`{"user_name":"` + long + `","identity_id":"i1"}`), upstream.Viewer{Credential: bearer, UserName: long, IdentityID: "i1"}},
		{"a claim that is too long", claiming(`{"user_name":"` + long + `x","identity_id":"i1"}`), upstream.Viewer{Credential: bearer, IdentityID: "i1"}},
		{"an identity that is too long", claiming(`{"identity_id":"` + long + `x","user_name":"n"}`), upstream.Viewer{Credential: bearer, UserName: "n"}},
		{"a level that is too long", claiming(`{"authorities":["A","` + long + `x","C"]}`), upstream.Viewer{Credential: bearer, Authorities: []string{"A", "C"}}},
		{"too many levels", claiming(`{"user_name":"n","authorities":` + jsonOf(t, many) + `}`), upstream.Viewer{Credential: bearer, UserName: "n", Authorities: many[:100]}},
		{"levels, none of them any", claiming(`{"authorities":[]}`), upstream.Viewer{Credential: bearer, Authorities: []string{}}},
		{"a control character", claiming(`{"identity_id":"i\u0000","user_name":"n\u001b[31m","authorities":["A\n","B"]}`), upstream.Viewer{Credential: bearer, Authorities: []string{"B"}}},
		{"what turns the direction of writing", claiming(`{"identity_id":"i1","user_name":"n\u202ex"}`), upstream.Viewer{Credential: bearer, IdentityID: "i1"}},
		{"a line that ends", claiming(`{"identity_id":"i1","user_name":"n\u2028x"}`), upstream.Viewer{Credential: bearer, IdentityID: "i1"}},
		{"what is not UTF-8", claiming("{\"identity_id\":\"i1\",\"user_name\":\"n\xff\",\"authorities\":[\"\xc0\",\"B\"]}"), upstream.Viewer{Credential: bearer, IdentityID: "i1", Authorities: []string{"B"}}},
		{"half a surrogate pair", claiming(`{"identity_id":"i1","user_name":"n\ud800"}`), upstream.Viewer{Credential: bearer, IdentityID: "i1"}},
		{"other scripts", claiming(`{"user_name":"営業 Łukasz"}`), upstream.Viewer{Credential: bearer, UserName: "営業 Łukasz"}},
		{"an end that is over", claiming(`{"exp":1}`), upstream.Viewer{Credential: bearer, ExpiresAt: upstream.At(time.Unix(1, 0))}},
		{"an end past all calendars", claiming(`{"exp":253402300800,"user_name":"n"}`), upstream.Viewer{Credential: bearer, UserName: "n"}},
		{"an end past all numbers", claiming(`{"exp":1e30,"user_name":"n"}`), upstream.Viewer{Credential: bearer, UserName: "n"}},
		{"a member twice", claiming(`{"user_name":"a","user_name":"b"}`), upstream.Viewer{Credential: bearer, UserName: "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			credential, err := upstream.Bearer(tt.token)
			if err != nil {
				t.Skipf("no token: %v", err)
			}
			for name, credential := range map[string]upstream.Credential{"as it came": credential, "verified": credential.Verified()} {
				got, err := upstream.ViewerFrom(upstream.WithCredential(t.Context(), credential))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	return string(must(t, text, err))
}

func TestWithoutACredentialThereIsNoViewer(t *testing.T) {
	if viewer, err := upstream.ViewerFrom(t.Context()); viewer != nil || err != nil {
		t.Errorf("got %+v, %v", viewer, err)
	}
}

// A viewer is fetched at no call of the API. The token is that of the client, which is a person's if it is a
// personal access token.
func TestAServiceIsWhoItsTokenClaims(t *testing.T) {
	for _, tt := range []struct {
		name, granted string
		want          upstream.Viewer
	}{
		{
			"of a person", `{"access_token":"` + claiming(`{"identity_id":"i1","user_name":"ana","authorities":["ORG_ADMIN"],"exp":1800000000}`) + `","expires_in":749}`,
			upstream.Viewer{
				Credential: upstream.ViewerService, IdentityID: "i1", UserName: "ana", Authorities: []string{"ORG_ADMIN"},
				ExpiresAt: upstream.At(time.Unix(1_800_000_000, 0)),
			},
		},
		{
			"of nobody", `{"access_token":"` + claiming(`{"sub":"client","client_id":"client"}`) + `","expires_in":749}`,
			upstream.Viewer{Credential: upstream.ViewerService, ExpiresAt: upstream.At(bubbleStart.Add(749 * time.Second))},
		},
		{"that is no JWT and never ends", `{"access_token":"opaque"}`, upstream.Viewer{Credential: upstream.ViewerService}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked []string
				service := roundTripper(func(r *http.Request) (*http.Response, error) {
					asked = append(asked, r.URL.Path)
					a := answer(http.StatusOK, strings.Replace(tt.granted, "{", `{"token_type":"bearer",`, 1))
					a.Header.Set("Content-Type", "application/json")
					return a, nil
				})
				credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
					TokenURL: "http://tenant/oauth/token", ClientID: "client", ClientSecret: "s", Transport: service,
				})
				if err != nil {
					t.Fatal(err)
				}
				pool, err := upstream.NewPool(nil, credential)
				if err != nil {
					t.Fatal(err)
				}
				client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: service})
				ctx := upstream.WithCredential(t.Context(), pool)
				for name, ctx := range map[string]context.Context{
					"a client": upstream.WithCredential(t.Context(), credential), "a pool": ctx, "the one of a pool that an operation goes by": client.Choose(ctx),
				} {
					got, err := upstream.ViewerFrom(ctx)
					if diff := cmp.Diff(&tt.want, got); diff != "" || err != nil {
						t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
					}
				}
				if want := []string{"/oauth/token"}; !slices.Equal(asked, want) {
					t.Errorf("asked for %v, want %v", asked, want)
				}
			})
		})
	}
}

// bubbleStart is when the clock of a bubble begins.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestAServiceWithoutATokenIsNobody(t *testing.T) {
	refusing := roundTripper(func(*http.Request) (*http.Response, error) {
		a := answer(http.StatusUnauthorized, `{"error":"invalid_client"}`)
		a.Header.Set("Content-Type", "application/json")
		return a, nil
	})
	var clients []*upstream.ClientCredentials
	for _, id := range []string{"a", "b"} {
		credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
			TokenURL: "http://tenant/oauth/token", ClientID: id, ClientSecret: "s", Transport: refusing,
		})
		clients = append(clients, must(t, credential, err))
	}
	pool, err := upstream.NewPool(nil, clients...)
	for _, credential := range []upstream.Credential{clients[0], must(t, pool, err)} {
		viewer, err := upstream.ViewerFrom(upstream.WithCredential(t.Context(), credential))
		if e := upstreamError(t, err); viewer != nil || e.Kind != upstream.KindUnauthenticated || e.Operation != upstream.TokenOperation || e.DetailCode != "invalid_client" {
			t.Errorf("%T: got %+v, %v", credential, viewer, err)
		}
	}
}

// Of a pool, the client that an operation goes by is the viewer; before there is one, the first that has a token.
func TestAPoolIsWhoAClientWithATokenIs(t *testing.T) {
	var named []sandbox.Client
	inPool(t, upstream.Config{}, []string{admin, second}, func(t *testing.T, c *counter, client *upstream.Client, pool *upstream.Pool, alone []*upstream.ClientCredentials) {
		named = c.tenant.Clients()
		c.shutOut(admin, true)
		ctx := upstream.WithCredential(t.Context(), pool)
		for name, ctx := range map[string]context.Context{
			"the pool": ctx, "the one that an operation goes by": client.Choose(ctx), "the client": upstream.WithCredential(t.Context(), alone[1]),
		} {
			viewer, err := upstream.ViewerFrom(ctx)
			viewer = must(t, viewer, err)
			at := slices.IndexFunc(named, func(each sandbox.Client) bool { return each.ID == second })
			if want := named[at]; viewer.UserName != want.UserName || viewer.IdentityID != want.IdentityID || !slices.Equal(viewer.Authorities, want.Authorities) {
				t.Errorf("%s: got %+v, want %+v", name, viewer, want)
			}
			if left := time.Until(viewer.ExpiresAt.Time); left <= 0 || left > 13*time.Hour {
				t.Errorf("%s: it ends after %v", name, left)
			}
		}
		if n := len(c.since(0)); n > 0 {
			t.Errorf("%d calls were made", n)
		}
	})
}

// A failing credential is one that has ended, or whose tokens cannot be had.
type failingCredential struct {
	upstream.Credential
	err error
}

func (c failingCredential) Identity() upstream.Identity { return upstream.Identity{} }

func (c failingCredential) Viewer(context.Context) (*upstream.Viewer, error) { return nil, c.err }

func TestASessionThatHasEndedIsNobody(t *testing.T) {
	ctx := upstream.WithCredential(t.Context(), failingCredential{err: upstream.ErrSessionEnded})
	viewer, err := upstream.ViewerFrom(ctx)
	if e := upstreamError(t, err); viewer != nil || e.Kind != upstream.KindUnauthenticated || !errors.Is(err, upstream.ErrSessionEnded) {
		t.Errorf("got %+v, %v", viewer, err)
	}
}

// A viewer holds no more than a little, and nothing that steers a terminal or a page.
func FuzzViewer(f *testing.F) {
	for _, payload := range []string{"", "{}", "null", `{"user_name":"\u0000"}`, `{"authorities":["a"]}`, `{"exp":-1}`, "{\"identity_id\":\"\xff\"}"} {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		credential, err := upstream.Bearer(claiming(payload))
		if err != nil {
			t.Skip("longer than a token")
		}
		viewer, err := upstream.ViewerFrom(upstream.WithCredential(t.Context(), credential))
		if err != nil {
			t.Fatal(err)
		}
		texts := append([]string{viewer.IdentityID, viewer.UserName}, viewer.Authorities...)
		if len(viewer.Authorities) > 100 {
			t.Errorf("%d levels", len(viewer.Authorities))
		}
		for _, text := range texts {
			if len(text) > 200 || !utf8.ValidString(text) || text != "" && upstream.CheckID(text) != nil || strings.Contains(text, "\uFFFD") {
				t.Errorf("%q of %q", text, payload)
			}
		}
		if _, err := json.Marshal(viewer.ExpiresAt); err != nil {
			t.Errorf("%v of %q", viewer.ExpiresAt, payload)
		}
	})
}
