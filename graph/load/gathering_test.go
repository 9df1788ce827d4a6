package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-gophers/dataloader/v7"
)

// batches reads keys, as a loader that gathers does it: each batch waits until it is let go, if there is
// something to wait for. The value of a key is the key.
type batches struct {
	letGo   chan struct{}
	outcome func(key string) error // may panic; nil if all is well

	mu   sync.Mutex
	read [][]string
}

func (b *batches) of(ctx context.Context, keys []string) []*dataloader.Result[*string] {
	b.mu.Lock()
	b.read = append(b.read, slices.Sorted(slices.Values(keys)))
	b.mu.Unlock()
	if b.letGo != nil {
		<-b.letGo
	}
	results := make([]*dataloader.Result[*string], len(keys))
	for i, key := range keys {
		results[i] = &dataloader.Result[*string]{Data: &key, Error: ctx.Err()}
		if b.outcome != nil && results[i].Error == nil {
			results[i].Error = b.outcome(key)
		}
	}
	return results
}

// want fails the test unless these batches were read, in this order.
func (b *batches) want(t *testing.T, want ...[]string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.read)+len(want) > 0 && !slices.EqualFunc(b.read, want, slices.Equal[[]string]) {
		t.Errorf("the batches are %v, want %v", b.read, want)
	}
}

// gathers returns loaders and one among them that gathers.
func (b *batches) gathers() (*Loaders, *batched[string, *string]) {
	l := &Loaders{}
	people := newBatched(&l.gathering, nil, "people", b.of, true)
	return l, &people
}

// instantly fails the test if f takes time: nothing may wait for the end of batchWait.
func instantly(t *testing.T, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > 0 {
		t.Errorf("it hung for %v", took)
	}
}

// What is announced or asked for while reads are under way is read when the last of them is over, and what
// comes while it is being read, after that. No key is read twice.
func TestWhatReadsShowIsReadTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &batches{letGo: make(chan struct{})}
		l, people := b.gathers()
		var group sync.WaitGroup
		ask := func(key string) {
			group.Go(func() {
				if got, err := people.load(t.Context(), key); err != nil || *got != key {
					t.Errorf("%s is %v, %v", key, got, err)
				}
			})
		}
		l.Gather()
		l.Gather()
		people.announce(t.Context(), []string{"a", "b"}, nil)
		ask("c")
		l.Gathered()
		people.announce(t.Context(), []string{"b", "d"}, nil)
		ask("a")
		synctest.Wait()
		b.want(t)
		l.Gathered()
		synctest.Wait()
		b.want(t, []string{"a", "b", "c", "d"})
		l.Gather()
		ask("e")
		ask("a")
		people.announce(t.Context(), []string{"f", "d"}, nil)
		synctest.Wait()
		b.want(t, []string{"a", "b", "c", "d"})
		l.Gathered()
		synctest.Wait()
		ask("f")
		close(b.letGo)
		instantly(t, group.Wait)
		ask("g") // nothing is under way
		instantly(t, group.Wait)
		b.want(t, []string{"a", "b", "c", "d"}, []string{"e", "f"}, []string{"g"})
		l.gathering.running.Wait()
		people.wait()
	})
}

// What follows on keys runs once for each announcement, with those that were found, and what it announces is
// read with all else that comes meanwhile: also if reading fails or panics, and if what was read is forgotten.
func TestWhatFollowsRunsOnceAndIsGathered(t *testing.T) {
	for name, outcome := range map[string]func(string) error{
		"found":     nil,
		"one fails": func(key string) error { return map[string]error{"b": errors.New("refused")}[key] },
		"panics": func(key string) error {
			if key == "a" {
				panic("broken")
			}
			return nil
		},
	} {
		for _, forgets := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", forgotten ", forgets), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := &batches{letGo: make(chan struct{}), outcome: outcome}
					l, people := b.gathers()
					var mu sync.Mutex
					var ran [][]string
					then := func(manager string) func(map[string]*string) {
						return func(found map[string]*string) {
							var keys []string
							for key, value := range found {
								if *value != key {
									t.Errorf("%s is %s", key, *value)
								}
								keys = append(keys, key)
							}
							slices.Sort(keys)
							mu.Lock()
							ran = append(ran, keys)
							mu.Unlock()
							people.announce(t.Context(), []string{manager}, nil)
						}
					}
					l.Gather()
					people.announce(t.Context(), []string{"a", "b"}, then("x"))
					people.announce(t.Context(), []string{"b", "c"}, then("y"))
					l.Gathered()
					synctest.Wait()
					people.announce(t.Context(), []string{"z"}, nil) // while the others are being read
					synctest.Wait()
					if forgets {
						people.forget()
					}
					close(b.letGo)
					instantly(t, l.gathering.running.Wait)
					synctest.Wait()
					b.want(t, []string{"a", "b", "c"}, []string{"x", "y", "z"})
					want := map[string][][]string{"found": {{"a", "b"}, {"b", "c"}}, "one fails": {{"a"}, {"c"}}, "panics": {nil, nil}}[name]
					slices.SortFunc(ran, slices.Compare[[]string])
					if !slices.EqualFunc(ran, want, slices.Equal[[]string]) {
						t.Errorf("it ran with %v, want %v", ran, want)
					}
					instantly(t, people.wait)
				})
			})
		}
	}
}

