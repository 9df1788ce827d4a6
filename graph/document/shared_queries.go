package document

import (
	"context"
	"encoding/hex"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// SharedTexts keep the texts of persisted queries for several replicas, under their hashes. What is there
// may be anybody's: it is used only if it has the hash that it is asked for by.
type SharedTexts interface {
	// Find returns the text under a hash, and whether there is one. An error says that nothing is known.
	Find(ctx context.Context, hash string) (text string, found bool, err error)
	// Keep keeps a text under its hash, or notes that it is in use still. An error says that it may not have.
	Keep(ctx context.Context, hash, text string) error
}

const (
	// absence is for how long a hash is not asked for again that was not there.
	absence = time.Second
	// maxAbsent is how many hashes that were not there are asked for within that time. Callers make them up.
	maxAbsent = 200
	// keepAgain is how often a text in use is kept again, so that it stays.
	keepAgain = time.Hour
	// keepSoon is how soon after a failure.
	keepSoon = time.Second
)

// A secondLevel asks replicas for texts that this one does not have. A nil *secondLevel has none.
type secondLevel struct {
	texts SharedTexts
	now   func() time.Time
	asked singleflight.Group

	mu     sync.Mutex
	absent map[string]time.Time // hashes that were not there, or are asked for; at most maxAbsent
	oldest []string             // of them first
}

func newSecondLevel(texts SharedTexts) *secondLevel {
	if texts == nil {
		return nil
	}
	return &secondLevel{texts: texts, now: time.Now, absent: map[string]time.Time{}}
}

// find returns the text with a hash, and whether a replica has kept it. Callers who ask for the same at the
// same time ask once.
func (l *secondLevel) find(ctx context.Context, hash string) (text string, found bool) {
	if l == nil || !isHash(hash) {
		return "", false
	}
	ctx = context.WithoutCancel(ctx) // it is short, and others may wait for it too
	value, _, _ := l.asked.Do(hash, func() (any, error) {
		if !l.mayAsk(hash) {
			return "", nil
		}
		text, found, err := l.texts.Find(ctx, hash)
		if err != nil || !found || Hash(text) != hash {
			return "", err
		}
		l.wasThere(hash)
		return text, nil
	})
	text = value.(string)
	return text, text != ""
}

// keep keeps a text for other replicas, and returns when to do so again.
func (l *secondLevel) keep(ctx context.Context, hash, text string) (again time.Time) {
	if err := l.texts.Keep(context.WithoutCancel(ctx), hash, text); err != nil {
		return l.later(keepSoon)
	}
	return l.later(keepAgain)
}

// later returns a time from now; the zero time without other replicas.
func (l *secondLevel) later(d time.Duration) time.Time {
	if l == nil {
		return time.Time{}
	}
	return l.now().Add(d)
}

// mayAsk reports whether a hash may be asked for: it is not known to be absent, and not too many are.
func (l *secondLevel) mayAsk(hash string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for len(l.oldest) > 0 && now.Sub(l.absent[l.oldest[0]]).Abs() >= absence {
		delete(l.absent, l.oldest[0])
		l.oldest = l.oldest[1:]
	}
	if _, known := l.absent[hash]; known || len(l.oldest) >= maxAbsent {
		return false
	}
	l.absent[hash] = now
	l.oldest = append(l.oldest, hash)
	return true
}

// wasThere notes that a hash is not absent.
func (l *secondLevel) wasThere(hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.oldest) - 1; i >= 0; i-- {
		if l.oldest[i] == hash {
			l.oldest = append(l.oldest[:i], l.oldest[i+1:]...)
			delete(l.absent, hash)
			return
		}
	}
}

// isHash reports whether a text may be a hash: all else is not looked for.
func isHash(text string) bool {
	sum, err := hex.DecodeString(text)
	return err == nil && len(sum) == 32 && hex.EncodeToString(sum) == text
}
