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
		Grant: upstream.Grant{AccessToken: "do-not-print", RefreshToken: "nor-this", IdentityID: "ada"}, Refused: time.Unix(1, 0).UTC(), Arrivals: []arrival{{"s", "/"}},
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
		if !opener.open("a", sealed, &got) || cmp.Diff(want.Refused, got.Refused) != "" || got.Grant != want.Grant {
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
	credential := (&grants{tenant: &upstream.AuthorizationCode{}}).credential(keyOf("do-not-print"), grant, time.Time{})
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{grant, &grant, credential} {
			if got := fmt.Sprintf(format, value); strings.Contains(got, "do-not-print") {
				t.Errorf("%s: %s", format, got)
			}
		}
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
	keep(t, g, upstream.Grant{AccessToken: "new", RefreshToken: "next"})
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
	keep(t, g, before)
	if err := g.postpone(t.Context(), "r", before); err != nil {
		t.Fatal(err)
	}
	if token, err := g.refresh(t.Context(), "r", before); err != nil || token != "old" {
		t.Errorf("it returns %q, %v", token, err)
	}
}

// keep keeps a grant under the key r.
func keep(t *testing.T, g *grants, grant upstream.Grant) {
	t.Helper()
	if err := g.begin(t.Context(), Keys{"s", "r"}, storedSession{}, storedGrant{Grant: grant}, time.Hour); err != nil {
		t.Fatal(err)
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
	return &grants{records: records{store: newMemory(10, 0), sealer: sealer}, tenant: client, log: slog.New(slog.DiscardHandler)}
}

func TestTheMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 1000
		m := newMemory(limit, 0)
		begin := func(name string, lifetime time.Duration) error {
			return m.Begin(t.Context(), Keys{name, name}, nil, nil, lifetime)
		}
		for i := range 10 * limit {
			if err := begin(fmt.Sprint(i), time.Duration(i)*time.Second); err != nil {
				t.Fatal(err) // one of them expires each second
			}
			if len(m.sessions) > limit || len(m.grants) > limit {
				t.Fatalf("there are %d sessions and %d grants", len(m.sessions), len(m.grants))
			}
			time.Sleep(10 * time.Second)
		}
		for i := range limit {
			_ = begin(fmt.Sprint("long", i), 10000*time.Hour)
		}
		if n := len(m.sessions); n != limit {
			t.Errorf("there are %d sessions, want %d", n, limit)
		}
		if err := begin("one more", time.Hour); !errors.Is(err, ErrFull) {
			t.Errorf("one more: %v", err)
		}
		if done, err := m.Swap(t.Context(), "long1", 1, []byte("changed")); err != nil || !done {
			t.Errorf("one that is there: %v", err)
		}
	})
}

// Sessions are bounded by what they take as well: tokens may be long.
func TestSessionsAreBoundedByTheirBytes(t *testing.T) {
	const sessions = 100
	token := bytes.Repeat([]byte("x"), 4<<10)
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1000, sessions*(weight("s00", nil)+weight("g00", token)))
		begin := func(n int, data []byte) error {
			return m.Begin(t.Context(), Keys{fmt.Sprintf("s%02d", n), fmt.Sprintf("g%02d", n)}, nil, data, time.Hour)
		}
		for n := range sessions {
			if err := begin(n, token); err != nil {
				t.Fatalf("%d: %v", n, err)
			}
		}
		if done, err := m.Swap(t.Context(), "g99", 1, append(token, "longer"...)); err != nil || !done {
			t.Errorf("a session that is there cannot be renewed: %v", err)
		}
		if err := begin(sessions, nil); !errors.Is(err, ErrFull) {
			t.Errorf("another one: %v", err)
		}
		for range 2 { // the second time, it changes nothing
			if _, err := m.End(t.Context(), Keys{"s00", "g00"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := begin(0, token[:1<<10]); err != nil {
			t.Errorf("in place of one that is deleted: %v", err)
		}
		time.Sleep(2 * time.Hour)
		for n := range sessions - 1 { // whose keys are longer
			if err := begin(1000+n, token); err != nil {
				t.Fatalf("after all have expired, %d: %v", n, err)
			}
		}
		for n := range sessions - 1 {
			if _, err := m.End(t.Context(), Keys{fmt.Sprintf("s%02d", 1000+n), fmt.Sprintf("g%02d", 1000+n)}); err != nil {
				t.Fatal(err)
			}
		}
		if m.taken != 0 {
			t.Errorf("when all is deleted, it counts %d bytes", m.taken)
		}
	})
}

