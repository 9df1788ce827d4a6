package document

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"certql/testenv"
)

// sharedTexts keep texts in memory, and count what they are asked.
type sharedTexts struct {
	mu          sync.Mutex
	texts       map[string]string
	finds, kept int
	latency     time.Duration
	away        bool
}

var errAway = errors.New("away")

func (s *sharedTexts) Find(ctx context.Context, hash string) (string, bool, error) {
	s.mu.Lock()
	s.finds++
	text, found := s.texts[hash]
	away := s.away
	s.mu.Unlock()
	time.Sleep(s.latency)
	if away {
		return "", false, errAway
	}
	return text, found, ctx.Err()
}

func (s *sharedTexts) Keep(ctx context.Context, hash, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept++
	if s.away {
		return errAway
	}
	s.texts[hash] = text
	return ctx.Err()
}

// counts returns how often they were asked since the last time.
func (s *sharedTexts) counts() (finds, kept int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	finds, kept = s.finds, s.kept
	s.finds, s.kept = 0, 0
	return finds, kept
}

func newSharedTexts() *sharedTexts { return &sharedTexts{texts: map[string]string{}} }

// asks reports whether a replica has a text, and puts it there if another has it, as requests do.
func asks(ctx context.Context, q *persistedQueries, text string) bool {
	got, elsewhere, found := q.find(ctx, Hash(text))
	if found && !elsewhere.IsZero() {
		q.put(Hash(text), got, elsewhere)
	}
	return found && got == text
}

// A text is kept for other replicas when it is asked for by its hash, again each hour for as long as it is
// asked for, and not before: what is sent once is never kept. Another replica asks for it once.
func TestTextsInUseAreSharedWithOtherReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newSharedTexts()
		a, b := newPersistedQueries(1<<20, shared), newPersistedQueries(1<<20, shared)
		a.put(Hash("x"), "x", time.Time{})
		a.put(Hash("once"), "once", time.Time{})
		if finds, kept := shared.counts(); finds != 0 || kept != 0 {
			t.Errorf("what is sent costs %d and %d commands", finds, kept)
		}
		if _, ok := a.get(Hash("x")); !ok || len(shared.texts) > 0 {
			t.Error("what is sent again is kept for others")
		}
		ask := func(q *persistedQueries, name string, wantFinds, wantKept int) {
			t.Helper()
			for range 10 {
				if !asks(t.Context(), q, "x") {
					t.Errorf("%s: not found", name)
				}
			}
			if finds, kept := shared.counts(); finds != wantFinds || kept != wantKept {
				t.Errorf("%s: asked %d times, kept %d times", name, finds, kept)
			}
		}
		ask(a, "on A", 0, 1)
		ask(b, "on B", 1, 0)
		if asks(t.Context(), b, "once") {
			t.Error("what was sent once is found")
		}
		shared.counts()
		time.Sleep(keepAgain - time.Second)
		ask(a, "soon", 0, 0)
		time.Sleep(time.Second)
		ask(a, "an hour later", 0, 1)
		ask(b, "an hour later on B", 0, 1)
	})
}

// A hash that is not there is asked for once a second, and by all callers at once.
func TestAHashThatIsNotThereIsAskedForOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newSharedTexts()
		shared.latency = 100 * time.Millisecond
		q := newPersistedQueries(1<<20, shared)
		for second := range 3 {
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					if asks(t.Context(), q, "x") {
						t.Error("found")
					}
				})
			}
			all.Wait()
			for range 50 {
				asks(t.Context(), q, "x")
			}
			if finds, _ := shared.counts(); finds != 1 {
				t.Errorf("asked %d times in second %d", finds, second)
			}
			time.Sleep(absence - shared.latency)
		}
		shared.texts[Hash("x")] = "x"
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // whoever asks first leaves
		go asks(ctx, q, "x")
		synctest.Wait()
		if !asks(t.Context(), q, "x") {
			t.Error("not found once it is there")
		}
		if finds, _ := shared.counts(); finds != 1 {
			t.Errorf("asked %d times", finds)
		}
	})
}

