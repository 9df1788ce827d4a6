package session_test

import (
	"bytes"
	"context"
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/edge/session"
	"certql/shared"
	"certql/shared/enginetest"
	"certql/upstream/sandbox"
)

// dump returns all that is in an engine, by key: values as they are, and what a backup of them holds.
func dump(t *testing.T, address string) map[string][][]byte {
	t.Helper()
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	found := map[string][][]byte{}
	keys := client.Scan(t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(t.Context()) {
		found[keys.Val()] = valuesOf(t.Context(), t, client, keys.Val())
	}
	if err := keys.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// valuesOf returns what is kept under a key.
func valuesOf(ctx context.Context, t *testing.T, client *redis.Client, key string) (values [][]byte) {
	t.Helper()
	add := func(texts []string, err error) {
		if err != nil {
			t.Fatal(key, err)
		}
		for _, text := range texts {
			values = append(values, []byte(text))
		}
	}
	one := func(text string, err error) { add([]string{text}, err) }
	one(client.Dump(ctx, key).Result())
	switch kind := client.Type(ctx, key).Val(); kind {
	case "string":
		one(client.Get(ctx, key).Result())
	case "hash":
		fields, err := client.HGetAll(ctx, key).Result()
		for name, value := range fields {
			add([]string{name, value}, err)
		}
	case "zset":
		add(client.ZRange(ctx, key, 0, -1).Result())
	default:
		t.Fatalf("%s is a %s", key, kind)
	}
	return values
}

// writings returns how a secret may be written.
func writings(secret []byte) [][]byte {
	texts := []string{
		string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)), url.QueryEscape(string(secret)),
		base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret), fmt.Sprintf("%q", secret),
	}
	// In base64, each of three shifts looks different.
	for shift := range 3 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(append(make([]byte, shift), secret...))
			texts = append(texts, text[4*min(shift, 1):len(text)-4])
		}
	}
	if decoded, err := base64.RawURLEncoding.DecodeString(string(secret)); err == nil && len(decoded) >= 8 {
		texts = append(texts, string(decoded))
	}
	eightyFive := make([]byte, ascii85.MaxEncodedLen(len(secret)))
	texts = append(texts, string(eightyFive[:ascii85.Encode(eightyFive, secret)]))
	var forms [][]byte
	for _, text := range texts {
		backwards := []byte(text)
		for i, j := 0, len(backwards)-1; i < j; i, j = i+1, j-1 {
			backwards[i], backwards[j] = backwards[j], backwards[i]
		}
		forms = append(forms, []byte(text), backwards)
	}
	return forms
}

func TestG11NothingInTheEngineOpensASession(t *testing.T) {
	t.Parallel()
	address := enginetest.Start(t).URL()
	replicas := newReplicas(t, 2, func() session.Store { return storeOn(t, address, 100) }, session.Config{}, sandbox.Config{})
	b := replicas[0].newBrowser()
	secrets := map[string][]byte{"the client's secret": []byte("sandbox"), "the key": testKey(1)}
	for i, identity := range []string{"reviewer-1", "reviewer-2", "org-admin"} {
		other := replicas[i%2].newBrowser()
		path := other.callback(identity)
		for name, value := range other.cookies {
			secrets[fmt.Sprint("cookie of a sign-in ", i, name)] = []byte(value)
		}
		state, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		secrets[fmt.Sprint("state ", i)] = []byte(state.Query().Get("state"))
		if w := other.get(path); w.Code != http.StatusSeeOther {
			t.Fatal(w.Body)
		}
		other.expire()
		if got := other.at(replicas[1]).ask(); got != "read" { // which refreshes
			t.Fatal(got)
		}
		secrets[fmt.Sprint("cookie ", i)] = []byte(other.cookies["certql-session"])
		b = other
	}
	for i, secret := range b.tenant.told() { // codes, verifiers, tokens
		secrets[fmt.Sprint("of the tenant ", i)] = []byte(secret)
		for j, part := range strings.Split(secret, ".") {
			if len(part) >= 16 {
				secrets[fmt.Sprint("of the tenant ", i, ", part ", j)] = []byte(part)
			}
		}
	}
	kept := dump(t, address)
	// The references, which are sealed in the sessions.
	for key, values := range kept {
		if name, ok := strings.CutPrefix(key, "certql:s:"); ok {
			reference := session.ReferenceOf([][]byte{testKey(1)}, name, values[1])
			if reference == "" {
				t.Fatalf("%s holds no reference", key)
			}
			secrets["reference of "+key] = []byte(reference)
		}
	}
	for _, who := range []string{"priya.raman", "Priya Raman", "grace.abara", "olivia.grant", `"AccessToken"`, `"RefreshToken"`, "deadline"} {
		secrets[who] = []byte(who)
	}
	kinds := map[string]int{}
	for key, values := range kept {
		kinds[strings.SplitN(key, ":", 3)[1]]++
		for name, secret := range secrets {
			for _, form := range writings(secret) {
				for _, value := range append(values, []byte(key)) {
					if len(form) >= 7 && bytes.Contains(value, form) {
						t.Errorf("%s holds %s, as %.20q", key, name, form)
					}
				}
			}
		}
	}
	if kinds["s"] != 3 || kinds["g"] != 3 || kinds["l"] < 3 || kinds["{sessions}"] != 1 || len(secrets) < 40 {
		t.Errorf("it holds %v, and there are %d secrets", kinds, len(secrets))
	}
	// Nor does anything in it open a session as a cookie.
	for key, values := range kept {
		names := append(strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune(":{}", r) }), key)
		for _, value := range values {
			names = append(names, string(value), base64.RawURLEncoding.EncodeToString(value))
		}
		for _, name := range names {
			if (&http.Cookie{Name: "c", Value: name}).Valid() != nil {
				continue
			}
			thief := replicas[0].newBrowser()
			thief.cookies["certql-session"] = name
			if got := thief.ask(); got == "read" {
				t.Errorf("of %s, %.20q opens a session", key, name)
			}
		}
	}
	if got := b.ask(); got != "read" {
		t.Errorf("the sessions are gone: %s", got)
	}
}

