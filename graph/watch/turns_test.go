package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"certql/upstream"
)

// A table has the turns of all replicas in memory.
type table struct {
	mu    sync.Mutex
	seats map[string]*seat
	away  bool
	asked int
}

type seat struct {
	holder *replica
	until  time.Time
	told   []byte
	kept   time.Time
}

// A replica is the table as one replica has it.
type replica struct {
	*table
	away bool
}

var errAway = errors.New("away")

func (r *replica) Take(ctx context.Context, key string, lease time.Duration) (bool, time.Duration, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.away || r.table.away || ctx.Err() != nil {
		return false, 0, nil, errAway
	}
	now := time.Now()
	s := r.seats[key]
	if s == nil || !now.Before(s.kept) {
		s = &seat{}
		r.seats[key] = s
	}
	if left := s.until.Sub(now); left > 0 && s.holder != r {
		if s.holder != nil {
			left = 0
		}
		return false, left, s.told, nil
	}
	s.holder, s.until, s.kept = r, now.Add(lease), now.Add(2*lease)
	return true, 0, s.told, nil
}

func (r *replica) Tell(_ context.Context, key string, told []byte, wait time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch s := r.seats[key]; {
	case r.away || r.table.away:
		return errAway
	case s == nil || s.holder != r:
	case len(told) == 0:
		s.holder, s.until = nil, time.Time{}
	default:
		now := time.Now()
		s.holder, s.told, s.until, s.kept = nil, told, now.Add(wait), now.Add(wait+turnLease)
	}
	return nil
}

// A service has one task, which changes as time goes by, and notes when it is read.
type service struct {
	latency time.Duration
	began   time.Time
	fail    func(n int) error // of the nth read

	mu sync.Mutex
	at []time.Duration
}

func (s *service) read(ctx context.Context, _ string) (*upstream.CertificationTask, error) {
	s.mu.Lock()
	s.at = append(s.at, time.Since(s.began))
	n := len(s.at)
	s.mu.Unlock()
	select {
	case <-time.After(s.latency):
	case <-ctx.Done():
		return nil, &upstream.Error{Kind: upstream.KindCanceled}
	}
	if s.fail != nil {
		if err := s.fail(n); err != nil {
			return nil, err
		}
	}
	status := upstream.TaskQueued
	switch since := time.Since(s.began); {
	case since > 90*time.Second:
		status = upstream.TaskSuccess
	case since > 45*time.Second:
		status = upstream.TaskInProgress
	}
	return &upstream.CertificationTask{ID: "t", Status: status, Created: upstream.At(time.Unix(7, 123456789)), Errors: []upstream.ErrorMessage{}}, nil
}

func (s *service) reads() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.at)
}

// replicas returns hubs that read from a service in turn, and their places at a table.
func (s *service) replicas(n int) ([]*Hub, []*replica) {
	s.began = time.Now()
	common, hubs, places := &table{seats: map[string]*seat{}}, []*Hub(nil), []*replica(nil)
	for range n {
		places = append(places, &replica{table: common})
		hubs = append(hubs, &Hub{read: s.read, ended: func(context.Context) {}, first: time.Second, last: 10 * time.Second, polls: map[pollKey]*taskPoll{}, turns: places[len(places)-1]})
	}
	return hubs, places
}

func as(t *testing.T, token string) context.Context {
	t.Helper()
	credential, err := upstream.Bearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return upstream.WithCredential(t.Context(), credential)
}

// watched returns all statuses that a watcher sees, and why it sees no more.
func watched(ctx context.Context, h *Hub) (statuses []any, err error) {
	w := h.join(ctx, "t")
	for task := range w.updates {
		if task == nil {
			statuses = append(statuses, nil)
			continue
		}
		statuses = append(statuses, string(task.Status))
	}
	return statuses, w.err
}

// each has each hub watch for a caller at the same time, and returns what they see.
func each(t *testing.T, hubs []*Hub) (statuses [][]any, errs []error) {
	t.Helper()
	statuses, errs = make([][]any, len(hubs)), make([]error, len(hubs))
	var all sync.WaitGroup
	for i, h := range hubs {
		all.Go(func() { statuses[i], errs[i] = watched(as(t, "ada"), h) })
	}
	all.Wait()
	return statuses, errs
}

