package session

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"certql/upstream"
)

func TestWhatIsSealedIsOpenedInItsPlaceAlone(t *testing.T) {
	key := bytes.Repeat([]byte{1}, keyBytes)
	old := bytes.Repeat([]byte{2}, keyBytes)
	seal := func(keys ...[]byte) *sealer {
		s, err := newSealer(keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := storedGrant{
		Grant: upstream.Grant{AccessToken: "do-not-print", RefreshToken: "nor-this", IdentityID: "ada"}, Until: time.Unix(1, 0).UTC(), Arrivals: []arrival{{"s", "/"}},
	}
	sealed, err := seal(key).seal("a", want)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("do-not-print")) || bytes.Contains(sealed, []byte("ada")) {
		t.Errorf("what is sealed can be read: %q", sealed)
	}
	again, err := seal(key).seal("a", want)
	if err != nil || bytes.Equal(sealed, again) {
		t.Error("the same is sealed alike twice")
	}
	var got storedGrant
	for name, opener := range map[string]*sealer{"the same key": seal(key), "one of two": seal(old, key)} {
		got = storedGrant{}
		if !opener.open("a", sealed, &got) || cmp.Diff(want.Until, got.Until) != "" || got.Grant != want.Grant {
			t.Errorf("%s: %+v", name, got)
		}
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() bool{
		"another label": func() bool { return seal(key).open("b", sealed, &got) },
		"another key":   func() bool { return seal(old).open("a", sealed, &got) },
		"made-up key":   func() bool { return seal().open("a", sealed, &got) },
		"changed":       func() bool { return seal(key).open("a", changed, &got) },
		"cut off":       func() bool { return seal(key).open("a", sealed[:20], &got) },
		"nothing":       func() bool { return seal(key).open("a", nil, &got) },
	} {
		if open() {
			t.Errorf("%s: it is opened", name)
		}
	}
	if _, err := New(Config{Keys: [][]byte{key, key[:16]}}); err == nil || !strings.HasSuffix(err.Error(), "a key must have 32 bytes") {
		t.Errorf("a short key: %v", err)
	}
}

func TestAGrantIsNeverPrinted(t *testing.T) {
	grant := upstream.Grant{AccessToken: "do-not-print", RefreshToken: "do-not-print", IdentityID: "ada"}
	credential := (&grants{tenant: &upstream.AuthorizationCode{}}).credential("do-not-print", grant)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{grant, &grant, credential} {
			if got := fmt.Sprintf(format, value); strings.Contains(got, "do-not-print") {
				t.Errorf("%s: %s", format, got)
			}
		}
	}
}

func TestTheMemoryForgetsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(10, 0)
		commit := func(key string, lifetime time.Duration) {
			t.Helper()
			if err := m.Commit(key, []byte(key), time.Now().Add(lifetime)); err != nil {
				t.Fatal(err)
			}
		}
		has := func(key string) bool {
			data, found, err := m.Find(key)
			if err != nil || found && string(data) != key {
				t.Fatalf("%s is %q, %v", key, data, err)
			}
			return found
		}
		commit("a", time.Minute)
		commit("b", time.Hour)
		commit("c", time.Hour)
		if err := m.Delete("c"); err != nil || has("c") || m.Delete("c") != nil {
			t.Errorf("what was deleted is there: %v", err)
		}
		time.Sleep(time.Minute - time.Nanosecond)
		if !has("a") {
			t.Error("it forgets too early")
		}
		time.Sleep(time.Nanosecond)
		if has("a") || !has("b") {
			t.Error("it forgets too late, or too much")
		}
		commit("a", time.Hour)
		if !has("a") {
			t.Error("what has expired cannot come again")
		}
	})
}

func TestTheMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 1000
		m := newMemory(limit, 0)
		for i := range 10 * limit {
			if err := m.Commit(fmt.Sprint(i), nil, time.Now().Add(time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err) // one of them expires each second
			}
			if len(m.entries) > limit {
				t.Fatalf("there are %d entries", len(m.entries))
			}
			time.Sleep(10 * time.Second)
		}
		for i := range limit {
			_ = m.Commit(fmt.Sprint("long", i), nil, time.Now().Add(10000*time.Hour))
		}
		if n := len(m.entries); n != limit {
			t.Errorf("there are %d entries, want %d", n, limit)
		}
		if err := m.Commit("one more", nil, time.Now().Add(time.Hour)); !errors.Is(err, errFull) {
			t.Errorf("one more: %v", err)
		}
		if err := m.Commit("long1", []byte("changed"), time.Now().Add(time.Hour)); err != nil {
			t.Errorf("one that is there: %v", err)
		}
	})
}