// What is sealed for one place in the engine is of no use in another.
func TestG11WhoCanWriteInTheEngineOpensNoSession(t *testing.T) {
	t.Parallel()
	address := enginetest.Start(t).URL()
	replicas := newReplicas(t, 1, func() session.Store { return storeOn(t, address, 100) }, session.Config{}, sandbox.Config{})
	victim, thief := replicas[0].newBrowser(), replicas[0].newBrowser()
	victim.signIn("org-admin")
	thief.signIn("reviewer-1")
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	key := func(b *browser) string { return "certql:s:" + session.KeyOf(b.cookies["certql-session"]) }
	theirs, err := client.Get(t.Context(), key(victim)).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	own, err := client.Get(t.Context(), key(thief)).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	grantOf := func(b *browser, record []byte) string {
		return "certql:g:{" + session.KeyOf(session.ReferenceOf([][]byte{testKey(1)}, session.KeyOf(b.cookies["certql-session"]), record)) + "}"
	}
	for name, change := range map[string]func() error{
		"another's session": func() error { return client.Set(t.Context(), key(thief), theirs, time.Hour).Err() },
		"another's grant": func() error {
			if err := client.Set(t.Context(), key(thief), own, time.Hour).Err(); err != nil {
				return err
			}
			granted, err := client.HGet(t.Context(), grantOf(victim, theirs), "d").Result()
			if err != nil {
				return err
			}
			return client.HSet(t.Context(), grantOf(thief, own), "d", granted).Err()
		},
	} {
		if err := change(); err != nil {
			t.Fatal(name, err)
		}
		if got := thief.tab(replicas[0]).ask(); got != "401" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := victim.ask(); got != "read" {
		t.Errorf("whoever was copied from: %s", got)
	}
}

// An engine that is stopped signs nobody out, and neither does a restart with its data.
func TestAnEngineThatIsStoppedSignsNobodyOut(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	open := func() session.Store {
		engine, err := shared.Open(shared.Config{URLs: []string{server.URL()}, Prefix: "certql", Replica: t.Name()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(engine.Close)
		return shared.NewSessions(engine, 100)
	}
	replicas := newReplicas(t, 2, open, session.Config{}, sandbox.Config{})
	seen := replicas[0].newBrowser()
	seen.signIn("reviewer-1")
	out := func(name string, stop func()) (unseen *browser) {
		t.Helper()
		unseen = replicas[0].newBrowser()
		unseen.signIn("reviewer-2")
		if got := seen.ask(); got != "read" {
			t.Fatal(got)
		}
		stop()
		for i := range 20 {
			if got := seen.askFor(1 + i); got != "read" {
				t.Errorf("%s, whoever was seen: %s", name, got)
			}
			if got := unseen.at(replicas[1]).ask(); got != "503" || len(unseen.cookies) != 1 {
				t.Errorf("%s, whoever was not: %s, with %v", name, got, unseen.cookies)
			}
		}
		return unseen
	}
	back := func(name string, unseen *browser) {
		t.Helper()
		for _, b := range []*browser{seen, unseen} {
			for i, replica := range replicas {
				for end := time.Now().Add(20 * time.Second); b.at(replica).ask() == "503" && time.Now().Before(end); {
					time.Sleep(10 * time.Millisecond)
				}
				if got := b.at(replica).ask(); got != "read" || !b.at(replica).signedIn() {
					t.Errorf("%s, replica %d: %s", name, i, got)
				}
			}
		}
	}
	signal := func(number syscall.Signal) {
		if err := syscall.Kill(server.Process(), number); err != nil {
			t.Fatal(err)
		}
	}
	unseen := out("stopped", func() { signal(syscall.SIGSTOP) })
	signal(syscall.SIGCONT)
	back("stopped", unseen)
	unseen = out("killed", server.Kill)
	server.Restart()
	back("restarted", unseen)
}

// An engine that came back empty has signed people out, who sign in again.
func TestAnEngineThatIsEmptySignsPeopleOut(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	replicas := newReplicas(t, 2, func() session.Store { return storeOn(t, server.URL(), 100) }, session.Config{}, sandbox.Config{})
	b := replicas[0].newBrowser()
	b.signIn("reviewer-1")
	if got := b.ask(); got != "read" {
		t.Fatal(got)
	}
	server.Restart()
	for end := time.Now().Add(20 * time.Second); replicas[0].newBrowser().with("none").ask() == "503" && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if got := b.ask(); got != "401" || len(b.cookies) != 0 {
		t.Errorf("after the loss: %s, and the browser has %v", got, b.cookies)
	}
	b.signIn("reviewer-1")
	for i, replica := range replicas {
		for end := time.Now().Add(20 * time.Second); b.at(replica).ask() == "503" && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		if got := b.at(replica).ask(); got != "read" {
			t.Errorf("signed in again, replica %d: %s", i, got)
		}
	}
}

// with returns the browser with the cookie of a session.
func (b *browser) with(id string) *browser {
	b.cookies["certql-session"] = id
	return b
}