// Locks save work: if there are too many, another one is given without being kept.
func TestTheMemoryKeepsFewLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(10, 0)
		lock := func(name, owner string) bool {
			held, err := m.Lock(t.Context(), name, owner, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		for n := range maxLocks + 10 {
			if !lock(fmt.Sprint(n), "a") {
				t.Fatalf("lock %d is not given", n)
			}
		}
		if len(m.locks) != maxLocks || lock("0", "b") || !lock(fmt.Sprint(maxLocks), "b") {
			t.Errorf("%d locks are kept", len(m.locks))
		}
		time.Sleep(time.Minute)
		if !lock("new", "b") || lock("new", "a") || len(m.locks) != 1 {
			t.Errorf("when all have expired, %d are kept", len(m.locks))
		}
	})
}

// Copies of what is in a store that replicas share take a bounded number of bytes as well, and only for a
// minute.
func TestCopiesAreBounded(t *testing.T) {
	const entries = 100
	data := bytes.Repeat([]byte("x"), 1<<10)
	synctest.Test(t, func(t *testing.T) {
		c := newCopies(entries * weight("00", data))
		for n := range 2 * entries {
			c.put(fmt.Sprintf("%02d", n%100)+strings.Repeat("+", n/100), Record{1, data})
			c.put("00", Record{int64(n + 1), data})
			if c.taken > c.bytes {
				t.Fatalf("they take %d bytes", c.taken)
			}
		}
		if kept, ok := c.find("00", copyFresh); !ok || kept.Version != 2*entries {
			t.Errorf("the latest is %d, %v", kept.Version, ok)
		}
		if n := len(c.entries); n != entries {
			t.Errorf("there are %d, want %d", n, entries)
		}
		time.Sleep(copyKept)
		if _, ok := c.find("00", copyKept); ok {
			t.Error("a copy lasts for longer than a minute")
		}
		c.put("new", Record{1, data})
		if n := len(c.entries); n != 1 || c.taken != weight("new", data) {
			t.Errorf("a minute later there are %d, of %d bytes", n, c.taken)
		}
	})
}

// What was read before a grant was refreshed must not bring the old token back.
func TestACopyOfWhatWasReplacedIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCopies(0)
		c.put("k", Record{2, []byte("new")})
		c.put("k", Record{1, []byte("old")})
		if kept, _ := c.find("k", copyFresh); kept.Version != 2 {
			t.Errorf("it is %+v", kept)
		}
		time.Sleep(copyFresh) // by then, the store itself has lost the new one
		c.put("k", Record{1, []byte("old")})
		if kept, _ := c.find("k", copyFresh); kept.Version != 1 {
			t.Errorf("a second later it is %+v", kept)
		}
	})
}

// What was read before a session ended must not bring it back.
func TestACopyOfWhatHasEndedIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCopies(0)
		c.put("k", Record{1, []byte("data")})
		c.end("k")
		c.put("k", Record{1, []byte("data")})
		if kept, ok := c.find("k", copyKept); !ok || kept.Version != 0 {
			t.Errorf("it is %+v, %v", kept, ok)
		}
		c.end("another") // which nobody has read
		if len(c.entries) != 1 {
			t.Errorf("there are %d", len(c.entries))
		}
	})
}