// G12: a task is read once for one caller, however many replicas watch it for that caller: exactly when one
// replica reads it alone. All see all of its states.
func TestG12ReplicasReadATaskAsOftenAsOne(t *testing.T) {
	for _, latency := range []time.Duration{0, 300 * time.Millisecond, 7 * time.Second} {
		t.Run(fmt.Sprint(latency), func(t *testing.T) {
			var alone, together []time.Duration
			for n, at := range map[int]*[]time.Duration{1: &alone, 3: &together} {
				synctest.Test(t, func(t *testing.T) {
					s := &service{latency: latency}
					hubs, _ := s.replicas(n)
					if n == 1 {
						hubs[0].turns = nil
					}
					statuses, errs := each(t, hubs)
					for i := range hubs {
						if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, statuses[i]); diff != "" || errs[i] != nil {
							t.Errorf("of %d, replica %d (-want +got), %v:\n%s", n, i, errs[i], diff)
						}
					}
					*at = s.reads()
				})
			}
			if diff := gocmp.Diff(alone, together); diff != "" {
				t.Errorf("reads of one replica and of three (-one +three):\n%s", diff)
			}
		})
	}
}

// A replica that comes later has the newest state at once, without a read, and does not make the others
// read more often.
func TestAReplicaThatComesLaterJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, _ := s.replicas(2)
		var first sync.WaitGroup
		first.Go(func() { _, _ = watched(as(t, "ada"), hubs[0]) })
		time.Sleep(60 * time.Second)
		before := len(s.reads())
		if statuses, err := watched(as(t, "ada"), hubs[1]); !slices.Equal(statuses, []any{"IN_PROGRESS", "SUCCESS"}) || err != nil {
			t.Errorf("it sees %v, %v", statuses, err)
		}
		first.Wait()
		at := s.reads()
		for i := before; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap != 10*time.Second {
				t.Errorf("read at %v", at)
				break
			}
		}
	})
}

// Callers, tasks and languages do not share reads, and nobody can read what was told to another.
func TestTurnsAreThoseOfOneCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, places := s.replicas(2)
		var all sync.WaitGroup
		for _, ctx := range []context.Context{as(t, "ada"), as(t, "bob"), upstream.WithLanguage(as(t, "ada"), "de")} {
			for _, h := range hubs {
				all.Go(func() { _, _ = watched(ctx, h) })
			}
		}
		time.Sleep(30 * time.Second)
		places[0].mu.Lock()
		if n := len(places[0].seats); n != 3 {
			t.Errorf("%d turns, want 3", n)
		}
		for key, seat := range places[0].seats {
			if bytes.Contains(seat.told, []byte("QUEUED")) || strings.Contains(key, "ada") {
				t.Errorf("under %s, %q is told in the clear", key, seat.told)
			}
			for _, other := range []context.Context{as(t, "bob"), as(t, "eve")} {
				credential, _ := upstream.CredentialFrom(other)
				taker := hubs[0].newTurnTaker(other, pollKey{"t", credential.Key(), ""})
				if taker.key == key {
					continue
				}
				taker.key = key
				if _, readable := taker.open(seat.told); readable {
					t.Errorf("%s can read what was told under %s", credential.Key(), key)
				}
			}
		}
		places[0].mu.Unlock()
		all.Wait()
		times := map[time.Duration]int{}
		for _, at := range s.reads() {
			times[at]++
		}
		for at, n := range times {
			if n != 3 {
				t.Errorf("%d reads after %s, want 3", n, at)
			}
		}
	})
}

// What is told may be anything. A replica ignores what it cannot read, and reads for itself.
func TestForeignOutcomesAreIgnored(t *testing.T) {
	for name, spoil := range map[string]func(told []byte) []byte{
		"nothing":      func([]byte) []byte { return nil },
		"garbage":      func([]byte) []byte { return []byte("garbage") },
		"one bit":      func(told []byte) []byte { told[len(told)/2] ^= 1; return told },
		"cut off":      func(told []byte) []byte { return told[:len(told)-1] },
		"in the clear": func([]byte) []byte { return []byte(`{"task":{"id":"t","status":"SUCCESS"}}`) },
		"long":         func([]byte) []byte { return make([]byte, 1<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{}
				hubs, places := s.replicas(2)
				stop := make(chan struct{})
				go func() {
					for {
						select {
						case <-stop:
							return
						case <-time.After(100 * time.Millisecond):
						}
						places[0].mu.Lock()
						for _, seat := range places[0].seats {
							if len(seat.told) > 0 {
								seat.told = spoil(slices.Clone(seat.told))
							}
						}
						places[0].mu.Unlock()
					}
				}()
				statuses, errs := each(t, hubs)
				close(stop)
				for i := range hubs {
					if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, statuses[i]); diff != "" || errs[i] != nil {
						t.Errorf("replica %d (-want +got), %v:\n%s", i, errs[i], diff)
					}
				}
				if n := len(s.reads()); n > 2*20 {
					t.Errorf("%d reads", n)
				}
			})
		})
	}
}