// Who reads ahead and turns out not to need it takes nothing away from those who joined.
func TestWhoReadsAheadAndLeavesTakesNothingAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &batches{}
		l, people := b.gathers()
		ahead, abandon := context.WithCancel(Ahead(t.Context()))
		again := Ahead(ahead) // as for what is below what is read ahead
		l.Gather()
		people.announce(again, []string{"a"}, nil)
		abandon()
		var group sync.WaitGroup
		for _, key := range []string{"a", "b"} {
			group.Go(func() {
				if got, err := people.load(t.Context(), key); err != nil || *got != key {
					t.Errorf("%s is %v, %v", key, got, err)
				}
			})
		}
		synctest.Wait()
		l.Gathered()
		instantly(t, group.Wait)
		b.want(t, []string{"a", "b"})
		people.wait()
	})
}

// An operation that ends while people are held back reads them in vain, and waits for nothing.
func TestClosingWaitsForWhatIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &batches{}
		ctx, cancel := context.WithCancel(t.Context())
		ctx, l := Begin(ctx, cancel, nil, nil)
		people := newBatched(&l.gathering, nil, "people", b.of, true)
		followed := 0
		l.Gather()
		l.Go(func() {
			defer l.Gathered()
			<-ctx.Done() // a read that ends only now
		})
		people.announce(ctx, []string{"a"}, func(found map[string]*string) { followed += 1 + len(found) })
		got := make(chan error)
		go func() {
			_, err := people.load(ctx, "a")
			got <- err
		}()
		synctest.Wait()
		instantly(t, func() {
			l.Close()
			people.wait()
			if err := <-got; !errors.Is(err, context.Canceled) {
				t.Errorf("it is %v", err)
			}
		})
		if followed != 1 {
			t.Errorf("what follows ran with %d found", followed-1)
		}
	})
}

// In any order of beginnings, ends, announcements and questions each key is read once, and nobody waits in
// vain.
func TestGatheringInAnyOrder(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			b := &batches{}
			l, people := b.gathers()
			ahead, abandon := context.WithCancel(Ahead(t.Context()))
			key := func(r *rand.Rand) string { return fmt.Sprint(r.IntN(40)) }
			var group sync.WaitGroup
			var mu sync.Mutex
			announced, followed := 0, 0
			var announce func(r *rand.Rand, depth int)
			announce = func(r *rand.Rand, depth int) {
				keys := []string{key(r), key(r)}
				ctx := []context.Context{ahead, t.Context()}[r.IntN(2)]
				if depth == 0 {
					people.announce(ctx, keys, nil)
					return
				}
				mu.Lock()
				announced++
				mu.Unlock()
				below := rand.New(rand.NewPCG(r.Uint64(), 0))
				people.announce(ctx, keys, func(found map[string]*string) {
					mu.Lock()
					followed++
					mu.Unlock()
					for _, k := range keys {
						if found[k] == nil {
							t.Errorf("%s was not found", k)
						}
					}
					announce(below, depth-1)
				})
			}
			for n := range uint64(12) {
				r := rand.New(rand.NewPCG(seed, n))
				group.Go(func() {
					for range 20 {
						switch r.IntN(3) {
						case 0:
							l.Gather()
							time.Sleep(time.Duration(r.IntN(5))) // of the bubble's clock
							announce(r, r.IntN(3))
							l.Gathered()
						case 1:
							announce(r, r.IntN(2))
						default:
							k := key(r)
							if got, err := people.load(t.Context(), k); err != nil || *got != k {
								t.Errorf("%s is %v, %v", k, got, err)
							}
						}
					}
				})
			}
			abandon()
			began := time.Now()
			group.Wait()
			l.gathering.running.Wait()
			people.wait()
			if took := time.Since(began); took >= batchWait {
				t.Errorf("it hung for %v", took)
			}
			seen := map[string]bool{}
			for _, k := range slices.Concat(b.read...) {
				if seen[k] {
					t.Errorf("%s was read twice", k)
				}
				seen[k] = true
			}
			if announced != followed {
				t.Errorf("%d followed on %d announcements", followed, announced)
			}
		})
	}
}
