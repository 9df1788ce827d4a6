package upstream_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/upstream"
)

// A board carries word of writes between the clients of one process, with a delay.
type board struct {
	delay time.Duration

	mu    sync.Mutex
	ports []*port
}

// A port is the board as one replica has it. While it is cut off, it tells and hears nothing.
type port struct {
	board *board
	heard func(int)
	cut   bool
	told  []int
}

func (b *board) port() *port {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &port{board: b}
	b.ports = append(b.ports, p)
	return p
}

func (p *port) Tell(ctx context.Context, stripe int) {
	p.board.mu.Lock()
	p.told = append(p.told, stripe)
	var others []*port
	for _, other := range p.board.ports {
		if other != p && !p.cut && !other.cut {
			others = append(others, other)
		}
	}
	p.board.mu.Unlock()
	if ctx.Err() != nil {
		panic("whoever tells has been told to stop")
	}
	time.AfterFunc(p.board.delay, func() {
		for _, other := range others {
			other.heard(stripe)
		}
	})
}

func (p *port) Hear(heard func(int)) { p.heard = heard }

func (p *port) Hears() bool {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	return !p.cut
}

// sever cuts the port off.
func (p *port) sever() {
	p.board.mu.Lock()
	p.cut = true
	p.board.mu.Unlock()
}

// mend connects the port again.
func (p *port) mend() {
	p.heard(upstream.AllStripes)
	p.board.mu.Lock()
	p.cut = false
	p.board.mu.Unlock()
}

// replicas returns clients of one service that tell each other of writes.
func replicas(t *testing.T, s *numbering, delay time.Duration, n int) (*board, []*upstream.Client) {
	b := &board{delay: delay}
	var clients []*upstream.Client
	for range n {
		clients = append(clients, newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour, Writes: b.port()}))
	}
	return b, clients
}

// signOff writes to c1.
func signOff(t *testing.T, client *upstream.Client) {
	t.Helper()
	if _, err := client.SignOffIdentityCertification(withToken(t, "bob"), "c1"); err != nil {
		t.Error(err)
	}
}

// What one replica writes to, the others do not show from before, once they have been told.
func TestAWriteOnOneReplicaDropsWhatItTouchesOnOthers(t *testing.T) {
	reassignment := upstream.ReviewReassign{
		Reassign: []upstream.ReassignReference{{ID: "i1", Type: upstream.ReassignItem}}, ReassignTo: "b", Reason: "r",
	}
	for name, write := range map[string]func(context.Context, *upstream.Client) error{
		"sign off": func(ctx context.Context, c *upstream.Client) error {
			_, err := c.SignOffIdentityCertification(ctx, "c1")
			return err
		},
		"reassign": func(ctx context.Context, c *upstream.Client) error {
			_, err := c.ReassignIdentityCertifications(ctx, "c1", reassignment)
			return err
		},
	} {
		for _, each := range cachedReads {
			t.Run(name+", "+each.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &numbering{latency: 100 * time.Millisecond}
					_, clients := replicas(t, s, upstream.HeardWithin/2, 3)
					for _, client := range clients {
						s.calls(t, func() error { return each.reads(withToken(t, "ada"), client) })
					}
					if err := write(withToken(t, "bob"), clients[0]); err != nil {
						t.Fatal(err)
					}
					time.Sleep(upstream.HeardWithin)
					want := 1
					if each.of == "none" || each.of == "c2" && name != "reassign" {
						want = 0
					}
					for i, client := range clients {
						again := func() error { return each.reads(withToken(t, "ada"), client) }
						if n := s.calls(t, again); n != want {
							t.Errorf("on replica %d: %d requests after the write, want %d", i, n, want)
						}
						if n := s.calls(t, again); n != 0 {
							t.Errorf("on replica %d: what is read after the write is not kept", i)
						}
					}
				})
			})
		}
	}
}

// Others hear of a write before it goes out and once it is over, whatever became of it, and also if its
// caller has gone. No identifier is in what they hear.
func TestOthersHearOfAWriteTwice(t *testing.T) {
	for _, latency := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := &numbering{latency: latency}
			b, clients := replicas(t, s, 0, 2)
			s.status = 500
			ctx, cancel := context.WithTimeout(withToken(t, "bob"), 500*time.Millisecond)
			defer cancel()
			if _, err := clients[0].SignOffIdentityCertification(ctx, "c1"); err == nil {
				t.Error("it succeeds")
			}
			if told := b.ports[0].told; len(told) != 2 || told[0] != told[1] || told[0] < 0 {
				t.Errorf("told %v", told)
			}
			synctest.Wait()
		})
	}
}

