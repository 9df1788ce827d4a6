package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"certql/graph/projection"
)

func step(alias string) *projection.Step {
	made := projection.NewStep(&graphql.CollectedField{Field: field(alias)}, 0)
	return &made
}

// finish returns what a Writer has taken, which must not have failed.
func finish(t *testing.T, w *projection.Writer) graphql.Marshaler {
	t.Helper()
	m, ok := w.Finish()
	if !ok {
		t.Fatal("the writer has failed")
	}
	return m
}

func TestAWriterWritesJSON(t *testing.T) {
	t.Parallel()
	var w projection.Writer
	w.Reserve(100)
	w.BeginList()
	for n := range 3 {
		w.Element(n)
		w.Begin()
		for i, value := range []func(){
			func() { w.Name("Book") },
			func() { w.Boolean(n == 1) },
			func() { w.Int(-7 * n) },
			func() { w.String("plain") },
			func() { w.Value(graphql.MarshalFloat(1.5)) },
			func() { w.NonNull(graphql.MarshalID("a\"b")) },
			w.Null,
		} {
			w.Key(i, step(fmt.Sprint("f", i)))
			value()
		}
		w.End()
	}
	w.EndList()
	row := func(b bool, i int) string {
		return fmt.Sprintf(`{"f0":"Book","f1":%t,"f2":%d,"f3":"plain","f4":1.5,"f5":"a\"b","f6":null}`, b, i)
	}
	want := "[" + row(false, 0) + "," + row(true, -7) + "," + row(false, -14) + "]"
	if got := written(finish(t, &w)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A string is written as gqlgen writes it, whatever is in it, and anywhere in it.
func TestStringsAreEscapedAsGqlgenDoes(t *testing.T) {
	t.Parallel()
	for c := range rune(0x100) {
		for _, text := range []string{string(c), "ab" + string(c), string(c) + "ab", string([]byte{byte(c)}), "é" + string(c) + "\u2028"} {
			var w projection.Writer
			w.String(text)
			got, want := written(finish(t, &w)), written(graphql.MarshalString(text))
			if got != want {
				t.Errorf("%q is written %s, want %s", text, got, want)
			}
			if !json.Valid([]byte(got)) {
				t.Errorf("%q is written %s, which is not JSON", text, got)
			}
		}
	}
}

func TestAWriterFailsWhereNullIsAnError(t *testing.T) {
	t.Parallel()
	var w projection.Writer
	w.Begin()
	w.Key(0, step("id"))
	w.NonNull(graphql.Null)
	w.Hole(func() graphql.Marshaler { t.Error("a hole is resolved in vain"); return graphql.Null })
	w.End()
	if m, ok := w.Finish(); ok || m != nil {
		t.Errorf("got %v, %t", m, ok)
	}
}

// Holes are resolved at the same time, and their values stand where they were left out.
func TestHolesAreFilledInTheirPlaces(t *testing.T) {
	t.Parallel()
	for count := range 4 {
		var w projection.Writer
		var all sync.WaitGroup
		all.Add(count)
		w.Begin()
		var want []string
		for n := range count {
			w.Key(2*n, step(fmt.Sprint("hole", n)))
			w.Hole(func() graphql.Marshaler {
				all.Done()
				all.Wait() // for the others, which have to be under way
				return graphql.MarshalInt(n)
			})
			w.Key(2*n+1, step(fmt.Sprint("plain", n)))
			w.Boolean(true)
			want = append(want, fmt.Sprintf(`"hole%d":%d,"plain%d":true`, n, n, n))
		}
		w.End()
		if got, want := written(finish(t, &w)), "{"+strings.Join(want, ",")+"}"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A lone hole is resolved in the goroutine of the caller, which sees its panic.
func TestALoneHoleTakesNoGoroutine(t *testing.T) {
	t.Parallel()
	var w projection.Writer
	w.Hole(func() graphql.Marshaler { panic("the only one") })
	defer func() {
		if got := recover(); got != "the only one" {
			t.Errorf("the caller recovers %v", got)
		}
	}()
	_, _ = w.Finish()
}

// Each hole is resolved once, whether or not those before it wait.
func TestHolesAreFilledWhileOthersWait(t *testing.T) {
	t.Parallel()
	for round := range 50 {
		var (
			w    projection.Writer
			last = make(chan struct{})
			want []string
		)
		w.BeginList()
		for n := range 100 {
			w.Element(n)
			w.Hole(func() graphql.Marshaler {
				switch {
				case n == 99:
					close(last)
				case n%7 == round%7:
					<-last
				}
				return graphql.MarshalInt(n)
			})
			want = append(want, strconv.Itoa(n))
		}
		w.EndList()
		if got, want := written(finish(t, &w)), "["+strings.Join(want, ",")+"]"; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// Holes that wait for nothing are resolved in turn by a few goroutines, not by one each.
func TestHolesThatWaitForNothingTakeFewGoroutines(t *testing.T) {
	t.Parallel()
	const holes = 1000
	var (
		w          projection.Writer
		goroutines [holes]string // by hole, since a lock would be something to wait for
	)
	w.BeginList()
	for n := range holes {
		w.Element(n)
		w.Hole(func() graphql.Marshaler {
			var text [32]byte
			goroutines[n], _, _ = strings.Cut(string(text[:runtime.Stack(text[:], false)]), " [")
			return graphql.Null
		})
	}
	w.EndList()
	finish(t, &w)
	slices.Sort(goroutines[:])
	if took := len(slices.Compact(goroutines[:])); took > holes/5 {
		t.Errorf("%d goroutines for %d holes", took, holes)
	}
}

// Workers are bounded, and shared evenly by those who write at the same time: each has its own goroutine beside them.
func TestWorkersAreShared(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ most, writers, each int }{{10, 1, 11}, {10, 2, 6}, {10, 3, 4}, {10, 30, 2}, {0, 3, 100}} {
		synctest.Test(t, func(t *testing.T) {
			const holes = 100
			workers := &projection.Workers{Most: test.most}
			under, most := make([]int, test.writers), make([]int, test.writers)
			var (
				mu  sync.Mutex
				all sync.WaitGroup
			)
			for i := range test.writers {
				w := new(projection.Writer)
				w.For(t.Context(), nil, workers)
				w.BeginList()
				for n := range holes {
					w.Element(n)
					w.Hole(func() graphql.Marshaler {
						mu.Lock()
						under[i]++
						now := under[i]
						if holes/2 <= n && n < holes*3/4 { // everybody writes, and those who had too many have ended
							most[i] = max(most[i], now)
						}
						mu.Unlock()
						time.Sleep(time.Second)
						mu.Lock()
						under[i]--
						mu.Unlock()
						return graphql.MarshalInt(n)
					})
				}
				w.EndList()
				all.Go(func() { finish(t, w) })
			}
			all.Wait()
			for i, got := range most {
				if got > test.each || test.writers == 1 && test.most > 0 && got != test.each {
					t.Errorf("%d workers for %d writers: one of them (%d) has %d goroutines, want %d", test.most, test.writers, i, got, test.each)
				}
			}
		})
	}
}

// What is written is sized before, through all Writers within, so that the executor's buffer grows
// once; and any other io.Writer gets the same.
func TestTheBufferGrowsOnce(t *testing.T) {
	t.Parallel()
	inner := func(text string) graphql.Marshaler {
		var w projection.Writer
		w.String(text)
		return finish(t, &w)
	}
	list := func() graphql.Marshaler {
		var w projection.Writer
		w.BeginList()
		w.Element(0)
		w.Hole(func() graphql.Marshaler { return inner(strings.Repeat("x", 5000)) })
		w.Element(1)
		w.Hole(func() graphql.Marshaler { return inner(strings.Repeat("y", 3000)) })
		w.Element(2)
		w.Hole(func() graphql.Marshaler { return graphql.MarshalInt(1) })
		w.EndList()
		return finish(t, &w)
	}
	grown := &bytes.Buffer{}
	size := len(`["","",]`) + 8000 // the number is not a Writer's
	grown.Grow(size)
	var buffer bytes.Buffer
	list().MarshalGQL(&buffer)
	if buffer.Cap() < size || buffer.Cap() > grown.Cap() {
		t.Errorf("the buffer has room for %d bytes, want %d", buffer.Cap(), grown.Cap())
	}
	var plain strings.Builder
	list().MarshalGQL(struct{ io.Writer }{&plain})
	if plain.String() != buffer.String() || !json.Valid(buffer.Bytes()) {
		t.Error("another writer gets other text")
	}
}

// growing is how often what a slice grows by is allocated.
var growing uint64 = 1

// A list whose elements take more than was guessed is not copied over and over: each allocation beyond
// those of the first elements is room for all others.
func TestTheRoomForAListIsWorkedOutFromItsFirstElements(t *testing.T) {
	const elements = 1000
	text := strings.Repeat("x", 700)
	write := func() *projection.Writer {
		w := new(projection.Writer)
		list := w.Foresee(elements, 24)
		w.BeginList()
		for n := range elements {
			w.Element(n)
			w.Continue(list, n)
			w.String(text)
		}
		w.EndList()
		return w
	}
	length := len(written(finish(t, write())))
	if want := elements*(len(text)+3) + 1; length != want {
		t.Errorf("the list has %d bytes, want %d", length, want)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const runs = 10
	for range runs {
		write()
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > growing*uint64(length)*5/4 {
		t.Errorf("%d bytes are allocated for a list of %d", got, length)
	}
}

// The text of a Writer is that of the next one as soon as it has been written, and never before.
func TestTextsAreUsedAgainOnceTheyAreWritten(t *testing.T) {
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for n := range 500 {
				want := strings.Repeat(string(rune('a'+worker)), 100+n)
				outer := new(projection.Writer)
				outer.Reserve(10)
				outer.Begin()
				outer.Hole(func() graphql.Marshaler {
					inner := new(projection.Writer)
					inner.Reserve(len(want))
					inner.String(want)
					return finish(t, inner)
				})
				outer.End()
				var got bytes.Buffer
				finish(t, outer).MarshalGQL(&got)
				if got.String() != `{"`+want+`"}` {
					t.Errorf("%s is written as %s", want, &got)
				}
			}
		})
	}
	group.Wait()
}
