package shared

import (
	"context"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"certql/shared/enginetest"
	"certql/upstream"
	"certql/upstream/sandbox"
)

// A cable is a connection to an engine that tests can cut: then nothing passes any more, and nobody is told.
type cable struct {
	listener net.Listener
	mu       sync.Mutex
	ends     []net.Conn
	cut      chan struct{} // closed while the cable is cut
	copies   sync.WaitGroup
}

// newCable returns a cable to an address.
func newCable(t *testing.T, address string) *cable {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener, cut: make(chan struct{})}
	c.copies.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address) //nolint:noctx // it ends with the test
			if err != nil {
				near.Close()
				continue
			}
			c.mu.Lock()
			c.ends = append(c.ends, near, far)
			c.mu.Unlock()
			c.copies.Go(func() { c.carry(near, far) })
			c.copies.Go(func() { c.carry(far, near) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		c.reset()
		c.copies.Wait()
	})
	return c
}

func (c *cable) url() string { return "redis://" + c.listener.Addr().String() }

// carry copies what comes at one end to the other, and swallows it while the cable is cut.
func (c *cable) carry(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if !c.isCut() {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
}

func (c *cable) isCut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.cut:
		return true
	default:
		return false
	}
}

func (c *cable) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.cut)
}

// mend lets new connections pass. Those that were cut have lost something, and end.
func (c *cable) mend() {
	c.reset()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = make(chan struct{})
}

// reset closes all connections.
func (c *cable) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range c.ends {
		end.Close()
	}
	c.ends = nil
}

// patient returns an engine at a URL that is not away for a machine that has no time.
func patient(t *testing.T, url string) *Engine {
	t.Helper()
	e, err := Open(Config{URLs: []string{url}, Prefix: "certql", Replica: "a", Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// hearing returns word of writes by an engine, and what it hears.
func hearing(t *testing.T, e *Engine) (*Writes, <-chan int) {
	t.Helper()
	w, heard := NewWrites(e), make(chan int, 1000)
	w.Hear(func(stripe int) { heard <- stripe })
	t.Cleanup(w.Close)
	eventually(t, "it hears", w.Hears)
	return w, heard
}

// drained returns what was heard until now.
func drained(heard <-chan int) []int {
	var all []int
	for {
		select {
		case stripe := <-heard:
			all = append(all, stripe)
		default:
			return all
		}
	}
}

// eventually waits until something is true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never comes about that %s", what)
		}
	}
}

// onEachEngine runs a test with an engine in memory and with a real one.
func onEachEngine(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		url, _ := enginetest.Memory(t)
		test(t, url)
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, enginetest.Start(t).URL())
	})
}

// A replica hears of the writes of others, in their order, and not of its own.
func TestReplicasHearOfEachOthersWrites(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, url string) {
		a, atA := hearing(t, patient(t, url))
		b, atB := hearing(t, patient(t, url))
		drained(atA)
		drained(atB)
		for i := range 100 {
			a.Tell(t.Context(), i)
		}
		b.Tell(t.Context(), upstream.AllStripes)
		missed := false // on a machine that has no time, B may have to subscribe anew
		for want := 0; want < 100; {
			got := <-atB
			if missed = missed || got == upstream.AllStripes; got == want || missed && got > want {
				want = got + 1
			} else if got != upstream.AllStripes {
				t.Fatalf("got %d in the place of %d", got, want)
			}
		}
		if got := <-atA; got != upstream.AllStripes {
			t.Errorf("A hears %d", got)
		}
		for _, got := range append(drained(atA), drained(atB)...) {
			if got != upstream.AllStripes {
				t.Errorf("%d is heard besides", got)
			}
		}
	})
}

// Who writes to the engine by other means cannot make a replica believe that it hears, and what nobody
// understands counts as a write to anything.
func TestForeignMessagesOnTheChannels(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, url string) {
		w, heard := hearing(t, patient(t, url))
		drained(heard)
		foreign := patient(t, url)
		for _, message := range []string{"", "x", "x y", "1", " ", "x 99999999999999999999999999", w.origin} {
			if err := foreign.client.Publish(t.Context(), w.channel, message).Err(); err != nil {
				t.Fatal(err)
			}
			if message == w.origin {
				continue // like its own
			}
			if got := <-heard; got != upstream.AllStripes {
				t.Errorf("%q is heard as %d", message, got)
			}
		}
		w.stop() // no further beats
		w.goroutines.Wait()
		good := w.good.Load()
		for _, beat := range []string{"9223372036854775807", "-1", "", "x", "1e9"} {
			w.receive(&redis.Message{Channel: w.beats, Payload: beat})
		}
		if w.good.Load() != good {
			t.Error("a foreign beat counts")
		}
	})
}