// Errors that end a poll end it on each replica, by one read; those that do not, nowhere. What goes wrong
// within a replica is its own.
func TestErrorsAreToldAlike(t *testing.T) {
	refusal := func(status int, kind upstream.Kind) error {
		return &upstream.Error{Operation: "getCertificationTask", Status: status, Kind: kind, DetailCode: "4", Messages: []upstream.ErrorMessage{{Text: "no"}}}
	}
	for name, test := range map[string]struct {
		fail  func(n int) error
		ends  bool // with the error
		kind  upstream.Kind
		seen  []any
		reads int // until it ends; 0 if it does not
	}{
		"refused": {func(n int) error { return after(n, 3, refusal(403, upstream.KindForbidden)) }, true, upstream.KindForbidden, []any{"QUEUED"}, 3},
		"expired": {func(n int) error { return after(n, 1, refusal(401, upstream.KindUnauthenticated)) }, true, upstream.KindUnauthenticated, nil, 1},
		"absent":  {func(n int) error { return after(n, 1, refusal(404, upstream.KindNotFound)) }, false, 0, []any{nil}, 1},
		"gone":    {func(n int) error { return after(n, 2, refusal(404, upstream.KindNotFound)) }, true, upstream.KindNotFound, []any{"QUEUED"}, 2},
		"down":    {func(n int) error { return after(n, 1, refusal(503, upstream.KindUnavailable)) }, true, upstream.KindUnavailable, nil, 1},
		"hiccup": {func(n int) error {
			if n%2 == 0 {
				return refusal(503, upstream.KindUnavailable)
			}
			return nil
		}, false, 0, []any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, 0},
		"no connection": {func(n int) error { return after(n, 1, refusal(0, upstream.KindUnavailable)) }, true, upstream.KindUnavailable, nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{fail: test.fail, latency: 100 * time.Millisecond}
				hubs, _ := s.replicas(3)
				statuses, errs := each(t, hubs)
				for i := range hubs {
					if diff := gocmp.Diff(test.seen, statuses[i]); diff != "" {
						t.Errorf("replica %d sees (-want +got):\n%s", i, diff)
					}
					failed, _ := errors.AsType[*upstream.Error](errs[i])
					if (failed != nil) != test.ends {
						t.Errorf("replica %d: %v", i, errs[i])
					}
					if failed != nil && (failed.Kind != test.kind || failed.DetailCode != "4" || failed.Text() != "no") {
						t.Errorf("replica %d: %+v", i, failed)
					}
				}
				if n := len(s.reads()); test.reads != 0 && n != test.reads {
					t.Errorf("%d reads, want %d", n, test.reads)
				}
			})
		})
	}
}

// after returns an error from the nth read on.
func after(n, first int, err error) error {
	if n < first {
		return nil
	}
	return err
}

// While the engine is away, each replica reads for itself, at the same pace; and when it is back, in turn.
func TestWithoutTurnsEachReadsForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, places := s.replicas(3)
		time.AfterFunc(20*time.Second+time.Millisecond, func() { setAway(places[0], true) })
		time.AfterFunc(60*time.Second+time.Millisecond, func() { setAway(places[0], false) })
		statuses, _ := each(t, hubs)
		for i := range hubs {
			if diff := gocmp.Diff([]any{"QUEUED", "IN_PROGRESS", "SUCCESS"}, statuses[i]); diff != "" {
				t.Errorf("replica %d (-want +got):\n%s", i, diff)
			}
		}
		count := func(from, to time.Duration) (n int) {
			for _, at := range s.reads() {
				if from <= at && at < to {
					n++
				}
			}
			return n
		}
		if with, without := count(0, 20*time.Second), count(30*time.Second, 60*time.Second); with != 6 || without != 9 {
			t.Errorf("%d reads in the first 20 s, %d in 30 s without the engine: %v", with, without, s.reads())
		}
		if n := count(75*time.Second, 200*time.Second); n > 3 {
			t.Errorf("%d reads after it is back: %v", n, s.reads())
		}
	})
}