func TestTheMemorySharesNothing(t *testing.T) {
	m := newMemory(10, 0)
	data := []byte("kept")
	if err := m.Commit("a", data, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	data[0] = 'x'
	found, _, _ := m.Find("a")
	found[1] = 'x'
	if again, _, _ := m.Find("a"); string(again) != "kept" {
		t.Errorf("it has become %q", again)
	}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			key := fmt.Sprint(i % 5)
			_ = m.Commit(key, data, time.Now().Add(time.Hour))
			_, _, _ = m.Find(key)
			_ = m.Delete(key)
		})
	}
	group.Wait()
}

func TestASessionHoldsAReferenceAndNothingElse(t *testing.T) {
	deadline := time.Date(2026, 3, 1, 9, 0, 0, 123, time.UTC)
	text, err := codec{}.Encode(deadline, map[string]any{grantKey: "r"})
	if err != nil {
		t.Fatal(err)
	}
	at, values, err := codec{}.Decode(text)
	if err != nil || !at.Equal(deadline) || cmp.Diff(map[string]any{grantKey: "r"}, values) != "" {
		t.Errorf("it comes back as %v, %v, %v", at, values, err)
	}
	for _, values := range []map[string]any{{}, {grantKey: 1}, {grantKey: "r", "token": "t"}} {
		if _, err := (codec{}).Encode(deadline, values); err == nil {
			t.Errorf("%v is kept", values)
		}
	}
	if _, _, err := (codec{}).Decode([]byte("{")); err == nil {
		t.Error("what is no session is read")
	}
}

func TestASignInLeadsBackToListedPathsAlone(t *testing.T) {
	paths := returnPaths{"/home/*", "/portal", "/x/"}
	long := "/home/" + strings.Repeat("x", maxReturn-len("/home/"))
	tests := map[string]struct{ asked, want string }{ // refused if want is empty
		"nothing":               {"", "/home/"},
		"a listed path":         {"/portal", "/portal"},
		"with a query":          {"/portal?a=b&c=//d", "/portal?a=b&c=//d"},
		"with a slash":          {"/x/", "/x/"},
		"without the slash":     {"/x", ""},
		"a path below":          {"/portal/x", ""},
		"of a tree":             {"/home/a/b/", "/home/a/b/"},
		"the tree itself":       {"/home/", "/home/"},
		"beside the tree":       {"/homes", ""},
		"as long as may be":     {long, long},
		"too long":              {long + "x", ""},
		"another":               {"/", ""},
		"another host":          {"//evil.example/home/", ""},
		"another origin":        {"https://evil.example/home/", ""},
		"a scheme alone":        {"https:/home/", ""},
		"a backslash":           {`/home/\x`, ""},
		"an encoded backslash":  {"/home/%5cx", ""},
		"a fragment":            {"/portal#x", ""},
		"a control character":   {"/home/\tx", ""},
		"an encoded line break": {"/home/%0ax", ""},
		"up":                    {"/home/../portal", ""},
		"up, encoded":           {"/home/%2e%2e/portal", ""},
		"two slashes":           {"/home//x", ""},
		"a bad escape":          {"/home/%zz", ""},
		"relative":              {"home/x", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ok := paths.check(test.asked); got != test.want || ok != (test.want != "") {
				t.Errorf("%q leads to %q, %v, want %q", test.asked, got, ok, test.want)
			}
		})
	}
}

// Whatever path is asked for, a browser goes on to a listed path of the same origin.
func FuzzReturnPath(f *testing.F) {
	for _, asked := range []string{"", "/", "//evil.test", "/portal/x?y=//z", `/\evil.test`, "/portal/..%2f", "/portal/%5c", "https:/portal/", "/portal/\t/x", "/PORTAL/"} {
		f.Add(asked)
	}
	paths := returnPaths{"/home", "/portal/*"}
	origin, err := url.Parse("https://gateway.example.com/auth/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		got, ok := paths.check(asked)
		if !ok {
			if got != "" {
				t.Errorf("%q is refused with %q", asked, got)
			}
			return
		}
		target, err := origin.Parse(got)
		if err != nil || target.Host != origin.Host || target.Scheme != "https" || target.User != nil {
			t.Fatalf("%q leads to %v, %v", asked, target, err)
		}
		if clean := path.Clean(target.Path); clean != "/home" && clean != "/portal" && !strings.HasPrefix(clean, "/portal/") {
			t.Errorf("%q leads to the path %q", asked, target.Path)
		}
		if strings.ContainsAny(got, "\\\r\n\t\x00") {
			t.Errorf("%q leads to %q", asked, got)
		}
	})
}