// A replica that is not subscribed knows so in time, whether the engine is gone, stopped or cut off.
func TestWhoIsNotSubscribedKnowsIt(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		begin, end func(s *enginetest.Server, c *cable)
	}{
		"killed": {
			func(s *enginetest.Server, _ *cable) { s.Kill() },
			func(s *enginetest.Server, _ *cable) { s.Restart() },
		},
		"stopped": {
			func(s *enginetest.Server, _ *cable) { _ = syscall.Kill(s.Process(), syscall.SIGSTOP) },
			func(s *enginetest.Server, _ *cable) { _ = syscall.Kill(s.Process(), syscall.SIGCONT) },
		},
		"cut off": {
			func(_ *enginetest.Server, c *cable) { c.sever() },
			func(_ *enginetest.Server, c *cable) { c.mend() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := enginetest.Start(t)
			c := newCable(t, server.URL()[len("redis://"):])
			w, heard := hearing(t, opened(t, c.url()))
			each.begin(server, c)
			time.Sleep(upstream.HeardWithin)
			if w.Hears() {
				t.Error("it hears")
			}
			time.Sleep(2 * longestSilence)
			if w.Hears() {
				t.Error("it hears later")
			}
			drained(heard)
			each.end(server, c)
			eventually(t, "it hears again", w.Hears)
			if all := drained(heard); !slices.Contains(all, upstream.AllStripes) {
				t.Errorf("it hears again and does not know that it has missed something: %v", all)
			}
		})
	}
}

// What others could not be told while the engine was away they are told later.
func TestWritesThatOthersWereNotToldOfAreMadeUpFor(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	c := newCable(t, server.URL()[len("redis://"):])
	a, _ := hearing(t, opened(t, c.url()))
	_, atB := hearing(t, opened(t, server.URL()))
	drained(atB)
	c.sever()
	a.Tell(t.Context(), 7)
	if all := drained(atB); len(all) > 0 {
		t.Fatalf("B hears %v", all)
	}
	c.mend()
	if got := <-atB; got != upstream.AllStripes {
		t.Errorf("B hears %d", got)
	}
}

// The rights that the operator's manual asks for are enough.
func TestWritesNeedNoMoreRightsThanTheManualSays(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	limited(t, server)
	a, _ := hearing(t, patient(t, server.URL()))
	_, atB := hearing(t, patient(t, server.URL()))
	drained(atB)
	a.Tell(t.Context(), 3)
	for got := upstream.AllStripes; got != 3; {
		got = <-atB
	}
}

// limited takes all rights but those that the operator's manual asks for.
func limited(t *testing.T, server *enginetest.Server) {
	t.Helper()
	admin := patient(t, server.URL())
	if err := admin.client.Do(t.Context(), "acl", "setuser", "default", "resetkeys", "~certql:*", "resetchannels", "&certql:*",
		"nocommands", "+@scripting", "+@sortedset", "+@hash", "+@string", "+@pubsub", "+@connection", "+time", "+del", "+pexpire", "+config|get").Err(); err != nil {
		t.Fatal(err)
	}
}