func setAway(r *replica, away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table.away = away
}

// If the replica that has the turn dies, another has it after the lease; if its last watcher leaves, at
// once.
func TestTheTurnOfAReplicaThatIsGonePassesOn(t *testing.T) {
	for _, dies := range []bool{false, true} {
		t.Run(fmt.Sprint("it dies: ", dies), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{latency: time.Second}
				hubs, places := s.replicas(2)
				ctx, leave := context.WithCancel(as(t, "ada"))
				hubs[0].join(ctx, "t")
				synctest.Wait()
				time.Sleep(500 * time.Millisecond) // it reads
				if dies {
					places[0].mu.Lock()
					places[0].away = true
					places[0].mu.Unlock()
				}
				leave()
				began := time.Now()
				w := hubs[1].join(as(t, "ada"), "t")
				<-w.updates
				want := time.Second
				if dies {
					want += turnLease
				}
				if took := time.Since(began); took > want+askLate {
					t.Errorf("another has read after %s", took)
				}
				hubs[1].leave(slices.Collect(maps.Values(hubs[1].polls))[0], w)
			})
		})
	}
}

// What was told too long ago counts no more: the clock of whoever gives the turns may have been set back.
func TestWhatWasToldTooLongAgoCountsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, places := s.replicas(2)
		go func() {
			time.Sleep(20 * time.Second)
			places[0].mu.Lock()
			for _, seat := range places[0].seats {
				seat.until, seat.kept = seat.until.Add(time.Hour), seat.kept.Add(time.Hour)
			}
			places[0].mu.Unlock()
		}()
		began := time.Now()
		each(t, hubs)
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("the end is seen after %s", took)
		}
	})
}

// A credential by whose secret nothing can be sealed reads for itself.
func TestWhoCannotSealReadsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, places := s.replicas(2)
		var all sync.WaitGroup
		for _, h := range hubs {
			all.Go(func() { _, _ = watched(upstream.WithCredential(t.Context(), plain{}), h) })
		}
		all.Wait()
		if n := len(s.reads()); n%2 != 0 || n == 0 || places[0].asked != 0 {
			t.Errorf("%d reads, %d turns asked for", n, places[0].asked)
		}
	})
}

// What another replica has read is not shown to whoever has signed out here.
func TestWhoHasSignedOutIsToldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		hubs, _ := s.replicas(2)
		hubs[1].read = func(ctx context.Context, id string) (*upstream.CertificationTask, error) {
			credential, _ := upstream.CredentialFrom(ctx)
			if err := credential.(*person).Ended(); err != nil {
				return nil, err
			}
			return s.read(ctx, id)
		}
		here, there := &person{}, &person{}
		time.AfterFunc(30*time.Second, func() { here.ended.Store(true) })
		var other sync.WaitGroup
		other.Go(func() {
			if statuses, err := watched(upstream.WithCredential(t.Context(), there), hubs[0]); len(statuses) != 3 || err != nil {
				t.Errorf("another replica sees %v, %v", statuses, err)
			}
		})
		began := time.Now()
		statuses, err := watched(upstream.WithCredential(t.Context(), here), hubs[1])
		if !errors.Is(err, upstream.ErrSessionEnded) || !slices.Equal(statuses, []any{"QUEUED"}) {
			t.Errorf("it sees %v, %v", statuses, err)
		}
		if took := time.Since(began); took > 41*time.Second {
			t.Errorf("it ends after %s", took)
		}
		other.Wait()
	})
}

// A person has the same session on each replica.
type person struct {
	plain
	ended atomic.Bool
}

func (p *person) Ended() error {
	if p.ended.Load() {
		return upstream.ErrSessionEnded
	}
	return nil
}

func (p *person) DeriveKey(string) ([]byte, error) { return make([]byte, 32), nil }

type plain struct{}

func (plain) Token(context.Context) (string, error) { return "x", nil }
func (plain) Key() string                           { return "plain" }

// An outcome that is too large is told nobody.
func TestLargeOutcomesAreNotTold(t *testing.T) {
	hubs, _ := new(service).replicas(1)
	ctx := as(t, "ada")
	taker := hubs[0].newTurnTaker(ctx, pollKey{"t", "c", ""})
	if sealed := taker.sealed(outcome{Task: &upstream.CertificationTask{ID: strings.Repeat("x", maxTold)}}); sealed != nil {
		t.Errorf("%d bytes are told", len(sealed))
	}
}