func TestCookiesAreForThisHostAlone(t *testing.T) {
	tests := map[string]struct{ origin, session, attempt, attributes string }{
		"over TLS":     {"https://gateway.example.com", "__Host-certql", "__Host-certql-login-", "Path=/; HttpOnly; Secure; SameSite=Lax"},
		"in the clear": {"http://localhost:8080", "certql-session", "certql-login-", "Path=/; HttpOnly; SameSite=Lax"},
	}
	for name, test := range tests {
		origin, err := url.Parse(test.origin)
		if err != nil {
			t.Fatal(err)
		}
		c := cookiesFor(origin)
		if c.session != test.session || c.attempt != test.attempt {
			t.Errorf("%s: the names are %q and %q", name, c.session, c.attempt)
		}
		if got, want := c.make(c.session, "id").String(), test.session+"=id; "+test.attributes; got != want {
			t.Errorf("%s: the cookie is %q, want %q", name, got, want)
		}
	}
}

// unasked is the transport of a tenant that must not be called.
type unasked struct{ t *testing.T }

func (u unasked) RoundTrip(r *http.Request) (*http.Response, error) {
	u.t.Errorf("the tenant is asked for %s", r.URL.Path)
	return nil, errors.New("asked")
}

// A caller that finds an old token just before it is replaced begins another refresh just after: that must
// not use up the next refresh token.
func TestARefreshThatComesTooLateIsNone(t *testing.T) {
	g := newUnasked(t)
	if err := g.write("r", storedGrant{Grant: upstream.Grant{AccessToken: "new", RefreshToken: "next"}, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	before := upstream.Grant{AccessToken: "old", RefreshToken: "used up"}
	if token, err := g.refresh(t.Context(), "r", before); err != nil || token != "new" {
		t.Errorf("it returns %q, %v", token, err)
	}
	if _, err := g.refresh(t.Context(), "another", before); !errors.Is(err, errEnded) {
		t.Errorf("a session that has ended is refreshed: %v", err)
	}
}

// The same of a refresh that has failed just before: the next attempt has to wait.
func TestARefreshThatFailedIsNotTriedAgainAtOnce(t *testing.T) {
	g := newUnasked(t)
	now := time.Now()
	before := upstream.Grant{AccessToken: "old", RefreshToken: "next", RenewAt: now.Add(-time.Second), Expiry: now.Add(time.Minute)}
	if err := g.write("r", storedGrant{Grant: before, Until: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := g.postpone("r", before); err != nil {
		t.Fatal(err)
	}
	if token, err := g.refresh(t.Context(), "r", before); err != nil || token != "old" {
		t.Errorf("it returns %q, %v", token, err)
	}
}

// newUnasked returns grants of a tenant that nothing is to ask.
func newUnasked(t *testing.T) *grants {
	t.Helper()
	client, err := upstream.NewAuthorizationCode(upstream.AuthorizationCodeConfig{
		InfoURL: "http://tenant.example/oauth/info", RedirectURL: "http://localhost/auth/callback", ClientID: "c", Transport: unasked{t},
	})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := newSealer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &grants{store: newMemory(10, 0), sealer: sealer, tenant: client, log: slog.New(slog.DiscardHandler)}
}

// Sessions are bounded by what they take as well: tokens may be long.
func TestSessionsAreBoundedByTheirBytes(t *testing.T) {
	const entries = 100
	token := bytes.Repeat([]byte("x"), 4<<10)
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1000, entries*weight("s00", token))
		commit := func(n int, data []byte) error {
			return m.Commit(fmt.Sprintf("s%02d", n), data, time.Now().Add(time.Hour))
		}
		for n := range entries {
			if err := commit(n, token); err != nil {
				t.Fatalf("%d: %v", n, err)
			}
		}
		if err := commit(entries-1, append(token, "longer"...)); err != nil {
			t.Errorf("a session that is there cannot be renewed: %v", err)
		}
		if err := commit(entries, nil); !errors.Is(err, errFull) {
			t.Errorf("another one: %v", err)
		}
		_ = m.Delete("s00")
		_ = m.Delete("s00") // which changes nothing
		if err := commit(0, token[:1<<10]); err != nil {
			t.Errorf("in place of one that is deleted: %v", err)
		}
		time.Sleep(2 * time.Hour)
		for n := range entries - 1 { // whose keys are longer
			if err := commit(1000+n, token); err != nil {
				t.Fatalf("after all have expired, %d: %v", n, err)
			}
		}
	})
}