// A tenant is a sandbox, and clients of several replicas that work on it.
type tenant struct {
	url        string
	credential upstream.Credential
	items      []string // of the certification that is written to
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	service, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: server.URL + "/oauth/token", ClientID: "org-admin", ClientSecret: "sandbox",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(credential.CloseIdleConnections)
	w := &tenant{url: server.URL, credential: credential}
	page, err := w.client(t, nil).ListIdentityAccessReviewItems(w.context(t), sandbox.LargeCertification, upstream.ListIdentityAccessReviewItemsParams{
		Paging: upstream.Paging{Limit: upstream.MaxLimit},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Items {
		if item.Decision == "" {
			w.items = append(w.items, item.ID)
		}
	}
	return w
}

func (w *tenant) context(t *testing.T) context.Context {
	return upstream.WithCredential(t.Context(), w.credential)
}

// client returns the client of a replica, with a cache.
func (w *tenant) client(t *testing.T, writes *Writes) *upstream.Client {
	t.Helper()
	cfg := upstream.Config{BaseURL: w.url + "/v3", RateLimit: upstream.NoRateLimit, CacheTTL: time.Hour}
	if writes != nil {
		cfg.Writes = writes
		t.Cleanup(writes.Close)
	}
	client, err := upstream.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// decided returns how many decisions a client shows.
func (w *tenant) decided(t *testing.T, client *upstream.Client) int {
	t.Helper()
	found, err := client.GetIdentityCertification(w.context(t), sandbox.LargeCertification)
	if err != nil || found.DecisionsMade == nil {
		t.Errorf("%+v, %v", found, err)
		return 0
	}
	return *found.DecisionsMade
}

// decide writes one more decision.
func (w *tenant) decide(t *testing.T, client *upstream.Client) {
	t.Helper()
	decision := []upstream.ReviewDecision{{ID: w.items[0], Decision: upstream.Approve}}
	w.items = w.items[1:]
	if _, err := client.MakeIdentityDecision(w.context(t), sandbox.LargeCertification, decision); err != nil {
		t.Error(err)
	}
}

// G13: 200 ms after a write on A was answered, B shows nothing from before it: while the engine answers, is
// stopped, is killed and started anew, and while B is cut off from it.
func TestG13NoReplicaShowsWhatWasBeforeAWrite(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t)
	c := newCable(t, server.URL()[len("redis://"):])
	w := newTenant(t)
	a := w.client(t, NewWrites(opened(t, server.URL())))
	b := w.client(t, NewWrites(opened(t, c.url())))
	served := func() uint64 { return b.Stats().Cached }
	cached := func() bool { w.decided(t, b); return served() > 0 }
	eventually(t, "B has a cache", cached)

	// Readers fill B's cache all the time, and never see less than what was answered 200 ms before.
	var least atomic.Int64
	var readers sync.WaitGroup
	end := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-end:
					return
				case <-time.After(time.Millisecond):
				}
				want := least.Load()
				if got := int64(w.decided(t, b)); got < want {
					t.Errorf("B shows %d decisions, %d had been made", got, want)
					return
				}
			}
		})
	}
	made := int64(w.decided(t, a))
	write := func() {
		w.decide(t, a)
		made++
		now := made
		time.AfterFunc(upstream.HeardWithin, func() { least.Store(max(least.Load(), now)) })
		time.Sleep(upstream.HeardWithin / 2)
	}
	for _, each := range []struct {
		name       string
		begin, end func()
	}{
		{"as ever", func() {}, func() {}},
		{"stopped", func() { _ = syscall.Kill(server.Process(), syscall.SIGSTOP) }, func() { _ = syscall.Kill(server.Process(), syscall.SIGCONT) }},
		{"killed", server.Kill, server.Restart},
		{"cut off", c.sever, c.mend},
	} {
		for range 5 {
			write()
		}
		each.begin()
		for range 3 {
			write()
		}
		before := served()
		for range 12 {
			write()
		}
		if after := served(); after > before && each.name != "as ever" {
			t.Errorf("%s: %d reads are served by B's cache", each.name, after-before)
		}
		each.end()
		before = served()
		eventually(t, "B has a cache again", func() bool { return served() > before })
	}
	time.Sleep(2 * upstream.HeardWithin) // for the timers
	close(end)
	readers.Wait()
	if got := int64(w.decided(t, b)); got != made {
		t.Errorf("B shows %d decisions in the end, %d were made", got, made)
	}
}

// A closed subscription hears nothing, and an engine that was never there is no reason to wait.
func TestWritesWithoutAnEngine(t *testing.T) {
	t.Parallel()
	w := NewWrites(opened(t, "redis://127.0.0.1:1"))
	w.Hear(func(int) { t.Error("it hears something") })
	for range 1000 {
		w.Tell(t.Context(), 1)
	}
	if w.Hears() {
		t.Error("it hears")
	}
	w.Close()
	NewWrites(w.engine).Close()
}