// Whoever makes up hashes causes few commands and takes little memory, and texts are found again soon after.
func TestMadeUpHashesCostLittle(t *testing.T) {
	testenv.Long(t, "a million hashes are asked for, one after the other")
	synctest.Test(t, func(t *testing.T) {
		shared := newSharedTexts()
		shared.texts[Hash("x")] = "x"
		q := newPersistedQueries(1<<20, shared)
		const seconds = 10
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range 1_000_000 {
			if _, _, found := q.find(t.Context(), fmt.Sprintf("%064x", i)); found {
				t.Fatal("found")
			}
			if i%(1_000_000/seconds) == 0 {
				time.Sleep(absence)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if finds, _ := shared.counts(); finds > (seconds+1)*maxAbsent {
			t.Errorf("%d commands in %d s", finds, seconds)
		}
		if n := len(q.others.absent); n > maxAbsent || len(q.others.oldest) != n {
			t.Errorf("%d and %d hashes are remembered", n, len(q.others.oldest))
		}
		if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 1<<20 {
			t.Errorf("%d bytes are kept", kept)
		}
		time.Sleep(absence)
		if !asks(t.Context(), q, "x") {
			t.Error("a text is not found afterwards")
		}
		runtime.KeepAlive(q)
	})
}

// Texts that are found do not count as hashes that are not there.
func TestAnyNumberOfTextsIsFound(t *testing.T) {
	t.Parallel()
	shared := newSharedTexts()
	q := newPersistedQueries(1<<20, shared)
	for i := range 10 * maxAbsent {
		text := fmt.Sprint(i)
		shared.texts[Hash(text)] = text
		if !asks(t.Context(), q, text) {
			t.Fatalf("the %dth is not found", i)
		}
	}
	if n := len(q.others.absent) + len(q.others.oldest); n > 0 {
		t.Errorf("%d are remembered as absent", n)
	}
}

// What has another hash is not used, and what cannot be a hash is not asked for.
func TestForeignTextsAreNotUsed(t *testing.T) {
	t.Parallel()
	shared := newSharedTexts()
	q := newPersistedQueries(1<<20, shared)
	for _, foreign := range []string{"", "y", "x ", strings.Repeat("x", 1<<20)} {
		shared.texts[Hash("x")] = foreign
		q.others.absent, q.others.oldest = map[string]time.Time{}, nil
		if _, _, found := q.find(t.Context(), Hash("x")); found {
			t.Errorf("%.20q is used", foreign)
		}
	}
	shared.counts()
	for _, id := range []string{"", "x", strings.ToUpper(Hash("x")), Hash("x") + "0", Hash("x")[2:], strings.Repeat("g", 64), strings.Repeat("a", 1<<20)} {
		if _, _, found := q.find(t.Context(), id); found {
			t.Errorf("%.20q is found", id)
		}
	}
	if finds, _ := shared.counts(); finds != 0 {
		t.Errorf("asked %d times", finds)
	}
}

// While nothing is known of other replicas, all is as without them; then what was not kept is kept.
func TestTextsWithoutOtherReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newSharedTexts()
		shared.away = true
		q := newPersistedQueries(1<<20, shared)
		if asks(t.Context(), q, "x") {
			t.Error("found")
		}
		q.put(Hash("x"), "x", time.Time{})
		for range 100 {
			if !asks(t.Context(), q, "x") {
				t.Error("not found")
			}
		}
		if _, kept := shared.counts(); kept != 1 {
			t.Errorf("tried to keep it %d times", kept)
		}
		shared.away = false
		time.Sleep(keepSoon)
		asks(t.Context(), q, "x")
		if _, kept := shared.counts(); kept != 1 || shared.texts[Hash("x")] != "x" {
			t.Error("it is not kept later")
		}
	})
}

// One replica pays nothing for others.
func TestOneReplicaPaysNothingForOthers(t *testing.T) {
	q := newPersistedQueries(1<<20, nil)
	hash := Hash("x")
	q.put(hash, "x", time.Time{})
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() {
		q.find(ctx, hash)
		q.find(ctx, "none")
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