// A read that is under way when another replica writes is not kept, and no read joins it that comes after
// the write.
func TestReadsUnderWayBeforeAWriteElsewhere(t *testing.T) {
	for _, cut := range []bool{false, true} {
		t.Run(fmt.Sprint("cut off: ", cut), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &numbering{latency: 2 * time.Second}
				b, clients := replicas(t, s, upstream.HeardWithin/2, 2)
				if cut {
					b.ports[1].sever()
				}
				read := func() string {
					found, err := clients[1].GetIdentityCertification(withToken(t, "ada"), "c1")
					if err != nil {
						t.Error(err)
						return ""
					}
					return found.Name
				}
				var group sync.WaitGroup
				group.Go(func() { signOff(t, clients[0]) }) // to 2 s
				time.Sleep(1500 * time.Millisecond)
				for range 2 { // what comes at the same time shares a call
					group.Go(func() {
						if name := read(); name != "2" {
							t.Errorf("a read under way shows %s", name)
						}
					})
				}
				time.Sleep(500*time.Millisecond + upstream.HeardWithin)
				if name := read(); name != "3" {
					t.Errorf("a read after the write shows %s", name)
				}
				group.Wait()
			})
		})
	}
}

// Reads that wait in the queue are joined also by who does not hear of writes: they have not gone out.
func TestReadsInTheQueueAreSharedWithoutWordOfWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := &numbering{}, &board{}
		client := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, RateLimit: 1, CacheTTL: time.Hour, Writes: b.port()})
		b.ports[0].sever()
		read := func() error { return cachedReads[0].reads(asCaller(t), client) }
		if n := s.calls(t, read); n != 1 {
			t.Fatal(n)
		}
		var group sync.WaitGroup
		for range 10 { // a second apart
			group.Go(func() {
				if err := read(); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(900 * time.Millisecond)
		}
		group.Wait()
		if n := s.count(); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// A replica that does not hear of writes shows nothing from its cache, and starts anew when it hears again.
func TestWhoDoesNotHearOfWritesHasNoCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &numbering{}
		b, clients := replicas(t, s, 0, 2)
		read := func() int {
			return s.calls(t, func() error { return cachedReads[0].reads(withToken(t, "ada"), clients[1]) })
		}
		if n := read() + read(); n != 1 {
			t.Errorf("%d requests for two reads while it hears", n)
		}
		b.ports[1].sever()
		if n := read() + read(); n != 2 {
			t.Errorf("%d requests for two reads while it is cut off", n)
		}
		signOff(t, clients[0])
		b.ports[1].mend()
		if n := read() + read(); n != 1 {
			t.Errorf("%d requests for two reads after that", n)
		}
	})
}

// What is heard may be anything: a stripe that there is none of stands for all.
func TestWordOfUnknownStripesDropsAll(t *testing.T) {
	for _, stripe := range []int{upstream.AllStripes, -7, 1 << 40, 1024} {
		s := &numbering{}
		b, clients := replicas(t, s, 0, 1)
		read := func() error { return cachedReads[0].reads(withToken(t, "ada"), clients[0]) }
		s.calls(t, read)
		b.ports[0].heard(stripe)
		if n := s.calls(t, read); n != 1 {
			t.Errorf("after word of %d, it is shown from the cache", stripe)
		}
	}
}

// Without other replicas, a cached read costs what it did.
func TestOneReplicaPaysNothingForOthers(t *testing.T) {
	s := &numbering{}
	alone := newClient(t, upstream.Config{BaseURL: "http://tenant", Transport: s, CacheTTL: time.Hour})
	_, clients := replicas(t, s, 0, 1)
	ctx := asCaller(t)
	id := strings.Repeat("c", 32)
	allocations := func(client *upstream.Client) float64 {
		return testing.AllocsPerRun(200, func() {
			if _, err := client.GetIdentityCertification(ctx, id); err != nil {
				t.Fatal(err)
			}
		})
	}
	if one, more := allocations(alone), allocations(clients[0]); one != more {
		t.Errorf("%v allocations alone, %v with others", one, more)
	}
}
